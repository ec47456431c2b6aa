"""One request from start to finish: route, decide, integrate, respond.

`Gate` holds what is published, compiled once and swapped whole; `serve` is the story of a call.
Knows the order of the rooms; knows no wire, no clock and no store.
"""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from gatelodge import iam
from gatelodge.asking import Asking
from gatelodge.authorize.cache_control import heed_cache_control
from gatelodge.authorize.decision import Allow, Decision, Deny, Mechanism
from gatelodge.authorize.mechanisms import MECHANISMS
from gatelodge.authorize.throttling import throttle
from gatelodge.authorize.unknown_route import refuse_unknown_route
from gatelodge.context.call import Call, CallError, arn_prefix
from gatelodge.context.variables import extended_request_id
from gatelodge.integrate.caching import keep_replies
from gatelodge.integrate.failure import Failure, configuration_error
from gatelodge.integrate.integrator import Integrator
from gatelodge.integrate.questions import ClientCertificate, ReadClock
from gatelodge.integrate.table import INTEGRATIONS
from gatelodge.messages import Request, Response
from gatelodge.published import Api, Method, Resource, Stage
from gatelodge.respond.access_log import AccessLogLine, compile_format
from gatelodge.respond.gateway_responses import GatewayResponses, built_in
from gatelodge.route.hosts import HostNames
from gatelodge.route.path import PathRefused, read_path
from gatelodge.route.tree import ResourceTree

_DECIDED = (Allow, Deny)
_ANY = "ANY"
MAX_ARN = 1600
"""Octets of a method ARN (reference: gateway-responses.md section 5)."""
_LONGEST_VERB = 32
"""Longer than any that doors let pass."""


class MethodPlan:
    """One method, compiled."""

    __slots__ = ("authorization_type", "integrate", "mechanism", "method")

    def __init__(self, method: Method, mechanism: Mechanism, integrate: Integrator | None) -> None:
        self.method = method
        self.authorization_type = method.authorization_type
        self.mechanism = mechanism
        self.integrate = integrate
        """None: the method has no integration, and every permitted call fails."""


class ResourcePlan:
    """One resource and its methods, compiled."""

    __slots__ = ("by_verb", "resource")

    def __init__(self, resource: Resource, api: Api, stage: Stage) -> None:
        self.resource = resource
        methods = resource.methods
        if _ANY in methods:
            # Settings are for a verb, and a method for all of them is served by each one's.
            set_apart = dict.fromkeys(stage.verbs_with_settings(resource.path), methods[_ANY])
            methods = {**set_apart, **methods}
        self.by_verb = {
            verb: _plan_method(method, verb, resource, api, stage)
            for verb, method in methods.items()
        }


class StagePlan:
    """One stage of a deployed API, compiled: everything that a call needs.

    Raises when a part of the publication cannot be compiled; what is published was validated.
    """

    __slots__ = (
        "access_log",
        "api",
        "arn_prefix",
        "canary",
        "longest",
        "names",
        "resource_policy",
        "responses",
        "stage",
        "tree",
    )

    def __init__(self, api: Api, stage: Stage, canary: "CanaryPlan | None" = None) -> None:
        self.api = api
        self.stage = stage
        self.canary = canary
        """What serves a share of the calls instead."""
        self.tree = ResourceTree(
            (resource.path, ResourcePlan(resource, api, stage)) for resource in api.resources
        )
        self.resource_policy = None
        if api.policy is not None:
            policy = iam.parse(
                api.policy,
                iam.PolicyKind.RESOURCE,
                name="resource policy",
                unique_ids=api.policy_principals,
            )
            self.resource_policy = iam.PolicySet([policy])
        self.responses = GatewayResponses(api)
        self.arn_prefix = arn_prefix(api, stage)
        self.names = (stage.api_id, stage.name, stage.deployment_id)
        """Of the API, the stage and the deployment, for the visitors' book."""
        self.longest = MAX_ARN - len(self.arn_prefix) - _LONGEST_VERB
        """Octets of a path that cannot make the method ARN too long."""
        self.access_log: AccessLogLine | None = None
        if stage.access_log is not None:
            self.access_log = compile_format(stage.access_log.format)


class CanaryPlan:
    """The deployment that a share of a stage's calls meets, compiled."""

    __slots__ = ("_plan", "_share")

    def __init__(self, plan: StagePlan, percent_traffic: float) -> None:
        self._plan = plan
        self._share = percent_traffic / 100

    def serves(self, request: Request) -> StagePlan | None:
        """Give the plan for a request that is of the canary's share.

        A request's id is the draw: its door drew and counted it, and nobody else chooses it.
        """
        drawn = int.from_bytes(sha256(request.id.encode()).digest()[:8], "big") / 2**64
        return self._plan if drawn < self._share else None


class Served(msgspec.Struct, eq=False):
    """One finished call: what goes to the client, and what the visitors' book notes."""

    response: Response
    call: Call | None = None
    """None when the request reached no stage of an API."""
    plan: StagePlan | None = None
    method: MethodPlan | None = None
    """None on an unknown route."""
    decision: Decision | None = None
    failure: Failure | None = None
    """Why a permitted call brought no reply; None when it did."""
    integration_status: int | None = None
    integration_latency_ms: int | None = None
    """How long the integration took; None where none was tried, and where nobody logs it."""
    refusal: str = ""
    """Why the request reached no API, for the operator."""

    def __repr__(self) -> str:
        return f"Served({self.response.status}, {self.call!r})"

    @property
    def authorization_type(self) -> str | None:
        """AWS's word for the method's mechanism; None on an unknown route."""
        return self.method.authorization_type if self.method else None


class Gate:
    """Everything published, by API id and stage. Replaced whole when a publication changes."""

    __slots__ = ("hosts", "stages")

    def __init__(self, stages: Iterable[StagePlan]) -> None:
        self.stages = {(plan.api.id, plan.stage.name): plan for plan in stages}
        self.hosts = HostNames()


def serve(request: Request, gate: Gate) -> Asking[Served]:
    """Answer one request. Every question of every room passes through here."""
    begun = begin(request, gate)
    return begun if isinstance(begun, Served) else (yield from begun)


def begin(request: Request, gate: Gate) -> Served | Asking[Served]:
    """Answer one request as serve does; one that goes nowhere is turned away without asking."""
    segments = read_path(request.raw_path)
    if isinstance(segments, PathRefused):
        return _turned_away(request, 400, "BadRequestException", "Bad Request", segments.reason)
    address = gate.hosts.address(request.headers.index.get("host", ""), segments)
    if address is None:
        return _forbidden(request, "neither the host name nor the path names an API")
    api_id, stage, rest, by_name = address
    plan = gate.stages.get((api_id, stage))
    if plan is None:
        return _forbidden(request, f"no API {api_id!r} with a stage {stage!r}")
    if plan.canary is not None:
        plan = plan.canary.serves(request) or plan
    if by_name and plan.api.disable_execute_api_endpoint:
        return _forbidden(request, f"the default endpoint of API {api_id!r} is disabled")

    found = plan.tree.match(rest)
    method: MethodPlan | None = None
    resource: Resource | None = None
    parameters: dict[str, str] = {}
    if found is not None:
        target, parameters = found
        resource = target.resource
        method = target.by_verb.get(request.method) or target.by_verb.get(_ANY)
    call = Call(
        request,
        plan.api,
        plan.stage,
        rest,
        resource,
        parameters,
        plan.resource_policy,
        plan.arn_prefix,
    )
    if len(request.raw_path) > plan.longest and len(call.method_arn) > MAX_ARN:
        reason = f"the method ARN has more than {MAX_ARN} characters"
        return _turned_away(request, 414, "RequestTooLongException", "Request URI too long", reason)
    return _answer(call, plan, method)


def _answer(call: Call, plan: StagePlan, method: MethodPlan | None) -> Asking[Served]:
    """Decide, and obtain the reply for a permitted call, or say what went wrong."""
    decision = method.mechanism(call) if method else refuse_unknown_route(call)
    if not isinstance(decision, _DECIDED):
        decision = yield from decision
    caller = decision.caller
    if caller is not None:
        call.principal = caller.principal
        call.access_key_id = caller.access_key_id
    call.authorizer = decision.authorizer
    if isinstance(decision, Deny):
        return _refused(call, plan, decision, method)
    latency = None
    if method is None or method.integrate is None:
        reply: Response | Failure = configuration_error("the method has no integration")
    elif plan.access_log is None:
        reply = yield from method.integrate(call, decision)
    else:
        began = yield ReadClock()
        reply = yield from method.integrate(call, decision)
        latency = int(((yield ReadClock()) - began) * 1000)
    if isinstance(reply, Failure):
        return _failed(call, plan, method, decision, reply, latency)
    _stamp(reply, call.request.id)
    return Served(reply, call, plan, method, decision, None, reply.status, latency)


def _failed(
    call: Call,
    plan: StagePlan,
    method: MethodPlan | None,
    allow: Allow,
    failure: Failure,
    latency: int | None,
) -> Served:
    call.error = CallError(failure.message, failure.kind.value)
    response = plan.responses.answer(failure.kind, failure.error_type, call, failure.status)
    _stamp(response, call.request.id)
    return Served(response, call, plan, method, allow, failure, None, latency)


def _refused(call: Call, plan: StagePlan, deny: Deny, method: MethodPlan | None) -> Served:
    call.error = CallError(deny.message, deny.kind.value)
    response = plan.responses.answer(deny.kind, deny.error_type, call)
    _stamp(response, call.request.id)
    return Served(response, call, plan, method, deny)


def _forbidden(request: Request, reason: str) -> Served:
    return _turned_away(request, 403, "ForbiddenException", "Forbidden", reason)


def _turned_away(
    request: Request, status: int, error_type: str, message: str, reason: str
) -> Served:
    """Answer a request that reached no stage of an API."""
    response = built_in(status, error_type, message)
    _stamp(response, request.id)
    return Served(response, refusal=reason)


def _stamp(response: Response, request_id: str) -> None:
    """Add the fields that every answer of the gateway carries."""
    response.lines += (
        f"x-amzn-RequestId: {request_id}",
        f"x-amz-apigw-id: {extended_request_id(request_id)}",
    )


def _plan_method(
    method: Method, verb: str, resource: Resource, api: Api, stage: Stage
) -> MethodPlan:
    """Compile one method; what no table names was refused at load and is a bug here.

    verb: by whose settings; its own, or one that ANY stands for.
    """
    prepare_mechanism = MECHANISMS.get(method.authorization_type)
    if prepare_mechanism is None:
        raise ValueError(f"authorization type {method.authorization_type!r} is not supported")
    if method.api_key_required:
        raise ValueError("API keys are not supported")
    mechanism = prepare_mechanism(method, api, stage)
    integration, integrate = method.integration, None
    if integration is not None:
        certificate = None
        if stage.client_certificate_id is not None:
            certificate = ClientCertificate(api.account, api.region, stage.client_certificate_id)
        integrate = INTEGRATIONS[integration.type](integration, stage.variables, certificate)
        caching = stage.caching(resource.path, verb)
        if caching is not None:
            mechanism = heed_cache_control(mechanism, caching)
            integrate = keep_replies(integrate, integration, resource.id, stage, caching)
    mechanism = throttle(mechanism, stage, resource.path, verb)
    return MethodPlan(method, mechanism, integrate)
