"""Attributes: what a schema admits, and who may read and write them."""

import pytest
from tests.userpools.tools import make_client, make_pool, tools

from gatelodge.userpools import Refused
from gatelodge.userpools import attributes as attr

SCHEMA = [
    {"Name": "email", "Required": True, "Mutable": True},
    {"Name": "level", "AttributeDataType": "Number", "Mutable": True,
     "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "9"}},
    {"Name": "plan", "AttributeDataType": "String", "Mutable": False,
     "StringAttributeConstraints": {"MinLength": "2", "MaxLength": "4"}},
    {"Name": "note", "DeveloperOnlyAttribute": True, "Mutable": True},
]  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    pools, _ = tools(tmp_path_factory.mktemp("attributes") / "state")
    return pools, make_pool(pools, Schema=SCHEMA)


MAIL = {"email": "a@b.example"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (MAIL, None),
        ({}, "The attribute email is required"),
        ({"email": "nobody"}, "Invalid email address format."),
        ({"email": "a@b\n.example"}, "Invalid email address format."),
        ({**MAIL, "phone_number": "5550100"}, "Invalid phone number format."),
        ({**MAIL, "phone_number": "+15550100"}, None),
        ({**MAIL, "sub": "me"}, "sub: Attribute does not exist in the schema"),
        ({**MAIL, "custom:other": "x"}, "custom:other: Attribute does not exist in the schema"),
        ({**MAIL, "custom:level": "9"}, None),
        ({**MAIL, "custom:level": "10"}, "out of range"),
        ({**MAIL, "custom:level": "0"}, "out of range"),
        ({**MAIL, "custom:level": "1e0"}, "not a number"),
        ({**MAIL, "custom:level": "\u0663"}, "not a number"),
        ({**MAIL, "custom:plan": "x"}, "length is from 2 to 4"),
        ({**MAIL, "custom:plan": "12345"}, "length is from 2 to 4"),
        ({**MAIL, "email_verified": "perhaps"}, "true or false"),
    ],
)
def test_values_of_a_new_user(place, given, words):
    if words is None:
        attr.check(place[1], given, new=True)
        return
    with pytest.raises(Refused) as caught:
        attr.check(place[1], given, new=True)
    assert words in caught.value.message


def test_what_cannot_be_changed(place):
    attr.check(place[1], {"custom:plan": "free"} | MAIL, new=True)
    with pytest.raises(Refused, match="Attribute cannot be updated"):
        attr.check(place[1], {"custom:plan": "free"})


@pytest.mark.parametrize(
    ("allowed", "name", "good"),
    [
        (None, "email", True),
        (["email"], "email", True),
        (["email"], "name", False),
        (None, "email_verified", False),
        (["email_verified"], "email_verified", False),
        (None, "dev:custom:note", False),
    ],
)
def test_who_may_write(place, allowed, name, good):
    members = {} if allowed is None else {"WriteAttributes": allowed}
    client = make_client(*place, f"write{name}{allowed}", **members)
    if good:
        attr.check_writable(client, [name])
    else:
        with pytest.raises(Refused, match="NotAuthorizedException"):
            attr.check_writable(client, [name])


def test_who_may_read(place):
    everything = {**MAIL, "name": "Ann", "dev:custom:note": "x"}
    assert attr.readable(make_client(*place, "all"), everything) == {**MAIL, "name": "Ann"}
    narrow = make_client(*place, "one", ReadAttributes=["name"])
    assert attr.readable(narrow, everything) == {"name": "Ann"}
