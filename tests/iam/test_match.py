"""Actions and resources, each as its own function."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelodge.iam import ANONYMOUS, Query
from gatelodge.iam.match import action_matcher, literal_prefix, resource_test

ARN = "arn:aws:execute-api:us-east-1:111111111111:abc/prod/GET/pets"


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("*", "s3:getobject", True),
        ("execute-api:Invoke", "execute-api:invoke", True),
        ("EXECUTE-API:INVOKE", "execute-api:invoke", True),
        ("execute-api:*", "execute-api:invoke", True),
        ("execute-api:Invok?", "execute-api:invoke", True),
        ("*:Invoke", "execute-api:invoke", True),
        ("e*e", "execute-api:invoke", False),
        ("execute-api:", "execute-api:", False),
        (":Invoke", ":invoke", False),
        ("Invoke", "invoke", False),
        ("", "", False),
        (":a:b", ":a:b", False),
        (" execute-api:Invoke", "execute-api:invoke", False),
        ("execute-api:Invoke ", "execute-api:invoke", False),
        ("execute-api:Invoke", "execute-api:invokeall", False),
    ],
)
def test_actions(pattern, action, expected):
    assert action_matcher(pattern)(action) is expected


def resource(pattern, text=ARN, *, variables=True, identity=True, keys=None):
    query = Query("execute-api:Invoke", text, ANONYMOUS, keys or {}, "111111111111")
    return resource_test(pattern, variables, identity)(query)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", True),
        (ARN, True),
        (ARN[:-1], False),
        (ARN + "x", False),
        (ARN.replace("pets", "PETS"), False),
        (f"{ARN}*", True),
        (f"{ARN}/*", False),
        ("arn:aws:execute-api:us-east-1:111111111111:*", True),
        ("arn:aws:execute-api:us-east-1:111111111111:abc/*", True),
        ("arn:aws:execute-api:us-east-1:111111111111:abc/*/GET/p?ts", True),
        ("arn:aws:execute-api:us-east-1:111111111111:*/pets", True),
        ("arn:aws:execute-api:us-east-1:111111111111:*/pet", False),
        ("arn:aws:execute-api:us-east-1:222222222222:*", False),
        ("arn:aws:execute-api:*:*:*", True),
        ("arn:aws:execute-api:*:*:abd/*", False),
        ("arn:*:execute-api:us-east-1:111111111111:abc/prod/GET/pets", True),
        ("arn:aws:execute-api:us-east-?:111111111111:*", True),
        ("arn:aws:execute-api:us-*:111111111111:*", True),
        # A star in one piece does not take in the next.
        ("arn:aws:*:111111111111:abc/prod/GET/pets", False),
        ("arn:aws:execute-api:*:abc/prod/GET/pets:*", False),
    ],
)
def test_resources(pattern, expected):
    assert resource(pattern) is expected
    assert resource(pattern, identity=False) is expected
    assert resource(pattern, variables=False) is expected


@pytest.mark.parametrize(
    ("pattern", "identity", "elsewhere"),
    [
        ("arn:aws:execute-api", True, False),
        ("arn:aws:execute-api:us-east-1:111111111111", True, False),
        ("arn:aws:execute-api:*", True, True),
        ("arn:aws:execute-ap?", True, True),
        ("arn:*", True, True),
        ("arn", True, False),
        ("arn:aws:s3", False, False),
        ("execute-api:*", False, False),
        ("execute-api:/*", False, False),
        ("prod", False, False),
    ],
)
def test_missing_pieces(pattern, identity, elsewhere):
    assert resource(pattern, identity=True) is identity
    assert resource(pattern, identity=False) is elsewhere


def test_a_short_text_is_compared_whole_outside_of_identity_policies():
    assert resource("prod", "prod", identity=False)
    assert not resource("prod", "prod", identity=True)
    assert not resource("*:*:*:*:*:*:*", "prod")
    assert resource("*", "prod")


KEYS = {"aws:username": "bob", "star": "*", "aws:principalaccount": "111111111111"}
BASE = "arn:aws:execute-api:us-east-1:111111111111:abc/prod/GET/"


@pytest.mark.parametrize(
    ("rest", "path", "expected"),
    [
        ("${aws:username}", "bob", True),
        ("${aws:username}", "eve", False),
        ("${aws:username}/*", "bob/x", True),
        ("*/${aws:username}", "a/bob", True),
        ("${star}", "*", True),
        ("${star}", "x", False),
        ("${none}", "", False),
        ("${none, 'd'}", "d", True),
        ("a${*}", "a*", True),
        ("a${*}", "ab", False),
        ("a${*}*", "a*b", True),
        ("a${?}", "a?", True),
    ],
)
def test_variables(rest, path, expected):
    assert resource(BASE + rest, BASE + path, keys=KEYS) is expected
    literal = BASE + rest.replace("*", "x").replace("?", "y")
    assert not resource(BASE + rest, BASE + path, variables=False, keys=KEYS) or "${" not in rest
    assert resource(literal, literal, variables=False)


def test_variables_count_after_the_fifth_colon_only():
    pattern = "arn:aws:execute-api:us-east-1:${aws:principalaccount}:abc/*"
    assert not resource(pattern, keys=KEYS)
    both = "arn:aws:execute-api:*:${x}:${aws:username}"
    assert not resource(both, "arn:aws:execute-api:r:1:bob", keys=KEYS)
    # The colon inside of the variable is one of the five.
    assert resource(
        "arn:aws:execute-api:*:*:${aws:username}", "arn:aws:execute-api:r:1:bob", keys=KEYS
    )


def test_the_last_piece_may_hold_colons():
    keys = {"k": "a:b"}
    pattern, text = "arn:aws:execute-api:r:1:${k}/*", "arn:aws:execute-api:r:1:a:b/c:d"
    assert resource(pattern, text, keys=keys)
    assert not resource(pattern, text.replace(":r:", ":s:"), keys=keys)
    assert resource("arn:*:execute-api:r:1:a:?/c:d", text)
    assert resource("arn:aws:execute-api:r:1:a:b/*:d", text)


def test_with_variables_the_other_pieces_count_too():
    pattern = "arn:aws:execute-api:us-east-1:111111111111:${aws:username}"
    assert resource(pattern, "arn:aws:execute-api:us-east-1:111111111111:bob", keys=KEYS)
    assert not resource(pattern, "arn:aws:execute-api:eu-west-1:111111111111:bob", keys=KEYS)
    assert not resource(pattern, "bob", keys=KEYS)
    assert not resource("arn:aws:execute-api:*:*:${aws:username}", "bob", keys=KEYS)


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("*", True, ""),
        ("arn:aws:execute-api", True, ""),
        ("arn:aws:execute-api:r:1", True, ""),
        ("arn:aws:execute-api:r:1:abc", True, "arn:aws:execute-api:r:1:abc"),
        ("arn:aws:execute-api:r:1:abc/*", True, "arn:aws:execute-api:r:1:abc/"),
        ("arn:aws:execute-api:r:1:a?c/*", True, "arn:aws:execute-api:r:1:a"),
        ("arn:aws:execute-api:*:1:abc", True, "arn:aws:execute-api:"),
        ("arn:aws:execute-api:r:1:a${k}b*", True, "arn:aws:execute-api:r:1:a"),
        ("arn:aws:execute-api:r:1:a${k}b*", False, "arn:aws:execute-api:r:1:a${k}b"),
        ("arn:aws:execute-api:r:1:a*b${k}", True, "arn:aws:execute-api:r:1:a"),
        ("arn:aws:execute-api:r:1:a${k}b${j}", True, "arn:aws:execute-api:r:1:a"),
    ],
)
def test_prefixes(text, variables, expected):
    assert literal_prefix(text, variables=variables) == expected


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="a*?:", max_size=12), st.text(alphabet="ab:", max_size=12), st.booleans())
def test_what_matches_begins_with_the_prefix(pattern, text, identity):
    pattern, text = f"a:a:a:a:{pattern}", f"a:a:a:a:{text}"
    if resource(pattern, text, identity=identity):
        assert text.startswith(literal_prefix(pattern, variables=True))
