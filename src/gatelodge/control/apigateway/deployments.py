"""Deployments: an API as it was at one moment, never changed afterwards (Deployment)."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gatelodge.arn import partition_of
from gatelodge.control import patching
from gatelodge.control.apigateway import documents, stages
from gatelodge.control.apigateway.by_name import by_name
from gatelodge.control.apigateway.canaries import SETTINGS
from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.apigateway.form import read_form
from gatelodge.control.apigateway.ids import short_id
from gatelodge.control.apigateway.serving import publishable
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.control.paging import page
from gatelodge.control.patching import Table
from gatelodge.published import AccessLog, to_json
from gatelodge.published.freeze import freeze
from gatelodge.store import Document

PATCHES = Table({"/description": patching.replace_only()})


@operation("apigateway", "CreateDeployment")
def create_deployment(
    call: Call,
    *,
    restApiId: str,
    stageName: str | None = None,
    stageDescription: str | None = None,
    description: str | None = None,
    cacheClusterEnabled: bool | None = None,
    cacheClusterSize: str | None = None,
    variables: Mapping[str, str] | None = None,
    canarySettings: Mapping[str, Any] | None = None,
    tracingEnabled: bool | None = None,
) -> Output:
    """Freeze an API; with a stage's name, let the stage serve it from now on."""
    documents.api(call, restApiId)
    if canarySettings is not None and not stageName:
        given = "null" if stageName is None else stageName
        raise bad_request(
            "Invalid deployment content specified.Non null and non empty stageName must be "
            f"provided for canary deployment. Provided value is {given}"
        )
    if not stageName and (variables or stageDescription or cacheClusterEnabled):
        raise bad_request("Stage variables, a stage description and a cache need a stageName")
    made = deploy(call, restApiId, description=description)
    if stageName:
        stages.serve_deployment(
            call,
            restApiId,
            stageName,
            made.body["id"],
            description=stageDescription,
            variables=variables,
            tracing=tracingEnabled,
            cache=cacheClusterEnabled,
            cache_size=cacheClusterSize,
            canary=canarySettings,
        )
    return _shown(made)


@operation("apigateway", "GetDeployment")
def get_deployment(
    call: Call, *, restApiId: str, deploymentId: str, embed: Sequence[str] = ()
) -> Output:
    """Read a deployment; `embed=apisummary` shows the methods that it froze."""
    found = documents.child(call, documents.DEPLOYMENT, restApiId, deploymentId)
    if set(embed) - {"apisummary"}:
        raise bad_request("Invalid embed specified. Must be one of: [apisummary]")
    if not embed:
        return _shown(found)
    return {**_shown(found), "apiSummary": _summary(call, restApiId, deploymentId)}


@operation("apigateway", "GetDeployments")
def get_deployments(
    call: Call, *, restApiId: str, position: str | None = None, limit: int | None = None
) -> Output:
    """List the deployments of an API."""
    found = documents.children(call, documents.DEPLOYMENT, restApiId)
    return page([(one.id, _shown(one)) for one in found], limit, position)


@operation("apigateway", "UpdateDeployment")
def update_deployment(
    call: Call,
    *,
    restApiId: str,
    deploymentId: str,
    patchOperations: Sequence[patching.Operation] = (),
) -> Output:
    """Describe a deployment; nothing else of it can change."""
    found = documents.child(call, documents.DEPLOYMENT, restApiId, deploymentId)
    body = patching.patch(found.body, patchOperations, PATCHES)
    return _shown(documents.change(call, found, body))


@operation("apigateway", "DeleteDeployment")
def delete_deployment(call: Call, *, restApiId: str, deploymentId: str) -> Output:
    """Delete a deployment that no stage serves."""
    found = documents.child(call, documents.DEPLOYMENT, restApiId, deploymentId)
    for stage in documents.children(call, documents.STAGE, restApiId):
        canary = stage.body.get(SETTINGS, {})
        if deploymentId in {stage.body["deploymentId"], canary.get("deploymentId")}:
            raise bad_request("Active stages pointing to this deployment must be moved or deleted")
    call.store.remove(found)
    snapshot = call.store.document(call.account, call.region, documents.SNAPSHOT, found.id)
    if snapshot is not None:
        call.store.remove(snapshot)
    return None


def deploy(
    call: Call,
    api_id: str,
    *,
    description: str | None = None,
    tolerate: frozenset[str] = frozenset(),
    complete: bool = True,
) -> Document:
    """Freeze an API as it is edited now; no stage serves it yet. Raises Fault.

    tolerate, complete: for files, as serving.publishable has them.
    """
    deployment_id = short_id()
    form = read_form(call, api_id)
    api = publishable(call, api_id, form, deployment_id, tolerate=tolerate, complete=complete)
    documents.add(call, documents.SNAPSHOT, api_id, deployment_id, form)
    call.store.publish(api_id, deployment_id, json.dumps(to_json(api)))
    body = {"id": deployment_id} | ({"description": description} if description else {})
    return documents.add(call, documents.DEPLOYMENT, api_id, deployment_id, body)


def deploy_file(
    call: Call,
    api_id: str,
    stage: str,
    *,
    tolerate: frozenset[str],
    variables: Mapping[str, str],
    access_log: AccessLog | None,
) -> bool:
    """Let a stage serve an API as it is edited now; False when it does already. Raises Fault.

    For files: what did not change makes no new deployment. tolerate as serving.publishable has it.
    """
    deployment_id = _current(call, api_id, stage)
    if deployment_id is None:
        made = deploy(call, api_id, tolerate=tolerate, complete=False)
        deployment_id = str(made.body["id"])
    return stages.serve_file(
        call, api_id, stage, deployment_id, variables=variables, access_log=access_log
    )


def _current(call: Call, api_id: str, stage: str) -> str | None:
    """Give the deployment of a stage if deploying again would change nothing."""
    found = call.store.document(call.account, call.region, documents.STAGE, f"{api_id}/{stage}")
    if found is None:
        return None
    deployment_id = str(found.body["deploymentId"])
    place = f"{api_id}/{deployment_id}"
    snapshot = call.store.document(call.account, call.region, documents.SNAPSHOT, place)
    published = call.store.publication(api_id, deployment_id)
    if snapshot is None or published is None:
        return None
    if by_name(snapshot.body) != by_name(read_form(call, api_id)):
        return None
    # After an upgrade the same API may be frozen in another way.
    frozen = freeze(
        snapshot.body,
        api_id=api_id,
        account=call.account,
        region=call.region,
        partition=partition_of(call.region),
        deployment_id=deployment_id,
    )
    return deployment_id if to_json(frozen) == json.loads(published) else None


def _shown(found: Document) -> dict[str, Any]:
    return {**found.body, "createdDate": datetime.fromisoformat(found.created)}


def _summary(call: Call, api_id: str, deployment_id: str) -> dict[str, dict[str, Any]]:
    published = call.store.publication(api_id, deployment_id)
    resources = json.loads(published)["resources"] if published else []
    return {
        resource["path"]: {
            verb: {
                "authorizationType": method["authorizationType"],
                "apiKeyRequired": method.get("apiKeyRequired", False),
            }
            for verb, method in resource["methods"].items()
        }
        for resource in resources
        if resource["methods"]
    }
