"""Answers FindKey: whose access key it is, with everything that judges its owner, compiled.

What was found is kept until something changes in the store; requests meet it without waiting. With
the store away, what is kept is served, and nothing that is not kept.
"""

import time
from concurrent.futures import Executor

import structlog

from gatelodge import iam, sigv4
from gatelodge.authorize.exhibit import caller_of
from gatelodge.authorize.questions import FindKey, KeyHolder, KeyProblem, KeyRefused
from gatelodge.store import AccessKey, MasterKey, SealError, Store, StoreError
from gatelodge.world.answers import PENDING, Pending, Resume
from gatelodge.world.exhibits import Exhibits
from gatelodge.world.identities import IdentityError, session_exhibit, user_exhibit
from gatelodge.world.look_ups import CallSoon, LookUps
from gatelodge.world.sessions import open_session

MAX_KEPT = 20_000
MAX_REFUSED = 2_000
_TEMPORARY = "ASIA"

Key = tuple[str, str | None, str, str, str]
"""A question's own key."""
Answer = KeyHolder | KeyRefused
_log = structlog.get_logger()


class Keys:
    """Access keys of one process."""

    __slots__ = (
        "_exhibits",
        "_held",
        "_look_ups",
        "_master",
        "_refused",
        "_store",
    )

    def __init__(
        self,
        store: Store,
        master: MasterKey,
        exhibits: Exhibits,
        executor: Executor,
        call_soon: CallSoon,
    ) -> None:
        self._store = store
        self._master = master
        self._exhibits = exhibits
        self._held: dict[Key, tuple[KeyHolder, float]] = {}
        self._refused: dict[Key, KeyRefused] = {}
        self._look_ups = LookUps(executor, call_soon, self._look_up, self._keep)

    def find(self, question: FindKey, resume: Resume) -> Answer | Pending:
        """Answer from what is kept, or look it up off the loop and resume."""
        key = question.key
        held = self._held.get(key)
        if held is not None:
            holder, expires = held
            if expires > time.time():
                return holder
            return KeyRefused(KeyProblem.EXPIRED)
        refused = self._refused.get(key)
        if refused is not None:
            return refused
        self._look_ups.ask(question, lambda found: resume(found[0]))
        return PENDING

    def forget(self) -> None:
        """Drop everything kept, because something changed."""
        self._held.clear()
        self._refused.clear()
        self._look_ups.forget()

    def look_up(self, question: FindKey) -> tuple[Answer, float]:
        """Look a key up in the store; gives the answer and when it expires. Blocks."""
        try:
            # One moment: a caller is never put together from documents before and after a change.
            with self._store.snapshot():
                if question.access_key_id.startswith(_TEMPORARY):
                    return self._temporary(question)
                return self._long_term(question), float("inf")
        except (StoreError, IdentityError, SealError, iam.PolicyError) as error:
            _log.error("identity unavailable", key=question.access_key_id, error=str(error))
            return KeyRefused(KeyProblem.UNAVAILABLE, str(error)), 0.0

    def _look_up(self, question: FindKey) -> tuple[Answer, float]:
        try:
            return self.look_up(question)
        except Exception as error:  # noqa: BLE001 - whoever waits must be told, whatever it was
            _log.exception("looking up an access key failed")
            return KeyRefused(KeyProblem.UNAVAILABLE, repr(error)), 0.0

    def _keep(self, question: FindKey, found: tuple[Answer, float]) -> None:
        answer, expires = found
        if isinstance(answer, KeyHolder):
            if len(self._held) >= MAX_KEPT:
                self._held.clear()
            self._held[question.key] = (answer, expires)
        elif answer.reason is not KeyProblem.UNAVAILABLE:
            if len(self._refused) >= MAX_REFUSED:
                self._refused.clear()
            self._refused[question.key] = answer

    def _long_term(self, question: FindKey) -> Answer:
        key = self._store.access_key(question.access_key_id)
        if key is None:
            return KeyRefused(KeyProblem.UNKNOWN)
        if not key.active:
            return KeyRefused(KeyProblem.INACTIVE)
        if question.session_token is not None:
            return KeyRefused(KeyProblem.TOKEN_UNEXPECTED)
        exhibit = user_exhibit(self._store, key.principal)
        # A user made anew under an old name is another user: old keys are not its keys.
        if exhibit is None or exhibit["principal"]["userId"] != key.principal_id:
            return KeyRefused(KeyProblem.UNKNOWN, f"{key.principal} no longer exists")
        caller = caller_of(exhibit, key.id, self._exhibits.keep(exhibit))
        return KeyHolder(self._derive(open_secret(key, self._master), question), caller)

    def _temporary(self, question: FindKey) -> tuple[Answer, float]:
        if question.session_token is None:
            return KeyRefused(KeyProblem.TOKEN_MISSING), 0.0
        session = open_session(question.session_token, question.access_key_id, self._master)
        if session is None:
            return KeyRefused(KeyProblem.TOKEN_INVALID), 0.0
        if session.expires <= time.time():
            return KeyRefused(KeyProblem.EXPIRED), 0.0
        exhibit = session_exhibit(self._store, session)
        if exhibit is None:
            return KeyRefused(KeyProblem.UNKNOWN, f"{session.arn} no longer exists"), 0.0
        caller = caller_of(exhibit, session.access_key_id, self._exhibits.keep(exhibit))
        holder = KeyHolder(self._derive(session.secret, question), caller)
        return holder, float(session.expires)

    def _derive(self, secret: str, question: FindKey) -> sigv4.SigningKey:
        return sigv4.derive(secret, question.date, question.region, question.service)


def open_secret(key: AccessKey, master: MasterKey) -> str:
    """Open the sealed secret of an access key. Raises SealError."""
    return master.open(key.secret, f"access key {key.id}").decode()
