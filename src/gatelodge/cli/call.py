"""`gatelodge call`: sign and send one request, and show the answer and its reason."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from gatelodge.cli.sending import Credentials, SendError, read_profile, send
from gatelodge.cli.why import explain_decision
from gatelodge.explain.text import one_line
from gatelodge.main.supervisor import ENDPOINTS_FILE
from gatelodge.messages import Pair
from gatelodge.settings import DEFAULT_REGION
from gatelodge.store import open_state
from gatelodge.world.issue_keys import PROFILE
from gatelodge.world.keys import open_secret

_REGION = re.compile(r"^https?://[^/?#]*\.execute-api\.([a-z0-9-]+)\.")


def call(
    method: str,
    url: str,
    *,
    profile: str | None = None,
    as_user: Annotated[str | None, Parameter(name="--as")] = None,
    data: str = "",
    header: Annotated[tuple[str, ...], Parameter(consume_multiple=False, negative="")] = (),
    region: str | None = None,
    state: Path = Path(".gatelodge"),
) -> int:
    """Sign a request, send it, show the answer, and say why it was so.

    Parameters
    ----------
    method
        The verb.
    url
        The whole URL.
    profile
        A profile of the state directory's credentials or of ~/.aws/credentials.
    as_user
        A user with an access key in the store.
    data
        The body.
    header
        A header field, NAME: VALUE; may be given several times.
    region
        Region to sign for; otherwise the URL's, else the gateway's.
    state
        State directory.

    """
    fields: list[Pair] = []
    for text in header:
        name, colon, value = text.partition(":")
        if not colon:
            return _fail(f"--header {text!r}: write NAME: VALUE")
        fields.append((name.strip(), value.strip()))
    try:
        answer = send(
            method.upper(),
            url,
            fields,
            data.encode(),
            credentials=_user_key(state, as_user)
            if as_user
            else read_profile(state, profile or PROFILE),
            region=region or _region(state, url),
            service="execute-api",
        )
    except SendError as error:
        return _fail(str(error))
    print(f"{answer.status} {answer.reason}")
    sys.stdout.flush()
    sys.stdout.buffer.write(answer.body + b"\n")
    decision = answer.headers.get("x-gatelodge-decision")
    explanation = explain_decision(state, decision) if decision else None
    if explanation is not None:
        print(f"why: {one_line(explanation)}")
    return 0


def _user_key(state: Path, name: str) -> Credentials:
    store, master = open_state(state, os.environ)
    users = [d for d in store.documents("iam/user") if name in (d.name, d.body["Arn"])]
    keys = [key for d in users for key in store.access_keys(d.body["Arn"]) if key.active]
    if not keys:
        raise SendError(
            f"{name!r} has no access key here; make one with `gatelodge keys create {name}`"
        )
    return keys[0].id, open_secret(keys[0], master), None


def _region(state: Path, url: str) -> str:
    named = _REGION.search(url)
    if named is not None:
        return named[1]
    try:
        endpoints = json.loads((state / ENDPOINTS_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return DEFAULT_REGION
    return str(endpoints["region"])


def _fail(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return 1
