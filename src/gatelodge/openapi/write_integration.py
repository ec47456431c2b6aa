"""An AWS-shaped Integration as `x-amazon-apigateway-integration`."""

from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.integration_responses import DEFAULT
from gatelodge.openapi.write_methods import WriteError

_PLAIN = (
    "httpMethod",
    "uri",
    "credentials",
    "connectionType",
    "connectionId",
    "contentHandling",
    "timeoutInMillis",
    "responseTransferMode",
    "integrationTarget",
    "requestParameters",
    "requestTemplates",
    "cacheKeyParameters",
)


def write_integration(
    integration: Mapping[str, Any], resource_id: str | None, method: str
) -> dict[str, Any]:
    """Write an integration; resource_id: what its cache's name is by itself. Raises WriteError."""
    written: dict[str, Any] = {"type": integration["type"].lower()}
    written |= {member: integration[member] for member in _PLAIN if integration.get(member)}
    if integration.get("passthroughBehavior"):
        written["passthroughBehavior"] = integration["passthroughBehavior"].lower()
    if integration.get("cacheNamespace") not in (None, resource_id):
        written["cacheNamespace"] = integration["cacheNamespace"]
    if integration.get("tlsInsecureSkipVerification"):
        written["tlsConfig"] = {"insecureSkipVerification": True}
    responses: dict[str, Any] = {}
    for response in integration.get("responses") or ():
        pattern = response.get("selectionPattern") or DEFAULT
        if pattern in responses:
            raise WriteError(f"{method}: two integration responses have the pattern {pattern!r}")
        responses[pattern] = _response(response)
    return written | ({"responses": responses} if responses else {})


def _response(response: Mapping[str, Any]) -> dict[str, Any]:
    members = ("responseParameters", "responseTemplates", "contentHandling")
    return {
        "statusCode": str(response["statusCode"]),
        **{member: response[member] for member in members if response.get(member)},
    }
