"""From `x-amazon-apigateway-gateway-responses` to AWS-shaped gateway responses by type.

Reference: gateway-responses.md sections 1 and 2. Which types there are, and whether a mapped
value can be read, is for those who know the published API.
"""

from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.extensions import GATEWAY_RESPONSES
from gatelodge.openapi.mappings import gateway_response_targets
from gatelodge.openapi.problems import Problems, read_object, read_texts
from gatelodge.openapi.status import read_http_status

_MEMBERS = {"statusCode", "responseParameters", "responseTemplates"}


def read_gateway_responses(document: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """Read them; what is wrong goes to `problems`."""
    written = read_object(document, GATEWAY_RESPONSES, problems)
    return {
        kind: _read_response(kind, response, problems.at(GATEWAY_RESPONSES, kind))
        for kind, response in written.items()
    }


def _read_response(kind: str, response: object, problems: Problems) -> dict[str, Any]:
    if not isinstance(response, Mapping):
        problems.add("a gateway response is an object")
        response = {}
    for member in sorted(set(response) - _MEMBERS):
        problems.not_honoured(member, member)
    written = response.get("statusCode")
    status = read_http_status(written)
    if written is not None and status is None:
        problems.add(f"{written!r} is not an HTTP status from 200 to 599", "statusCode")
    parameters = read_texts(response, "responseParameters", problems)
    gateway_response_targets(parameters, problems.at("responseParameters"))
    return {
        "responseType": kind,
        "statusCode": status,
        "responseParameters": parameters,
        "responseTemplates": read_texts(response, "responseTemplates", problems),
    }
