"""Whole APIs from OpenAPI and Swagger documents: ImportRestApi and PutRestApi.

What is wrong with a document is an error. What an API cannot hold, or what cannot be served here,
is a warning: an import keeps what it can, and a deployment refuses what it cannot honour.
"""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.apigateway.form import Form, write_form
from gatelodge.control.apigateway.ids import long_id
from gatelodge.control.apigateway.integrations import require_pass_roles
from gatelodge.control.apigateway.policies import check_policy, find_unique_ids, read_policy
from gatelodge.control.apigateway.rest_apis import endpoint_configuration, shown
from gatelodge.control.call import Call
from gatelodge.control.operations import Output, operation
from gatelodge.openapi import Problem, Problems, read
from gatelodge.openapi.extensions import DOCUMENTATION
from gatelodge.openapi.pseudo_variables import fill_pseudo_variables
from gatelodge.openapi.servers import read_base_path
from gatelodge.openapi.text import TextError, parse_text

MAX_IMPORT = 6 * 1024 * 1024
"""API Gateway's limit (reference: gateway-responses.md section 5)."""
_INVALID = "Invalid OpenAPI input."
_MODES = ("merge", "overwrite")
_BASE_PATHS = ("ignore", "prepend", "split")
_PARAMETERS = {"basepath", "endpointConfigurationTypes", "ignore"}
_SHOWN = 25


@operation("apigateway", "ImportRestApi")
def import_rest_api(
    call: Call,
    *,
    body: bytes,
    failOnWarnings: bool = False,
    parameters: Mapping[str, str] | None = None,
    local_id: str | None = None,
) -> Output:
    """Make an API from a document. Raises ConflictError when there is one of that id.

    local_id: the id that a file of the operator gives; nothing on the wire can give one.
    """
    api_id = local_id or long_id()
    reading = _Reading(call, api_id, body, parameters or {}, local=local_id is not None)
    reading.judge(fail=failOnWarnings)
    if local_id is None:
        require_pass_roles(call, reading.form)
    documents.add_api(
        call,
        {
            "name": reading.form["name"],
            "apiKeySource": "HEADER",
            "endpointConfiguration": endpoint_configuration(
                {"types": reading.form.get("endpointTypes")}
            ),
            "disableExecuteApiEndpoint": False,
        },
        api_id=api_id,
    )
    write_form(call, api_id, reading.form, overwrite=True)
    return _answer(call, api_id, reading)


@operation("apigateway", "PutRestApi")
def put_rest_api(
    call: Call,
    *,
    restApiId: str,
    body: bytes,
    mode: str = "merge",
    failOnWarnings: bool = False,
    parameters: Mapping[str, str] | None = None,
    local: bool = False,
) -> Output:
    """Merge a document into an API, or make the API what it says; id and stages stay.

    local: the document is a file of the operator.
    """
    api = documents.api(call, restApiId)
    if mode not in _MODES:
        raise bad_request(f"Invalid mode specified. Valid options are {','.join(_MODES)}")
    reading = _Reading(call, restApiId, body, parameters or {}, local=local, before=api.body)
    reading.judge(fail=failOnWarnings)
    overwrite = mode == "overwrite"
    if not local:
        require_pass_roles(call, reading.form)
    if overwrite and not local and api.body.get("policy") and not reading.form.get("policy"):
        read_policy(call, restApiId, "")  # taking a policy away needs the same permission
    write_form(call, restApiId, reading.form, overwrite=overwrite)
    return _answer(call, restApiId, reading)


class _Reading:
    """What a document says with the parameters of an import. Raises Fault when it is made."""

    __slots__ = ("errors", "form", "warnings")

    def __init__(
        self,
        call: Call,
        api_id: str,
        body: bytes,
        parameters: Mapping[str, str],
        *,
        local: bool,
        before: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        document = fill_pseudo_variables(_parse(body), call.account, call.region)
        problems, unserved = Problems(), Problems()
        imported = read(document, problems)
        imported.check_served(unserved)
        left_out = imported.left_out
        if _ignores_documentation(parameters):
            left_out = [problem for problem in left_out if problem.pointer != f"/{DOCUMENTATION}"]
        self.errors = [problem for problem in problems.found if problem.name is None]
        named = [problem for problem in problems.found if problem.name is not None]
        self.warnings = [*named, *left_out, *unserved.found]
        self.form: Form = imported.api
        if not self.form.get("name"):
            if not local:
                self.errors.append(Problem("/info/title", "an API has a name"))
            self.form["name"] = api_id
        _set_base_path(self.form, document, parameters)
        _set_endpoint(self.form, parameters)
        policy = self.form.get("policy")
        if policy is not None and local:
            # Who is named in a file may come with another one.
            self.form["policy"] = check_policy(call, api_id, policy)
        elif policy is not None:
            self.form["policy"] = read_policy(call, api_id, json.dumps(policy))
        if policy is not None:
            # The same file again sets nothing anew.
            self.form[documents.PRINCIPALS] = find_unique_ids(
                call, self.form["policy"], before, keep=local
            )

    def judge(self, *, fail: bool) -> None:
        """Refuse a document with errors; fail: one with warnings too. Raises Fault."""
        for what, found in (("Errors", self.errors), ("Warnings", self.warnings if fail else ())):
            if found:
                told = "".join(f"\n\t{line}" for line in _lines(found))
                raise bad_request(f"{what} found during import:{told}")


def _parse(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_IMPORT:
        raise bad_request(f"The document is larger than {MAX_IMPORT} bytes")
    try:
        document = parse_text(body)
    except TextError as error:
        raise bad_request(_INVALID) from error
    if not isinstance(document, dict):
        raise bad_request(_INVALID)
    return document


def _ignores_documentation(parameters: Mapping[str, str]) -> bool:
    for name in sorted(set(parameters) - _PARAMETERS):
        raise bad_request(f"Unknown parameter {name} of an import")
    ignored = parameters.get("ignore")
    if ignored not in (None, "documentation"):
        raise bad_request("Only documentation can be ignored")
    return ignored is not None


def _set_base_path(form: Form, document: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
    """Put the document's base path, or what is left of it, before all paths."""
    how = parameters.get("basepath", "ignore").lower()
    if how not in _BASE_PATHS:
        raise bad_request(f"Invalid basepath specified. Valid options are {','.join(_BASE_PATHS)}")
    base = read_base_path(document)
    if how == "split":
        _, _, rest = base[1:].partition("/")
        base = f"/{rest}" if rest else ""
    if how == "ignore" or not base:
        return
    form["resources"] = [
        {**resource, "path": base + resource["path"].rstrip("/")} for resource in form["resources"]
    ]


def _set_endpoint(form: Form, parameters: Mapping[str, str]) -> None:
    written = parameters.get("endpointConfigurationTypes")
    if written is not None:
        types = written.upper().split(",")
        form["endpointTypes"] = endpoint_configuration({"types": types})["types"]


def _lines(problems: Sequence[Problem]) -> list[str]:
    lines = [f"{problem.pointer or '/'}: {problem.message}" for problem in problems[:_SHOWN]]
    more = len(problems) - _SHOWN
    return [*lines, f"and {more} more"] if more > 0 else lines


def _answer(call: Call, api_id: str, reading: _Reading) -> dict[str, Any]:
    answer = shown(documents.api(call, api_id))
    return answer | ({"warnings": _lines(reading.warnings)} if reading.warnings else {})
