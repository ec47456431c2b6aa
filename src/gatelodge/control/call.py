"""One call of an operation: who calls, where, when, and what it may use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from gatelodge import iam
from gatelodge.asking import Question
from gatelodge.authorize.caller import Caller
from gatelodge.store import MasterKey, Store
from gatelodge.userpools import UserPools
from gatelodge.world.sessions import Session

A = TypeVar("A")
Parameters = Mapping[str, Any]
"""Input members of an operation by AWS's names, as botocore's model types them: text, numbers,
booleans, bytes, aware datetimes, lists, mappings. A member that the client left out is missing."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a caller must be allowed to do (reference: control-plane.md section 3.2)."""

    action: str
    """As policies name it: `iam:CreateUser`, `apigateway:POST`."""
    resource: str
    """An ARN, or `*`."""
    keys: Mapping[str, iam.Value] = field(default_factory=dict)
    """Condition keys of this action, beside those every call has; names in lower case."""
    shown: str | None = None
    """How a denial names the resource, where AWS does not print the ARN."""
    trust: iam.PolicySet | None = None
    """A role's trust policy, which must allow too."""


class Ask(Protocol):
    """Puts one question to the outside, and blocks until it is answered."""

    def __call__(self, question: Question[A], /) -> A:
        """Give the answer. Raises TimeoutError."""


def nobody_answers(question: Question[A], /) -> A:
    """Stand in for the outside where there is none."""
    raise RuntimeError(f"nobody answers {question!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What an operation is given beside its parameters. Made by dispatch."""

    service: str
    operation: str
    account: str
    """The account that is called: the caller's own; a pool's where nothing is signed."""
    region: str
    """From the signature's scope; empty for global services' documents (iam)."""
    caller: Caller | None
    """None for the operations that AWS leaves unsigned."""
    now: datetime
    """Aware, in UTC."""
    request_id: str
    method: str
    """The HTTP verb, which is the action of apigateway."""
    path: str
    """The request's path in one spelling, as it stands in apigateway's resource ARNs."""
    source_ip: str
    url: str
    """The AWS endpoint's own address, for issuers and links; no slash at its end."""
    store: Store
    master: MasterKey
    require: Callable[[Check], None]
    """Demand one more permission of the caller, such as iam:PassRole. Raises Fault."""
    partition: str = "aws"
    session: Session | None = None
    """Of temporary credentials: what their token says."""
    userpools: UserPools | None = None
    """The tools of user pools; None where there are none."""
    ask: Ask = nobody_answers
    """What only the outside can tell, such as a backend's reply; for operations that only read."""

    @property
    def signer(self) -> Caller:
        """The caller of an operation that is always signed."""
        if self.caller is None:
            raise RuntimeError(f"{self.service} {self.operation} is not signed")
        return self.caller
