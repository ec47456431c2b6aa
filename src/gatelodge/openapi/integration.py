"""From `x-amazon-apigateway-integration` to an AWS-shaped Integration.

Reference: openapi-extensions.md section 4.
"""

import re
from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.mappings import request_targets
from gatelodge.openapi.mock_integration import TEMPLATES, read_mock
from gatelodge.openapi.paths import parameter_names
from gatelodge.openapi.problems import Problems, read_flag, read_object, read_texts

_KNOWN_TYPES = {"AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"}
_VERBS = {"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
_PASSTHROUGH = {"WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"}
# Without effect here and on AWS: caching needs a cache cluster, which a stage may not have here.
_WITHOUT_EFFECT = {"cacheKeyParameters", "cacheNamespace"}
_HONOURED = {
    "type",
    "httpMethod",
    "uri",
    "connectionType",
    "requestParameters",
    "requestTemplates",
    "passthroughBehavior",
    "timeoutInMillis",
    "tlsConfig",
    "responses",
    "payloadFormatVersion",
    "contentHandling",
}
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.[A-Za-z0-9_]+\}", re.ASCII)
_URI_PARAMETER = re.compile(r"\{([^{}]*)\}")
_PATH_SOURCE = "method.request.path."


def read_integration(written: object, path: str, problems: Problems) -> dict[str, Any] | None:
    """Read the integration of a method at a path; what is wrong goes to `problems`.

    None when it is of a kind that cannot run here, which is a problem too.
    """
    if not isinstance(written, Mapping):
        problems.add("an integration is an object")
        return None
    if "$ref" in written:
        problems.add("references to integrations belong to HTTP APIs; write it out here", "$ref")
        return None
    kind = _read_type(written, problems)
    if kind is None:
        return None
    _check_members(written, kind, problems)
    parameters = read_texts(written, "requestParameters", problems)
    integration: dict[str, Any] = {
        "type": kind,
        "timeoutInMillis": _timeout(written, problems),
        "passthroughBehavior": _passthrough(written, problems),
        "requestParameters": parameters,
    }
    before = len(problems.found)
    mapped = request_targets(parameters, problems.at("requestParameters"))
    _check_sources(parameters, parameter_names(path), problems.at("requestParameters"))
    if kind == "HTTP_PROXY":
        return integration | _http(written, mapped, problems)
    integration |= read_mock(written, problems)
    cannot_run = any(problem.name == TEMPLATES for problem in problems.found[before:])
    return None if cannot_run else integration


def _read_type(written: Mapping[str, Any], problems: Problems) -> str | None:
    name = written.get("type")
    kind = name.upper() if isinstance(name, str) else None
    if kind in {"HTTP_PROXY", "MOCK"}:
        return kind
    if kind in _KNOWN_TYPES:
        problems.without_integration(
            f"integration type {name!r} is not supported: use http_proxy or mock",
            str(name).lower(),
            "type",
        )
    else:
        problems.add(f"integration type {name!r} does not exist; use http_proxy or mock", "type")
    return None


def _check_members(written: Mapping[str, Any], kind: str, problems: Problems) -> None:
    for member in sorted(set(written) - _HONOURED - _WITHOUT_EFFECT):
        problems.not_honoured(member, member)
    connection = written.get("connectionType", "INTERNET")
    if str(connection).upper() != "INTERNET":
        problems.add("VPC links are not supported; use INTERNET", "connectionType")
    # Octets pass as they are; a mock's text is text already.
    text_already = kind == "MOCK" and written.get("contentHandling") == "CONVERT_TO_TEXT"
    if "contentHandling" in written and not text_already:
        problems.not_honoured("contentHandling", "contentHandling")
    if str(written.get("payloadFormatVersion", "1.0")) != "1.0":
        problems.add("other payload formats than 1.0 belong to HTTP APIs", "payloadFormatVersion")


def _check_sources(
    parameters: Mapping[str, str], in_path: frozenset[str], problems: Problems
) -> None:
    """Refuse a mapping from a path parameter that the path does not have, as AWS does."""
    for target, source in parameters.items():
        name = source.removeprefix(_PATH_SOURCE)
        if name != source and name not in in_path:
            problems.add(f"the path of this resource has no parameter {{{name}}}", target)


def _http(written: Mapping[str, Any], mapped: set[str], problems: Problems) -> dict[str, Any]:
    """Read what HTTP proxies have; templates and responses mean nothing to them."""
    verb = str(written.get("httpMethod", "")).upper()
    if verb not in _VERBS:
        problems.add(f"httpMethod {written.get('httpMethod')!r} is not a verb", "httpMethod")
    uri = written.get("uri")
    if isinstance(uri, str) and uri:
        _check_uri(uri, mapped, problems)
    else:
        problems.add("an http_proxy integration needs a uri", "uri")
        uri = ""
    tls = read_object(written, "tlsConfig", problems)
    for member in sorted(set(tls) - {"insecureSkipVerification"}):
        problems.not_honoured(member, "tlsConfig", member)
    return {
        "httpMethod": verb,
        "uri": uri,
        "tlsInsecureSkipVerification": read_flag(
            tls, "insecureSkipVerification", problems.at("tlsConfig")
        ),
    }


def _check_uri(uri: str, mapped: set[str], problems: Problems) -> None:
    """Check the braces of a URI: parameters stand in its path and are mapped."""
    plain = _STAGE_VARIABLE.sub("", uri)
    if "${" in plain:
        problems.add("only ${stageVariables.NAME} may stand in a uri after a dollar sign", "uri")
        return
    before_query = plain.partition("?")[0]
    if "{" in plain[len(before_query) :]:
        problems.add(
            "a {parameter} may stand in the path of a uri only; for its query, map "
            "integration.request.querystring.NAME",
            "uri",
        )
    for name in _URI_PARAMETER.findall(before_query):
        if name not in mapped:
            problems.add(
                f"the uri names {{{name}}}, and requestParameters does not map "
                f"integration.request.path.{name}",
                "uri",
            )


def _timeout(written: Mapping[str, Any], problems: Problems) -> int:
    timeout = written.get("timeoutInMillis", 29_000)
    if isinstance(timeout, int) and not isinstance(timeout, bool) and 50 <= timeout <= 29_000:
        return timeout
    problems.add("timeoutInMillis is a number from 50 to 29000", "timeoutInMillis")
    return 29_000


def _passthrough(written: Mapping[str, Any], problems: Problems) -> str:
    behaviour = str(written.get("passthroughBehavior", "WHEN_NO_MATCH")).upper()
    if behaviour not in _PASSTHROUGH:
        problems.add(
            "passthroughBehavior is when_no_match, when_no_templates or never",
            "passthroughBehavior",
        )
    return behaviour
