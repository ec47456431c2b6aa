"""The resources of policies as ARNs of an API: written out, and whether one can ever match."""

from collections.abc import Mapping
from typing import Any

from gatelodge.arn import Arn


def never_matches(text: str, owner: Arn) -> str:
    """Say why a resource of a policy cannot match an API; empty when it can.

    owner: partition, region and account of the API, and its id as the resource; `*` for what is not
    known.
    """
    arn = Arn.parse(text)
    if text == "*" or (arn is None and "*" in text):
        return ""
    if arn is None:
        return "it is not an ARN"
    api_id = arn.resource.partition("/")[0]
    for what, written, actual in (
        ("partition", arn.partition, owner.partition),
        ("service", arn.service, owner.service),
        ("region", arn.region, owner.region),
        ("account", arn.account, owner.account),
        ("API", api_id, owner.resource),
    ):
        known = actual != "*" and "*" not in written and "?" not in written
        if known and written != actual:
            return f"it names the {what} {written!r}, and this is {actual!r}"
    if arn.resource == f"{api_id}/":
        return "nothing follows the API id"
    return ""


def expand_resources(policy: Mapping[str, Any], owner: Arn) -> dict[str, Any]:
    """Write `execute-api:/…` as full ARNs, as saving a policy does (resource-policy.md 1.2).

    A list of one resource becomes a plain string, as recorded from AWS.
    """

    def expanded(text: object) -> object:
        if isinstance(text, str) and text.startswith("execute-api:/"):
            return f"{owner}/{text.removeprefix('execute-api:/')}"
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
