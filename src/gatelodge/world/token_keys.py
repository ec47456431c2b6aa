"""Answers VerifyToken: which user pool signed a token, if one of the authorizer's did.

A pool is ours when the store has its keys, else Amazon's. What was verified is kept, so that a
token costs a signature check once. With the store away, what is kept of our own pools is served,
and nothing that is not kept.
"""

import json
import re
from collections import OrderedDict
from concurrent.futures import Executor

import structlog

from gatelodge import jwt
from gatelodge.arn import Arn
from gatelodge.authorize.questions import TokenProblem, TokenRefused, VerifiedToken, VerifyToken
from gatelodge.store import Store
from gatelodge.world.answers import PENDING, Pending, Resume
from gatelodge.world.key_sets import KeySets, Unavailable, amazon_issuer
from gatelodge.world.look_ups import CallSoon, LookUps

MAX_KEPT = 10_000
KEYS_KIND = "cognito-idp/signing-keys"
"""The documents that hold our pools' keys: account, region and pool id, `{"keys": [JWK, …]}`."""
_POOL_ID = re.compile(r"[a-z0-9-]{1,40}_[A-Za-z0-9]{1,40}", re.ASCII)
_RESOURCE = "userpool/"

Answer = VerifiedToken | TokenRefused
_log = structlog.get_logger()


class _Pool:
    """One user pool: who issues its tokens, and its keys if it is ours."""

    __slots__ = ("arn", "issuer", "keys")

    def __init__(self, arn: str, issuer: str, keys: dict[str, jwt.PublicKey] | None) -> None:
        self.arn = arn
        self.issuer = issuer
        self.keys = keys
        """None: Amazon's pool, whose keys are fetched."""


class _Read:
    """A token that was read. Nothing of it is believed yet."""

    __slots__ = ("claims", "issuer", "kid", "pool", "text", "token")

    def __init__(
        self, text: str, token: jwt.Token, kid: str, claims: jwt.Claims, issuer: str, pool: str
    ) -> None:
        self.text = text
        self.token = token
        self.kid = kid
        self.claims = claims
        self.issuer = issuer
        self.pool = pool
        """ARN of the pool that the issuer names."""


class TokenKeys:
    """Verified tokens of one process."""

    __slots__ = (
        "_aws_url",
        "_held",
        "_key_sets",
        "_look_ups",
        "_pools",
        "_store",
    )

    def __init__(
        self,
        store: Store,
        aws_url: str,
        key_sets: KeySets,
        executor: Executor,
        call_soon: CallSoon,
    ) -> None:
        self._store = store
        self._aws_url = aws_url
        """Our own pools issue tokens under this URL."""
        self._key_sets = key_sets
        self._held: OrderedDict[str, VerifiedToken] = OrderedDict()
        """By the token as it is written; the oldest goes first. A dict would pass over all the
        gaps that the oldest left, each time."""
        self._pools: dict[str, _Pool] = {}
        self._look_ups = LookUps(executor, call_soon, self._look_up, self._keep)

    def verify(self, question: VerifyToken, resume: Resume) -> Answer | Pending:
        """Answer from what is kept, or find the key, off the loop where needed, and resume."""
        held = self._held.get(question.token)
        if held is not None and held.pool in question.pools:
            return held
        read = _read(question)
        if isinstance(read, TokenRefused):
            return read
        pool = self._pools.get(read.pool)
        if pool is None:
            self._look_ups.ask(read.pool, lambda found: self._found(found, read, resume))
            return PENDING
        return self._judge(pool, read, resume)

    def forget(self) -> None:
        """Drop everything kept, because a pool changed; Amazon's keys stay."""
        self._held.clear()
        self._pools.clear()
        self._look_ups.forget()

    def _judge(self, pool: _Pool, read: _Read, resume: Resume) -> Answer | Pending:
        if read.issuer != pool.issuer:
            return TokenRefused(TokenProblem.ISSUER, f"iss is {read.issuer[:200]!r}")
        if pool.keys is not None:
            return self._check(pool, pool.keys.get(read.kid), read)
        key = self._key_sets.find(
            pool.issuer, read.kid, lambda key: resume(self._check(pool, key, read))
        )
        if key is PENDING:
            return PENDING
        return self._check(pool, key, read)

    def _check(self, pool: _Pool, key: jwt.PublicKey | Unavailable | None, read: _Read) -> Answer:
        if isinstance(key, Unavailable):
            return TokenRefused(TokenProblem.UNAVAILABLE, f"{pool.issuer}: {key.detail}")
        if key is None:
            return TokenRefused(TokenProblem.KEY, f"kid {read.kid[:100]!r} of {pool.issuer}")
        refusal = jwt.verify(read.token, key)
        if refusal is not None:
            return _untrusted(refusal)
        verified = VerifiedToken(pool.arn, pool.issuer, read.kid, read.claims)
        # Only while the pool is still what it was when this began.
        if self._pools.get(pool.arn) is pool:
            if len(self._held) >= MAX_KEPT:
                self._held.popitem(last=False)
            self._held[read.text] = verified
        return verified

    def _found(self, pool: _Pool | TokenRefused, read: _Read, resume: Resume) -> None:
        answer = pool if isinstance(pool, TokenRefused) else self._judge(pool, read, resume)
        if answer is not PENDING:
            resume(answer)

    def _keep(self, arn: str, pool: _Pool | TokenRefused) -> None:
        if isinstance(pool, _Pool):
            self._pools[arn] = pool

    def _look_up(self, arn: str) -> _Pool | TokenRefused:
        """Find out whether a pool is ours."""
        try:
            return self._read_pool(arn)
        except Exception as error:  # noqa: BLE001 - whoever waits must be told, whatever it was
            _log.error("a user pool is unavailable", pool=arn, error=repr(error))
            return TokenRefused(TokenProblem.UNAVAILABLE, str(error))

    def _read_pool(self, arn: str) -> _Pool | TokenRefused:
        parsed = Arn.parse(arn)
        pool_id = parsed.resource.removeprefix(_RESOURCE) if parsed else ""
        if parsed is None or not _POOL_ID.fullmatch(pool_id):
            return TokenRefused(TokenProblem.UNAVAILABLE, f"{arn!r} names no user pool")
        document = self._store.document(parsed.account, parsed.region, KEYS_KIND, pool_id)
        if document is None:
            return _Pool(arn, amazon_issuer(parsed), None)
        keys = jwt.read_keys(json.dumps({"keys": document.body["keys"]}).encode())
        return _Pool(arn, f"{self._aws_url}/{pool_id}", keys)


def _read(question: VerifyToken) -> _Read | TokenRefused:
    """Read a token, and find the pool that its issuer names."""
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
            return _Read(question.token, token, token.kid, claims, issuer, arn)
    return TokenRefused(TokenProblem.ISSUER, f"iss is {issuer[:200]!r}")


def _untrusted(refusal: jwt.Refusal) -> TokenRefused:
    return TokenRefused(TokenProblem.UNTRUSTED, str(refusal))
