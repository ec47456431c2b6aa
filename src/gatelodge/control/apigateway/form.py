"""One API in one nested form, and back: what imports write, and exports and deployments read.

The form is that of `openapi.read(…).api`, with the ids of what has one. Beside the members that
`published` knows it has those that only editing and exporting know:

- the API: `version`, `apiKeySource`, `minimumCompressionSize` (absent when off), `securityPolicy`,
  `endpointAccessMode`, `models` and `requestValidators` (lists of AWS's shapes); only of a
  document, `vpcEndpointIds`;
  `policyPrincipals` is known to `published` too, and is never exported;
- a method: `requestParameters`, `requestModels`, `requestValidatorId`, `methodResponses`;
- an integration: `connectionType`, `connectionId`, `contentHandling`, `responseTransferMode`,
  `integrationTarget`; its `responses` a list, each with `contentHandling`.

Members without a value may be missing. Where authorizers and validators have no ids yet, methods
name them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.apigateway.ids import short_id
from gatelodge.control.apigateway.tls_policies import check_tls
from gatelodge.control.call import Call
from gatelodge.openapi import Problems
from gatelodge.openapi.integration import PROXIES
from gatelodge.openapi.paths import PathTemplates

Form = dict[str, Any]
_API_MEMBERS = (
    "name",
    "description",
    "version",
    "apiKeySource",
    "minimumCompressionSize",
    "binaryMediaTypes",
    "disableExecuteApiEndpoint",
    "securityPolicy",
    "endpointAccessMode",
)
_DEFAULTS = {"apiKeySource": "HEADER", "disableExecuteApiEndpoint": False}
_METHOD_MEMBERS = (
    "httpMethod",
    "authorizationType",
    "authorizerId",
    "authorizationScopes",
    "apiKeyRequired",
    "operationName",
    "requestParameters",
    "requestModels",
    "requestValidatorId",
    "methodResponses",
)
_INTEGRATION_MEMBERS = (
    "type",
    "httpMethod",
    "uri",
    "connectionType",
    "connectionId",
    "credentials",
    "requestParameters",
    "requestTemplates",
    "passthroughBehavior",
    "contentHandling",
    "timeoutInMillis",
    "responseTransferMode",
    "integrationTarget",
    "cacheNamespace",
    "cacheKeyParameters",
)
_RESPONSE_MEMBERS = (
    "selectionPattern",
    "responseParameters",
    "responseTemplates",
    "contentHandling",
)
_NAMED = {
    "authorizers": documents.AUTHORIZER,
    "models": documents.MODEL,
    "requestValidators": documents.VALIDATOR,
}


def read_form(call: Call, api_id: str) -> Form:
    """Collect the documents of an API into the form. Raises Fault when there is no such API."""
    api = documents.api(call, api_id)
    form = _some(api.body, (*_API_MEMBERS, documents.PRINCIPALS)) | {
        "policy": api.body.get("policy"),
        "endpointTypes": list(api.body["endpointConfiguration"]["types"]),
    }
    for member, kind in _NAMED.items():
        form[member] = [dict(found.body) for found in documents.children(call, kind, api_id)]
    form["gatewayResponses"] = {
        found.body["responseType"]: _gateway_response(found.body)
        for found in documents.children(call, documents.GATEWAY_RESPONSE, api_id)
    }
    resources = documents.children(call, documents.RESOURCE, api_id)
    form["resources"] = [
        {
            "id": found.body["id"],
            "path": found.body["path"],
            "methods": {
                verb: _method(method)
                for verb, method in found.body.get("resourceMethods", {}).items()
            },
        }
        for found in sorted(resources, key=lambda found: str(found.body["path"]))
    ]
    return form


def write_form(call: Call, api_id: str, form: Mapping[str, Any], *, overwrite: bool) -> None:
    """Write a form as the documents of an API that exists; stages and deployments stay.

    overwrite: what the form lacks is removed; else it is merged in, and what it has wins. What is
    the same is not written. Ids stay where paths and names do. Raises Fault.
    """
    api = documents.api(call, api_id)
    body = dict(api.body)
    if overwrite:
        body = {k: v for k, v in body.items() if k not in _API_MEMBERS} | _DEFAULTS
        body["name"] = api.body["name"]
    body |= {k: v for k, v in _some(form, _API_MEMBERS).items() if v != ""}
    if overwrite or form.get("policy") is not None:
        body["policy"] = form.get("policy")
        body[documents.PRINCIPALS] = form.get(documents.PRINCIPALS)
    if form.get("endpointTypes"):
        body["endpointConfiguration"] = _endpoint(body["endpointConfiguration"], form)
    check_tls(body)
    documents.change(call, api, _present(body))
    ids = {
        member: _write_named(call, api_id, kind, form.get(member) or (), overwrite=overwrite)
        for member, kind in _NAMED.items()
    }
    responses = form.get("gatewayResponses") or {}
    _write_children(
        call,
        api_id,
        documents.GATEWAY_RESPONSE,
        {kind: _shown_response(kind, response) for kind, response in responses.items()},
        overwrite=overwrite,
    )
    _write_resources(call, api_id, form.get("resources") or (), ids, overwrite=overwrite)


def _endpoint(before: Mapping[str, Any], form: Mapping[str, Any]) -> Form:
    """Give the endpoint configuration that a form asks for; what goes with no other type goes."""
    types = list(form["endpointTypes"])
    endpoints = form.get("vpcEndpointIds") or before.get("vpcEndpointIds")
    if types != ["PRIVATE"]:
        return {k: v for k, v in before.items() if k != "vpcEndpointIds"} | {"types": types}
    made: Form = {"types": types, "ipAddressType": "dualstack"}
    return made | ({"vpcEndpointIds": list(endpoints)} if endpoints else {})


def _method(method: Mapping[str, Any]) -> Form:
    integration = method.get("methodIntegration")
    return _some(method, _METHOD_MEMBERS) | {
        "integration": None if integration is None else _integration(integration)
    }


def _integration(integration: Mapping[str, Any]) -> Form:
    form = _some(integration, _INTEGRATION_MEMBERS)
    tls = integration.get("tlsConfig") or {}
    form["tlsInsecureSkipVerification"] = bool(tls.get("insecureSkipVerification"))
    form["responses"] = [
        {"statusCode": int(status), **_integration_response(response)}
        for status, response in sorted(integration.get("integrationResponses", {}).items())
    ]
    return form


def _integration_response(response: Mapping[str, Any]) -> Form:
    members = _some(response, _RESPONSE_MEMBERS)
    if not members.get("selectionPattern"):  # the default response
        members.pop("selectionPattern", None)
    return members


def _gateway_response(body: Mapping[str, Any]) -> Form:
    status = body.get("statusCode")
    return {**body, "statusCode": None if status is None else int(status)}


def _shown_response(kind: str, response: Mapping[str, Any]) -> Form:
    status = response.get("statusCode")
    return _present(
        {
            "responseType": kind,
            "statusCode": None if status is None else str(status),
            "responseParameters": dict(response.get("responseParameters") or {}),
            "responseTemplates": dict(response.get("responseTemplates") or {}),
        }
    )


def _write_named(
    call: Call,
    api_id: str,
    kind: str,
    written: Iterable[Mapping[str, Any]],
    *,
    overwrite: bool,
) -> dict[str, str]:
    """Write what has a name beside its id; gives ids by what methods may call them."""
    known = {found.name: str(found.body["id"]) for found in documents.children(call, kind, api_id)}
    bodies: dict[str, Form] = {}
    ids: dict[str, str] = {} if overwrite else {known_id: known_id for known_id in known.values()}
    for item in written:
        name = str(item["name"])
        chosen = known.get(name) or short_id()
        ids |= {name: chosen, str(item.get("id") or name): chosen}
        bodies[chosen] = _present({**item, "id": chosen})
    _write_children(call, api_id, kind, bodies, overwrite=overwrite)
    return ids


def _write_children(
    call: Call, api_id: str, kind: str, bodies: Mapping[str, Form], *, overwrite: bool
) -> None:
    known = {found.id: found for found in documents.children(call, kind, api_id)}
    for name, body in bodies.items():
        found = known.pop(f"{api_id}/{name}", None)
        if found is None:
            documents.add(call, kind, api_id, name, body)
        else:
            documents.change(call, found, body)
    for found in known.values() if overwrite else ():
        call.store.remove(found)


def _write_resources(
    call: Call,
    api_id: str,
    written: Iterable[Mapping[str, Any]],
    ids: Mapping[str, Mapping[str, str]],
    *,
    overwrite: bool,
) -> None:
    known = {
        str(found.body["path"]): dict(found.body)
        for found in documents.children(call, documents.RESOURCE, api_id)
    }
    bodies = {"/": known["/"]} if overwrite else dict(known)
    if overwrite:
        bodies["/"].pop("resourceMethods", None)
    for resource in written:
        body = _place(bodies, known, str(resource["path"]))
        methods = {
            verb: _shown_method(method, body["id"], ids)
            for verb, method in resource.get("methods", {}).items()
        }
        if methods:
            body["resourceMethods"] = {**body.get("resourceMethods", {}), **methods}
    problems, templates = Problems(), PathTemplates()
    for path in bodies:
        templates.read(path, problems)
    if problems.found:
        raise bad_request("; ".join(problem.message for problem in problems.found))
    by_id = {body["id"]: body for body in bodies.values()}
    _write_children(call, api_id, documents.RESOURCE, by_id, overwrite=overwrite)


def _place(bodies: dict[str, Form], known: Mapping[str, Form], path: str) -> Form:
    """Give the resource of a path; those above it are made with it."""
    if path not in bodies:
        above, _, part = path.rpartition("/")
        parent = _place(bodies, known, above or "/")
        old = known.get(path)
        bodies[path] = {
            "id": old["id"] if old else short_id(),
            "parentId": parent["id"],
            "pathPart": part,
            "path": path,
        }
    return bodies[path]


def _shown_method(
    method: Mapping[str, Any], resource_id: str, ids: Mapping[str, Mapping[str, str]]
) -> Form:
    body = _some(method, _METHOD_MEMBERS)
    body.setdefault("apiKeyRequired", False)
    for member, kind in (
        ("authorizerId", "authorizers"),
        ("requestValidatorId", "requestValidators"),
    ):
        if member in body:
            if body[member] not in ids[kind]:
                raise bad_request(f"{member} {body[member]!r} names nothing that the API has")
            body[member] = ids[kind][body[member]]
    if not body.get("authorizationScopes"):
        body.pop("authorizationScopes", None)
    if method.get("integration") is not None:
        body["methodIntegration"] = _shown_integration(method["integration"], resource_id)
    return body


def _shown_integration(integration: Mapping[str, Any], resource_id: str) -> Form:
    body = _some(integration, _INTEGRATION_MEMBERS)
    body.setdefault("passthroughBehavior", "WHEN_NO_MATCH")
    body.setdefault("timeoutInMillis", 29_000)
    if body["type"] in PROXIES:
        body.setdefault("responseTransferMode", "BUFFERED")
    body.setdefault("cacheNamespace", resource_id)
    body.setdefault("cacheKeyParameters", [])
    if integration.get("tlsInsecureSkipVerification"):
        body["tlsConfig"] = {"insecureSkipVerification": True}
    responses: dict[str, Form] = {}
    for response in integration.get("responses") or ():
        status = str(response["statusCode"])
        if status in responses:
            raise bad_request(
                f"two integration responses of one method have status {status}; a method has one "
                "for each status, with a pattern for all that it stands for"
            )
        responses[status] = {"statusCode": status, **_some(response, _RESPONSE_MEMBERS)}
    if responses:
        body["integrationResponses"] = responses
    return body


def _some(body: Mapping[str, Any], members: Iterable[str]) -> Form:
    return {member: body[member] for member in members if body.get(member) is not None}


def _present(body: Mapping[str, Any]) -> Form:
    return {member: value for member, value in body.items() if value is not None}
