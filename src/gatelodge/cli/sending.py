"""Sign one request with somebody's keys and send it: what commands that call have in common."""

import configparser
import http.client
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from gatelodge import sigv4
from gatelodge.messages import Pair
from gatelodge.world.issue_keys import CREDENTIALS_FILE

_TIMEOUT = 40.0
_WITH_BODY = {"PATCH", "POST", "PUT"}

Credentials = tuple[str, str, str | None]
"""Access key id, secret, session token."""


class SendError(RuntimeError):
    """A request that could not be signed or sent, or was not answered."""


class Answer:
    """What came back."""

    __slots__ = ("body", "headers", "reason", "status")

    def __init__(self, answer: http.client.HTTPResponse, body: bytes) -> None:
        self.status = answer.status
        self.reason = answer.reason
        self.headers = answer.headers
        self.body = body


def send(
    method: str,
    url: str,
    headers: Sequence[Pair],
    body: bytes,
    *,
    credentials: Credentials,
    region: str,
    service: str,
) -> Answer:
    """Sign a request with all its header fields and send it as it was signed. Raises SendError."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SendError(f"{url!r} is not a URL: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise SendError(f"{url!r} is not an http or https URL")
    names = {name.lower() for name, _ in headers}
    fields = [*([] if "host" in names else [("Host", parts.netloc)]), *headers]
    key_id, secret, token = credentials
    fields += sigv4.sign(
        method,
        url,
        fields,
        body,
        access_key_id=key_id,
        secret=secret,
        session_token=token,
        region=region,
        service=service,
        now=datetime.fromtimestamp(time.time(), UTC),
    )
    if "content-length" not in names and (body or method in _WITH_BODY):
        fields.append(("Content-Length", str(len(body))))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(host, port, timeout=_TIMEOUT)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in fields:
            connection.putheader(name, value)
        connection.endheaders(body or None)
        answer = connection.getresponse()
        return Answer(answer, answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SendError(f"no answer from {parts.netloc}: {error}") from error
    finally:
        connection.close()


def read_profile(state: Path, profile: str) -> Credentials:
    """Read a profile of the state directory's credentials or of ~/.aws. Raises SendError."""
    paths = [state / CREDENTIALS_FILE, Path.home() / ".aws" / "credentials"]
    parser = configparser.RawConfigParser()
    parser.read(paths)
    if profile not in parser:
        raise SendError(f"no profile {profile!r} in {paths[0]} or {paths[1]}")
    section = parser[profile]
    missing = {"aws_access_key_id", "aws_secret_access_key"} - set(section)
    if missing:
        raise SendError(f"profile {profile!r} lacks {', '.join(sorted(missing))}")
    return (
        section["aws_access_key_id"],
        section["aws_secret_access_key"],
        section.get("aws_session_token"),
    )
