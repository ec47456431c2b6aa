"""Resources: the tree of paths of an API (API Gateway API reference, Resource)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.control import patching
from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.documents import bad_request, conflict
from gatelodge.control.apigateway.ids import short_id
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.control.paging import page
from gatelodge.control.patching import Table
from gatelodge.store import Document

_PART = re.compile(r"[A-Za-z0-9._:-]+|\{[A-Za-z0-9._:-]+\+?\}", re.ASCII)
_VARIABLE = re.compile(r"\{.*\}")
_GREEDY = re.compile(r"\{.*\+\}")
PATCHES = Table({"/parentId": patching.replace_only(), "/pathPart": patching.replace_only()})


@operation("apigateway", "CreateResource")
def create_resource(call: Call, *, restApiId: str, parentId: str, pathPart: str) -> Output:
    """Create a resource below another."""
    tree = _tree(call, restApiId)
    body = {"id": short_id(), "parentId": parentId, "pathPart": pathPart}
    body["path"] = _place(tree, body)
    return documents.add(call, documents.RESOURCE, restApiId, body["id"], body).body


@operation("apigateway", "GetResource")
def get_resource(
    call: Call, *, restApiId: str, resourceId: str, embed: Sequence[str] = ()
) -> Output:
    """Read a resource; `embed=methods` shows what its methods are."""
    _check_embed(embed)
    found = documents.child(call, documents.RESOURCE, restApiId, resourceId)
    return _shown(found, whole="methods" in embed)


@operation("apigateway", "GetResources")
def get_resources(
    call: Call,
    *,
    restApiId: str,
    position: str | None = None,
    limit: int | None = None,
    embed: Sequence[str] = (),
) -> Output:
    """List the resources of an API."""
    _check_embed(embed)
    whole = "methods" in embed
    found = documents.children(call, documents.RESOURCE, restApiId)
    return page([(one.id, _shown(one, whole=whole)) for one in found], limit, position)


@operation("apigateway", "UpdateResource")
def update_resource(
    call: Call,
    *,
    restApiId: str,
    resourceId: str,
    patchOperations: Sequence[patching.Operation] = (),
) -> Output:
    """Rename a resource or move it elsewhere; what is below it moves along."""
    found = documents.child(call, documents.RESOURCE, restApiId, resourceId)
    tree = _tree(call, restApiId)
    body = patching.patch(found.body, patchOperations, PATCHES)
    if body == found.body:
        return _shown(found, whole=False)
    if "parentId" not in found.body:
        member = "pathPart" if body.get("pathPart") != found.body.get("pathPart") else "parentId"
        raise bad_request(f"Root resource cannot update its {member}.")
    above: str | None = body.get("parentId")
    while above in tree:
        if above == resourceId:
            raise bad_request("Resources cannot be cyclical.")
        above = tree[above].body.get("parentId")
    del tree[resourceId]
    body["path"] = _place(tree, body)
    moved = documents.change(call, found, body)
    _move_below(call, tree, moved)
    return _shown(moved, whole=False)


@operation("apigateway", "DeleteResource")
def delete_resource(call: Call, *, restApiId: str, resourceId: str) -> Output:
    """Delete a resource and everything below it."""
    found = documents.child(call, documents.RESOURCE, restApiId, resourceId)
    if "parentId" not in found.body:
        raise bad_request("The root resource cannot be deleted.")
    tree = _tree(call, restApiId)
    doomed = [found]
    for one in doomed:  # grows while it is read
        doomed += (child for child in tree.values() if child.body.get("parentId") == one.body["id"])
    for one in doomed:
        call.store.remove(one)
    return None


def method_names(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Name the methods of a resource, as it is shown without `embed`."""
    return {verb: {} for verb in body.get("resourceMethods", {})}


def _tree(call: Call, api_id: str) -> dict[str, Document]:
    found = documents.children(call, documents.RESOURCE, api_id)
    return {str(one.body["id"]): one for one in found}


def _shown(found: Document, *, whole: bool) -> dict[str, Any]:
    if whole or "resourceMethods" not in found.body:
        return dict(found.body)
    return {**found.body, "resourceMethods": method_names(found.body)}


def _check_embed(embed: Sequence[str]) -> None:
    if set(embed) - {"methods"}:
        raise bad_request("Invalid embed specified. Must be one of: [methods]")


def _place(tree: Mapping[str, Document], body: Mapping[str, Any]) -> str:
    """Check that a resource may stand where it is to be; gives its path. Raises Fault."""
    parent = tree.get(str(body.get("parentId")))
    if parent is None:
        raise documents.not_found("Invalid Resource identifier specified")
    part = body.get("pathPart")
    # Dot segments are settled before routing, so no request would ever get there.
    if not isinstance(part, str) or not _PART.fullmatch(part) or part in {".", ".."}:
        raise bad_request(
            "Resource's path part only allow a-zA-Z0-9._-: and curly braces at the beginning and "
            "the end and an optional plus sign before the closing brace."
        )
    above = str(parent.body["path"])
    if _GREEDY.fullmatch(str(parent.body.get("pathPart", ""))):
        raise bad_request(
            "Cannot create a child of a resource with a greedy path variable: "
            f"{parent.body['pathPart']}"
        )
    siblings = [
        str(one.body["pathPart"])
        for one in tree.values()
        if one.body.get("parentId") == parent.body["id"] and one.body["id"] != body["id"]
    ]
    if part in siblings:
        raise conflict(f"Another resource with the same parent already has this name: {part}")
    variable = [sibling for sibling in siblings if _VARIABLE.fullmatch(sibling)]
    if variable and _VARIABLE.fullmatch(part):
        raise bad_request(
            f"A sibling ({variable[0]}) of this resource already has a variable path part -- only "
            "one is allowed"
        )
    if _VARIABLE.fullmatch(part) and part.replace("+}", "}") in above.split("/"):
        raise bad_request(f"The path parameter {part} stands twice in one path")
    return f"{above.rstrip('/')}/{part}"


def _move_below(call: Call, tree: Mapping[str, Document], moved: Document) -> None:
    """Write the new paths of what is below a moved resource, each in a place that is allowed."""
    below = [one for one in tree.values() if one.body.get("parentId") == moved.body["id"]]
    if below and _GREEDY.fullmatch(str(moved.body["pathPart"])):
        raise bad_request(
            "Cannot create a child of a resource with a greedy path variable: "
            f"{moved.body['pathPart']}"
        )
    for one in below:
        part = str(one.body["pathPart"])
        if _VARIABLE.fullmatch(part) and part.replace("+}", "}") in moved.body["path"].split("/"):
            raise bad_request(f"The path parameter {part} stands twice in one path")
        path = f"{moved.body['path']}/{part}"
        _move_below(call, tree, documents.change(call, one, {**one.body, "path": path}))
