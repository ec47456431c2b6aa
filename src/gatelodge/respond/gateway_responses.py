"""Gateway responses: the answers that the gateway gives itself, as an API customises them.

Reference: gateway-responses.md sections 1 and 2. Templates are plain substitution, never VTL.
"""

import re
from collections.abc import Callable, Mapping

from gatelodge.context.call import Call
from gatelodge.context.expressions import Expression, compile_expression
from gatelodge.messages import Pair, Response, one_line
from gatelodge.published import Api, GatewayResponse, GatewayResponseType

_JSON = "application/json"
_BUILT_IN_TEMPLATE = '{"message":$context.error.messageString}'
# AWS answers these with a capital M as long as nobody customises them (section 2.1).
_CAPITAL_TEMPLATE = '{"Message":$context.error.messageString}'
_HEADER = "gatewayresponse.header."
_PLACEHOLDER = re.compile(
    r"\$(context\.[A-Za-z0-9_.]*[A-Za-z0-9_]|stageVariables\.[A-Za-z0-9_]+"
    r"|method\.request\.(?:header|path|querystring|multivalueheader|multivaluequerystring)"
    r"\.[A-Za-z0-9_-]+)"
)


class GatewayResponses:
    """The gateway responses of one API, compiled."""

    __slots__ = ("_by_type",)

    def __init__(self, api: Api) -> None:
        customised = api.gateway_responses
        self._by_type = {
            kind: _Answer(kind, customised.get(kind) or customised.get(_fallback(kind)))
            for kind in GatewayResponseType
        }

    def answer(
        self,
        kind: GatewayResponseType,
        error_type: str,
        call: Call,
        status: int | None = None,
    ) -> Response:
        """Write the answer of one type; `call.error` holds the message.

        status: instead of the type's own, unless that is customised.
        """
        return self._by_type[kind].write(error_type, call, status)


def built_in(status: int, error_type: str, message: str) -> Response:
    """Write an answer from before an API is known, which nobody can customise."""
    body = f'{{"message":"{message}"}}'.encode()
    return Response(status, [("x-amzn-ErrorType", error_type), ("Content-Type", _JSON)], body)


class _Answer:
    """One type's answer: its status, its fields, its body."""

    __slots__ = ("_capital", "_customised", "_fields", "_own_status", "_status", "_templates")

    def __init__(self, kind: GatewayResponseType, response: GatewayResponse | None) -> None:
        self._own_status = response.status_code if response else None
        self._status = self._own_status or kind.default_status
        self._fields: list[tuple[str, Expression]] = []
        templates: Mapping[str, str] = {}
        if response is not None:
            templates = response.response_templates
            for target, text in response.response_parameters.items():
                if target.startswith(_HEADER):
                    name = target.removeprefix(_HEADER)
                    self._fields.append((name, compile_expression(text)))
        self._templates = {
            media_type: _compile_template(text)
            for media_type, text in (templates or {_JSON: _BUILT_IN_TEMPLATE}).items()
        }
        self._customised = response is not None
        self._capital = _compile_template(_CAPITAL_TEMPLATE)

    def write(self, error_type: str, call: Call, status: int | None) -> Response:
        """Write the answer for one call."""
        media_type, template = self._choose(call)
        if not self._customised and error_type == "AccessDeniedException":
            template = self._capital
        # `or`: a type without a status of its own (DEFAULT_5XX) is a plain 500.
        fields: list[Pair] = [("x-amzn-ErrorType", error_type), ("Content-Type", media_type)]
        for name, expression in self._fields:
            value = expression(call)
            if value is not None:
                fields = [pair for pair in fields if pair[0].lower() != name.lower()]
                fields.append((name, one_line(value)))
        status = self._own_status or status or self._status
        return Response(status, fields, template(call).encode())

    def _choose(self, call: Call) -> tuple[str, Callable[[Call], str]]:
        """Choose the template by the Accept field, else JSON, else the only kind there is."""
        for accepted in (call.request.headers.get("accept") or "").split(","):
            media_type = accepted.partition(";")[0].strip().lower()
            if media_type in self._templates:
                return media_type, self._templates[media_type]
        media_type = _JSON if _JSON in self._templates else next(iter(self._templates))
        return media_type, self._templates[media_type]


def _fallback(kind: GatewayResponseType) -> GatewayResponseType:
    """Name the type whose customisation serves for those without their own."""
    if kind.default_status >= 500:
        return GatewayResponseType.DEFAULT_5XX
    return GatewayResponseType.DEFAULT_4XX


def _compile_template(text: str) -> Callable[[Call], str]:
    """Compile plain substitution; what has no value is written as nothing."""
    pieces = _PLACEHOLDER.split(text)
    constants = pieces[::2]
    expressions = [compile_expression(piece) for piece in pieces[1::2]]

    def write(call: Call) -> str:
        written = [constants[0]]
        for expression, constant in zip(expressions, constants[1:], strict=True):
            written.append(expression(call) or "")
            written.append(constant)
        return "".join(written)

    return write
