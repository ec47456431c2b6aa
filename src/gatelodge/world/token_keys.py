"""Answers VerifyToken: which user pool signed a token, if one of the authorizer's did.

A pool is ours when the store has its keys, else Amazon's. What was verified is kept by the token's
hash, so that a token costs a signature check once. With the store away, what is kept of our own
pools is served, and nothing that is not kept.
"""

import hashlib
import json
import re
from collections.abc import Callable
from concurrent.futures import Executor

import structlog

from gatelodge import jwt
from gatelodge.arn import Arn
from gatelodge.authorize.questions import TokenProblem, TokenRefused, VerifiedToken, VerifyToken
from gatelodge.store import Store, StoreError
from gatelodge.world.answers import PENDING, Pending, Resume
from gatelodge.world.key_sets import KeySets, Unavailable, amazon_issuer

MAX_KEPT = 10_000
KEYS_KIND = "cognito-idp/signing-keys"
"""The documents that hold our pools' keys: account, region and pool id, `{"keys": [JWK, …]}`."""
_POOL_ID = re.compile(r"[a-z0-9-]{1,40}_[A-Za-z0-9]{1,40}", re.ASCII)
_RESOURCE = "userpool/"

Answer = VerifiedToken | TokenRefused
_log = structlog.get_logger()


class _Pool:
    """One user pool: who issues its tokens, and its keys if it is ours."""

    __slots__ = ("arn", "issuer", "keys", "parsed")

    def __init__(
        self, arn: str, parsed: Arn, issuer: str, keys: dict[str, jwt.PublicKey] | None
    ) -> None:
        self.arn = arn
        self.parsed = parsed
        self.issuer = issuer
        self.keys = keys
        """None: Amazon's pool, whose keys are fetched."""


class TokenKeys:
    """Verified tokens of one process."""

    __slots__ = (
        "_asking",
        "_aws_url",
        "_call_soon",
        "_executor",
        "_held",
        "_key_sets",
        "_pools",
        "_store",
    )

    def __init__(
        self,
        store: Store,
        aws_url: str,
        key_sets: KeySets,
        executor: Executor,
        call_soon: Callable[[Callable[[], None]], object],
    ) -> None:
        self._store = store
        self._aws_url = aws_url
        """Our own pools issue tokens under this URL."""
        self._key_sets = key_sets
        self._executor = executor
        self._call_soon = call_soon
        """Runs a function on the event loop, from any thread."""
        self._held: dict[bytes, VerifiedToken] = {}
        """By SHA-256 of the token; the oldest goes first."""
        self._pools: dict[str, _Pool] = {}
        self._asking: dict[str, list[Callable[[_Pool | TokenRefused], None]]] = {}

    def verify(self, question: VerifyToken, resume: Resume) -> Answer | Pending:
        """Answer from what is kept, or find the key, off the loop where needed, and resume."""
        digest = hashlib.sha256(question.token.encode("utf-8", "surrogatepass")).digest()
        held = self._held.get(digest)
        if held is not None and held.pool in question.pools:
            return held
        read = _read(question)
        if isinstance(read, TokenRefused):
            return read
        arn, token, claims = read

        def judge(pool: _Pool | TokenRefused, resume: Resume) -> Answer | Pending:
            if isinstance(pool, TokenRefused):
                return pool
            return self._judge(pool, token, claims, digest, resume)

        pool = self._pools.get(arn)
        if pool is not None:
            return judge(pool, resume)

        def found(pool: _Pool | TokenRefused) -> None:
            answer = judge(pool, resume)
            if answer is not PENDING:
                resume(answer)

        self._look_up(arn, found)
        return PENDING

    def forget(self) -> None:
        """Drop everything kept, because a pool changed; Amazon's keys stay."""
        self._held.clear()
        self._pools.clear()
        # What is being looked up may have been read before the change: it is not kept.
        self._asking.clear()

    def _judge(
        self, pool: _Pool, token: jwt.Token, claims: jwt.Claims, digest: bytes, resume: Resume
    ) -> Answer | Pending:
        if claims["iss"] != pool.issuer:
            return TokenRefused(TokenProblem.ISSUER, f"iss is {claims['iss'][:200]!r}")
        kid = token.kid or ""
        if pool.keys is not None:
            return self._check(pool, pool.keys.get(kid), token, claims, digest)

        def found(key: jwt.PublicKey | Unavailable | None) -> None:
            resume(self._check(pool, key, token, claims, digest))

        key = self._key_sets.find(pool.parsed, kid, found)
        if key is PENDING:
            return PENDING
        return self._check(pool, key, token, claims, digest)

    def _check(
        self,
        pool: _Pool,
        key: jwt.PublicKey | Unavailable | None,
        token: jwt.Token,
        claims: jwt.Claims,
        digest: bytes,
    ) -> Answer:
        kid = token.kid or ""
        if isinstance(key, Unavailable):
            return TokenRefused(TokenProblem.UNAVAILABLE, f"{pool.issuer}: {key.detail}")
        if key is None:
            return TokenRefused(TokenProblem.KEY, f"kid {kid[:100]!r} of {pool.issuer}")
        refusal = jwt.verify(token, key)
        if refusal is not None:
            return _untrusted(refusal)
        verified = VerifiedToken(pool.arn, pool.issuer, kid, claims)
        # Only while the pool is still what it was when this began.
        if self._pools.get(pool.arn) is pool:
            if len(self._held) >= MAX_KEPT:
                del self._held[next(iter(self._held))]
            self._held[digest] = verified
        return verified

    def _look_up(self, arn: str, found: Callable[[_Pool | TokenRefused], None]) -> None:
        """Find out whether a pool is ours; one look-up for all who ask."""
        waiting = self._asking.get(arn)
        if waiting is not None:
            waiting.append(found)
            return
        waiting = self._asking[arn] = [found]

        def work() -> None:
            try:
                pool = self._read_pool(arn)
            except Exception as error:  # noqa: BLE001 - whoever waits must be told, whatever it was
                _log.error("a user pool is unavailable", pool=arn, error=repr(error))
                pool = TokenRefused(TokenProblem.UNAVAILABLE, str(error))
            self._call_soon(lambda: done(pool))

        def done(pool: _Pool | TokenRefused) -> None:
            if self._asking.get(arn) is waiting:
                del self._asking[arn]
                if isinstance(pool, _Pool):
                    self._pools[arn] = pool
            for tell in waiting:
                tell(pool)

        self._executor.submit(work)

    def _read_pool(self, arn: str) -> _Pool | TokenRefused:
        parsed = Arn.parse(arn)
        pool_id = parsed.resource.removeprefix(_RESOURCE) if parsed else ""
        if parsed is None or not _POOL_ID.fullmatch(pool_id):
            return TokenRefused(TokenProblem.UNAVAILABLE, f"{arn!r} names no user pool")
        try:
            document = self._store.document(parsed.account, parsed.region, KEYS_KIND, pool_id)
        except StoreError as error:
            return TokenRefused(TokenProblem.UNAVAILABLE, str(error))
        if document is None:
            return _Pool(arn, parsed, amazon_issuer(parsed), None)
        keys = jwt.read_keys(json.dumps({"keys": document.body["keys"]}).encode())
        return _Pool(arn, parsed, f"{self._aws_url}/{pool_id}", keys)


def _read(question: VerifyToken) -> tuple[str, jwt.Token, jwt.Claims] | TokenRefused:
    """Read a token, and find the pool that its issuer names; nothing of it is believed yet."""
    token = jwt.parse(question.token)
    if isinstance(token, jwt.Refusal):
        return _untrusted(token)
    if token.algorithm != jwt.ALGORITHM:
        return _untrusted(jwt.Refusal(jwt.Fault.ALGORITHM, f"not {token.algorithm[:20]!r}"))
    if token.kid is None:
        return TokenRefused(TokenProblem.KEY, "the header names no kid")
    claims = jwt.read_claims(token)
    if isinstance(claims, jwt.Refusal):
        return _untrusted(claims)
    issuer = claims.get("iss")
    if not isinstance(issuer, str):
        return TokenRefused(TokenProblem.ISSUER, "it names none")
    named = f":{_RESOURCE}{issuer.rpartition('/')[2]}"
    for arn in question.pools:
        if arn.endswith(named):
            return arn, token, claims
    return TokenRefused(TokenProblem.ISSUER, f"iss is {issuer[:200]!r}")


def _untrusted(refusal: jwt.Refusal) -> TokenRefused:
    return TokenRefused(TokenProblem.UNTRUSTED, str(refusal))
