"""Lists of tags: keys that are one whatever their case, or not."""

import pytest

from gatelodge.control.fault import Fault
from gatelodge.control.iam.tag_lists import MOST, check_tags, merged, without


def tags(**pairs):
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def test_keys_of_users_are_one_whatever_their_case():
    with pytest.raises(Fault) as refused:
        check_tags(tags(a="1", A="2"))
    assert refused.value.code == "InvalidInput"
    assert refused.value.message == (
        "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    )
    assert check_tags(tags(a="1", A="2"), cased=True) == tags(a="1", A="2")
    with pytest.raises(Fault, match="Duplicate tag keys found"):
        check_tags([*tags(a="1"), *tags(a="2")], cased=True)


@pytest.mark.parametrize("key", ["aws:x", "AWS:x", "aWs:"])
def test_reserved_keys(key):
    with pytest.raises(Fault, match="reserved for AWS"):
        check_tags(tags(**{key: "1"}))


def test_setting_tags_keeps_places_and_adds_at_the_end():
    before = tags(a="1", b="2")
    assert merged(before, tags(B="3", c="4"), cased=False) == tags(a="1", B="3", c="4")
    assert merged(before, tags(B="3"), cased=True) == tags(a="1", b="2", B="3")


def test_taking_tags_away():
    before = tags(a="1", b="2")
    assert without(before, ["A", "nothing"], cased=False) == tags(b="2")
    assert without(before, ["A"], cased=True) == before


def test_there_are_fifty_at_most():
    full = tags(**{f"k{n}": "" for n in range(MOST)})
    assert merged(full[1:], full[:1], cased=False)
    assert merged(full, tags(k0="new"), cased=False)[0]["Value"] == "new"
    with pytest.raises(Fault) as refused:
        merged(full, tags(more=""), cased=False)
    assert refused.value.code == "LimitExceeded"
    with pytest.raises(Fault, match="less than or equal to 50"):
        check_tags([*full, *tags(more="")])
