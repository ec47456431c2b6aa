"""MOCK: the gateway answers by itself, with the status that a request template names.

Templates are plain text here: what holds directives is refused when the API is loaded.
Source: API Gateway Developer Guide, "Set up mock integrations in API Gateway".
"""

import json
import re
from collections.abc import Mapping, Sequence

from gatelodge.asking import Asking
from gatelodge.authorize.decision import Allow
from gatelodge.context.call import Call
from gatelodge.context.expressions import Expression, compile_expression
from gatelodge.integrate.failure import Failure, configuration_error
from gatelodge.integrate.integrator import Integrator
from gatelodge.integrate.questions import ClientCertificate
from gatelodge.messages import Pair, Response, one_line
from gatelodge.published import GatewayResponseType, Integration, IntegrationResponse

_JSON = "application/json"
_HEADER = "method.response.header."


def prepare(
    integration: Integration,
    stage_variables: Mapping[str, str],
    certificate: ClientCertificate | None,
) -> Integrator:
    """Compile one mock integration. Raises ExpressionError for an unknown mapping."""
    del stage_variables, certificate  # the templates are plain text, and nobody is called
    statuses = {
        media_type: str(json.loads(template)["statusCode"])
        for media_type, template in integration.request_templates.items()
    }
    replies = [_Reply(response) for response in integration.responses]
    behaviour = integration.passthrough_behavior

    def integrate(call: Call, allow: Allow) -> Asking[Response | Failure]:
        del allow  # who may call has been decided
        yield from ()  # a mock has nothing to ask
        content_type = call.request.headers.get("content-type") or _JSON
        status = statuses.get(content_type.partition(";")[0].strip().lower())
        if status is None:
            if behaviour == "NEVER" or (behaviour == "WHEN_NO_TEMPLATES" and statuses):
                return Failure(
                    GatewayResponseType.UNSUPPORTED_MEDIA_TYPE,
                    "Unsupported Media Type",
                    error_type="BadRequestException",
                )
            return configuration_error(f"no request template for {content_type} names a status")
        reply = _select(replies, status)
        if reply is None:
            return configuration_error(f"no integration response matches status {status}")
        return reply.write(call)

    return integrate


class _Reply:
    """One integration response, compiled."""

    __slots__ = ("_body", "_fields", "_status", "pattern")

    def __init__(self, response: IntegrationResponse) -> None:
        pattern = response.selection_pattern
        self.pattern = None if pattern is None else re.compile(pattern)
        self._status = response.status_code
        self._fields: list[tuple[str, Expression]] = [
            (target.removeprefix(_HEADER), compile_expression(text))
            for target, text in response.response_parameters.items()
        ]
        templates = response.response_templates
        media_type = _JSON if _JSON in templates else next(iter(templates), _JSON)
        self._body = templates.get(media_type, "").encode()
        self._fields.insert(0, ("Content-Type", lambda _: media_type))

    def write(self, call: Call) -> Response:
        """Make the response for one call; the body is never shared between responses."""
        fields: list[Pair] = []
        for name, value in self._fields:
            text = value(call)
            if text is not None:
                fields.append((name, one_line(text)))
        return Response(self._status, fields, self._body)


def _select(replies: Sequence[_Reply], status: str) -> _Reply | None:
    """Find the reply whose pattern matches the whole status, else the default one."""
    default = None
    for reply in replies:
        if reply.pattern is None:
            default = reply
        elif reply.pattern.fullmatch(status):
            return reply
    return default
