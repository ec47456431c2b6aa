"""What of an AWS-shaped API can be served here; everything else is told by name.

The same checks for a file and for a deployment of what was built call by call. Nothing that asks
for protection can be tolerated away: ignoring it would open the method.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gatelodge.openapi.authorizers import FUNCTION_URI, ROLE_ARN
from gatelodge.openapi.extensions import (
    API_KEY_SOURCE,
    ENDPOINT_ACCESS_MODE,
    ENDPOINT_CONFIGURATION,
    INTEGRATION,
    MINIMUM_COMPRESSION_SIZE,
    REQUEST_VALIDATOR,
    SECURITY_POLICY,
)
from gatelodge.openapi.problems import Problems
from gatelodge.openapi.status import read_status
from gatelodge.openapi.validators import VALIDATES

TEMPLATES = "mapping-templates"
"""What an operator lists to load methods whose templates are not plain text."""
_AUTHORIZATION = {"NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"}
_INTEGRATIONS = {"AWS_PROXY", "HTTP_PROXY", "MOCK"}
_NEVER_OPENED = "a method is never opened instead, so remove it from the API"
_DIRECTIVE = re.compile(r"[#$]")

Place = Callable[[str, str], Problems]
"""(path, verb) → where the problems of that method go."""


def check_served(api: Mapping[str, Any], problems: Problems, place: Place) -> None:
    """Check an API in the reader's form; `problems` is for what belongs to no method."""
    if api.get("apiKeySource", "HEADER") != "HEADER":
        problems.not_honoured(API_KEY_SOURCE, API_KEY_SOURCE)
    if api.get("minimumCompressionSize") is not None:
        problems.not_honoured(MINIMUM_COMPRESSION_SIZE, MINIMUM_COMPRESSION_SIZE)
    if "PRIVATE" in (api.get("endpointTypes") or ()):
        problems.add(
            "private APIs are not supported: there is no VPC endpoint here", ENDPOINT_CONFIGURATION
        )
    # Where TLS ends, and how, the operator decides; only what asks for nothing holds anyway.
    if api.get("securityPolicy", "TLS_1_0") != "TLS_1_0":
        problems.not_honoured(SECURITY_POLICY, SECURITY_POLICY)
    if api.get("endpointAccessMode", "BASIC") != "BASIC":
        problems.not_honoured(ENDPOINT_ACCESS_MODE, ENDPOINT_ACCESS_MODE)
    authorizers = _by_id(api.get("authorizers", ()))
    validators = _by_id(api.get("requestValidators", ()))
    for resource in api["resources"]:
        for verb, method in resource["methods"].items():
            at = place(resource["path"], verb)
            _check_authorization(method, authorizers, at)
            validator = validators.get(method.get("requestValidatorId"), {})
            if any(validator.get(flag) for flag in VALIDATES):
                at.not_honoured(REQUEST_VALIDATOR, REQUEST_VALIDATOR)
            if method.get("integration") is not None:
                check_integration(method["integration"], at.at(INTEGRATION))


def _by_id(items: Iterable[Mapping[str, Any]]) -> Mapping[object, Mapping[str, Any]]:
    """Look up by what methods call them: an id, or a name where there are no ids yet."""
    return {item.get("id", item["name"]): item for item in items}


def can_run(integration: Mapping[str, Any]) -> bool:
    """Tell whether an integration can run here; where it cannot, its calls are answered 500."""
    problems = Problems()
    check_integration(integration, problems)
    return not any(problem.disables for problem in problems.found)


def check_integration(integration: Mapping[str, Any], problems: Problems) -> None:
    """Check an AWS-shaped integration; what is not served goes to `problems`."""
    kind = str(integration.get("type"))
    if kind not in _INTEGRATIONS:
        problems.without_integration(
            f"integration type {kind.lower()!r} is not supported: "
            "use aws_proxy, http_proxy or mock",
            kind.lower(),
            "type",
        )
        return
    if integration.get("connectionType", "INTERNET") != "INTERNET":
        problems.add("VPC links are not supported; use INTERNET", "connectionType")
    if integration.get("responseTransferMode", "BUFFERED") != "BUFFERED":
        problems.not_honoured("responseTransferMode", "responseTransferMode")
    if integration.get("integrationTarget"):
        problems.add("VPC links are not supported; remove integrationTarget", "integrationTarget")
    if integration.get("connectionId"):
        problems.not_honoured("connectionId", "connectionId")
    if kind == "AWS_PROXY":
        _check_function(integration, problems)
    elif integration.get("credentials"):
        problems.not_honoured("credentials", "credentials")
    _check_conversion(integration, kind, problems)
    if kind == "MOCK":
        _check_mock(integration, problems)


def _check_authorization(
    method: Mapping[str, Any],
    authorizers: Mapping[object, Mapping[str, Any]],
    problems: Problems,
) -> None:
    kind = method["authorizationType"]
    if kind not in _AUTHORIZATION:
        authorizer = authorizers.get(method.get("authorizerId"), {})
        problems.add(
            f"security scheme {authorizer.get('name')!r} is a {authorizer.get('type', kind)} "
            f"authorizer, which is not supported; {_NEVER_OPENED}"
        )
    if method.get("apiKeyRequired"):
        problems.add(f"the method asks for API keys, which are not supported; {_NEVER_OPENED}")


def _check_conversion(holder: Mapping[str, Any], kind: str, problems: Problems) -> None:
    """Octets pass as they are; a mock's text is text already, and so is a function's event."""
    handling = holder.get("contentHandling")
    text = kind in {"AWS_PROXY", "MOCK"} and handling == "CONVERT_TO_TEXT"
    if handling is not None and not text:
        problems.not_honoured("contentHandling", "contentHandling")


def _check_function(integration: Mapping[str, Any], problems: Problems) -> None:
    """Check what invokes a Lambda function; other services have no proxy integration."""
    if not FUNCTION_URI.fullmatch(str(integration.get("uri"))):
        problems.add(
            f"{integration.get('uri')!r} is not arn:PARTITION:apigateway:REGION:lambda:path/"
            "2015-03-31/functions/FUNCTION/invocations",
            "uri",
        )
    if str(integration.get("httpMethod")).upper() != "POST":
        problems.add("functions are invoked with POST", "httpMethod")
    role = integration.get("credentials")
    if role and not ROLE_ARN.fullmatch(str(role)):
        # arn:aws:iam::*:user/* would mean the caller's own credentials.
        problems.not_honoured("credentials", "credentials")
    if integration.get("requestParameters"):
        problems.not_honoured("requestParameters", "requestParameters")


def _check_mock(integration: Mapping[str, Any], problems: Problems) -> None:
    place = problems.at("requestTemplates")
    for media_type, text in integration.get("requestTemplates", {}).items():
        if _is_plain(text, place, media_type) and read_status(text) is None:
            place.add(
                'a mock\'s request template names a status, as in {"statusCode": 200}', media_type
            )
    for response in integration.get("responses", ()):
        pattern = response.get("selectionPattern")
        at = problems.at("responses", "default" if pattern is None else pattern)
        _check_conversion(response, "MOCK", at)
        for media_type, text in response.get("responseTemplates", {}).items():
            _is_plain(text, at.at("responseTemplates"), media_type)


def _is_plain(text: str, problems: Problems, *tokens: str) -> bool:
    if not _DIRECTIVE.search(text):
        return True
    problems.without_integration(
        "mapping templates with directives (# or $) are not supported yet: write plain text",
        TEMPLATES,
        *tokens,
    )
    return False
