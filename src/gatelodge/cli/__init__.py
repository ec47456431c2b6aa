"""The command line: one file for each command."""

import os
import sys

from cyclopts import App

from gatelodge import __version__
from gatelodge.main.diagnostics import tell_on_standard_error
from gatelodge.main.supervisor import StartError
from gatelodge.settings import SettingError
from gatelodge.store import SealError, StateError, StoreError

app = App(
    name="gatelodge",
    help="An API gateway that decides as Amazon API Gateway does, and says why.",
    version=__version__,
)
# Each is loaded when it is called: a start should not wait for the others.
for _place, _help in {
    "serve:serve": "Serve APIs until stopped.",
    "check:check": "Read API files and tell what would be refused.",
    "apply:apply": "Bring a running endpoint to what files say, and print what changed.",
    "diff:diff": "Show declared against edited against deployed.",
    "accounts:app": "Make accounts and list them.",
    "cache:app": "What Lambda authorizers have answered, as long as it is kept.",
    "keys:app": "Make, list and delete access keys.",
    "iam:app": "Ask the policy engine directly.",
    "pools:app": "List user pools and change the keys that sign their tokens.",
    "expect:expect": "Try files of expectations; the status is 1 unless every one holds.",
    "call:call": "Send a request and show the answer with its reason.",
    "token:token": "Tell what a token is, and which check fails on a route.",
    "why:why": "Explain a decision.",
}.items():
    _name = _place.partition(":")[0]
    app.command(f"gatelodge.cli.{_place}", name="test" if _name == "expect" else _name, help=_help)


def main() -> None:
    """Run the command line; what a person can mend is one clear message and status 1."""
    tell_on_standard_error()
    try:
        status = app()
        sys.stdout.flush()
    except (StartError, SettingError, StateError, StoreError, SealError) as error:
        for line in str(error).splitlines():
            print(f"error: {line}", file=sys.stderr)
        status = 1
    except BrokenPipeError:
        # Whoever read the output has seen enough; the interpreter must not flush it once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)
