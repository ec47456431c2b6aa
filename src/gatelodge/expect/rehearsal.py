"""One API with its accounts, asked who may call what: the gateway's own way, without sockets.

Every IAM caller really signs its call, with a key that exists here only; the signature is verified
and the policies are judged by the rooms that serve. What only the outside could tell, such as what
a Lambda authorizer says, cannot be told here, and is never taken for a yes or a no.
"""

import re
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from gatelodge import sigv4
from gatelodge.asking import Question
from gatelodge.authorize.decision import Allow
from gatelodge.authorize.questions import (
    FindKey,
    KeyHolder,
    TokenProblem,
    TokenRefused,
    VerifiedToken,
    VerifyToken,
)
from gatelodge.expect.callers import ACCESS_KEY_ID, Caller, find_caller
from gatelodge.explain.record import Record, make_record
from gatelodge.explain.replay import Explanation, explain, nearest_routes
from gatelodge.files.account_details import read_account_files
from gatelodge.files.api_file import Where, read_api_file
from gatelodge.files.apply_accounts import apply_account_files
from gatelodge.messages import Headers, Pair, Request
from gatelodge.published import Api, Stage
from gatelodge.serve import Gate, Served, StagePlan, serve
from gatelodge.settings import DEFAULT_ACCOUNT
from gatelodge.store import Store

_SECRET = "exists in this rehearsal only"  # noqa: S105 - signs nothing that anyone else would accept
_CALL = re.compile(r"([A-Z]+) (/\S*)", re.ASCII)
_UNESCAPED = "/%!$&'()*+,;=:@?~"
_HOST = "rehearsal.invalid"


class RehearsalError(ValueError):
    """Something that cannot be rehearsed; the message says why."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What of a call policies may look at, besides who calls and what."""

    source_ip: str = "127.0.0.1"
    at: datetime | None = None
    """None for now."""
    secure: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway would do."""

    allowed: bool
    reason: str
    """One sentence: what decided."""
    explanation: Explanation
    """Everything: each stage, each statement tried."""


class Rehearsal:
    """One stage of one API, and the users and roles of any accounts."""

    def __init__(
        self, api: Api, stage: Stage, store: Store, directory: tempfile.TemporaryDirectory[str]
    ) -> None:
        self.api = api
        self._store = store
        self._directory = directory
        # Permitted calls go no further, so integrations are not even compiled.
        resources = tuple(
            replace(
                resource,
                methods={v: replace(m, integration=None) for v, m in resource.methods.items()},
            )
            for resource in api.resources
        )
        self._plan = StagePlan(replace(api, resources=resources), stage)
        self._gate = Gate([self._plan])
        self._base = f"/_aws/execute-api/{api.id}/{stage.name}"

    @classmethod
    def load(
        cls,
        api: Path,
        accounts: Sequence[Path] = (),
        *,
        account: str = DEFAULT_ACCOUNT,
        region: str | None = None,
        api_id: str | None = None,
        stage: str | None = None,
        stage_variables: Mapping[str, str] | None = None,
        tolerate: Sequence[str] = (),
    ) -> "Rehearsal":
        """Read an API's export and account details, as `serve` does. Raises RehearsalError."""
        file = read_api_file(
            api,
            Where(account, api_id=api_id, region=region, stage=stage),
            tolerate=frozenset(tolerate),
            stage_variables=stage_variables,
        )
        account_files = read_account_files(accounts)
        problems = [*file.problems, *account_files.problems]
        if problems or file.api is None or file.stage is None:
            raise RehearsalError("\n".join(problems))
        directory = tempfile.TemporaryDirectory(prefix="gatelodge-")
        store = Store(Path(directory.name) / "store.db")
        apply_account_files(store, account_files, datetime.fromtimestamp(time.time(), UTC))
        return cls(file.api, file.stage, store, directory)

    def close(self) -> None:
        """Remove what was kept for the rehearsal."""
        self._store.close()
        self._directory.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def caller(self, who: str | Mapping[str, Any], circumstances: Circumstances) -> Caller:
        """Find a caller by name. Raises CallerError."""
        at = circumstances.at or _now()
        return find_caller(self._store, self.api.account, who, at)

    def ask(
        self,
        who: str | Mapping[str, Any],
        call: str,
        circumstances: Circumstances | None = None,
    ) -> Answer:
        """Tell whether somebody may call `VERB /path`. Raises CallerError and RehearsalError."""
        circumstances = circumstances or Circumstances()
        circumstances = replace(circumstances, at=circumstances.at or _now())
        caller = self.caller(who, circumstances)
        request = self._request(caller, call, circumstances)
        served = self._serve(request, caller, call)
        if served.decision is None:
            raise RehearsalError(f"{call}: {served.refusal}")
        decided = Served(
            served.response,
            call=served.call,
            plan=served.plan,
            method=served.method,
            decision=served.decision,
        )
        record = Record(make_record(request, decided))
        explanation = explain(record, self._plan, served.decision.caller)
        return Answer(isinstance(served.decision, Allow), explanation.reason, explanation)

    def calls(self) -> list[str]:
        """List every method of the API as a call; a path parameter stands for itself."""
        return [
            f"{verb if verb != 'ANY' else 'GET'} {re.sub(r'[{}+]', '', resource.path)}"
            for resource in self.api.resources
            for verb in resource.methods
        ]

    def _request(self, caller: Caller, call: str, circumstances: Circumstances) -> Request:
        match = _CALL.fullmatch(call)
        if match is None:
            raise RehearsalError(f"{call!r} is no call: write VERB /path, such as GET /pets")
        verb, (path, _, query) = match[1], match[2].partition("?")
        raw_path = self._base + quote(path, safe=_UNESCAPED)
        headers: list[Pair] = [("Host", _HOST), *circumstances.headers.items()]
        at = circumstances.at or _now()
        url = f"https://{_HOST}{raw_path}" + (f"?{query}" if query else "")
        if caller.iam is not None:
            headers += sigv4.sign(
                verb,
                url,
                headers,
                b"",
                access_key_id=ACCESS_KEY_ID,
                secret=_SECRET,
                region=self.api.region,
                service="execute-api",
                now=at,
            )
        if caller.claims is not None:
            headers.append((self._token_header(), "rehearsal"))
        return Request(
            id="rehearsal",
            method=verb,
            raw_path=raw_path,
            raw_query=query,
            headers=Headers(headers),
            body=b"",
            source_ip=circumstances.source_ip,
            peer_ip=circumstances.source_ip,
            received_at=at,
            scheme="https" if circumstances.secure else "http",
        )

    def _token_header(self) -> str:
        for authorizer in self.api.authorizers.values():
            if authorizer.type == "COGNITO_USER_POOLS":
                return authorizer.identity_source.rpartition(".")[2]
        return "Authorization"

    def _serve(self, request: Request, caller: Caller, call: str) -> Served:
        asking = serve(request, self._gate)
        answer: object = None
        while True:
            try:
                question = asking.send(answer)
            except StopIteration as done:
                served: Served = done.value
                break
            answer = self._answer(question, caller, call)
        if served.call is not None and served.authorization_type is None:
            segments = served.call.segments
            nearest = ", ".join(nearest_routes(self.api, request.method, segments))
            raise RehearsalError(
                f"{call}: the API has no such method; nearest: {nearest or 'none'}"
            )
        return served

    def _answer(self, question: Question[Any], caller: Caller, call: str) -> object:
        if isinstance(question, FindKey) and caller.iam is not None:
            key = sigv4.derive(_SECRET, question.date, question.region, question.service)
            return KeyHolder(key, caller.iam)
        if isinstance(question, VerifyToken):
            if caller.claims is None:
                return TokenRefused(TokenProblem.UNTRUSTED, "the caller has no token")
            return VerifiedToken(question.pools[0], "rehearsal", "rehearsal", caller.claims)
        raise RehearsalError(
            f"{call}: cannot be told without a running gateway: it asks {type(question).__name__}"
        )


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)
