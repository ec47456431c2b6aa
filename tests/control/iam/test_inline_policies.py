"""Inline policies of users, groups and roles."""

import json

import pytest
from tests.control.iam.calls import allowing, refusal, trusting


@pytest.mark.parametrize("word", ["user", "group", "role"])
def test_inline_policies(root, name, word):
    member = f"{word.capitalize()}Name"
    trust = {"AssumeRolePolicyDocument": trusting()} if word == "role" else {}
    getattr(root, f"create_{word}")(**{member: name}, **trust)

    def call(operation, **members):
        return getattr(root, operation.format(word))(**{member: name}, **members)

    assert call("list_{}_policies")["PolicyNames"] == []
    call("put_{}_policy", PolicyName="first", PolicyDocument=allowing("s3:*"))
    call("put_{}_policy", PolicyName="second", PolicyDocument=allowing("sqs:*"))
    call("put_{}_policy", PolicyName="first", PolicyDocument=allowing("sns:*"))
    assert call("list_{}_policies")["PolicyNames"] == ["first", "second"]
    page = call("list_{}_policies", MaxItems=1)
    rest = call("list_{}_policies", Marker=page["Marker"])
    assert page["PolicyNames"] + rest["PolicyNames"] == ["first", "second"]
    told = call("get_{}_policy", PolicyName="first")
    assert (told[member], told["PolicyName"]) == (name, "first")
    assert told["PolicyDocument"] == json.loads(allowing("sns:*"))
    call("delete_{}_policy", PolicyName="first")
    gone = ("NoSuchEntity", 404, f"The {word} policy with name first cannot be found.")
    for operation in (f"get_{word}_policy", f"delete_{word}_policy"):
        members = {member: name, "PolicyName": "first"}
        assert refusal(getattr(root, operation), **members) == gone
        nobody = refusal(getattr(root, operation), **members | {member: "nobody"})
        assert nobody[2] == f"The {word} with name nobody cannot be found."
