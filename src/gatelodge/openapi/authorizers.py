"""From security schemes with an authorizer to AWS-shaped Authorizers.

Reference: openapi-extensions.md section 2.4. A scheme makes an authorizer of its name, whether a
method uses it or not. All of it is understood, or it is refused with its place.
"""

import re
from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.extensions import AUTHORIZER, AUTHTYPE
from gatelodge.openapi.problems import Problems, read_text, read_text_list
from gatelodge.openapi.validation import ValidationError, compile_validation

TYPES: Mapping[str, str] = {
    "token": "TOKEN",
    "request": "REQUEST",
    "cognito_user_pools": "COGNITO_USER_POOLS",
}
AUTHORIZATION_TYPES: Mapping[str, str] = {
    "TOKEN": "CUSTOM",
    "REQUEST": "CUSTOM",
    "COGNITO_USER_POOLS": "COGNITO_USER_POOLS",
}
"""An authorizer's type → the authorizationType of the methods that use it."""
_EVERYWHERE = {"type", "identitySource", "authorizerResultTtlInSeconds"}
_MEMBERS = {
    "TOKEN": {"authorizerUri", "authorizerCredentials", "identityValidationExpression"},
    "REQUEST": {"authorizerUri", "authorizerCredentials"},
    "COGNITO_USER_POOLS": {"providerARNs", "identityValidationExpression"},
}
DEFAULT_TTL, MAX_TTL = 300, 3600
MAX_POOLS = 1000
_NAME = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_HEADER = re.compile(rf"method\.request\.header\.{_NAME}", re.ASCII)
_SOURCE = re.compile(
    rf"method\.request\.(?:header\.{_NAME}|querystring\.[^,\s]+)"
    r"|stageVariables\.[A-Za-z0-9_]+|context\.[A-Za-z0-9_.]+",
    re.ASCII,
)
FUNCTION_URI = re.compile(
    r"arn:[a-z-]+:apigateway:[a-z0-9-]+:lambda:path/2015-03-31/functions/\S+/invocations", re.ASCII
)
_POOL_ARN = re.compile(r"arn:[a-z-]+:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool/\S+", re.ASCII)
ROLE_ARN = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:role/\S+", re.ASCII)


def read_authorizers(
    document: Mapping[str, Any], schemes: Mapping[str, Any], problems: Problems
) -> list[dict[str, Any]]:
    """Read the authorizers of a document's security schemes; what is wrong goes to `problems`."""
    place = (
        problems.at("securityDefinitions")
        if "swagger" in document
        else problems.at("components", "securitySchemes")
    )
    return [
        _read_authorizer(name, scheme, place.at(name))
        for name, scheme in schemes.items()
        if isinstance(scheme, Mapping) and AUTHORIZER in scheme
    ]


def authorizer_type(scheme: Mapping[str, Any]) -> str | None:
    """Say of which type a scheme's authorizer is, in AWS's word; None for no REST authorizer."""
    written = scheme.get(AUTHORIZER)
    kind = written.get("type") if isinstance(written, Mapping) else None
    return TYPES.get(kind.lower()) if isinstance(kind, str) else None


def _read_authorizer(name: str, scheme: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    if scheme.get("type") != "apiKey":
        problems.add("API Gateway reads authorizers of REST APIs in schemes of type apiKey", "type")
    authorizer: dict[str, Any] = {"name": name, "type": "", "identitySource": ""}
    label = scheme.get(AUTHTYPE)
    if isinstance(label, str):
        authorizer["authType"] = label
    elif label is not None:
        problems.add("a text is expected", AUTHTYPE)
    inside = problems.at(AUTHORIZER)
    written = scheme[AUTHORIZER]
    if not isinstance(written, Mapping):
        inside.add("an authorizer is an object")
        return authorizer
    kind = authorizer_type(scheme)
    if kind is None:
        inside.add(
            f"the type of a REST API's authorizer is {', '.join(TYPES)}, not "
            f"{written.get('type')!r}",
            "type",
        )
        return authorizer
    for member in sorted(set(written) - _EVERYWHERE - _MEMBERS[kind]):
        inside.add(f"a {kind} authorizer has no member {member!r} in a REST API", member)
    authorizer |= {
        "type": kind,
        "authorizerResultTtlInSeconds": _ttl(written, inside),
        "identityValidationExpression": _validation(written, inside),
    }
    authorizer["identitySource"] = _identity_source(scheme, written, authorizer, problems)
    if kind == "COGNITO_USER_POOLS":
        authorizer["providerARNs"] = _pools(written, inside)
    else:
        authorizer |= _function(written, inside)
    return authorizer


def _validation(written: Mapping[str, Any], problems: Problems) -> str | None:
    member = "identityValidationExpression"
    expression = read_text(written, member, problems)
    if expression is not None:
        try:
            compile_validation(expression)
        except ValidationError as error:
            problems.add(str(error), member)
    return expression


def _ttl(written: Mapping[str, Any], problems: Problems) -> int:
    """Read the time to live: a number, which AWS's documentation also writes as a text."""
    value = written.get("authorizerResultTtlInSeconds", DEFAULT_TTL)
    if isinstance(value, str) and re.fullmatch("[0-9]{1,4}", value, re.ASCII):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_TTL:
        return value
    problems.add(f"a whole number from 0 to {MAX_TTL}", "authorizerResultTtlInSeconds")
    return 0


def _identity_source(
    scheme: Mapping[str, Any],
    written: Mapping[str, Any],
    authorizer: Mapping[str, Any],
    problems: Problems,
) -> str:
    """Read where the caller's identity stands; the scheme's name and position, if not said."""
    kind, inside = authorizer["type"], problems.at(AUTHORIZER)
    explicit = read_text(written, "identitySource", inside)
    if explicit is None:
        source = _scheme_source(scheme)
        if source is None and kind == "REQUEST" and not authorizer["authorizerResultTtlInSeconds"]:
            return ""  # nothing is kept, so nothing is needed to keep it under
        if source is None:
            problems.add("name and in do not name a header or a query parameter", "name")
            return ""
        explicit, place = source, problems.at("name")
    else:
        place = inside.at("identitySource")
    sources = [text.strip() for text in explicit.split(",")]
    if kind == "REQUEST":
        for text in sources:
            if not _SOURCE.fullmatch(text):
                place.add(
                    f"{text!r} is no identity source; use method.request.header.NAME, "
                    "method.request.querystring.NAME, stageVariables.NAME or context.NAME"
                )
    elif len(sources) != 1 or not _HEADER.fullmatch(sources[0]):
        place.add(f"a {kind} authorizer has one identity source, method.request.header.NAME")
    return ",".join(sources)


def _scheme_source(scheme: Mapping[str, Any]) -> str | None:
    name = scheme.get("name")
    position = {"header": "header", "query": "querystring"}.get(str(scheme.get("in")))
    # AWS writes "Unused" where the name says nothing.
    if not isinstance(name, str) or not name or name == "Unused" or position is None:
        return None
    return f"method.request.{position}.{name}"


def _pools(written: Mapping[str, Any], problems: Problems) -> list[str]:
    pools = read_text_list(written, "providerARNs", problems)
    if not 1 <= len(pools) <= MAX_POOLS:
        problems.add(f"name 1 to {MAX_POOLS} user pools", "providerARNs")
    for position, arn in enumerate(pools):
        if not _POOL_ARN.fullmatch(arn):
            message = f"{arn!r} is not arn:PARTITION:cognito-idp:REGION:ACCOUNT:userpool/POOL"
            problems.add(message, "providerARNs", str(position))
    return pools


def _function(written: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    uri = written.get("authorizerUri")
    if not isinstance(uri, str) or not FUNCTION_URI.fullmatch(uri):
        problems.add(
            f"{uri!r} is not arn:PARTITION:apigateway:REGION:lambda:path/2015-03-31/functions/"
            "FUNCTION/invocations",
            "authorizerUri",
        )
    credentials = read_text(written, "authorizerCredentials", problems)
    if credentials is not None and not ROLE_ARN.fullmatch(credentials):
        problems.add(f"{credentials!r} is not the ARN of a role", "authorizerCredentials")
    return {"authorizerUri": uri, "authorizerCredentials": credentials}
