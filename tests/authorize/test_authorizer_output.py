"""Answers of authorizer functions: exactly the documented shape, or nobody is admitted."""

import json

import pytest
from tests.play import identity

from gatelodge.authorize.authorizer_output import (
    MAX_OUTPUT,
    AuthorizerProblem,
    AuthorizerRefused,
    read_output,
)

POLICY = {"Version": "2012-10-17", "Statement": [identity()]}
GOOD = {"principalId": "me", "policyDocument": POLICY}


def read(value, *, failed=False):
    payload = value if isinstance(value, bytes) else json.dumps(value).encode()
    return read_output(payload, failed=failed)


def test_a_whole_answer():
    context = {"a": "text", "b": True, "c": False, "d": 5, "e": 1.5}
    output = read({**GOOD, "context": context, "usageIdentifierKey": "key"})
    assert output.principal_id == "me"
    assert output.context == {"a": "text", "b": "true", "c": "false", "d": "5", "e": "1.5"}
    assert output.usage_identifier_key == "key"
    assert output.policy_document == POLICY


def test_what_may_be_left_out():
    output = read({"policyDocument": POLICY})
    assert (output.principal_id, output.context, output.usage_identifier_key) == ("", {}, None)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"null",
        b"[]",
        b'"Allow"',
        b"{",
        b"[" * 100_000,
        b'{"policyDocument": NaN}',
        b"\xff",
        {**GOOD, "principalId": "\ud800"},
        {**GOOD, "context": {"a": "\udfff"}},
        {},
        {**GOOD, "principalId": 5},
        {**GOOD, "policyDocument": None},
        {**GOOD, "policyDocument": json.dumps(POLICY)},
        {**GOOD, "policyDocument": {"Statement": [{"Effect": "allow"}]}},
        {**GOOD, "policyDocument": {**POLICY, "Statement": [identity(Effect="Permit")]}},
        {**GOOD, "policyDocument": {**POLICY, "Statement": [identity(Resource="x" * 513)]}},
        {**GOOD, "context": {"a": None}},
        {**GOOD, "context": {"a": ["b"]}},
        {**GOOD, "context": {"a": {}}},
        {**GOOD, "context": "a"},
        {**GOOD, "usageIdentifierKey": 5},
        b" " * (MAX_OUTPUT + 1),
    ],
)
def test_what_is_not_of_the_shape(value):
    refused = read(value)
    assert isinstance(refused, AuthorizerRefused)
    assert refused.reason is AuthorizerProblem.MALFORMED
    assert 0 < len(refused.detail) <= 500


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"errorMessage": "Unauthorized"}, AuthorizerProblem.UNAUTHORIZED),
        (
            {"errorMessage": "Unauthorized", "errorType": "Exception"},
            AuthorizerProblem.UNAUTHORIZED,
        ),
        ({"errorMessage": "unauthorized"}, AuthorizerProblem.FAILED),
        ({"errorMessage": "Unauthorized."}, AuthorizerProblem.FAILED),
        ({"errorMessage": "x" * 10_000}, AuthorizerProblem.FAILED),
        ({"errorMessage": "\ud800"}, AuthorizerProblem.MALFORMED),
        ({}, AuthorizerProblem.FAILED),
        ([], AuthorizerProblem.FAILED),
        # A function that failed admits nobody, whatever it says beside that.
        (GOOD, AuthorizerProblem.FAILED),
    ],
)
def test_functions_that_fail(error, reason):
    refused = read(error, failed=True)
    assert refused.reason is reason
    assert len(refused.detail) <= 500
