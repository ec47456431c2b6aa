"""The responses of an integration, by the pattern that selects each.

Reference: openapi-extensions.md section 4. API Gateway keeps one response for each status.
"""

import re
from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.mappings import method_response_targets
from gatelodge.openapi.problems import Problems, read_object, read_text, read_texts
from gatelodge.openapi.status import read_http_status

_MEMBERS = {"statusCode", "responseParameters", "responseTemplates", "contentHandling"}
DEFAULT = "default"
"""The key of the response for what no pattern matches."""


def read_responses(written: Mapping[str, Any], problems: Problems) -> list[dict[str, Any]]:
    """Read the responses of an integration; what is wrong goes to `problems`."""
    responses = []
    statuses: dict[int, str] = {}
    for pattern, response in read_object(written, "responses", problems).items():
        place = problems.at("responses", pattern)
        read = _read_response(pattern, response, place)
        responses.append(read)
        first = statuses.setdefault(read["statusCode"], pattern)
        if first != pattern:
            place.add(
                f"the response {first!r} has this status too, and API Gateway keeps one response "
                "for each status; join the patterns with |",
                "statusCode",
            )
    return responses


def _read_response(pattern: str, response: object, problems: Problems) -> dict[str, Any]:
    if not isinstance(response, Mapping):
        problems.add("an integration response is an object")
        response = {}
    for member in sorted(set(response) - _MEMBERS):
        problems.not_honoured(member, member)
    status = read_http_status(response.get("statusCode"))
    if status is None:
        problems.add(
            f"{response.get('statusCode')!r} is not an HTTP status from 200 to 599", "statusCode"
        )
    parameters = read_texts(response, "responseParameters", problems)
    method_response_targets(parameters, problems.at("responseParameters"))
    default = pattern == DEFAULT
    if not default and not _is_pattern(pattern):
        problems.add(f"{pattern!r} is not a regular expression")
    read = {
        "statusCode": status or 500,
        "selectionPattern": None if default else pattern,
        "responseParameters": parameters,
        "responseTemplates": read_texts(response, "responseTemplates", problems),
    }
    handling = read_text(response, "contentHandling", problems)
    return read if handling is None else read | {"contentHandling": handling}


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError):
        return False
    return True
