"""Layers: packages that several functions share (AWS Lambda API reference)."""

from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.arn import partition_of
from gatelodge.control.call import Call
from gatelodge.control.fault import Fault
from gatelodge.control.lambda_.configuration import keep_code
from gatelodge.control.lambda_.names import invalid
from gatelodge.control.lambda_.pages import cut
from gatelodge.control.operations import Output, operation
from gatelodge.functions.documents import LAYER, LAYER_COUNTER, layer_parts
from gatelodge.store import Document


@operation("lambda", "PublishLayerVersion")
def publish_layer_version(
    call: Call,
    *,
    LayerName: str,
    Content: Mapping[str, Any],
    Description: str = "",
    CompatibleRuntimes: Sequence[str] | None = None,
    LicenseInfo: str | None = None,
    CompatibleArchitectures: Sequence[str] | None = None,
) -> Output:
    """Keep a package as the next version of a layer."""
    name = _name(call, LayerName)
    sha, size = keep_code(call, Content)
    number = _next_number(call, name)
    arn = f"arn:{partition_of(call.region)}:lambda:{call.region}:{call.account}:layer:{name}"
    body: dict[str, Any] = {
        "LayerArn": arn,
        "LayerVersionArn": f"{arn}:{number}",
        "Version": number,
        "Description": Description,
        "CreatedDate": f"{call.now:%Y-%m-%dT%H:%M:%S}.000+0000",
        "Content": {"CodeSha256": sha, "CodeSize": size},
    }
    given = {
        "CompatibleRuntimes": CompatibleRuntimes,
        "LicenseInfo": LicenseInfo,
        "CompatibleArchitectures": CompatibleArchitectures,
    }
    body |= {member: value for member, value in given.items() if value}
    return call.store.put(
        Document(
            account=call.account,
            region=call.region,
            kind=LAYER,
            id=f"{name}:{number}",
            parent=name,
            name=f"{name}:{number}",
            body=body,
            created=call.now.isoformat(),
        )
    ).body


@operation("lambda", "GetLayerVersion")
def get_layer_version(call: Call, *, LayerName: str, VersionNumber: int) -> Output:
    """Show one version of a layer."""
    return _version(call, _name(call, LayerName), VersionNumber).body


@operation("lambda", "GetLayerVersionByArn")
def get_layer_version_by_arn(call: Call, *, Arn: str) -> Output:
    """Show one version of a layer, by its ARN."""
    try:
        account, region, name, number = layer_parts(Arn)
    except ValueError as error:
        raise invalid(str(error)) from error
    if (account, region) != (call.account, call.region) or not number.isdigit():
        raise _missing(Arn)
    return _version(call, name, int(number)).body


@operation("lambda", "ListLayerVersions")
def list_layer_versions(
    call: Call,
    *,
    LayerName: str,
    Marker: str | None = None,
    MaxItems: int | None = None,
    CompatibleRuntime: str | None = None,
    CompatibleArchitecture: str | None = None,
) -> Output:
    """List the versions of a layer."""
    found = _compatible(
        _versions(call, _name(call, LayerName)), CompatibleRuntime, CompatibleArchitecture
    )
    documents, marker = cut(found, MaxItems, Marker)
    return {"LayerVersions": [_item(d) for d in documents], "NextMarker": marker}


@operation("lambda", "ListLayers")
def list_layers(
    call: Call,
    *,
    Marker: str | None = None,
    MaxItems: int | None = None,
    CompatibleRuntime: str | None = None,
    CompatibleArchitecture: str | None = None,
) -> Output:
    """List the layers with the last version of each."""
    documents = [
        d for d in call.store.documents(LAYER, account=call.account) if d.region == call.region
    ]
    last: dict[str, Document] = {}
    for document in _compatible(documents, CompatibleRuntime, CompatibleArchitecture):
        before = last.get(document.parent)
        if before is None or before.body["Version"] < document.body["Version"]:
            last[document.parent] = document
    shown, marker = cut(list(last.values()), MaxItems, Marker)
    return {
        "Layers": [
            {
                "LayerName": d.parent,
                "LayerArn": d.body["LayerArn"],
                "LatestMatchingVersion": _item(d),
            }
            for d in shown
        ],
        "NextMarker": marker,
    }


@operation("lambda", "DeleteLayerVersion")
def delete_layer_version(call: Call, *, LayerName: str, VersionNumber: int) -> Output:
    """Delete a version of a layer; functions that use it keep it."""
    name = _name(call, LayerName)
    found = call.store.document(call.account, call.region, LAYER, f"{name}:{VersionNumber}")
    if found is not None:
        call.store.remove(found)
    return None


def _name(call: Call, text: str) -> str:
    """Read a layer's name, or its ARN."""
    pieces = text.split(":")
    if len(pieces) == 1:
        return text
    if len(pieces) != 7 or pieces[3:6] != [call.region, call.account, "layer"]:
        raise invalid(f"{text!r} is no layer of this account and region")
    return pieces[6]


def _next_number(call: Call, name: str) -> int:
    """Count a layer's versions on: a number is given once, even where its version is deleted."""
    counter = call.store.document(call.account, call.region, LAYER_COUNTER, name)
    numbers = [int(d.id.rpartition(":")[2]) for d in _versions(call, name)]
    if counter is not None:
        numbers.append(counter.body["LastVersion"])
    number = max(numbers, default=0) + 1
    call.store.put(
        Document(
            account=call.account,
            region=call.region,
            kind=LAYER_COUNTER,
            id=name,
            name=name,
            body={"LastVersion": number},
            version=counter.version if counter else 0,
            created=call.now.isoformat(),
        )
    )
    return number


def _versions(call: Call, name: str) -> list[Document]:
    return call.store.children(call.account, call.region, LAYER, name)


def _version(call: Call, name: str, number: int) -> Document:
    found = call.store.document(call.account, call.region, LAYER, f"{name}:{number}")
    if found is None:
        raise _missing(f"{name}:{number}")
    return found


def _compatible(
    documents: Sequence[Document], runtime: str | None, architecture: str | None
) -> list[Document]:
    return [
        d
        for d in documents
        if (runtime is None or runtime in d.body.get("CompatibleRuntimes", ()))
        and (architecture is None or architecture in d.body.get("CompatibleArchitectures", ()))
    ]


def _item(document: Document) -> dict[str, Any]:
    left_out = {"LayerArn", "Content"}
    return {name: value for name, value in document.body.items() if name not in left_out}


def _missing(what: str) -> Fault:
    return Fault(
        "ResourceNotFoundException", f"The resource you requested does not exist: {what}", 404,
        {"Type": "User"},
    )  # fmt: skip
