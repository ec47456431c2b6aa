"""How an operation of cognito-idp is marked, and what each of them needs of its call."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from gatelodge.control import operations
from gatelodge.control.call import Call
from gatelodge.control.fault import Fault
from gatelodge.control.operations import Output
from gatelodge.userpools import Refused, UserPools
from gatelodge.userpools.pool import Client, Pool, find_client, find_pool
from gatelodge.userpools.refusal import no_client

NAME = "cognito-idp"
F = TypeVar("F", bound=Callable[..., Output])


def operation(name: str) -> Callable[[F], F]:
    """Mark a function as an operation; what user pools refuse is its declared error."""

    def mark(function: F) -> F:
        @functools.wraps(function)
        def answer(call: Call, **parameters: Any) -> Output:
            try:
                return function(call, **parameters)
            except Refused as refused:
                raise Fault(refused.code, refused.message) from None

        marked: F = operations.operation(NAME, name)(answer)  # type: ignore[assignment]  # as wrapped
        return marked

    return mark


def tools(call: Call) -> UserPools:
    """Give the tools of user pools."""
    if call.userpools is None:
        raise RuntimeError("there are no tools for user pools")
    return call.userpools


def now(call: Call) -> float:
    """Give the time of the call in seconds."""
    return call.now.timestamp()


def pool_of(call: Call, pool_id: str) -> Pool:
    """Find a pool of the caller's own account and region. Raises Refused."""
    pool = find_pool(call.store, pool_id, call.account)
    if pool.region != call.region:
        raise Refused("ResourceNotFoundException", f"User pool {pool_id} does not exist.")
    return pool


def client_of(call: Call, pool_id: str, client_id: str) -> tuple[Pool, Client]:
    """Find a client of one of the caller's own pools. Raises Refused."""
    pool = pool_of(call, pool_id)
    found, client = find_client(call.store, client_id)
    if found.id != pool.id:
        raise no_client(client_id)
    return pool, client
