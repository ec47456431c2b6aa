"""API files into the store, by the operations that the AWS endpoint has.

What is served afterwards is what the files say, whatever the state directory held: an API's id
stays, what was edited otherwise is overwritten, and the same files again change nothing.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.deployments import deploy_file
from gatelodge.control.apigateway.importing import import_rest_api, put_rest_api
from gatelodge.control.apigateway.stages import delete_stage
from gatelodge.control.call import Call
from gatelodge.control.fault import Fault
from gatelodge.files.api_file import ApiFile
from gatelodge.store import MasterKey, Store

_SERVED = "served from files"
"""The setting that remembers the stages that files brought, as [account, region, API, stage]."""


class PublishError(RuntimeError):
    """A file that cannot be published; the message names it."""


def repeated(files: Sequence[ApiFile]) -> list[str]:
    """Tell which files say something about the same stage of the same API."""
    problems = []
    first: dict[tuple[str, str], ApiFile] = {}
    for file in files:
        if file.stage is None:
            continue
        other = first.setdefault((file.stage.api_id, file.stage.name), file)
        if other is not file:
            problems.append(
                f"{other.path} and {file.path} are both API {file.stage.api_id}, stage "
                f"{file.stage.name}; leave one of them out, or give one another server URL"
            )
    return problems


def publish_files(
    store: Store, master: MasterKey, files: Sequence[ApiFile], now: datetime
) -> list[str]:
    """Let the store's APIs be what checked files say; gives what changed, a line for each thing.

    Stages that earlier files brought and none of these names are not served any more; without
    files everything stays. All or nothing. Raises PublishError.
    """
    told = []
    if not files:
        return []
    with store.transaction():
        for file in files:
            told += _publish(store, master, file, now)
        told += _withdraw(store, master, files, now)
    return told


def _publish(store: Store, master: MasterKey, file: ApiFile, now: datetime) -> list[str]:
    api, stage = file.api, file.stage
    if api is None or stage is None:
        raise PublishError("\n".join(file.problems))
    call = operator_call(store, master, api.account, api.region, now)
    other = [found for found in store.documents(documents.API) if found.id == api.id]
    if any((found.account, found.region) != (api.account, api.region) for found in other):
        place = f"account {other[0].account} in {other[0].region}"
        raise PublishError(f"{file.path}: API {api.id} belongs to {place}; give --api-id")
    try:
        if other:
            put_rest_api(call, restApiId=api.id, body=file.content, mode="overwrite", local=True)
        else:
            import_rest_api(call, body=file.content, local_id=api.id)
        changed = deploy_file(
            call,
            api.id,
            stage.name,
            tolerate=file.tolerate,
            variables=stage.variables,
            access_log=stage.access_log,
        )
    except Fault as fault:
        raise PublishError(f"{file.path}: {fault.message}") from fault
    if not changed:
        return []
    return [f"{file.path}: API {api.id} stage {stage.name} {'changed' if other else 'is new'}"]


def _withdraw(
    store: Store, master: MasterKey, files: Sequence[ApiFile], now: datetime
) -> list[str]:
    """Take away the stages that earlier files brought and these do not."""
    named = [
        [file.api.account, file.api.region, file.stage.api_id, file.stage.name]
        for file in files
        if file.api is not None and file.stage is not None
    ]
    told = []
    for account, region, api_id, stage in json.loads(store.setting(_SERVED) or "[]"):
        place = f"{api_id}/{stage}"
        known = store.document(account, region, documents.STAGE, place) is not None
        if known and [account, region, api_id, stage] not in named:
            call = operator_call(store, master, account, region, now)
            delete_stage(call, restApiId=api_id, stageName=stage)
            told.append(f"API {api_id} stage {stage} is not served any more: no file names it")
    store.set_setting(_SERVED, json.dumps(named))
    return told


def operator_call(
    store: Store, master: MasterKey, account: str, region: str, now: datetime
) -> Call:
    """Make a call of the operator, who may do everything."""
    return Call(
        service="apigateway",
        operation="",
        account=account,
        region=region,
        caller=None,
        now=now,
        request_id="",
        method="",
        path="",
        source_ip="",
        url="",
        store=store,
        master=master,
        require=lambda _: None,
    )
