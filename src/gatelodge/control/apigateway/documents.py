"""How an API is kept: one document for each thing that AWS's operations address.

| kind | id | body |
|---|---|---|
| `apigateway/restapi` | API | RestApi, with the policy as an object, and policyPrincipals |
| `apigateway/resource` | API/resource | Resource, with its methods, integrations and responses |
| `apigateway/authorizer` | API/authorizer | Authorizer |
| `apigateway/model`, `apigateway/requestvalidator` | API/id | Model, RequestValidator |
| `apigateway/gatewayresponse` | API/type | GatewayResponse, only where customised |
| `apigateway/deployment` | API/deployment | Deployment |
| `apigateway/snapshot` | API/deployment | the whole API as it was then (form.py), for exports |
| `apigateway/stage` | API/name | Stage |
| `apigateway/clientcertificate` | certificate | ClientCertificate; world keeps its key |

Bodies have AWS's members as Get operations answer them, without dates: a document tells its own.
policyPrincipals is shown to nobody: the unique ids of the users and roles that the policy names.
Everything below an API has it as parent. What is here is edited; what is served was frozen.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gatelodge.control.apigateway.ids import long_id
from gatelodge.control.call import Call
from gatelodge.control.fault import Fault
from gatelodge.store import Document
from gatelodge.world.changes import flush_replies

API = "apigateway/restapi"
RESOURCE = "apigateway/resource"
AUTHORIZER = "apigateway/authorizer"
MODEL = "apigateway/model"
VALIDATOR = "apigateway/requestvalidator"
GATEWAY_RESPONSE = "apigateway/gatewayresponse"
DEPLOYMENT = "apigateway/deployment"
SNAPSHOT = "apigateway/snapshot"
STAGE = "apigateway/stage"
CLIENT_CERTIFICATE = "apigateway/clientcertificate"
PRINCIPALS = "policyPrincipals"
_CHILDREN = (RESOURCE, AUTHORIZER, MODEL, VALIDATOR, GATEWAY_RESPONSE, DEPLOYMENT, SNAPSHOT, STAGE)

_MISSING = {
    RESOURCE: "Invalid Resource identifier specified",
    AUTHORIZER: "Invalid Authorizer identifier specified",
    MODEL: "Invalid Model identifier specified",
    VALIDATOR: "Invalid Request Validator identifier specified",
    GATEWAY_RESPONSE: "Gateway response type not defined on api",
    DEPLOYMENT: "Invalid Deployment identifier specified",
    SNAPSHOT: "Invalid Deployment identifier specified",
    STAGE: "Invalid stage identifier specified",
}

Body = Mapping[str, Any]


def not_found(message: str) -> Fault:
    """Make the error for something that does not exist."""
    return Fault("NotFoundException", message, 404)


def bad_request(message: str) -> Fault:
    """Make the error for something that cannot be as it is asked for."""
    return Fault("BadRequestException", message, 400)


def conflict(message: str) -> Fault:
    """Make the error for something that stands in the way."""
    return Fault("ConflictException", message, 409)


def invalid_mapping(target: str, what: str = "expression parameter") -> Fault:
    """Make the error for a mapping between parameters that cannot be."""
    return bad_request(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
        f"[Invalid mapping {what} specified: {target}]"
    )


def api(call: Call, api_id: str) -> Document:
    """Read an API of the account and region that is called. Raises Fault."""
    found = call.store.document(call.account, call.region, API, api_id)
    if found is None:
        raise not_found(f"Invalid API identifier specified {call.account}:{api_id}")
    return found


def child(call: Call, kind: str, api_id: str, name: str) -> Document:
    """Read one thing of an API. Raises Fault, for the API first."""
    found = call.store.document(call.account, call.region, kind, f"{api_id}/{name}")
    if found is None:
        api(call, api_id)
        raise not_found(_MISSING[kind])
    return found


def children(call: Call, kind: str, api_id: str) -> list[Document]:
    """Read all of one kind of an API, which must exist. Raises Fault."""
    api(call, api_id)
    return call.store.children(call.account, call.region, kind, api_id)


def client_certificate(call: Call, certificate_id: str) -> Document:
    """Read a client certificate of the account and region that is called. Raises Fault."""
    found = call.store.document(call.account, call.region, CLIENT_CERTIFICATE, certificate_id)
    if found is None:
        raise not_found("Invalid Client Certificate identifier specified")
    return found


def add_api(call: Call, body: Body, *, api_id: str | None = None) -> Document:
    """Keep a new API with its root resource. Raises ConflictError when there is one of that id."""
    chosen, root = api_id or long_id(), long_id()
    added = call.store.put(
        Document(
            account=call.account,
            region=call.region,
            kind=API,
            id=chosen,
            name=str(body["name"]),
            body={**body, "id": chosen, "rootResourceId": root},
            created=call.now.isoformat(),
        )
    )
    add(call, RESOURCE, chosen, root, {"id": root, "path": "/"})
    return added


def add(call: Call, kind: str, api_id: str, name: str, body: Body) -> Document:
    """Keep a new thing of an API. Raises ConflictError when there is one of that id."""
    return call.store.put(
        Document(
            account=call.account,
            region=call.region,
            kind=kind,
            id=f"{api_id}/{name}",
            parent=api_id,
            name=str(body.get("name", name)),
            body=body,
            created=call.now.isoformat(),
        )
    )


def change(call: Call, document: Document, body: Body) -> Document:
    """Keep a document with another body; nothing is written when it is the same."""
    if document.body == body:
        return document
    return call.store.put(replace(document, body=body, name=str(body.get("name", document.name))))


def remove_api(call: Call, document: Document) -> None:
    """Forget an API and everything of it, and take its stages off the data plane."""
    for kind in _CHILDREN:
        for found in call.store.children(call.account, call.region, kind, document.id):
            if kind == STAGE:
                stop_serving(call, document.id, found.body["stageName"])
            call.store.remove(found)
    call.store.remove(document)


def stop_serving(call: Call, api_id: str, stage: str) -> None:
    """Take a stage off the data plane, with the replies that were kept for it."""
    call.store.delete_stage(api_id, stage)
    flush_replies(call.store, api_id, stage)
