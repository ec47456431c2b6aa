"""Tags and reserved concurrency: their bounds."""

import pytest

from gatelodge.control.lambda_.functions import get_function
from gatelodge.control.lambda_.settings import (
    list_tags,
    put_function_concurrency,
    tag_resource,
    untag_resource,
)

MANY = {f"k{number}": "v" for number in range(51)}


@pytest.mark.parametrize(
    ("tags", "told"), [(MANY, "at most 50 tags"), ({"AWS:x": "y"}, "aws: prefixed tag key")]
)
def test_tags_that_no_function_has(desk, tags, told):
    with pytest.raises(Exception, match=told):
        desk.function(Tags=tags)
    arn = desk.function()["FunctionArn"]
    assert told in desk.refused(tag_resource, Resource=arn, Tags=tags)[2]
    assert desk.do(list_tags, Resource=arn) == {"Tags": {}}


def test_tags_are_added_to_those_there_are(desk):
    arn = desk.function(Tags={"a": "1", "b": "2"})["FunctionArn"]
    desk.do(tag_resource, Resource=arn, Tags={"b": "3", "c": "4"})
    desk.do(untag_resource, Resource=arn, TagKeys=["a", "none"])
    assert desk.do(list_tags, Resource=arn) == {"Tags": {"b": "3", "c": "4"}}
    assert desk.refused(tag_resource, Resource=f"{arn}:1", Tags={"a": "b"})[1] == 400


def test_what_is_left_for_others(desk):
    desk.function()
    told = desk.refused(
        put_function_concurrency, FunctionName="f", ReservedConcurrentExecutions=901
    )
    assert "below its minimum value of [100]" in told[2]
    desk.do(put_function_concurrency, FunctionName="f", ReservedConcurrentExecutions=0)
    shown = desk.do(get_function, FunctionName="f")["Concurrency"]
    assert shown == {"ReservedConcurrentExecutions": 0}
