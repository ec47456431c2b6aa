"""The public keys of issuers of tokens: fetched from the issuer, kept, fetched again in time.

Where an issuer has its keys depends on what it is: Amazon's user pools have one place, OpenID
Connect providers tell theirs (openid_providers.py).

A key that is known serves on while the issuer is away, for a day at most. For a key that is not
known the issuer is asked at most once a minute, however many tokens name one.
"""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog

from gatelodge import jwt
from gatelodge.arn import Arn
from gatelodge.integrate.questions import Origin, SendHttp, Unreachable
from gatelodge.messages import Response
from gatelodge.world.answers import PENDING, Pending, Resume

RETRY_SECONDS = 60.0
"""Between two questions about keys, while some are known."""
RETRY_EMPTY_SECONDS = 5.0
"""The same while none is known."""
REFRESH_SECONDS = 3_600.0
"""Then the keys are fetched anew, while those known serve on."""
MAX_AGE_SECONDS = 86_400.0
"""Keys that the issuer did not confirm for so long serve no more."""
MAX_ISSUERS = 10_000
TIMEOUT_MS = 3_000
_SUFFIXES = {"aws-cn": "amazonaws.com.cn"}
_log = structlog.get_logger()

Send = Callable[[SendHttp, Resume], object]
Locate = Callable[[str, Callable[[SendHttp | str], None]], None]
"""Finds out where an issuer has its keys: function(issuer, then); then is called with the request
that brings them, or with what is wrong."""


class Unavailable:
    """No keys can be had; `detail` says why."""

    __slots__ = ("detail",)

    def __init__(self, detail: str) -> None:
        self.detail = detail


class _KeySet:
    """What is known of one issuer's keys. Times are monotonic; None: never."""

    __slots__ = ("error", "fetched", "keys", "tried", "waiting")

    def __init__(self) -> None:
        self.keys: dict[str, jwt.PublicKey] = {}
        self.fetched: float | None = None
        self.tried: float | None = None
        self.error = ""
        self.waiting: list[tuple[str, Resume]] | None = None
        """(kid, resume) of who waits; None while nothing is fetched."""


class KeySets:
    """The keys of all issuers of one sort that one process was asked about."""

    __slots__ = ("_clock", "_locate", "_send", "_sets")

    def __init__(
        self,
        send: Send,
        endpoint: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        locate: Locate | None = None,
    ) -> None:
        """Make them; endpoint: a URL in place of Amazon's own, whose names the issuers keep."""
        self._send = send
        self._locate = locate or _amazon(endpoint)
        self._clock = clock
        self._sets: dict[str, _KeySet] = {}

    def find(
        self, issuer: str, kid: str, resume: Resume
    ) -> jwt.PublicKey | Unavailable | Pending | None:
        """Find a key of an issuer; None when it has none of that kid."""
        if issuer not in self._sets and len(self._sets) >= MAX_ISSUERS:
            self._sets.clear()
        found = self._sets.setdefault(issuer, _KeySet())
        now = self._clock()
        if found.fetched is not None and now - found.fetched > MAX_AGE_SECONDS:
            found.keys = {}
        key = found.keys.get(kid)
        pause = RETRY_SECONDS if found.keys else RETRY_EMPTY_SECONDS
        asked_lately = found.tried is not None and now - found.tried < pause
        if key is not None:
            old = found.fetched is None or now - found.fetched > REFRESH_SECONDS
            if old and not asked_lately and found.waiting is None:
                self._fetch(issuer, found, [])
            return key
        if found.waiting is not None:
            found.waiting.append((kid, resume))
            return PENDING
        if asked_lately:
            return _unknown(found)
        self._fetch(issuer, found, [(kid, resume)])
        return PENDING

    def _fetch(self, issuer: str, found: _KeySet, waiting: list[tuple[str, Resume]]) -> None:
        found.tried = self._clock()
        found.waiting = waiting

        def located(request: SendHttp | str) -> None:
            if isinstance(request, str):
                self._fetched(issuer, found, request)
            else:
                self._send(request, lambda reply: self._fetched(issuer, found, _read(reply)))

        self._locate(issuer, located)

    def _fetched(self, issuer: str, found: _KeySet, keys: dict[str, jwt.PublicKey] | str) -> None:
        if isinstance(keys, str):
            found.error = keys
            _log.warning("the keys of an issuer were not had", issuer=issuer, error=keys)
        else:
            found.keys, found.fetched, found.error = keys, self._clock(), ""
        waiting, found.waiting = found.waiting or [], None
        for kid, resume in waiting:
            key = found.keys.get(kid)
            resume(_unknown(found) if key is None else key)


def get_json(url: str) -> SendHttp:
    """Make the request that brings a JSON document."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    origin = Origin(parts.scheme, parts.hostname or "", port)
    fields = f"Host: {parts.netloc}\r\nAccept: application/json\r\n"
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    return SendHttp("GET", origin, target, fields, b"", TIMEOUT_MS)


def _amazon(endpoint: str | None) -> Locate:
    def locate(issuer: str, then: Callable[[SendHttp | str], None]) -> None:
        root, _, pool_id = issuer.rpartition("/")
        then(get_json(f"{(endpoint or root).rstrip('/')}/{pool_id}/.well-known/jwks.json"))

    return locate


def amazon_issuer(pool: Arn) -> str:
    """Name the issuer of one of Amazon's pools (cognito.md section A3)."""
    suffix = _SUFFIXES.get(pool.partition, "amazonaws.com")
    pool_id = pool.resource.removeprefix("userpool/")
    return f"https://cognito-idp.{pool.region}.{suffix}/{pool_id}"


def _unknown(found: _KeySet) -> Unavailable | None:
    """Say why there is no key: none can be had at all, or the pool has no such key."""
    return None if found.keys else Unavailable(found.error or "the issuer has no keys")


def _read(reply: Response | Unreachable) -> dict[str, jwt.PublicKey] | str:
    if isinstance(reply, Unreachable):
        return f"{reply.reason.value} {reply.detail}".rstrip()
    if reply.status != 200:
        return f"the issuer answered {reply.status}"
    try:
        return jwt.read_keys(reply.body)
    except jwt.KeysError as error:
        return str(error)
