"""GetExport: a deployed API as a document, as API Gateway writes it (control-plane.md 6.4).

What is exported is what the stage serves, not what has been edited since.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import yaml

from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.openapi import Extension, Notation, Server, WriteError, write

_JSON, _YAML = "json", "yaml"
_MEDIA_TYPES = {
    "application/json": _JSON,
    "*/*": _JSON,
    "application/yaml": _YAML,
    "application/x-yaml": _YAML,
}
# Documentation is not kept, so there is none to write.
_WITHOUT_EFFECT = {"documentation"}


@operation("apigateway", "GetExport")
def get_export(
    call: Call,
    *,
    restApiId: str,
    stageName: str,
    exportType: str,
    parameters: Mapping[str, str] | None = None,
    accepts: str | None = None,
) -> Output:
    """Write what a stage serves as OpenAPI 3.0 or Swagger 2.0, in JSON or YAML."""
    api = documents.api(call, restApiId)
    stage = documents.child(call, documents.STAGE, restApiId, stageName)
    if exportType not in set(Notation):
        raise bad_request(f"Invalid export type. Valid options are {','.join(Notation)}")
    media_type = (accepts or "application/json").partition(";")[0].strip().lower()
    form = _MEDIA_TYPES.get(media_type)
    if form is None:
        raise bad_request("Unsupported content type. Use application/json or application/yaml")
    snapshot = documents.child(
        call, documents.SNAPSHOT, restApiId, str(stage.body["deploymentId"])
    ).body
    created = datetime.fromisoformat(api.created).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        document = write(
            {"version": created, **snapshot},
            Notation(exportType),
            Server(restApiId, call.region, stageName),
            _extensions(parameters or {}),
        )
    except WriteError as error:
        raise bad_request(f"This API cannot be exported as {exportType}: {error}") from error
    now = call.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "contentType": "application/octet-stream",
        "contentDisposition": f'attachment; filename="{exportType}_{now}.{form}"',
        "body": _text(document, form).encode(),
    }


def _extensions(parameters: Mapping[str, str]) -> frozenset[Extension]:
    for name in sorted(set(parameters) - {"extensions"}):
        raise bad_request(f"Unknown parameter {name} of an export")
    names = {name.strip() for name in parameters.get("extensions", "").split(",")} - {""}
    for name in sorted(names - set(Extension) - _WITHOUT_EFFECT):
        raise bad_request(f"Unknown extensions {name}. Valid options are {','.join(Extension)}")
    return frozenset(Extension(name) for name in names - _WITHOUT_EFFECT)


def _text(document: dict[str, Any], form: str) -> str:
    if form == _JSON:
        return json.dumps(document, indent=2, ensure_ascii=False)
    text: str = yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
    return text
