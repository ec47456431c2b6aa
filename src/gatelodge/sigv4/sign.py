"""Sign and presign requests: what clients do, for `gatelodge call` and for calls to AWS."""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from gatelodge.messages import Headers, Pair, Request
from gatelodge.sigv4.canonical import canonical_request, string_to_sign
from gatelodge.sigv4.claim import ALGORITHM, TERMINATOR, Claim
from gatelodge.sigv4.keys import derive
from gatelodge.sigv4.times import write_time

# urlsplit would drop tabs and line breaks; here the octets that are signed are those sent.
_URL = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#@]+)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.DOTALL
)
# Proxies change these; a signature that covers them would break.
_NOT_SIGNED = frozenset({"authorization", "connection", "expect", "user-agent", "x-amzn-trace-id"})


def sign(
    method: str,
    url: str,
    headers: Sequence[Pair],
    body: bytes,
    *,
    access_key_id: str,
    secret: str,
    region: str,
    service: str,
    now: datetime,
    session_token: str | None = None,
) -> list[Pair]:
    """Sign a request; gives the fields to add: X-Amz-Date, the token if any, Authorization.

    url: absolute, escaped as it will be sent; its fragment is not part of the request. A Host
    field is taken from it unless `headers` has one. headers: all that will be sent, without the
    three fields that are added here. Raises ValueError for a URL that is not absolute.
    """
    added: list[Pair] = [("X-Amz-Date", write_time(now))]
    if session_token is not None:
        added.append(("X-Amz-Security-Token", session_token))
    request = _request(method, url, [*headers, *added], body, now)
    names = ";".join(sorted(set(request.headers.index) - _NOT_SIGNED))
    claim = _claim(access_key_id, region, service, now, names, presigned=False)
    signature = _signature(request, claim, secret)
    scope = f"{claim.date}/{region}/{service}/{TERMINATOR}"
    authorization = (
        f"{ALGORITHM} Credential={access_key_id}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    return [*added, ("Authorization", authorization)]


def presign(
    method: str,
    url: str,
    *,
    access_key_id: str,
    secret: str,
    region: str,
    service: str,
    now: datetime,
    expires: int | None = 300,
    session_token: str | None = None,
    body: bytes = b"",
) -> str:
    """Give a URL that carries its signature; expires: seconds, None leaves the parameter out.

    Raises ValueError for a URL that is not absolute. A fragment is dropped.
    """
    timestamp = write_time(now)
    parameters = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{access_key_id}/{timestamp[:8]}/{region}/{service}/{TERMINATOR}",
        "X-Amz-Date": timestamp,
        "X-Amz-SignedHeaders": "host",
    }
    if expires is not None:
        parameters["X-Amz-Expires"] = str(expires)
    if session_token is not None:
        parameters["X-Amz-Security-Token"] = session_token
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    url = url.partition("#")[0]
    url += ("&" if "?" in url else "?") + query
    request = _request(method, url, [], body, now)
    claim = _claim(access_key_id, region, service, now, "host", presigned=True)
    return f"{url}&X-Amz-Signature={_signature(request, claim, secret)}"


def _request(method: str, url: str, headers: list[Pair], body: bytes, now: datetime) -> Request:
    parts = _URL.fullmatch(url)
    if parts is None:
        raise ValueError(f"{url!r} is not an absolute URL: give scheme://host/path")
    host, path, query = parts.groups(default="")
    if not any(name.lower() == "host" for name, _ in headers):
        headers = [("Host", host), *headers]
    return Request(
        id="",
        method=method,
        raw_path=path or "/",
        raw_query=query,
        headers=Headers(headers),
        body=body,
        source_ip="",
        peer_ip="",
        received_at=now,
    )


def _claim(
    access_key_id: str, region: str, service: str, now: datetime, names: str, *, presigned: bool
) -> Claim:
    timestamp = write_time(now)
    return Claim(
        access_key_id,
        timestamp[:8],
        region,
        service,
        timestamp,
        names,
        tuple(names.split(";")),
        "",
        None,
        presigned,
    )


def _signature(request: Request, claim: Claim, secret: str) -> str:
    # Signers do not agree on normalising; the path as it is sent is accepted either way.
    canonical = canonical_request(request, claim, normalize=False)
    key = derive(secret, claim.date, claim.region, claim.service)
    return key.sign(string_to_sign(claim, canonical))
