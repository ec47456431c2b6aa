"""JSON 1.0 and 1.1: the target names the operation, errors name themselves."""

import json

import pytest
from tests.play import request

from gatelodge.control.fault import Fault
from gatelodge.control.models import service_model
from gatelodge.control.wire import aws_json

MODEL = service_model("cognito-idp")
PREFIX = "AWSCognitoIdentityProviderService"


def sent(target=None, body=b""):
    fields = [] if target is None else [("X-Amz-Target", target)]
    return request("POST", "/", fields, body=body)


def test_the_target():
    asked = sent(f"{PREFIX}.ListUserPools")
    assert aws_json.operation_named(MODEL, asked) == "ListUserPools"
    assert aws_json.operation_named(MODEL, sent()) is None


@pytest.mark.parametrize("target", [f"{PREFIX}.Brew", "Other.ListUserPools", "ListUserPools", ""])
def test_targets_that_are_not_there(target):
    with pytest.raises(Fault) as refused:
        aws_json.operation_named(MODEL, sent(target))
    assert refused.value.code == "UnknownOperationException"


def test_the_body():
    operation = MODEL.operation_model("ListUserPools")
    assert aws_json.parse(operation, sent(body=b'{"MaxResults": 7}')) == {"MaxResults": 7}
    with pytest.raises(Fault, match="SerializationException"):
        aws_json.parse(operation, sent(body=b"["))


@pytest.mark.parametrize(
    ("code", "member"),
    [("NotAuthorizedException", "message"), ("AccessDeniedException", "Message")],
)
def test_errors(code, member):
    response = aws_json.refuse(MODEL, Fault(code, "no"), sent())
    assert json.loads(response.body) == {"__type": code, member: "no"}
    fields = dict(response.headers)
    assert fields["x-amzn-ErrorType"] == code
    assert fields["Content-Type"] == "application/x-amz-json-1.1"
