"""The command line: one file for each command."""

import sys

from cyclopts import App

from gatelodge import __version__
from gatelodge.cli import (
    accounts,
    apply,
    cache,
    call,
    check,
    diff,
    expect,
    iam,
    keys,
    pools,
    serve,
    token,
    why,
)
from gatelodge.main import StartError
from gatelodge.main.diagnostics import tell_on_standard_error
from gatelodge.settings import SettingError
from gatelodge.store import SealError, StateError, StoreError

app = App(
    name="gatelodge",
    help="An API gateway that decides as Amazon API Gateway does, and says why.",
    version=__version__,
)
app.command(serve.serve)
app.command(check.check)
app.command(apply.apply)
app.command(diff.diff)
app.command(accounts.app)
app.command(cache.app)
app.command(keys.app)
app.command(iam.app)
app.command(pools.app)
app.command(expect.expect, name="test")
app.command(call.call)
app.command(token.token)
app.command(why.why)


def main() -> None:
    """Run the command line; what a person can mend is one clear message and status 1."""
    tell_on_standard_error()
    try:
        status = app()
    except (StartError, SettingError, StateError, StoreError, SealError) as error:
        for line in str(error).splitlines():
            print(f"error: {line}", file=sys.stderr)
        status = 1
    sys.exit(status)
