"""From AWS-shaped documents to a published Api: what CreateDeployment does.

Ids that a document lacks are derived from what it describes, so that the same file always gives
the same publication.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gatelodge.openapi import can_run, read_status
from gatelodge.published.api import Api
from gatelodge.published.form import FormError, api_from_json, to_json

# What only editing and exporting know. Every other unknown member is refused.
_EDITED_API = {
    "apiKeySource",
    "endpointAccessMode",
    "minimumCompressionSize",
    "models",
    "requestValidators",
    "securityPolicy",
    "version",
}
_EDITED_METHOD = {"methodResponses", "requestModels", "requestParameters", "requestValidatorId"}
_EDITED_INTEGRATION = {
    "connectionId",
    "connectionType",
    "contentHandling",
    "integrationTarget",
    "responseTransferMode",
}


def freeze(
    api: Mapping[str, Any],
    *,
    api_id: str,
    account: str,
    region: str,
    partition: str = "aws",
    deployment_id: str | None = None,
) -> Api:
    """Freeze an API in the reader's form. Raises FormError when it is not of the right shape.

    Authorizers are a list; where they have no ids, a method's `authorizerId` is a name. Without a
    deployment id, a digest of what is published is one: a changed API is another deployment.
    An integration that cannot run here is left out, so that its calls fail; openapi.check_served
    tells which.
    """
    resources = api.get("resources", [])
    if not isinstance(resources, list) or not all(isinstance(r, Mapping) for r in resources):
        raise FormError("Api: resources is a list of objects")
    authorizers = _authorizers(api.get("authorizers", []))
    form = {
        "name": "",
        **_without(api, _EDITED_API),
        "id": api_id,
        "account": account,
        "region": region,
        "partition": partition,
        "authorizers": {authorizer["id"]: authorizer for authorizer in authorizers.values()},
        "resources": [_resource(resource, authorizers) for resource in resources],
    }
    frozen = api_from_json({**form, "deploymentId": deployment_id or ""})
    if deployment_id is not None:
        return frozen
    try:
        content = json.dumps(to_json(frozen), sort_keys=True)
    except (TypeError, ValueError) as error:
        raise FormError(f"Api: not a JSON document: {error}") from error
    return replace(frozen, deployment_id=_short_id(content))


def _without(holder: Mapping[str, Any], members: set[str]) -> dict[str, Any]:
    return {member: value for member, value in holder.items() if member not in members}


def _authorizers(written: object) -> dict[object, dict[str, Any]]:
    """Give every authorizer an id; gives them by what methods call them."""
    if not isinstance(written, list) or not all(isinstance(item, Mapping) for item in written):
        raise FormError("Api: authorizers is a list of objects")
    found: dict[object, dict[str, Any]] = {}
    for authorizer in written:
        name = authorizer.get("id") or authorizer.get("name")
        if not isinstance(name, str) or name in found:
            raise FormError(f"Authorizer: {name!r} does not name one authorizer")
        found[name] = {**authorizer, "id": authorizer.get("id") or _short_id(f"authorizer {name}")}
    return found


def _resource(
    resource: Mapping[str, Any], authorizers: Mapping[object, Mapping[str, Any]]
) -> dict[str, Any]:
    methods = resource.get("methods", {})
    resource_id = resource.get("id") or _short_id(str(resource.get("path")))
    if isinstance(methods, Mapping):
        methods = {
            verb: _method(method, authorizers, resource_id) for verb, method in methods.items()
        }
    return {**resource, "id": resource_id, "methods": methods}


def _method(
    method: object, authorizers: Mapping[object, Mapping[str, Any]], resource_id: object
) -> object:
    """Freeze a method: what AWS reads leniently is written in one way."""
    if not isinstance(method, Mapping):
        return method
    named = method.get("authorizerId")
    if named is not None:
        if not isinstance(named, str) or named not in authorizers:
            raise FormError(f"Method: there is no authorizer {named!r}")
        method = {**method, "authorizerId": authorizers[named]["id"]}
    method = _without(method, _EDITED_METHOD)
    integration = method.get("integration")
    return {
        **method,
        "integration": _integration(integration, resource_id)
        if isinstance(integration, Mapping)
        else integration,
    }


def _integration(integration: Mapping[str, Any], resource_id: object) -> dict[str, Any] | None:
    if not can_run(integration):
        return None
    frozen = {"cacheKeyParameters": [], **_without(integration, _EDITED_INTEGRATION)}
    if frozen.get("cacheNamespace") == resource_id:
        del frozen["cacheNamespace"]
    if isinstance(frozen.get("responses"), list):
        frozen["responses"] = [_without(r, {"contentHandling"}) for r in frozen["responses"]]
    templates = frozen.get("requestTemplates", {})
    if frozen["type"] == "MOCK":
        if not isinstance(templates, Mapping):
            raise FormError("Integration: requestTemplates is an object")
        frozen["requestTemplates"] = {
            media_type: _status_template(text) for media_type, text in templates.items()
        }
    return frozen


def _status_template(text: object) -> str:
    status = read_status(text) if isinstance(text, str) else None
    if status is None:
        raise FormError(f"Integration: {text!r} names no status")
    return json.dumps({"statusCode": status})


def _short_id(text: str) -> str:
    """Derive an id of the length and alphabet that AWS uses."""
    number = int.from_bytes(
        hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big"
    )
    digits = ""
    while len(digits) < 6:
        number, digit = divmod(number, 36)
        digits += "0123456789abcdefghijklmnopqrstuvwxyz"[digit]
    return digits
