"""From `x-amazon-apigateway-integration` to an AWS-shaped Integration.

Reference: openapi-extensions.md section 4.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.problems import Problems

_TYPES = {"HTTP_PROXY", "MOCK"}
_VERBS = {"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
_PASSTHROUGH = {"WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"}
# Without effect here and on AWS: caching needs a cache cluster, which a stage may not have here.
_WITHOUT_EFFECT = {"cacheKeyParameters", "cacheNamespace", "payloadFormatVersion"}
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
}
_REQUEST_TARGET = re.compile(r"integration\.request\.(header|path|querystring)\.(.+)")
_URI_PARAMETER = re.compile(r"(?<!\$)\{([^{}]+)\}")
_DIRECTIVE = re.compile(r"[#$]")


def read_integration(written: object, problems: Problems) -> dict[str, Any] | None:
    """Read an integration; what is wrong goes to `problems`."""
    if not isinstance(written, Mapping):
        problems.add("an integration is an object")
        return None
    kind = str(written.get("type", "")).upper()
    if kind not in _TYPES:
        problems.add(
            f"integration type {written.get('type')!r} is not supported; use http_proxy or mock",
            "type",
        )
        return None
    for member in sorted(set(written) - _HONOURED - _WITHOUT_EFFECT, key=str):
        problems.not_honoured(str(member), str(member))
    if str(written.get("connectionType", "INTERNET")).upper() != "INTERNET":
        problems.add("VPC links are not supported; use INTERNET", "connectionType")
    integration: dict[str, Any] = {
        "type": kind,
        "timeoutInMillis": _timeout(written, problems),
        "passthroughBehavior": _passthrough(written, problems),
        "requestParameters": _texts(written, "requestParameters", problems),
    }
    if kind == "MOCK":
        integration["requestTemplates"] = _mock_requests(written, problems)
        integration["responses"] = _mock_responses(written, problems)
        return integration
    return integration | _http(written, integration["requestParameters"], problems)


def _http(
    written: Mapping[str, Any], parameters: Mapping[str, str], problems: Problems
) -> dict[str, Any]:
    """Read what HTTP proxies have; templates and responses mean nothing to them."""
    verb = str(written.get("httpMethod", "")).upper()
    if verb not in _VERBS:
        problems.add(f"httpMethod {written.get('httpMethod')!r} is not a verb", "httpMethod")
    uri = written.get("uri")
    if not isinstance(uri, str) or not uri:
        problems.add("an http_proxy integration needs a uri", "uri")
        uri = ""
    mapped = set()
    for target in parameters:
        match = _REQUEST_TARGET.fullmatch(target)
        if match is None:
            problems.add(
                "the target is integration.request.header, .path or .querystring with a name",
                "requestParameters",
                target,
            )
        elif match[1] == "path":
            mapped.add(match[2])
    for name in _URI_PARAMETER.findall(uri):
        if name not in mapped:
            problems.add(
                f"the uri names {{{name}}}, and requestParameters does not map "
                f"integration.request.path.{name}",
                "uri",
            )
    tls = written.get("tlsConfig") or {}
    for member in sorted(set(tls) - {"insecureSkipVerification"}, key=str):
        problems.not_honoured(str(member), "tlsConfig", str(member))
    return {
        "httpMethod": verb,
        "uri": uri,
        "tlsInsecureSkipVerification": bool(tls.get("insecureSkipVerification")),
    }


def _timeout(written: Mapping[str, Any], problems: Problems) -> int:
    timeout = written.get("timeoutInMillis", 29_000)
    if not isinstance(timeout, int) or not 50 <= timeout <= 29_000:
        problems.add("timeoutInMillis is a number from 50 to 29000", "timeoutInMillis")
        return 29_000
    return timeout


def _passthrough(written: Mapping[str, Any], problems: Problems) -> str:
    behaviour = str(written.get("passthroughBehavior", "WHEN_NO_MATCH")).upper()
    if behaviour not in _PASSTHROUGH:
        problems.add(
            "passthroughBehavior is when_no_match, when_no_templates or never",
            "passthroughBehavior",
        )
    return behaviour


def _texts(written: Mapping[str, Any], member: str, problems: Problems) -> dict[str, str]:
    """Read an object of strings."""
    found = written.get(member) or {}
    if not isinstance(found, Mapping) or not all(isinstance(v, str) for v in found.values()):
        problems.add(f"{member} is an object of strings", member)
        return {}
    return dict(found)


def _static(text: str, problems: Problems, *tokens: str) -> None:
    if _DIRECTIVE.search(text):
        problems.add("mapping templates with directives (# or $) are not supported yet", *tokens)


def _mock_requests(written: Mapping[str, Any], problems: Problems) -> dict[str, str]:
    templates = _texts(written, "requestTemplates", problems)
    for media_type, text in templates.items():
        place = ("requestTemplates", media_type)
        _static(text, problems, *place)
        try:
            named = json.loads(text)
        except ValueError:
            named = None
        status = named.get("statusCode") if isinstance(named, dict) else None
        if not isinstance(status, int) or isinstance(status, bool):
            problems.add('a mock\'s request template is JSON such as {"statusCode": 200}', *place)
    return templates


def _mock_responses(written: Mapping[str, Any], problems: Problems) -> list[dict[str, Any]]:
    responses = written.get("responses") or {}
    if not isinstance(responses, Mapping):
        problems.add("responses is an object by pattern", "responses")
        return []
    read = []
    for pattern, response in responses.items():
        place = problems.at("responses", str(pattern))
        if not isinstance(response, Mapping):
            place.add("an integration response is an object")
            continue
        status = str(response.get("statusCode", ""))
        if not re.fullmatch(r"[1-5]\d\d", status, re.ASCII):
            place.add(f"statusCode {status!r} is not an HTTP status", "statusCode")
            continue
        templates = _texts(response, "responseTemplates", place)
        for media_type, text in templates.items():
            _static(text, place, "responseTemplates", media_type)
        parameters = _texts(response, "responseParameters", place)
        for target in parameters:
            if not target.startswith("method.response.header."):
                place.add("the target is method.response.header.NAME", "responseParameters", target)
        default = pattern == "default"
        if not default and not _is_pattern(str(pattern)):
            place.add(f"{pattern!r} is not a regular expression")
            continue
        read.append(
            {
                "statusCode": int(status),
                "selectionPattern": None if default else str(pattern),
                "responseParameters": parameters,
                "responseTemplates": templates,
            }
        )
    return read


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True
