"""From AWS-shaped documents to a published Api: what CreateDeployment does.

Ids that a document lacks are derived from what it describes, so that the same file always gives
the same publication.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from gatelodge.openapi import read_status
from gatelodge.published.api import Api
from gatelodge.published.form import FormError, api_from_json


def freeze(
    api: Mapping[str, Any], *, api_id: str, account: str, region: str, partition: str = "aws"
) -> Api:
    """Freeze the documents of one API. Raises FormError when they are not of the right shape.

    The deployment id is a digest of the content: a changed API is another deployment.
    """
    resources = api.get("resources", [])
    if not isinstance(resources, list) or not all(isinstance(r, Mapping) for r in resources):
        raise FormError("Api: resources is a list of objects")
    form = {
        **api,
        "id": api_id,
        "account": account,
        "region": region,
        "partition": partition,
        "resources": [_resource(resource) for resource in resources],
    }
    try:
        content = json.dumps(form, sort_keys=True)
    except (TypeError, ValueError) as error:
        raise FormError(f"Api: not a JSON document: {error}") from error
    return api_from_json({**form, "deploymentId": _short_id(content)})


def _resource(resource: Mapping[str, Any]) -> dict[str, Any]:
    methods = resource.get("methods", {})
    if isinstance(methods, Mapping):
        methods = {verb: _method(method) for verb, method in methods.items()}
    return {
        **resource,
        "id": resource.get("id") or _short_id(str(resource.get("path"))),
        "methods": methods,
    }


def _method(method: object) -> object:
    """Freeze a method: what AWS reads leniently is written in one way."""
    integration = method.get("integration") if isinstance(method, Mapping) else None
    if not isinstance(method, Mapping) or not isinstance(integration, Mapping):
        return method
    if integration.get("type") != "MOCK":
        return method
    templates = integration.get("requestTemplates", {})
    if not isinstance(templates, Mapping):
        return method
    frozen = {media_type: _status_template(text) for media_type, text in templates.items()}
    return {**method, "integration": {**integration, "requestTemplates": frozen}}


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
