"""The questions that go to the house, and how a worker asks them."""

from collections.abc import Mapping
from typing import Any

from gatelodge.authorize.questions import AuthorizerScope, Identity
from gatelodge.integrate.questions import FunctionAnswer, InvokeFunction, Uninvoked, UninvokedReason
from gatelodge.world.answers import PENDING, Pending, Resume
from gatelodge.world.house_client import Away, HouseClient
from gatelodge.world.house_wire import Head

INVOKE, AUTHORIZE, LIST = "invoke", "authorize", "list authorizers"
AUTHORIZER_SECONDS = 30.0
"""How long an authorizer is waited for (UNCERTAIN on AWS, about this)."""


def authorizer_head(scope: AuthorizerScope, identity: Identity | None, change: int) -> Head:
    """Write the question about one caller; change: the last that the worker knows of."""
    return {
        "kind": AUTHORIZE,
        "scope": scope.value,
        "name": scope.name,
        "credentials": scope.credentials,
        "source": scope.source_arn,
        "ttl": scope.ttl,
        "identity": identity,
        "change": change,
    }


class AskInvocation:
    """The worker's side of InvokeFunction."""

    __slots__ = ("_house",)

    def __init__(self, house: HouseClient) -> None:
        self._house = house

    def invoke(self, question: InvokeFunction, resume: Resume) -> Pending:
        """Ask the house to invoke a function, and resume with its answer."""

        def tell(head: Mapping[str, Any] | Away, payload: bytes) -> None:
            if isinstance(head, Away):
                late = UninvokedReason.TIMED_OUT if head.timed_out else UninvokedReason.UNAVAILABLE
                resume(Uninvoked(late, head.detail))
            elif head.get("failed") or "reason" in head:
                reason = UninvokedReason[head.get("reason", "UNAVAILABLE")]
                resume(Uninvoked(reason, head.get("detail", "an error in the house")))
            else:
                request_id = head["request"]
                resume(FunctionAnswer(payload, failed=head["error"], request_id=request_id))

        head = {
            "kind": INVOKE,
            "function": question.function,
            "source": question.source_arn,
            "account": question.source_account,
            "credentials": question.credentials,
            "timeout": question.timeout_ms,
        }
        seconds = question.timeout_ms / 1000
        # Never twice: what it does may not be meant to be done twice.
        self._house.ask(head, question.payload, tell, seconds=seconds, repeatable=False)
        return PENDING
