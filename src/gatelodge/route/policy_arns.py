"""Tells whether a resource of a policy can ever be one of an API's method ARNs."""

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
