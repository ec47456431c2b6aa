"""An API in the form without ids: what two of them have in common, whenever they were made."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from gatelodge.control.apigateway.form import Form
from gatelodge.openapi.models import LOCAL, refer

_NAMED = ("authorizers", "models", "requestValidators")
_REFERENCES = {"authorizerId": "authorizers", "requestValidatorId": "requestValidators"}
# What API Gateway fills in where nothing is said.
_BY_ITSELF: Mapping[str, object] = {
    "apiKeySource": "HEADER",
    "authorizerResultTtlInSeconds": 300,
    "connectionType": "INTERNET",
    "endpointTypes": ["EDGE"],
    "passthroughBehavior": "WHEN_NO_MATCH",
    "responseTransferMode": "BUFFERED",
    "securityPolicy": "TLS_1_0",
    "timeoutInMillis": 29_000,
}


def by_name(form: Mapping[str, Any]) -> Form:
    """Write a form with names in place of ids, in one order, without what is empty or by itself."""
    names = {
        member: {item.get("id", item["name"]): item["name"] for item in form.get(member) or ()}
        for member in _NAMED
    }
    lists = {
        member: sorted(
            (
                _filled({k: _schema(k, v) for k, v in item.items() if k != "id"})
                for item in form.get(member) or ()
            ),
            key=lambda item: str(item["name"]),
        )
        for member in _NAMED
    }
    resources = [
        {
            "path": resource["path"],
            "methods": {
                verb: _method(method, names, resource.get("id"))
                for verb, method in sorted(resource["methods"].items())
            },
        }
        for resource in sorted(form["resources"], key=lambda resource: str(resource["path"]))
    ]
    responses = {
        kind: _filled({k: v for k, v in response.items() if k != "responseType"})
        for kind, response in (form.get("gatewayResponses") or {}).items()
    }
    members = {**form, **lists, "gatewayResponses": responses}
    return {**_filled(members), "resources": _without_ways(resources)}


def _schema(member: str, value: object) -> object:
    """Read the text of a model's schema, which may be spelt in many ways."""
    if member != "schema" or not isinstance(value, str):
        return value
    try:
        return refer(json.loads(value), LOCAL)
    except ValueError:
        return value


def _without_ways(resources: list[Form]) -> list[Form]:
    """Leave out what only leads to other resources, and the root, which every API has."""
    paths = [resource["path"] for resource in resources]
    return [
        resource
        for resource in resources
        if resource["methods"] or not _leads_on(resource["path"], paths)
    ]


def _leads_on(path: str, paths: Iterable[str]) -> bool:
    return path == "/" or any(other.startswith(f"{path}/") for other in paths)


def _method(
    method: Mapping[str, Any], names: Mapping[str, Mapping[str, str]], resource_id: str | None
) -> Form:
    named = {
        member: names[kind].get(method[member], method[member])
        for member, kind in _REFERENCES.items()
        if method.get(member) is not None
    }
    integration = method.get("integration")
    if integration is not None:
        integration = dict(integration)
        if integration.get("cacheNamespace") == resource_id:
            integration.pop("cacheNamespace", None)
        responses = integration.get("responses") or ()
        integration["responses"] = [
            _filled(response) for response in sorted(responses, key=lambda r: int(r["statusCode"]))
        ]
        integration = _filled(integration)
    return _filled({**method, **named, "integration": integration})


def _filled(members: Mapping[str, Any]) -> Form:
    empty: tuple[object, ...] = (None, "", [], {}, ())
    return {
        member: value
        for member, value in members.items()
        if value is not False
        and (value == 0 or value not in empty)
        and (member not in _BY_ITSELF or value != _BY_ITSELF[member])
    }
