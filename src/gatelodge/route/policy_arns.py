"""The resources of policies as ARNs of an API: written out, and whether one can ever match."""

from collections.abc import Mapping
from typing import Any

from gatelodge.arn import Arn
from gatelodge.iam.patterns import compile_pattern, encode

SHORTHAND = "execute-api:/"
"""How resource policies write the API that they are attached to, until they are saved."""
_NAMES = ("partition", "service", "region", "account")
_PIECES = 6
_SLASHES = 3
"""In a method's resource: `api/stage/VERB/path`, where the path may be empty."""


def never_matches(text: str, owner: Arn, *, identity: bool = False) -> str:
    """Say why a resource of a policy cannot match an API's methods; empty when it can.

    owner: partition, region and account of the API, and its id as the resource; `*` for what is not
    known. identity: in an identity policy, where missing last pieces count as `*`.
    """
    if text == "*":
        return ""
    pieces = text.split(":", _PIECES - 1)
    if not _can_be(pieces[0], "arn"):
        return f"it is not an ARN, which begins with arn, not with {pieces[0]!r}"
    missing = _PIECES - len(pieces)
    if missing and not identity and "*" not in text and "?" not in text:
        return "it is not a whole ARN, which has six pieces"
    pieces += ["*"] * missing
    actual = (owner.partition, owner.service, owner.region, owner.account)
    for what, written, known in zip(_NAMES, pieces[1:5], actual, strict=True):
        if known != "*" and not _can_be(written, known):
            return f"it names the {what} {written!r}, and this is {known!r}"
    return _never_a_method(pieces[5], owner.resource)


def _never_a_method(rest: str, api_id: str) -> str:
    named, slash, _ = rest.partition("/")
    if api_id != "*" and not _can_name(named, slash, api_id):
        return f"it names the API {named!r}, and this is {api_id!r}"
    if "*" in rest or "$" in rest:
        return ""
    if rest.count("/") < _SLASHES:
        return "a method goes on with /stage/VERB/path after the API id"
    return ""


def _can_name(named: str, slash: str, api_id: str) -> bool:
    """Tell whether what stands before the first slash can be the API's id."""
    if slash and not set("*$") & set(named):
        return _can_be(named, api_id)
    # A star or a variable can hold the slash and what follows it.
    plain = min((named.find(c) for c in "*?$" if c in named), default=len(named))
    return api_id.startswith(named[:plain]) or named[:plain].startswith(f"{api_id}/")


def _can_be(written: str, known: str) -> bool:
    return compile_pattern(encode(written))(known)


def expand_resources(policy: Mapping[str, Any], owner: Arn) -> dict[str, Any]:
    """Write `execute-api:/…` as full ARNs, as saving a policy does (resource-policy.md 1.2).

    A list of one resource becomes a plain string, as recorded from AWS.
    """

    def expanded(text: object) -> object:
        if isinstance(text, str) and text.startswith(SHORTHAND):
            return f"{owner}/{text.removeprefix(SHORTHAND)}"
        return text

    written = policy.get("Statement")
    statements = written if isinstance(written, list) else [written]
    copies = []
    for statement in statements:
        copy = dict(statement) if isinstance(statement, Mapping) else statement
        for member in ("Resource", "NotResource"):
            if isinstance(copy, dict) and member in copy:
                value = copy[member]
                texts = [expanded(t) for t in value] if isinstance(value, list) else expanded(value)
                copy[member] = texts[0] if isinstance(texts, list) and len(texts) == 1 else texts
        copies.append(copy)
    return {**policy, "Statement": copies if isinstance(written, list) else copies[0]}
