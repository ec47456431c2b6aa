"""Request validators: defined at the root by name, named at the root or by an operation.

Reference: openapi-extensions.md section 5. What a validator checks is not served yet (served.py).
"""

from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.extensions import REQUEST_VALIDATOR, REQUEST_VALIDATORS
from gatelodge.openapi.problems import Problems, read_flag, read_object, read_text

VALIDATES = ("validateRequestBody", "validateRequestParameters")


def read_validators(document: Mapping[str, Any], problems: Problems) -> list[dict[str, Any]]:
    """Read the validators of a document; what is wrong goes to `problems`."""
    validators = []
    for name, written in read_object(document, REQUEST_VALIDATORS, problems).items():
        place = problems.at(REQUEST_VALIDATORS, name)
        if not isinstance(written, Mapping):
            place.add("a request validator is an object")
            continue
        for member in sorted(set(written) - set(VALIDATES)):
            place.not_honoured(member, member)
        flags = {member: read_flag(written, member, place) for member in VALIDATES}
        validators.append({"name": name, **flags})
    return validators


def read_validator(
    operation: Mapping[str, Any], document: Mapping[str, Any], problems: Problems
) -> str | None:
    """Name the validator of an operation: its own, else the document's; None without one."""
    own = REQUEST_VALIDATOR in operation
    name = read_text(operation if own else document, REQUEST_VALIDATOR, problems)
    if name is not None and name not in read_object(document, REQUEST_VALIDATORS, Problems()):
        problems.add(
            f"there is no request validator {name!r}", *([REQUEST_VALIDATOR] if own else [])
        )
    return name
