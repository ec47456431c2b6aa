"""The house's answers to the questions of workers and commands."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from gatelodge.authorize.authorizer_output import AuthorizerRefused
from gatelodge.authorize.questions import AuthorizerScope, Identity
from gatelodge.integrate.questions import Uninvoked
from gatelodge.world.authorizer_cache import AuthorizerCache
from gatelodge.world.functions import Functions
from gatelodge.world.house_questions import AUTHORIZE, INVOKE, LIST
from gatelodge.world.house_server import Answer, Handler

CatchUp = Callable[[int], Awaitable[None]]
"""Sees to it that the house knows of a change."""
MAX_LISTED = 500


def handlers(functions: Functions, cache: AuthorizerCache, catch_up: CatchUp) -> dict[str, Handler]:
    """Make the house's side of the questions about functions and authorizers."""

    async def invoke(head: Mapping[str, Any], payload: bytes) -> Answer:
        answer = await functions.invoke_for_api(
            head["function"],
            payload,
            source_arn=head["source"],
            source_account=head["account"],
            credentials=head["credentials"],
            seconds=head["timeout"] / 1000,
            asker_gives_up=True,  # world.house_client
        )
        if isinstance(answer, Uninvoked):
            return {"reason": answer.reason.name, "detail": answer.detail}, b""
        return {"error": answer.failed, "request": answer.request_id}, answer.payload

    async def authorize(head: Mapping[str, Any], payload: bytes) -> Answer:
        await catch_up(head["change"])
        answer, fresh = await cache.ask(_scope(head), _identity(head["identity"]), payload)
        if isinstance(answer, AuthorizerRefused):
            return {"refused": answer.reason.name, "detail": answer.detail}, b""
        return {
            "since": answer.since,
            "exhibit": answer.exhibit,
            "fresh": fresh,
            "latency": answer.latency_ms,
            "request": answer.request_id,
        }, answer.payload

    async def list_kept(head: Mapping[str, Any], payload: bytes) -> Answer:
        del head, payload
        return {
            "kept": [
                {
                    "scope": kept.scope.value,
                    "name": kept.scope.name,
                    "ttl": kept.scope.ttl,
                    "identity": kept.identity[:12],
                    "since": kept.since,
                    "exhibit": kept.exhibit,
                }
                for kept in list(cache.live())[:MAX_LISTED]
            ]
        }, b""

    return {INVOKE: invoke, AUTHORIZE: authorize, LIST: list_kept}


def _scope(head: Mapping[str, Any]) -> AuthorizerScope:
    api_id, stage, deployment_id, authorizer_id, function = head["scope"]
    return AuthorizerScope(
        api_id,
        stage,
        deployment_id,
        authorizer_id,
        name=head["name"],
        function=function,
        credentials=head["credentials"],
        source_arn=head["source"],
        ttl=head["ttl"],
    )


def _identity(written: list[list[str]] | None) -> Identity | None:
    return None if written is None else tuple(tuple(values) for values in written)
