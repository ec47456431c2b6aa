"""Tags of APIs, stages and client certificates, addressed by their ARNs.

Source: API Gateway API reference, TagResource.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from gatelodge.arn import Arn, partition_of
from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.documents import bad_request, not_found
from gatelodge.control.call import Call, Check
from gatelodge.control.operations import Output, operation
from gatelodge.store import Document

MAX_TAGS = 50
MAX_KEY, MAX_VALUE = 128, 256


@operation("apigateway", "GetTags")
def get_tags(
    call: Call, *, resourceArn: str, position: str | None = None, limit: int | None = None
) -> Output:
    """Read the tags of something; all of them fit on one page."""
    if position is not None or limit is not None:
        raise bad_request("GetTags gives all tags on one page; leave position and limit out")
    return {"tags": dict(_tagged(call, resourceArn).body.get("tags") or {})}


@operation("apigateway", "TagResource")
def tag_resource(call: Call, *, resourceArn: str, tags: Mapping[str, str]) -> Output:
    """Add tags, or give them other values."""
    found = _tagged(call, resourceArn)
    together = check_tags(None, {**(found.body.get("tags") or {}), **tags})
    documents.change(call, found, {**found.body, "tags": together})
    return None


@operation("apigateway", "UntagResource")
def untag_resource(call: Call, *, resourceArn: str, tagKeys: Sequence[str]) -> Output:
    """Take tags away; what is not there is no error."""
    found = _tagged(call, resourceArn)
    left = {k: v for k, v in (found.body.get("tags") or {}).items() if k not in tagKeys}
    documents.change(call, found, {**found.body, "tags": left})
    return None


def check_tags(call: Call | None, tags: dict[str, str]) -> dict[str, str]:
    """Check tags; with a call, that its caller may tag what is made. Raises Fault."""
    if call is not None:
        arn = f"arn:{partition_of(call.region)}:apigateway:{call.region}::"
        tagged = quote(f"{arn}{call.path}", safe="")
        call.require(Check("apigateway:PUT", f"{arn}/tags/{tagged}"))
    if len(tags) > MAX_TAGS:
        raise bad_request(f"At most {MAX_TAGS} tags are possible")
    for key, value in tags.items():
        if not 1 <= len(key) <= MAX_KEY or len(value) > MAX_VALUE:
            raise bad_request(
                f"A tag's key has 1 to {MAX_KEY} characters and its value at most {MAX_VALUE}"
            )
        if key.lower().startswith("aws:"):
            raise bad_request("A tag's key may not begin with aws:")
    return tags


def _tagged(call: Call, arn_text: str) -> Document:
    arn = Arn.parse(arn_text)
    if arn is None or arn.service != "apigateway" or arn.region != call.region or arn.account:
        raise bad_request("Invalid ARN specified in the request")
    match arn.resource.split("/"):
        case ["", "restapis", api_id]:
            return documents.api(call, api_id)
        case ["", "restapis", api_id, "stages", stage]:
            return documents.child(call, documents.STAGE, api_id, stage)
        case ["", "clientcertificates", certificate_id]:
            return documents.client_certificate(call, certificate_id)
        case _:
            raise not_found(f"Resource {arn_text} cannot be found")
