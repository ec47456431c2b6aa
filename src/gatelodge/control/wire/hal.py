"""The hypertext form of API Gateway's answers, for clients that do not ask for plain JSON.

Source: API Gateway REST API reference, "Link relations"; control-plane.md section 1.2. What is
embedded and the link to itself are there; links to further actions are not.
"""

from collections.abc import Mapping
from typing import Any

from botocore.model import ServiceModel

from gatelodge.messages import Request

TYPE = "application/hal+json"
_PLAIN = "application/json"


def wanted(model: ServiceModel, request: Request) -> bool:
    """Tell whether this answer is to be hypertext: no Accept field asks for plain JSON."""
    if model.service_name != "apigateway":
        return False
    return not any(_PLAIN in accept.lower() for accept in request.headers.all("accept"))


def document(written: Mapping[str, Any], request: Request) -> dict[str, Any]:
    """Make hypertext of a plain answer; the members of a collection are embedded."""
    links = {"self": {"href": request.raw_path}}
    if "item" not in written:
        return {"_links": links, **written}
    rest = {name: value for name, value in written.items() if name != "item"}
    return {"_links": links, "_embedded": {"item": written["item"]}, **rest}
