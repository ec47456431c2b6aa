"""Mock integrations: a request template that names a status, and the response for it.

Reference: openapi-extensions.md section 4. Templates are plain text here; what holds directives of
the template language is refused by name.
"""

import re
from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.mappings import method_response_targets
from gatelodge.openapi.problems import Problems, read_object, read_texts

TEMPLATES = "mapping-templates"
"""What an operator lists to load methods whose templates are not plain text."""
# AWS's reader takes names without quotation marks, and the AWS CDK writes them so.
_STATUS = re.compile(r"""\s*\{\s*(["']?)statusCode\1\s*:\s*(["']?)([2-5]\d\d)\2\s*,?\s*\}\s*""")
_DIRECTIVE = re.compile(r"[#$]")
_HTTP_STATUS = re.compile(r"[2-5]\d\d", re.ASCII)
_RESPONSE_MEMBERS = {"statusCode", "responseParameters", "responseTemplates", "contentHandling"}


def read_status(template: str) -> int | None:
    """Read the status that a mock's request template names; None when it is something else."""
    match = _STATUS.fullmatch(template)
    return None if match is None else int(match[3])


def read_http_status(value: object) -> int | None:
    """Read a final HTTP status, as a number or as text; None when it is none."""
    if isinstance(value, int | str) and _HTTP_STATUS.fullmatch(str(value)):
        return int(value)
    return None


def read_mock(written: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """Read the members that only mocks have; what is wrong goes to `problems`."""
    templates = read_texts(written, "requestTemplates", problems)
    place = problems.at("requestTemplates")
    for media_type, text in templates.items():
        if _is_plain(text, place, media_type) and read_status(text) is None:
            place.add(
                'a mock\'s request template names a status, as in {"statusCode": 200}', media_type
            )
    return {
        "requestTemplates": templates,
        "responses": [
            _read_response(pattern, response, problems.at("responses", pattern))
            for pattern, response in read_object(written, "responses", problems).items()
        ],
    }


def _read_response(pattern: str, response: object, problems: Problems) -> dict[str, Any]:
    if not isinstance(response, Mapping):
        problems.add("an integration response is an object")
        response = {}
    for member in sorted(set(response) - _RESPONSE_MEMBERS):
        problems.not_honoured(member, member)
    # A mock's text is text already.
    if response.get("contentHandling") not in (None, "CONVERT_TO_TEXT"):
        problems.not_honoured("contentHandling", "contentHandling")
    status = read_http_status(response.get("statusCode"))
    if status is None:
        problems.add(
            f"{response.get('statusCode')!r} is not an HTTP status from 200 to 599", "statusCode"
        )
    templates = read_texts(response, "responseTemplates", problems)
    for media_type, text in templates.items():
        _is_plain(text, problems.at("responseTemplates"), media_type)
    parameters = read_texts(response, "responseParameters", problems)
    method_response_targets(parameters, problems.at("responseParameters"))
    default = pattern == "default"
    if not default and not _is_pattern(pattern):
        problems.add(f"{pattern!r} is not a regular expression")
    return {
        "statusCode": status or 500,
        "selectionPattern": None if default else pattern,
        "responseParameters": parameters,
        "responseTemplates": templates,
    }


def _is_plain(text: str, problems: Problems, *tokens: str) -> bool:
    if not _DIRECTIVE.search(text):
        return True
    problems.without_integration(
        "mapping templates with directives (# or $) are not supported yet: write plain text",
        TEMPLATES,
        *tokens,
    )
    return False


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError):
        return False
    return True
