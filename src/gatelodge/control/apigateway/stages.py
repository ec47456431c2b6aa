"""Stages: the names under which deployments are served (API Gateway API reference, Stage)."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gatelodge.control import patching
from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.access_logs import read_access_log
from gatelodge.control.apigateway.caches import (
    BUILT_IN,
    cache_terms,
    published_size,
    read_size,
    settled,
)
from gatelodge.control.apigateway.canaries import (
    SETTINGS,
    patch_canary,
    published_canary,
    read_canary,
)
from gatelodge.control.apigateway.client_certificates import MEMBER as CERTIFICATE
from gatelodge.control.apigateway.client_certificates import check_certificate
from gatelodge.control.apigateway.documents import bad_request, conflict
from gatelodge.control.apigateway.method_settings import (
    patch_method_settings,
    published_settings,
)
from gatelodge.control.apigateway.serving import check_stage
from gatelodge.control.apigateway.tags import check_tags
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.control.patching import REMOVE, REPLACE, Rule, Table
from gatelodge.published import AccessLog, Api, Stage, api_from_json, to_json
from gatelodge.store import Document
from gatelodge.world.changes import flush_authorizers, flush_replies

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z0-9_]+", re.ASCII)
_VALUE = re.compile(r"[A-Za-z0-9._~:/?#&=,\s-]*", re.ASCII)
_FILE_LOG = "fileAccessLog"
_BUILT_IN = {
    **BUILT_IN,
    "methodSettings": {},
    "tracingEnabled": False,
}


@operation("apigateway", "CreateStage")
def create_stage(
    call: Call,
    *,
    restApiId: str,
    stageName: str,
    deploymentId: str,
    description: str | None = None,
    cacheClusterEnabled: bool = False,
    cacheClusterSize: str | None = None,
    variables: Mapping[str, str] | None = None,
    documentationVersion: str | None = None,
    canarySettings: Mapping[str, Any] | None = None,
    tracingEnabled: bool = False,
    tags: Mapping[str, str] | None = None,
) -> Output:
    """Create a stage that serves a deployment."""
    documents.api(call, restApiId)
    _refuse_documentation(documentationVersion)
    if _stored(call, restApiId, stageName) is not None:
        raise conflict("Stage already exists")
    body = _new_body(stageName, deploymentId, description, variables)
    body |= {"tracingEnabled": tracingEnabled, "cacheClusterEnabled": cacheClusterEnabled}
    if cacheClusterSize is not None:
        body["cacheClusterSize"] = read_size(cacheClusterSize)
    if canarySettings is not None:
        body[SETTINGS] = read_canary(canarySettings, deploymentId)
    if tags:
        body["tags"] = check_tags(call, dict(tags))
    return _keep(call, restApiId, None, body)


@operation("apigateway", "GetStage")
def get_stage(call: Call, *, restApiId: str, stageName: str) -> Output:
    """Read a stage."""
    return _shown(documents.child(call, documents.STAGE, restApiId, stageName))


@operation("apigateway", "GetStages")
def get_stages(call: Call, *, restApiId: str, deploymentId: str | None = None) -> Output:
    """List the stages of an API, all or those of one deployment."""
    found = documents.children(call, documents.STAGE, restApiId)
    return {
        "item": [
            _shown(one)
            for one in found
            if deploymentId is None or one.body["deploymentId"] == deploymentId
        ]
    }


@operation("apigateway", "UpdateStage")
def update_stage(
    call: Call,
    *,
    restApiId: str,
    stageName: str,
    patchOperations: Sequence[patching.Operation] = (),
) -> Output:
    """Change a stage; with another deployment id it serves that one from now on."""
    found = documents.child(call, documents.STAGE, restApiId, stageName)
    body: dict[str, Any] = dict(found.body)

    def declares(method: str) -> bool:
        path, _, verb = method.rpartition("/")
        api = _published(call, restApiId, str(body["deploymentId"]))
        return any(
            resource.path == f"/{path}" and verb in resource.methods for resource in api.resources
        )

    for one in patchOperations:
        body = (
            patch_canary(body, one)
            or patch_method_settings(body, one, PATCHES, declares)
            or patching.patch(body, [one], PATCHES)
        )
    return _keep(call, restApiId, found, body)


@operation("apigateway", "DeleteStage")
def delete_stage(call: Call, *, restApiId: str, stageName: str) -> Output:
    """Delete a stage: it is not served any more."""
    found = documents.child(call, documents.STAGE, restApiId, stageName)
    call.store.remove(found)
    documents.stop_serving(call, restApiId, stageName)
    return None


@operation("apigateway", "FlushStageCache")
def flush_stage_cache(call: Call, *, restApiId: str, stageName: str) -> Output:
    """Have the house forget the replies that it keeps for a stage."""
    documents.child(call, documents.STAGE, restApiId, stageName)
    flush_replies(call.store, restApiId, stageName)
    return None


@operation("apigateway", "FlushStageAuthorizersCache")
def flush_stage_authorizers_cache(call: Call, *, restApiId: str, stageName: str) -> Output:
    """Have every process forget what the authorizers of a stage have answered."""
    documents.child(call, documents.STAGE, restApiId, stageName)
    flush_authorizers(call.store, restApiId, stageName)
    return None


def serve_deployment(
    call: Call,
    api_id: str,
    name: str,
    deployment_id: str,
    *,
    description: str | None = None,
    variables: Mapping[str, str] | None = None,
    tracing: bool | None = None,
    cache: bool | None = None,
    cache_size: str | None = None,
    canary: Mapping[str, Any] | None = None,
) -> None:
    """Let a stage serve a deployment; it is made if there is none of that name. Raises Fault.

    canary: serve it to a share of the stage's calls only.
    """
    found = _stored(call, api_id, name)
    if canary is not None:
        if found is None:
            raise bad_request(
                f"Invalid deployment content specified.Stage {name} must already be created "
                "before making a canary release deployment"
            )
        settings = read_canary({**canary, "deploymentId": deployment_id}, deployment_id)
        body = {**found.body, SETTINGS: settings}
    elif found is None:
        body = _new_body(name, deployment_id, description, variables)
    else:
        body = {**found.body, "deploymentId": deployment_id}
    if found is not None and description is not None:
        body["description"] = description
    if found is not None and variables is not None:
        body["variables"] = dict(variables)
    if tracing is not None:
        body["tracingEnabled"] = tracing
    if cache is not None:
        body["cacheClusterEnabled"] = cache
    if cache_size is not None:
        body["cacheClusterSize"] = read_size(cache_size)
    _keep(call, api_id, found, body)


def serve_file(
    call: Call,
    api_id: str,
    name: str,
    deployment_id: str,
    *,
    variables: Mapping[str, str],
    access_log: AccessLog | None,
) -> bool:
    """Let a stage be as a file of the operator says; False when it is so already. Raises Fault."""
    found = _stored(call, api_id, name)
    body = dict(_new_body(name, deployment_id, None, None) if found is None else found.body)
    body |= {"deploymentId": deployment_id, "variables": dict(variables)}
    # A path, which only the operator may choose.
    body[_FILE_LOG] = access_log and [access_log.format, access_log.destination]
    body = {member: value for member, value in body.items() if value not in (None, {}, [])}
    body = {"methodSettings": {}, **body}
    if found is not None and found.body == body:
        return False
    _keep(call, api_id, found, body)
    return True


def _stored(call: Call, api_id: str, name: str) -> Document | None:
    return call.store.document(call.account, call.region, documents.STAGE, f"{api_id}/{name}")


def _new_body(
    name: str,
    deployment_id: str,
    description: str | None,
    variables: Mapping[str, str] | None,
) -> dict[str, Any]:
    if not _NAME.fullmatch(name):
        raise bad_request("Stage name only allows a-zA-Z0-9_-")
    body = {**_BUILT_IN, "stageName": name, "deploymentId": deployment_id}
    if description:
        body["description"] = description
    if variables:
        body["variables"] = dict(variables)
    return body


def _refuse_documentation(version: str | None) -> None:
    if version:
        raise documents.not_found("Invalid Documentation version specified")


def _keep(
    call: Call, api_id: str, found: Document | None, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Check a stage, write it, and let the data plane serve it. Raises Fault."""
    body = settled(body)
    name, deployment_id = str(body["stageName"]), str(body.get("deploymentId"))
    published, canary = _published(call, api_id, deployment_id), published_canary(body)
    _check_variables(body.get("variables", {}))
    stage = Stage(
        api_id,
        name,
        deployment_id,
        dict(body.get("variables", {})),
        _access_log(call, body),
        canary,
        published_settings(body["methodSettings"]),
        check_certificate(call, body.get(CERTIFICATE)),
        cache_cluster_size=published_size(body),
    )
    check_stage(published, stage)
    if canary is not None:
        _check_variables(canary.stage_variable_overrides)
        check_stage(_published(call, api_id, canary.deployment_id), stage.as_canary(canary))
    dated = {**body, "lastUpdatedDate": call.now.isoformat()}
    if found is None:
        kept = documents.add(call, documents.STAGE, api_id, name, dated)
    else:
        kept = documents.change(call, found, dated)
        if cache_terms(found.body) != cache_terms(body):
            flush_replies(call.store, api_id, name)
    call.store.set_stage(api_id, name, stage.deployment_id, json.dumps(to_json(stage)))
    return _shown(kept)


def _published(call: Call, api_id: str, deployment_id: str) -> Api:
    """Read what a deployment froze. Raises Fault when it is gone, or is of another API."""
    published = None
    if call.store.document(
        call.account, call.region, documents.DEPLOYMENT, f"{api_id}/{deployment_id}"
    ):
        published = call.store.publication(api_id, deployment_id)
    if published is None:
        raise bad_request("Deployment id does not exist")
    return api_from_json(json.loads(published))


def _check_variables(variables: Mapping[str, str]) -> None:
    for variable, value in variables.items():
        if not _VARIABLE.fullmatch(variable) or not _VALUE.fullmatch(value):
            raise bad_request(
                f"Invalid stage variable {variable}: a name has a-zA-Z0-9_, a value "
                "a-zA-Z0-9._~:/?#&=,- and spaces"
            )


def _access_log(call: Call, body: Mapping[str, Any]) -> AccessLog | None:
    settings = body.get("accessLogSettings")
    if settings is not None:
        return read_access_log(call, settings)
    return AccessLog(*body[_FILE_LOG]) if _FILE_LOG in body else None


def _shown(found: Document) -> dict[str, Any]:
    return {**found.body, "createdDate": datetime.fromisoformat(found.created)}


def _no_documentation(value: str | None) -> None:
    _refuse_documentation(value)


_REPLACE = frozenset({REPLACE})
_SET = frozenset({REPLACE, REMOVE, patching.ADD})
PATCHES = Table(
    {
        "/deploymentId": patching.replace_only(patching.needed("Deployment id")),
        "/description": patching.replace_only(),
        "/cacheClusterEnabled": patching.replace_only(patching.flag),
        "/cacheClusterSize": Rule(_REPLACE, read_size),
        "/clientCertificateId": patching.replace_only(),
        "/accessLogSettings": Rule(frozenset({REMOVE}), patching.text),
        "/accessLogSettings/destinationArn": Rule(_SET, patching.text),
        "/accessLogSettings/format": Rule(_SET, patching.text),
        "/variables": Rule(frozenset({REPLACE, REMOVE}), patching.texts),
        "/variables/{}": Rule(
            frozenset({REPLACE, REMOVE}), lambda value: value or "", patching.Kind.ENTRY
        ),
        "/tracingEnabled": patching.replace_only(patching.flag),
        "/documentationVersion": Rule(_REPLACE, _no_documentation),
    }
)
