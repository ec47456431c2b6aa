"""HTTP_PROXY: the request goes to an HTTP backend as it is, but for what the API maps.

Source: API Gateway Developer Guide, "Set up HTTP integrations in API Gateway"; reference:
openapi-extensions.md section 4.
"""

from collections.abc import Mapping
from typing import assert_never
from urllib.parse import unquote

from gatelodge.asking import Asking
from gatelodge.authorize.decision import Allow
from gatelodge.context.call import Call
from gatelodge.context.expressions import Expression, compile_expression
from gatelodge.context.query import write_pair
from gatelodge.integrate.failure import Failure, configuration_error
from gatelodge.integrate.integrator import Integrator
from gatelodge.integrate.questions import ClientCertificate, SendHttp, Unreachable, Unreached
from gatelodge.integrate.relay import request_fields, response_lines, without_credentials
from gatelodge.integrate.uri import (
    UriError,
    fill_stage_variables,
    host_line,
    parse_uri,
    path_writer,
)
from gatelodge.messages import Response, one_line
from gatelodge.published import GatewayResponseType, Integration

_CRLF = "\r\n"
_PATH_SOURCE = "method.request.path."


def prepare(
    integration: Integration,
    stage_variables: Mapping[str, str],
    certificate: ClientCertificate | None,
) -> Integrator:
    """Compile one integration. Raises UriError or ExpressionError for what cannot work."""
    uri = fill_stage_variables(integration.uri, stage_variables)
    verify_tls = not integration.tls_insecure_skip_verification
    origin, path, fixed_query = parse_uri(uri, verify_tls=verify_tls)
    if origin.scheme == "https":
        origin = origin._replace(certificate=certificate)
    if "{" in fixed_query:
        raise UriError(f"the query {fixed_query!r} has a parameter, which belongs into the path")
    host = host_line(origin)
    mapped = _Mapped(integration.request_parameters)
    maps_query = bool(fixed_query or mapped.query)
    write_path = path_writer(path, mapped.path, mapped.from_path)
    verb = None if integration.http_method == "ANY" else integration.http_method
    timeout_ms = integration.timeout_in_millis

    def integrate(call: Call, allow: Allow) -> Asking[Response | Failure]:
        request = call.request
        body = request.body
        if body is None:
            return configuration_error("this door did not see the body of the request")
        target = write_path(call)
        if target is None:
            return configuration_error("a path parameter of the integration has no usable value")
        consumed = allow.caller is not None
        query = request.raw_query
        if query and consumed:
            query = without_credentials(query)
        if maps_query:
            query = mapped.merge_query(query, fixed_query, call)
        if query:
            target = f"{target}?{query}"
        fields = request_fields(call, host, consumed=consumed)
        if mapped.headers:
            fields = mapped.merge_fields(fields, call)
        # Plainly: `yield from ask(…)` would cost as much as writing the request.
        reply: Response | Unreachable = yield SendHttp(
            verb or request.method, origin, target, fields, body, timeout_ms
        )
        if isinstance(reply, Unreachable):
            return _failure(reply)
        keep_length = reply.status == 304 or request.method == "HEAD"
        reply.lines = response_lines(reply.lines, keep_length=keep_length)
        return reply

    return integrate


class _Mapped:
    """The requestParameters of one integration, compiled and sorted by where they go."""

    __slots__ = ("from_path", "headers", "path", "query")

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self.path: dict[str, Expression] = {}
        self.query: dict[str, Expression] = {}
        self.headers: dict[str, Expression] = {}
        places = {"path": self.path, "querystring": self.query, "header": self.headers}
        self.from_path: dict[str, str] = {}
        """Of path parameters that come from the request's path: their names there."""
        for target, text in parameters.items():
            _, _, place, name = target.split(".", 3)
            places[place][name] = compile_expression(text)
            if place == "path" and text.startswith(_PATH_SOURCE):
                self.from_path[name] = text[len(_PATH_SOURCE) :]

    def merge_query(self, raw_query: str, fixed_query: str, call: Call) -> str:
        """Put the mapped parameters in the place of the client's own of the same names."""
        mapped = {name: value(call) for name, value in self.query.items()}
        kept = [
            pair
            for pair in raw_query.split("&")
            if pair and unquote(pair.partition("=")[0]) not in mapped
        ]
        written = [write_pair(name, value) for name, value in mapped.items() if value is not None]
        return "&".join([fixed_query, *kept, *written] if fixed_query else [*kept, *written])

    def merge_fields(self, fields: str, call: Call) -> str:
        """Put the mapped fields in the place of those of the same names."""
        mapped = {name: value(call) for name, value in self.headers.items()}
        lower = {name.lower() for name, value in mapped.items() if value is not None}
        lines = fields.removesuffix(_CRLF).split(_CRLF)
        kept = [line for line in lines if line.partition(":")[0].lower() not in lower]
        # A value may come from a decoded query; a line break in it would begin another field.
        kept += [
            f"{name}: {one_line(value)}" for name, value in mapped.items() if value is not None
        ]
        return _CRLF.join([*kept, ""])


def _failure(unreachable: Unreachable) -> Failure:
    detail = unreachable.detail or unreachable.reason.value
    match unreachable.reason:
        case Unreached.TIMED_OUT:
            return Failure(
                GatewayResponseType.INTEGRATION_TIMEOUT,
                "Endpoint request timed out",
                detail=detail,
            )
        case Unreached.DNS | Unreached.CERTIFICATE:
            return configuration_error(detail)
        case (
            Unreached.REFUSED
            | Unreached.TLS
            | Unreached.BROKEN
            | Unreached.MALFORMED
            | Unreached.TOO_LARGE
            | Unreached.OVERLOADED
        ):
            return Failure(
                GatewayResponseType.INTEGRATION_FAILURE,
                "Network error communicating with endpoint",
                detail=detail,
            )
        case _:
            assert_never(unreachable.reason)
