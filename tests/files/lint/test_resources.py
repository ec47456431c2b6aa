"""Resources."""

import pytest
from tests.files.lint.looked import API, A, look, messages

from gatelodge.iam import PolicyKind

PETS = f"{API}/prod/GET/pets"


@pytest.mark.parametrize(
    "resource",
    ["*", PETS, f"{API}/*", f"arn:aws:execute-api:us-east-1:{A}:*", "arn:aws:execute-api:*:*:*",
     f"{API}/prod/GET/", f"{API}/prod/GET/pets/${{aws:username}}", "arn:aws:execute-api:*",
     f"arn:aws:execute-api:us-*:{A}:abc/*/GET/p?ts", f"arn:aws:execute-api:us-east-1:{A}:a*",
     f"{PETS}/a%2Fb", f"{API}/prod/M-SEARCH/pets"],
)  # fmt: skip
@pytest.mark.parametrize("kind", [PolicyKind.RESOURCE, PolicyKind.IDENTITY])
def test_good_resources(resource, kind):
    assert look({"Resource": resource}, kind=kind) == []


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ("execute-api:*", "it is not an ARN, which begins with arn, not with 'execute-api'"),
        ("pets", "it is not an ARN"),
        ("*pets", "it is not an ARN"),
        (PETS.replace("us-east-1", "eu-west-1"), "it names the region 'eu-west-1'"),
        (PETS.replace("us-east-1", "eu-*"), "it names the region 'eu-*', and this is 'us-east-1'"),
        (PETS.replace(A, "222222222222"), "it names the account '222222222222'"),
        (PETS.replace("execute-api", "s3"), "it names the service 's3'"),
        (PETS.replace("abc", "xyz"), "it names the API 'xyz', and this is 'abc'"),
        (f"arn:aws:execute-api:us-east-1:{A}:xy*", "it names the API 'xy*'"),
        (API, "a method goes on with /stage/VERB/path"),
        (f"{API}/", "a method goes on with /stage/VERB/path"),
        (f"{API}/prod/GET", "a method goes on with /stage/VERB/path"),
        (f"{PETS}/{{id}}", "path template"),
        (PETS.replace("GET", "ANY"), "names ANY"),
        (PETS.replace("GET", "get"), "names get, and verbs are compared as sent"),
        (f"{PETS}/a%20b", "holds an escape"),
    ],
)
@pytest.mark.parametrize("kind", [PolicyKind.RESOURCE, PolicyKind.IDENTITY])
def test_bad_resources(resource, message, kind):
    [(pointer, found)] = look({"Resource": ["*", resource]}, kind=kind)
    assert pointer == "/Statement/0/Resource/1"
    assert message in found


def test_a_not_resource_that_excepts_nothing():
    [found] = messages({"NotResource": PETS.replace("abc", "xyz")})
    assert "excepts nothing: it names the API" in found


def test_missing_pieces_are_wildcards_in_identity_policies_only():
    assert messages({"Resource": "arn:aws:execute-api"}, kind=PolicyKind.IDENTITY) == []
    assert "six pieces" in messages({"Resource": "arn:aws:execute-api"})[0]


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ("execute-api:/*", None),
        ("execute-api:/prod/GET/pets", None),
        ("execute-api:/prod/ANY/pets", "names ANY"),
        ("execute-api:/prod/GET/pets/{id}", "path template"),
        ("execute-api:/prod", "a method goes on with"),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_the_shorthand(resource, message, known):
    options = {} if known else {"account": None, "region": None, "api_id": None}
    found = messages({"Resource": resource}, **options)
    assert len(found) == (message is not None)
    assert all(message in one for one in found)
    assert (
        "only resource policies know"
        in messages({"Resource": resource}, kind=PolicyKind.IDENTITY)[0]
    )


AUTHORIZER = PolicyKind.AUTHORIZER


@pytest.mark.parametrize(
    ("statement", "kind", "ttl", "expected"),
    [
        ({"Resource": PETS}, AUTHORIZER, 300, True),
        ({"Resource": f"{API}/*/GET/pets"}, AUTHORIZER, 300, False),
        ({"Resource": f"{API}/prod/GET/*"}, AUTHORIZER, 300, False),
        ({"Resource": PETS, "Effect": "Deny"}, AUTHORIZER, 300, False),
        ({"Resource": PETS}, AUTHORIZER, 0, False),
        ({"Resource": PETS}, AUTHORIZER, 1, True),
        ({"Resource": PETS}, PolicyKind.IDENTITY, 300, False),
        ({"Resource": PETS}, PolicyKind.RESOURCE, 300, False),
    ],
)
def test_one_method_while_the_authorizer_caches(statement, kind, ttl, expected):
    found = messages(statement, kind=kind, ttl=ttl)
    assert len(found) == expected
    assert all(f"the answer is kept for {ttl} s" in message for message in found)
