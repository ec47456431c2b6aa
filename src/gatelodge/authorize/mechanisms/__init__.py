"""One file for each way of authorizing a method, and the table that names them.

A mechanism knows how its callers prove who they are and how its result meets the resource policy;
mechanisms do not know each other. Nothing registers itself: what is not in the table is refused.
"""

from collections.abc import Callable, Mapping

from gatelodge.asking import Asking
from gatelodge.authorize.access import Access
from gatelodge.authorize.decision import Decision
from gatelodge.authorize.mechanisms import aws_iam
from gatelodge.authorize.mechanisms import open as open_
from gatelodge.messages import Request

Mechanism = Callable[[Request, Access], Asking[Decision]]

MECHANISMS: Mapping[str, Mechanism] = {
    "NONE": open_.decide,
    "AWS_IAM": aws_iam.decide,
}
"""By the method's authorizationType."""
