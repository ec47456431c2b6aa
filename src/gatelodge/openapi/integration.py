"""From `x-amazon-apigateway-integration` to an AWS-shaped Integration, whole.

Reference: openapi-extensions.md section 4. Which integrations can run here is told by served.py.
"""

import re
from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.integration_responses import read_responses
from gatelodge.openapi.mappings import check_cache_keys, request_targets
from gatelodge.openapi.paths import parameter_names
from gatelodge.openapi.problems import (
    Problems,
    read_flag,
    read_object,
    read_text,
    read_text_list,
    read_texts,
)

TYPES = frozenset({"AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"})
PROXIES = frozenset({"AWS_PROXY", "HTTP_PROXY"})
"""Only their responses can be streamed."""
LONGEST, LONGEST_STREAM = 29_000, 900_000
"""Milliseconds that an integration may take, and one whose response is streamed."""
_VERBS = {"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
_PASSTHROUGH = {"WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"}
_CONNECTIONS = {"INTERNET", "VPC_LINK"}
_TRANSFER_MODES = {"BUFFERED", "STREAM"}
_TEXTS = ("credentials", "connectionId", "cacheNamespace", "integrationTarget")
_MEMBERS = {
    "type",
    "httpMethod",
    "uri",
    "connectionType",
    "requestParameters",
    "requestTemplates",
    "passthroughBehavior",
    "contentHandling",
    "timeoutInMillis",
    "responseTransferMode",
    "cacheKeyParameters",
    "tlsConfig",
    "responses",
    "payloadFormatVersion",
    *_TEXTS,
}
_CONVERSIONS = {"CONVERT_TO_TEXT", "CONVERT_TO_BINARY"}
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.[A-Za-z0-9_]+\}", re.ASCII)
_URI_PARAMETER = re.compile(r"\{([^{}]*)\}")
_PATH_SOURCE = "method.request.path."


def read_integration(written: object, path: str, problems: Problems) -> dict[str, Any] | None:
    """Read the integration of a method at a path; what is wrong goes to `problems`.

    Members that the document leaves out and AWS has no default for are missing. None when it is no
    integration at all, which is a problem too.
    """
    if not isinstance(written, Mapping):
        problems.add("an integration is an object")
        return None
    if "$ref" in written:
        problems.add("references to integrations belong to HTTP APIs; write it out here", "$ref")
        return None
    name = written.get("type")
    kind = name.upper() if isinstance(name, str) else None
    if kind not in TYPES:
        problems.add(f"integration type {name!r} does not exist; use http_proxy or mock", "type")
        return None
    for member in sorted(set(written) - _MEMBERS):
        problems.not_honoured(member, member)
    if str(written.get("payloadFormatVersion", "1.0")) != "1.0":
        problems.add("other payload formats than 1.0 belong to HTTP APIs", "payloadFormatVersion")
    parameters = read_texts(written, "requestParameters", problems)
    mapped = request_targets(parameters, problems.at("requestParameters"))
    in_path = parameter_names(path)
    _check_sources(parameters, in_path, problems.at("requestParameters"))
    keys = read_text_list(written, "cacheKeyParameters", problems)
    check_cache_keys(keys, parameters, in_path, problems.at("cacheKeyParameters"))
    mode = _word(written, "responseTransferMode", _TRANSFER_MODES, problems)
    if mode == "STREAM" and kind not in PROXIES:
        problems.add("only http_proxy and aws_proxy stream responses", "responseTransferMode")
    integration: dict[str, Any] = {
        "type": kind,
        "timeoutInMillis": _timeout(written, mode, problems),
        "responseTransferMode": mode,
        "passthroughBehavior": _word(
            written, "passthroughBehavior", _PASSTHROUGH, problems, "WHEN_NO_MATCH"
        ),
        "requestParameters": parameters,
        "requestTemplates": read_texts(written, "requestTemplates", problems),
        "responses": read_responses(written, problems),
        "connectionType": _word(written, "connectionType", _CONNECTIONS, problems),
        "contentHandling": _word(written, "contentHandling", _CONVERSIONS, problems),
        "cacheKeyParameters": keys or None,
        "tlsInsecureSkipVerification": _insecure(written, problems),
        **{member: read_text(written, member, problems) for member in _TEXTS},
        **_backend(written, kind, mapped, problems),
    }
    return {member: value for member, value in integration.items() if value is not None}


def _word(
    written: Mapping[str, Any],
    member: str,
    words: set[str],
    problems: Problems,
    default: str | None = None,
) -> str | None:
    """Read one of some words, in any case."""
    word = written.get(member)
    if word is None:
        return default
    if isinstance(word, str) and word.upper() in words:
        return word.upper()
    spelt = [name.lower() if member == "passthroughBehavior" else name for name in sorted(words)]
    problems.add(f"{member} is {' or '.join(spelt)}", member)
    return default


def _check_sources(
    parameters: Mapping[str, str], in_path: frozenset[str], problems: Problems
) -> None:
    """Refuse a mapping from a path parameter that the path does not have, as AWS does."""
    for target, source in parameters.items():
        name = source.removeprefix(_PATH_SOURCE)
        if name != source and name not in in_path:
            problems.add(f"the path of this resource has no parameter {{{name}}}", target)


def _backend(
    written: Mapping[str, Any], kind: str, mapped: set[str], problems: Problems
) -> dict[str, Any]:
    """Read the backend's verb and address, which only a mock does without."""
    uri = read_text(written, "uri", problems)
    written_verb = written.get("httpMethod")
    verb = str(written_verb).upper() if written_verb is not None else None
    if verb not in _VERBS and not (kind == "MOCK" and verb is None):
        problems.add(f"httpMethod {written_verb!r} is not a verb", "httpMethod")
    if kind != "MOCK":
        if not uri:
            problems.add(f"an {kind.lower()} integration needs a uri", "uri")
        elif kind in {"HTTP", "HTTP_PROXY"}:
            _check_uri(uri, mapped, problems)
        uri = uri or ""
    return {"httpMethod": verb, "uri": uri}


def _insecure(written: Mapping[str, Any], problems: Problems) -> bool:
    tls = read_object(written, "tlsConfig", problems)
    inside = problems.at("tlsConfig")
    for member in sorted(set(tls) - {"insecureSkipVerification"}):
        inside.not_honoured(member, member)
    return read_flag(tls, "insecureSkipVerification", inside)


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


def _timeout(written: Mapping[str, Any], mode: str | None, problems: Problems) -> int:
    longest = LONGEST_STREAM if mode == "STREAM" else LONGEST
    timeout = written.get("timeoutInMillis", LONGEST)
    if isinstance(timeout, int) and not isinstance(timeout, bool) and 50 <= timeout <= longest:
        return timeout
    problems.add(f"timeoutInMillis is a number from 50 to {longest}", "timeoutInMillis")
    return LONGEST
