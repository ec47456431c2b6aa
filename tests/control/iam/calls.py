"""What the tests of iam share: documents, credentials, refusals."""

import json

import pytest
from botocore.exceptions import ClientError
from tests.gateway import OWNER

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
EC2 = {"Service": "ec2.amazonaws.com"}


def refusal(operation, **members):
    """Call an operation that must fail; gives code, status and message."""
    with pytest.raises(ClientError) as caught:
        operation(**members)
    response = caught.value.response
    error, status = response["Error"], response["ResponseMetadata"]["HTTPStatusCode"]
    return error["Code"], status, error["Message"]


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allowing(action="*", resource="*", **elements):
    """The text of an identity policy."""
    return document({"Effect": "Allow", "Action": action, "Resource": resource, **elements})


def trusting(principal=EC2, **elements):
    """The text of a trust policy."""
    return document(
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **elements}
    )


def arn(kind, name, path="/"):
    return f"arn:aws:iam::{OWNER}:{kind}{path}{name}"


def new_user(root, name, *policies):
    """Make a user with inline policies; gives a key of it."""
    root.create_user(UserName=name)
    for number, text in enumerate(policies):
        root.put_user_policy(UserName=name, PolicyName=f"p{number}", PolicyDocument=text)
    return root.create_access_key(UserName=name)["AccessKey"]
