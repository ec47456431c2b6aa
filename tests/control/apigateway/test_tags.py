"""Tags of APIs and stages: whose ARN is taken, and what no tag can be."""

import pytest
from tests.control.apigateway.calls import REGION, Desk

from gatelodge.control.apigateway.rest_apis import create_rest_api
from gatelodge.control.apigateway.tags import MAX_TAGS, get_tags, tag_resource, untag_resource
from gatelodge.control.fault import Fault


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def arn(desk):
    made = desk.do(create_rest_api, name="a")
    return f"arn:aws:apigateway:{REGION}::/restapis/{made['id']}"


def test_tags_are_added_changed_and_taken_away(desk, arn):
    desk.do(tag_resource, resourceArn=arn, tags={"a": "1", "b": ""})
    desk.do(tag_resource, resourceArn=arn, tags={"a": "2"})
    assert desk.do(get_tags, resourceArn=arn) == {"tags": {"a": "2", "b": ""}}
    desk.do(untag_resource, resourceArn=arn, tagKeys=["b", "nothing"])
    assert desk.do(get_tags, resourceArn=arn) == {"tags": {"a": "2"}}


@pytest.mark.parametrize(
    "tags",
    [
        {"aws:x": "1"},
        {"AWS:x": "1"},
        {"": "1"},
        {"k" * 129: "1"},
        {"k": "v" * 257},
        {f"k{n}": "" for n in range(MAX_TAGS + 1)},
    ],
)
def test_what_no_tag_can_be(desk, arn, tags):
    with pytest.raises(Fault) as refused:
        desk.do(tag_resource, resourceArn=arn, tags=tags)
    assert refused.value.code == "BadRequestException"
    assert desk.do(get_tags, resourceArn=arn) == {"tags": {}}


def test_fifty_in_all_and_not_at_once(desk, arn):
    desk.do(tag_resource, resourceArn=arn, tags={f"k{n}": "" for n in range(MAX_TAGS)})
    desk.do(tag_resource, resourceArn=arn, tags={"k0": "1"})
    with pytest.raises(Fault, match="At most 50"):
        desk.do(tag_resource, resourceArn=arn, tags={"more": ""})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x", "BadRequestException"),
        (f"arn:aws:apigateway:{REGION}:1:/restapis/a", "BadRequestException"),
        ("arn:aws:apigateway:eu-west-1::/restapis/a", "BadRequestException"),
        (f"arn:aws:lambda:{REGION}::/restapis/a", "BadRequestException"),
        (f"arn:aws:apigateway:{REGION}::/restapis/none", "NotFoundException"),
        (f"arn:aws:apigateway:{REGION}::/apikeys/a", "NotFoundException"),
    ],
)
def test_what_has_no_tags(desk, text, code):
    with pytest.raises(Fault) as refused:
        desk.do(get_tags, resourceArn=text)
    assert refused.value.code == code


def test_another_accounts_api_is_not_there(desk, arn):
    with pytest.raises(Fault) as refused:
        desk.other("222222222222").do(get_tags, resourceArn=arn)
    assert refused.value.code == "NotFoundException"
