"""How a function becomes an operation, and a service the table of its operations.

    @operation("iam", "CreateUser")
    def create_user(call: Call, *, UserName: str, Path: str = "/", **rest: Any) -> Output:

The function is called inside one transaction of the store, or in a snapshot when the operation only
reads. It returns the output's members, or None where the model has none. Times may be aware
datetimes, ISO 8601 text or seconds since 1970. Every input member that the model knows must be
honoured or refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

from gatelodge.control.call import Call, Check, Parameters

Output = Mapping[str, Any] | None
Handler = Callable[..., Output]
Checks = Callable[[Call, Parameters], Sequence[Check]]
F = TypeVar("F", bound=Handler)

_MARK = "_operation"
# Operations whose names begin so write nothing. Some of them ask the outside, which must not happen
# while all writers wait.
_READING = (
    "Get", "List", "Describe", "Simulate", "Test", "Invoke", "AdminGet", "AdminList",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Service:
    """One AWS service as far as it is implemented."""

    name: str
    """botocore's name: iam, sts, apigateway, lambda, cognito-idp."""
    operations: Mapping[str, Handler]
    """By AWS's name."""
    checks: Checks
    """What a caller must be allowed to do before the operation runs; it may read the store."""
    unsigned: frozenset[str] = frozenset()
    """Operations that AWS leaves without signature."""
    own_transactions: frozenset[str] = frozenset()
    """Operations that open their own: their work is long, or a refusal must leave a trace."""


def operation(service: str, name: str) -> Callable[[F], F]:
    """Mark a function as an operation."""

    def mark(function: F) -> F:
        setattr(function, _MARK, (service, name))
        return function

    return mark


def collect(service: str, *modules: ModuleType) -> dict[str, Handler]:
    """Gather the operations of a service that are defined in some modules."""
    found: dict[str, Handler] = {}
    for module in modules:
        for value in vars(module).values():
            marked = getattr(value, _MARK, None)
            if marked is None or marked[0] != service:
                continue
            if found.setdefault(marked[1], value) is not value:
                raise ValueError(f"{service} has two functions for {marked[1]}")
    return found


def only_reads(service: str, name: str) -> bool:
    """Tell whether an operation is given a snapshot of the store that it cannot write to."""
    # What sts gives out keeps itself.
    return service == "sts" or name.startswith(_READING)
