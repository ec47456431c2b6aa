"""One API with every way in, and accounts whose users and roles call it."""

import json

import pytest

from gatelodge.expect import Rehearsal

A, B = "111111111111", "222222222222"
POOL = f"arn:aws:cognito-idp:us-east-1:{A}:userpool/us-east-1_Pool"
API = f"arn:aws:execute-api:us-east-1:{A}:abc123/prod"


def _method(scheme=None):
    return {
        **({"security": [{scheme: []}]} if scheme else {}),
        "x-amazon-apigateway-integration": {
            "type": "http_proxy", "httpMethod": "GET", "uri": "http://127.0.0.1:9/"},
    }  # fmt: skip


def _document(*resources, effect="Allow"):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": effect, "Action": "execute-api:Invoke", "Resource": list(resources)}
        ],
    }


API_FILE = {
    "openapi": "3.0.1",
    "info": {"title": "pets", "version": "1"},
    "servers": [{"url": "https://abc123.execute-api.us-east-1.amazonaws.com/prod"}],
    "paths": {
        "/open": {"get": _method()},
        "/pets/{id}": {"get": _method("iam"), "delete": _method("iam")},
        "/mine": {"get": _method("pool")},
    },
    "components": {
        "securitySchemes": {
            "iam": {"type": "apiKey", "name": "Authorization", "in": "header",
                    "x-amazon-apigateway-authtype": "awsSigv4"},
            "pool": {"type": "apiKey", "name": "X-Token", "in": "header",
                     "x-amazon-apigateway-authtype": "cognito_user_pools",
                     "x-amazon-apigateway-authorizer": {
                         "type": "cognito_user_pools", "providerARNs": [POOL]}},
        }
    },
    "x-amazon-apigateway-policy": {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke",
             "Resource": ["execute-api:/prod/GET/open", "execute-api:/prod/GET/mine"]},
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{B}:root"},
             "Action": "execute-api:Invoke", "Resource": "execute-api:/prod/GET/pets/*"},
            {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke",
             "Resource": "execute-api:/*",
             "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
            {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke",
             "Resource": "execute-api:/*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke",
             "Resource": "execute-api:/*",
             "Condition": {"StringLike": {"aws:UserAgent": "bad*"}}},
            {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke",
             "Resource": "execute-api:/*",
             "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2100-01-01T00:00:00Z"}}},
        ],
    },
}  # fmt: skip


def account(number, users=(), roles=()):
    """Details of an account; users and roles: name → the resources they may call."""
    return {
        "UserDetailList": [
            {"Path": "/", "UserName": name, "UserId": f"AIDA{number[:4]}{name.upper()}",
             "Arn": f"arn:aws:iam::{number}:user/{name}",
             "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": _document(*resources)}]}
            for name, resources in dict(users).items()
        ],
        "RoleDetailList": [
            {"Path": "/team/", "RoleName": name, "RoleId": f"AROA{number[:4]}{name.upper()}",
             "Arn": f"arn:aws:iam::{number}:role/team/{name}",
             "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
                 {"Effect": "Allow", "Action": "sts:AssumeRole",
                  "Principal": {"AWS": f"arn:aws:iam::{number}:root"}}]},
             "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": _document(*resources)}]}
            for name, resources in dict(roles).items()
        ],
    }  # fmt: skip


FILES = {
    "api.json": API_FILE,
    "a.json": account(
        A,
        users={"alice": [f"{API}/GET/pets/*"], "twin": ["*"]},
        roles={"reader": [f"{API}/GET/pets/*"], "own": [f"{API}/GET/pets/${{aws:PrincipalTag/t}}"]},
    ),
    "b.json": account(B, users={"bob": ["*"], "twin": ["*"]}),
}


def write(directory):
    """Write the files into a directory."""
    for name, content in FILES.items():
        (directory / name).write_text(json.dumps(content))
    return directory


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory):
    directory = write(tmp_path_factory.mktemp("estate"))
    accounts = [directory / "a.json", directory / "b.json"]
    with Rehearsal.load(directory / "api.json", accounts, account=A) as loaded:
        yield loaded
