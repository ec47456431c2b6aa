"""Replies that are kept: one serves the calls after it, until it is too old.

API Gateway Developer Guide, "Cache settings for REST APIs". What tells replies apart is the
deployment, the integration's namespace, the verb, and the values of the configured parameters;
nothing else of a call, the caller included. Knows nothing of where replies are kept.
"""

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from urllib.parse import parse_qsl

from gatelodge.asking import Asking, ask
from gatelodge.authorize.cache_control import KeepingAllow
from gatelodge.authorize.decision import Allow
from gatelodge.context.call import Call
from gatelodge.context.expressions import compile_expression
from gatelodge.integrate.failure import Failure
from gatelodge.integrate.integrator import Integrator
from gatelodge.integrate.questions import KeepReply, KeptReply, LookUpReply, Missing, ReplyKey
from gatelodge.messages import Response, read_pairs
from gatelodge.published import Integration, MethodSetting, Stage

MAX_REPLY = 1_048_576
"""Octets of a reply that can be kept, its fields included."""
WARNING = "199 Cache-control headers were ignored because the caller was unauthorized."
_PARTIAL = 206
_SET_COOKIE = "set-cookie"
_INTEGRATION = "integration.request."
_HEADERS = ("method.request.header.", "method.request.multivalueheader.")
_QUERIES = ("method.request.querystring.", "method.request.multivaluequerystring.")

Values = Callable[[Call], Sequence[str] | None]
"""Gives all values of one parameter; None when it is not there."""


class CacheKeyError(ValueError):
    """The text names no parameter of a request."""


def keep_replies(
    integrate: Integrator,
    integration: Integration,
    resource_id: str,
    stage: Stage,
    setting: MethodSetting,
) -> Integrator:
    """Put kept replies before an integration. Raises CacheKeyError, ExpressionError."""
    names = integration.cache_key_parameters
    if names is None:
        raise CacheKeyError(
            "this deployment was made before replies could be kept: deploy the API again, or "
            "leave caching off"
        )
    parameters = [(name, _compile(name, integration)) for name in names]
    namespace = integration.cache_namespace or resource_id
    ttl, size = setting.cache_ttl_in_seconds, _size(stage)

    def answer(call: Call, allow: Allow) -> Asking[Response | Failure]:
        if not isinstance(allow, KeepingAllow):  # cache_control makes no other
            return (yield from integrate(call, allow))
        written = [(name, read(call)) for name, read in parameters]
        digest = _digest([namespace, call.request.method, written])
        key = ReplyKey((stage.api_id, stage.name), stage.deployment_id, digest)
        found = yield from ask(LookUpReply(key, ttl, renew=allow.renews))
        if isinstance(found, KeptReply):
            allow.serves(found.since)
            return _warned(found.response, allow)
        reply = yield from integrate(call, allow)
        if isinstance(reply, Failure):
            return reply
        if isinstance(found, Missing) and is_kept(reply):
            # What is added to the reply afterwards is of this call alone.
            kept = Response(reply.status, body=reply.body, lines=[*reply.lines])
            yield from ask(KeepReply(key, found.ticket, kept, ttl, size))
        return _warned(reply, allow)

    return answer


def is_kept(reply: Response) -> bool:
    """Tell whether a reply may serve other calls too: a whole one, that succeeded.

    UNCERTAIN on AWS; what is not kept is always right. A cookie is for one client.
    """
    if not 200 <= reply.status < 300 or reply.status == _PARTIAL:
        return False
    if len(reply.body) + sum(map(len, reply.lines)) + 2 * len(reply.lines) > MAX_REPLY:
        return False
    return all(name.lower() != _SET_COOKIE for name, _ in read_pairs(reply.lines))


def _digest(told_apart_by: object) -> str:
    """Name values without telling them; no two lists of values are written alike."""
    return sha256(json.dumps(told_apart_by).encode()).hexdigest()


def _size(stage: Stage) -> float:
    return stage.cache_cluster_size or 0.0


def _warned(reply: Response, allow: KeepingAllow) -> Response:
    if allow.warns:
        reply.add("Warning", WARNING)
    return reply


def _compile(name: str, integration: Integration) -> Values:
    """Read a parameter of the method's request, or of the integration's by what is mapped to it.

    All of its values count, so that no two requests that differ in one are taken for the same.
    """
    source = integration.request_parameters.get(name) if name.startswith(_INTEGRATION) else name
    if source is None:
        raise CacheKeyError(f"the cache key parameter {name!r} is not among requestParameters")
    for prefix in _HEADERS:
        if source.startswith(prefix) and source != prefix:
            return _header_values(source.removeprefix(prefix).lower())
    for prefix in _QUERIES:
        if source.startswith(prefix) and source != prefix:
            return _query_values(source.removeprefix(prefix))
    if source == name and not source.startswith("method.request.path."):
        raise CacheKeyError(
            f"the cache key parameter {name!r} is none: use method.request.header.NAME, "
            "method.request.querystring.NAME, method.request.path.NAME, or a parameter of the "
            "integration's request"
        )
    expression = compile_expression(source)

    def value(call: Call) -> Sequence[str] | None:
        text = expression(call)
        return None if text is None else (text,)

    return value


def _header_values(name: str) -> Values:
    return lambda call: call.request.headers.all(name) or None


def _query_values(name: str) -> Values:
    # One character for each octet: what is no UTF-8 is not taken for something else that is none.
    octets = name.encode().decode("latin-1")

    def values(call: Call) -> Sequence[str] | None:
        read = parse_qsl(call.request.raw_query, keep_blank_values=True, encoding="latin-1")
        return [value for key, value in read if key == octets] or None

    return values
