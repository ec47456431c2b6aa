"""The whole document: paths and methods, and what stands at its root.

Reference: openapi-extensions.md sections 1 and 5. Everything that an AWS-shaped API holds is kept,
so that what is exported imports again to the same API. What such an API has no member for is left
out and told (`Imported.left_out`) where it declares data, and let pass where it only describes:
descriptions, summaries, tags and examples.
"""

from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.authorizers import read_authorizers
from gatelodge.openapi.extensions import (
    ANY_METHOD,
    DOCUMENTATION,
    INTEGRATION,
    VERBS,
    refuse_unknown_extensions,
)
from gatelodge.openapi.gateway_responses import read_gateway_responses
from gatelodge.openapi.integration import read_integration
from gatelodge.openapi.methods import Declarations
from gatelodge.openapi.models import Models
from gatelodge.openapi.paths import PathTemplates
from gatelodge.openapi.problems import Problem, Problems, read_object
from gatelodge.openapi.root import read_root
from gatelodge.openapi.security import read_schemes, read_security
from gatelodge.openapi.served import check_served
from gatelodge.openapi.validators import read_validator, read_validators


class Imported:
    """An API read from a document, AWS-shaped and without ids."""

    __slots__ = ("api", "left_out", "places")

    def __init__(
        self, api: dict[str, Any], places: dict[tuple[str, str], str], left_out: list[Problem]
    ) -> None:
        self.api = api
        """name, description, policy, resources …: the members of an API in AWS's spelling."""
        self.places = places
        """(path, verb) → the JSON pointer of its operation."""
        self.left_out = left_out
        """What an API cannot hold and calls do not feel: odd schemas, cookies, documentation."""

    def check_served(self, problems: Problems) -> None:
        """Tell what of it cannot be served here, each with its place in the document."""
        check_served(
            self.api,
            problems,
            lambda path, verb: Problems(self.places[path, verb], problems.found),
        )


def read(document: Mapping[str, Any], problems: Problems) -> Imported:
    """Read a document; what is wrong, or asks for what no REST API has, goes to `problems`.

    The document is a JSON value: its objects have text as member names. Nothing is raised.
    """
    swagger = str(document.get("swagger", ""))
    version = swagger or str(document.get("openapi", ""))
    if swagger != "2.0" and version != "3.0" and not version.startswith("3.0."):
        problems.add(f"version {version!r} is not supported; use OpenAPI 3.0 or Swagger 2.0")
    refuse_unknown_extensions(document, problems)
    schemes = read_schemes(document, problems)
    left_out = Problems()
    if DOCUMENTATION in document:
        left_out.add("documentation parts are not kept", DOCUMENTATION)
    models = Models(document, problems, left_out)
    authorizers = read_authorizers(document, schemes, problems)
    paths = _Paths(document, schemes, Declarations(document, models, left_out), problems)
    api = {
        **read_root(document, problems),
        "gatewayResponses": read_gateway_responses(document, problems),
        "authorizers": authorizers,
        "requestValidators": read_validators(document, problems),
        "models": models.all(),
        "resources": paths.resources,
    }
    return Imported(api, paths.places, left_out.found)


class _Paths:
    """The paths of a document, read."""

    __slots__ = ("_declarations", "_document", "_schemes", "places", "resources")

    def __init__(
        self,
        document: Mapping[str, Any],
        schemes: Mapping[str, Any],
        declarations: Declarations,
        problems: Problems,
    ) -> None:
        self._document = document
        self._schemes = schemes
        self._declarations = declarations
        self.resources: list[dict[str, Any]] = []
        self.places: dict[tuple[str, str], str] = {}
        if "paths" not in document:
            problems.add("paths is missing", "paths")
        templates = PathTemplates()
        for written, item in read_object(document, "paths", problems).items():
            place = problems.at("paths", written)
            if written.startswith("x-"):
                continue  # an extension, which is judged with all others
            if not isinstance(item, Mapping):
                place.add("a path item is an object")
                continue
            path = templates.read(written, place)
            methods = {
                verb: self._method(path or written, written, verb, place, item)
                for verb in _operations(item, place)
            }
            if path is not None:
                self.resources.append({"path": path, "methods": methods})

    def _method(
        self, path: str, written: str, verb: str, problems: Problems, item: Mapping[str, Any]
    ) -> dict[str, Any]:
        member = ANY_METHOD if verb == "ANY" else verb.lower()
        operation, at = item[member], problems.at(member)
        self.places[path, verb] = at.pointer()
        validator = read_validator(operation, self._document, at)
        method = {
            "httpMethod": verb,
            **read_security(operation, self._document, self._schemes, at),
            "operationName": _operation_name(operation),
            **self._declarations.read(item, operation, ("paths", written, member)),
            "integration": read_integration(operation[INTEGRATION], path, at.at(INTEGRATION))
            if INTEGRATION in operation
            else None,
        }
        return method if validator is None else {**method, "requestValidatorId": validator}


def _operations(item: Mapping[str, Any], problems: Problems) -> list[str]:
    """Find the verbs of a path item's operations; what would mislead is refused."""
    found = []
    for member, value in item.items():
        if member in VERBS or member == ANY_METHOD:
            if isinstance(value, Mapping):
                found.append("ANY" if member == ANY_METHOD else member.upper())
            else:
                problems.add("an operation is an object", member)
        elif member.lower() in VERBS:
            problems.add(f"a verb is spelt in small letters: {member.lower()}", member)
        elif member == "trace":
            problems.add("API Gateway has no TRACE methods", "trace")
        elif member == "$ref":
            problems.add("references to path items are not supported", "$ref")
        elif member == "security":
            problems.add("security stands in an operation or at the root, not in a path", member)
    return found


def _operation_name(operation: Mapping[str, Any]) -> str | None:
    name = operation.get("operationId")
    return None if name is None else str(name)
