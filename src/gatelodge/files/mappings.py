"""Check the mappings and URIs of a file by compiling them, as serving will.

Knows what the gateway can read when a call is made; what a document may say is openapi's.
"""

from collections.abc import Callable, Mapping

from gatelodge.context.expressions import ExpressionError, compile_expression
from gatelodge.context.function_uri import FunctionUriError, function_arn
from gatelodge.context.variables import is_known_variable
from gatelodge.integrate.uri import UriError, fill_stage_variables, parse_uri, path_parameters
from gatelodge.openapi import Imported, Problems
from gatelodge.openapi.authorizers import FUNCTION_URI
from gatelodge.published import GatewayResponseType

_RESPONSES = "x-amazon-apigateway-gateway-responses"
_INTEGRATION = "x-amazon-apigateway-integration"
_TARGET = "integration.request.path."

Warn = Callable[[str, str], None]
"""(JSON pointer, message): something that will probably not do what was meant."""


def check_mappings(
    imported: Imported, variables: Mapping[str, str], problems: Problems, warn: Warn
) -> None:
    """Check every mapping expression and URI; `variables` are the stage's."""
    expressions = _Expressions(variables, warn)
    for kind, response in imported.api["gatewayResponses"].items():
        place = problems.at(_RESPONSES, kind)
        if kind not in GatewayResponseType.__members__:
            place.add(f"there is no gateway response type {kind!r}")
        expressions.check(response["responseParameters"], place.at("responseParameters"))
    for resource in imported.api["resources"]:
        for verb, method in resource["methods"].items():
            integration = method["integration"]
            if integration is None:
                continue
            pointer = imported.places[resource["path"], verb]
            place = Problems(pointer, problems.found).at(_INTEGRATION)
            parameters = integration["requestParameters"]
            expressions.check(parameters, place.at("requestParameters"))
            for response in integration.get("responses", ()):
                pattern = response["selectionPattern"]
                at = place.at("responses", "default" if pattern is None else pattern)
                expressions.check(response["responseParameters"], at.at("responseParameters"))
            if integration["type"] == "HTTP_PROXY" and integration["uri"]:
                _check_uri(integration["uri"], parameters, variables, place)
            if integration["type"] == "AWS_PROXY" and FUNCTION_URI.fullmatch(integration["uri"]):
                _check_function(integration["uri"], variables, place.at("uri"))
    for authorizer in imported.api["authorizers"]:
        uri = authorizer.get("authorizerUri")
        if isinstance(uri, str) and FUNCTION_URI.fullmatch(uri):
            place = problems.at(f"authorizer {authorizer['name']}", "authorizerUri")
            _check_function(uri, variables, place)


def _check_uri(
    uri: str, parameters: Mapping[str, str], variables: Mapping[str, str], problems: Problems
) -> None:
    """Check a URI as it will be called, with the values of the stage's variables in it."""
    try:
        filled = fill_stage_variables(uri, variables)
        _, path, query = parse_uri(filled)
    except UriError as error:
        problems.add(str(error), "uri")
        return
    # The document's own braces were checked; a variable's value may bring others.
    mapped = {t.removeprefix(_TARGET) for t in parameters if t.startswith(_TARGET)}
    if uri != filled and (set(path_parameters(path)) - mapped or "{" in query):
        problems.add(f"{filled!r} has a parameter that is not mapped", "uri")


def _check_function(uri: str, variables: Mapping[str, str], problems: Problems) -> None:
    """Check that a function is named, with the values of the stage's variables in it."""
    try:
        function_arn(uri, variables)
    except FunctionUriError as error:
        problems.add(str(error))


class _Expressions:
    """Checks mapping expressions for one stage."""

    __slots__ = ("_variables", "_warn")

    def __init__(self, variables: Mapping[str, str], warn: Warn) -> None:
        self._variables = variables
        self._warn = warn

    def check(self, parameters: Mapping[str, str], problems: Problems) -> None:
        """Check the values of one mapping by target."""
        for target, text in parameters.items():
            try:
                compile_expression(text)
            except ExpressionError as error:
                problems.add(str(error), target)
                continue
            source, _, name = text.partition(".")
            known = (source != "context" or is_known_variable(name)) and (
                source != "stageVariables" or name in self._variables
            )
            if not known:
                self._warn(problems.pointer(target), f"{text} has no value here, so it is left out")
