"""One file for each way of authorizing a method, and the table that names them.

A mechanism knows how its callers prove who they are and how its result meets the resource policy;
mechanisms do not know each other. Nothing registers itself: what is not in the table is refused.
"""

from collections.abc import Callable, Mapping

from gatelodge.authorize.decision import Mechanism
from gatelodge.authorize.mechanisms import aws_iam, cognito_user_pools, lambda_authorizer
from gatelodge.authorize.mechanisms import open as open_
from gatelodge.published import Api, Method, Stage

Prepare = Callable[[Method, Api, Stage], Mechanism]

MECHANISMS: Mapping[str, Prepare] = {
    "NONE": lambda *_: open_.decide,
    "AWS_IAM": lambda *_: aws_iam.decide,
    "CUSTOM": lambda_authorizer.prepare,
    "COGNITO_USER_POOLS": cognito_user_pools.prepare,
}
"""By the method's authorizationType: prepare(method, API, stage). Raises ValueError when
an authorizer cannot be used."""
