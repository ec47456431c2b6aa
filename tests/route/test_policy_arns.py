"""Whether a resource of a policy can be one of an API's methods."""

import pytest

from gatelodge.arn import Arn
from gatelodge.iam import Query, principal_of
from gatelodge.iam.match import resource_test
from gatelodge.route.policy_arns import expand_resources, never_matches

A = "111111111111"
OWNER = Arn("aws", "execute-api", "us-east-1", A, "abc")
UNKNOWN = Arn("*", "execute-api", "*", "*", "*")
BASE = f"arn:aws:execute-api:us-east-1:{A}:"
METHODS = [
    f"{BASE}abc/{rest}" for rest in ("prod/GET/pets", "prod/GET/", "dev/POST/pets/5", "a/B/c/")
]
TEXTS = [
    "*", "arn:*", "arn", "arn:aws:execute-api", "execute-api:*", "execute-api:/*", "", "a*", "*n:*",
    f"{BASE}*", f"{BASE}abc", f"{BASE}abc/", f"{BASE}abc/*", f"{BASE}ab?/*", f"{BASE}ab*",
    f"{BASE}x*",
    f"{BASE}abc/prod/GET", f"{BASE}abc/prod/GET/", f"{BASE}abc/prod/GET/pets", f"{BASE}abd/*",
    f"{BASE}*pets", f"{BASE}a?c/prod/GET/pets", f"{BASE}???/*", f"{BASE}??/*",
    BASE.replace("us-east-1", "us-*") + "*", BASE.replace("us-east-1", "eu-*") + "*",
    BASE.replace("us-east-1", "*") + "abc/*", BASE.replace(A, "*") + "*",
    BASE.replace(A, "1?1111111111") + "*", BASE.replace(A, "2*") + "*",
    BASE.replace("aws", "aws-cn", 1) + "*", BASE.replace("execute-api", "*") + "*",
    BASE.replace("execute-api", "s3") + "*",
]  # fmt: skip


@pytest.mark.parametrize("identity", [True, False])
@pytest.mark.parametrize("text", TEXTS)
def test_what_never_matches_matches_no_method(text, identity):
    """And what can match does match one of them: compared with the engine."""
    test = resource_test(text, True, identity)
    matched = any(test(Query("a:b", arn, principal_of("*"), {}, A)) for arn in METHODS)
    assert bool(never_matches(text, OWNER, identity=identity)) is not matched


@pytest.mark.parametrize("text", [f"{BASE}x/*", "arn:aws-cn:execute-api:eu-west-1:2:y/*"])
def test_what_is_not_known_is_not_compared(text):
    assert never_matches(text, UNKNOWN) == ""
    assert never_matches(text, OWNER) != ""


def test_variables_may_become_anything():
    assert never_matches(f"{BASE}${{aws:username}}/x", OWNER) == ""
    assert never_matches(f"{BASE}abc/${{aws:username}}", OWNER) == ""


def test_the_shorthand_is_written_out():
    statement = {"Resource": ["execute-api:/*"], "NotResource": ["execute-api:/a", "b"]}
    assert expand_resources({"Statement": [statement]}, OWNER)["Statement"][0] == {
        "Resource": f"{BASE}abc/*", "NotResource": [f"{BASE}abc/a", "b"]}  # fmt: skip
    assert expand_resources({"Id": "x", "Statement": {"Resource": "execute-api:/"}}, OWNER) == {
        "Id": "x", "Statement": {"Resource": f"{BASE}abc/"}}  # fmt: skip
