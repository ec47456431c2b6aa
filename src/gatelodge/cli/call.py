"""`gatelodge call`: sign and send one request, and show the answer and its reason."""

import configparser
import http.client
import json
import os
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from cyclopts import Parameter

from gatelodge import sigv4
from gatelodge.cli.why import explain_decision
from gatelodge.explain.text import one_line
from gatelodge.main import ENDPOINTS_FILE
from gatelodge.messages import Pair
from gatelodge.settings import DEFAULT_REGION
from gatelodge.store import open_state
from gatelodge.world.issue_keys import CREDENTIALS_FILE, PROFILE
from gatelodge.world.keys import open_secret

_REGION = re.compile(r"\.execute-api\.([a-z0-9-]+)\.")
_TIMEOUT = 40.0

Credentials = tuple[str, str, str | None]
"""Access key id, secret, session token."""


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
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return _fail(f"{url!r} is not an http or https URL")
    credentials = _user_key(state, as_user) if as_user else _profile(state, profile or PROFILE)
    if isinstance(credentials, str):
        return _fail(credentials)
    fields: list[Pair] = [("Host", parts.netloc)]
    for text in header:
        name, colon, value = text.partition(":")
        if not colon:
            return _fail(f"--header {text!r}: write NAME: VALUE")
        fields.append((name.strip(), value.strip()))
    key_id, secret, token = credentials
    fields += sigv4.sign(
        method.upper(),
        url,
        fields,
        data.encode(),
        access_key_id=key_id,
        secret=secret,
        session_token=token,
        region=region or _region(state, parts.netloc),
        service="execute-api",
        now=datetime.fromtimestamp(time.time(), UTC),
    )
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=_TIMEOUT)
    try:
        connection.request(method.upper(), target, data.encode() or None, dict(fields))
        answer = connection.getresponse()
        body = answer.read()
    except OSError as error:
        return _fail(f"no answer from {parts.netloc}: {error}")
    print(f"{answer.status} {answer.reason}")
    sys.stdout.flush()
    sys.stdout.buffer.write(body + b"\n")
    decision = answer.headers.get("x-gatelodge-decision")
    explanation = explain_decision(state, decision) if decision else None
    if explanation is not None:
        print(f"why: {one_line(explanation)}")
    return 0


def _user_key(state: Path, name: str) -> Credentials | str:
    store, master = open_state(state, os.environ)
    users = [d for d in store.documents("iam/user") if name in (d.name, d.body["Arn"])]
    keys = [key for d in users for key in store.access_keys(d.body["Arn"]) if key.active]
    if not keys:
        return f"{name!r} has no access key here; make one with `gatelodge keys create {name}`"
    return keys[0].id, open_secret(keys[0], master), None


def _profile(state: Path, profile: str) -> Credentials | str:
    paths = [state / CREDENTIALS_FILE, Path.home() / ".aws" / "credentials"]
    parser = configparser.RawConfigParser()
    parser.read(paths)
    if profile not in parser:
        return f"no profile {profile!r} in {paths[0]} or {paths[1]}"
    section = parser[profile]
    missing = {"aws_access_key_id", "aws_secret_access_key"} - set(section)
    if missing:
        return f"profile {profile!r} lacks {', '.join(sorted(missing))}"
    return (
        section["aws_access_key_id"],
        section["aws_secret_access_key"],
        section.get("aws_session_token"),
    )


def _region(state: Path, host: str) -> str:
    named = _REGION.search(host)
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
