"""What is declared, edited and deployed of one API, side by side.

Knows the form of an API (control/apigateway/form.py) and no store: who has the sides hands them
over.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gatelodge.control.apigateway.by_name import by_name
from gatelodge.control.apigateway.form import Form

Sides = Mapping[str, Form | None]
"""Side (`declared`, `edited`, `deployed`) → the API there; None where there is none."""
_NAMED = {
    "authorizers": "authorizer",
    "models": "model",
    "requestValidators": "request validator",
}
_WHOLE = ""
"""The field that stands for a whole thing."""


class Difference:
    """One thing that is not the same on all sides."""

    __slots__ = ("field", "values", "where")

    def __init__(self, where: str, field: str, values: Mapping[str, Any]) -> None:
        self.where = where
        """`GET /pets`, `authorizer NAME`, `resource policy`, `API` …"""
        self.field = field
        """Members with slashes between, as in `integration/uri`; empty for the whole thing."""
        self.values = values
        """Side → value; a side that has nothing there is missing."""

    def words(self, sides: Sides) -> str:
        """Write the difference for a person."""
        told = [f"{side} {_shown(self.values, side)}" for side in sides]
        return f"{' '.join(filter(None, (self.where, self.field)))}: {', '.join(told)}"

    def as_dict(self) -> dict[str, Any]:
        """Write the difference for a program."""
        return {"where": self.where, "field": self.field, **self.values}


def differences(sides: Sides) -> list[Difference]:
    """Compare the sides, in the order of what they describe."""
    parts = {side: dict(_parts(by_name(form))) for side, form in sides.items() if form is not None}
    found = []
    for where in sorted({where for part in parts.values() for where in part}, key=_order):
        there = {side: part[where] for side, part in parts.items() if where in part}
        if len(there) < len(sides):
            found.append(Difference(where, _WHOLE, {s: _summary(v) for s, v in there.items()}))
            if len(there) < 2:
                continue
        found += _fields(where, there)
    return found


def _fields(where: str, sides: Mapping[str, Any]) -> Iterator[Difference]:
    leaves = {side: dict(_leaves(value, "")) for side, value in sides.items()}
    for field in sorted({field for side in leaves.values() for field in side}):
        values = {side: leaf[field] for side, leaf in leaves.items() if field in leaf}
        if len(values) < len(leaves) or any(
            v != next(iter(values.values())) for v in values.values()
        ):
            yield Difference(where, field, values)


def _parts(api: Form) -> Iterator[tuple[str, Any]]:
    """Take an API apart into the things that people name."""
    # Files know no unique ids.
    known = {"resources", "gatewayResponses", "policy", "policyPrincipals", *_NAMED}
    yield "API", {member: value for member, value in api.items() if member not in known}
    if "policy" in api:
        yield "resource policy", api["policy"]
    for member, word in _NAMED.items():
        for item in api.get(member, ()):
            yield f"{word} {item['name']}", item
    for kind, response in api.get("gatewayResponses", {}).items():
        yield f"gateway response {kind}", response
    for resource in api["resources"]:
        if not resource["methods"]:
            yield f"resource {resource['path']}", {}
        for verb, method in resource["methods"].items():
            yield f"{verb} {resource['path']}", _by_status(method)


def _by_status(method: Mapping[str, Any]) -> Mapping[str, Any]:
    """Let integration responses be told by their status."""
    integration = method.get("integration")
    if integration is None or "responses" not in integration:
        return method
    responses = {str(response["statusCode"]): response for response in integration["responses"]}
    return {**method, "integration": {**integration, "responses": responses}}


def _leaves(value: Any, field: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping) and value:
        for member, part in value.items():
            yield from _leaves(part, f"{field}/{member}" if field else member)
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for position, item in enumerate(value):
            yield from _leaves(item, f"{field}/{position}")
    elif field:
        yield field, value


def _summary(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Say in short what a whole thing is."""
    if not isinstance(value, Mapping) or "authorizationType" not in value:
        return True
    integration = value.get("integration") or {}
    pieces = (value["authorizationType"], integration.get("type"), integration.get("uri"))
    return " ".join(str(piece) for piece in pieces if piece)


def _shown(values: Mapping[str, Any], side: str) -> str:
    if side not in values:
        return "nothing"
    value = values[side]
    return "has it" if value is True else json.dumps(value, ensure_ascii=False)


def _order(where: str) -> tuple[int, str]:
    """Put the API first, and its methods in the order of their paths."""
    if where == "API":
        return 0, ""
    verb, _, path = where.partition(" ")
    return (2, f"{path} {verb}") if verb.isupper() else (1, where)
