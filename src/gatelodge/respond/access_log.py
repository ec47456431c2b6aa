"""Access log lines in the format of a stage: text with `$context` variables.

Reference: gateway-responses.md section 4.2. A variable without a value is written as `-`. Values
are escaped as in JSON strings, so that a header of the client cannot forge a line or a member.
"""

import json
import re
from collections.abc import Callable, Mapping

from gatelodge.context.call import Call
from gatelodge.context.variables import is_known_variable, read_variable
from gatelodge.respond.phases import PHASES

_PLACEHOLDER = re.compile(r"\$context\.([A-Za-z0-9_.-]*[A-Za-z0-9_-])")
_MAX_FORMAT = 3 * 1024
_NEEDED = {"requestId", "extendedRequestId"}

_JSON_MEMBERS = (
    "requestId",
    "requestTime",
    "httpMethod",
    "path",
    "resourcePath",
    "status",
    "protocol",
    "responseLength",
    "responseLatency",
    "integrationStatus",
    "integrationLatency",
    "error.responseType",
    "error.message",
    "identity.sourceIp",
    "identity.userAgent",
    "identity.userArn",
)
JSON_FORMAT = "{" + ",".join(f'"{name}":"$context.{name}"' for name in _JSON_MEMBERS) + "}"
"""What is logged where no format is set."""


class FormatError(ValueError):
    """The text is no access log format."""


class Delivered:
    """How a call ended: what only the door and the backend could tell."""

    __slots__ = (
        "integration_latency_ms",
        "integration_status",
        "invocation",
        "latency_ms",
        "length",
        "phases",
        "status",
    )

    def __init__(
        self,
        status: int,
        length: int,
        latency_ms: int,
        integration_status: int | None,
        integration_latency_ms: int | None,
        phases: Mapping[str, str],
        invocation: str | None = None,
    ) -> None:
        self.status = status
        self.length = length
        """Octets of the body."""
        self.latency_ms = latency_ms
        self.integration_status = integration_status
        """The backend's own status; None when none was asked or none answered."""
        self.integration_latency_ms = integration_latency_ms
        self.phases = phases
        """What authorization came to, phase by phase: variables with their values."""
        self.invocation = invocation
        """The RequestId of the integration's function; None where none ran."""


AccessLogLine = Callable[[Call, Delivered], str]


def compile_format(text: str) -> AccessLogLine:
    """Compile a format. Raises FormatError: too long, no request id, an unknown variable."""
    if len(text.encode()) > _MAX_FORMAT:
        raise FormatError("an access log format has at most 3 KB")
    pieces = _PLACEHOLDER.split(text)
    names = pieces[1::2]
    if _NEEDED.isdisjoint(names):
        raise FormatError(
            "an access log format must contain $context.requestId or $context.extendedRequestId"
        )
    unknown = sorted(n for n in set(names) - _KNOWN if not is_known_variable(n))
    if unknown:
        raise FormatError(f"there is no variable $context.{unknown[0]}")
    constants = pieces[::2]

    def line(call: Call, delivered: Delivered) -> str:
        written = [constants[0]]
        for name, constant in zip(names, constants[1:], strict=True):
            read = _DELIVERED.get(name)
            value = read(delivered) if read else read_variable(call, name)
            # messageString brings its own quotes.
            escape = name != "error.messageString"
            written.append("-" if value is None else _escaped(value) if escape else value)
            written.append(constant)
        return "".join(written)

    return line


def _escaped(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _phase(name: str) -> Callable[[Delivered], str | None]:
    return lambda delivered: delivered.phases.get(name)


_DELIVERED: dict[str, Callable[[Delivered], str | None]] = {
    "status": lambda d: str(d.status),
    "responseLength": lambda d: str(d.length),
    "responseLatency": lambda d: str(d.latency_ms),
    "integrationStatus": lambda d: _number(d.integration_status),
    "integration.status": lambda d: _number(d.integration_status),
    "integration.integrationStatus": lambda d: _number(d.integration_status),
    "integration.requestId": lambda d: d.invocation,
    "awsEndpointRequestId": lambda d: d.invocation,
    "integrationLatency": lambda d: _number(d.integration_latency_ms),
    "integration.latency": lambda d: _number(d.integration_latency_ms),
    **{name: _phase(name) for name in PHASES},
}
# Variables of features that no supported API can have are known, and always `-`.
_WITHOUT_VALUE = frozenset(
    {
        "cipherSuite",
        "customDomain.basePathMatched",
        "customDomain.routingRuleIdMatched",
        "error.validationErrorString",
        "identity.apiKey",
        "identity.apiKeyId",
        "identity.cognitoAuthenticationProvider",
        "identity.cognitoAuthenticationType",
        "identity.cognitoIdentityId",
        "identity.cognitoIdentityPoolId",
        "identity.principalOrgId",
        "identity.vpcId",
        "identity.vpceId",
        "integration.error",
        "integrationErrorMessage",
        "tlsVersion",
        "waf.error",
        "waf.latency",
        "waf.status",
        "wafResponseCode",
        "webaclArn",
        "xrayTraceId",
    }
)
_KNOWN = frozenset(_DELIVERED) | _WITHOUT_VALUE
