"""Functions as CreateFunction and its kin write them: what must be given, and what stays."""

import pytest
from tests.control.lambda_.desk import ROLE, package

from gatelodge.control.lambda_.functions import (
    create_function,
    delete_function,
    get_function,
    list_functions,
    update_function_code,
)
from gatelodge.control.lambda_.settings import put_function_concurrency

F = {"FunctionName": "f"}
CODE = {"ZipFile": package()}


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"Handler": "a.b"}, "Runtime and Handler are mandatory"),
        ({"Runtime": "python3.12"}, "Runtime and Handler are mandatory"),
        ({"Runtime": "provided.al2023", "Code": {}}, "Code comes as a ZipFile"),
        ({"Runtime": "provided", "Code": {**CODE, "S3Key": "k"}}, "Code comes as a ZipFile"),
        ({"Runtime": "provided", "Code": {"ZipFile": b"no"}}, "Could not unzip uploaded file"),
        ({"Runtime": "provided", "FunctionName": "f:1"}, "unqualified functions only"),
    ],
)
def test_what_is_not_made(desk, members, told):
    given = {**F, "Role": ROLE, "Code": CODE, **members}
    assert told in desk.refused(create_function, **given)[2]
    assert desk.do(list_functions)["Functions"] == []


def test_a_custom_runtime_needs_no_handler(desk):
    made = desk.do(create_function, **F, Role=ROLE, Code=CODE, Runtime="provided.al2023")
    assert "Handler" not in made
    assert made["State"] == "Pending"
    assert desk.do(get_function, **F)["Configuration"]["State"] == "Active"


def test_other_code_leaves_what_belongs_to_the_function(desk):
    desk.function(Tags={"a": "b"}, Environment={"Variables": {"A": "1"}})
    desk.do(put_function_concurrency, **F, ReservedConcurrentExecutions=2)
    before = desk.do(get_function, **F)
    other = package("x = 1\n")
    dry = desk.do(update_function_code, **F, ZipFile=other, DryRun=True)
    assert desk.do(get_function, **F) == before
    changed = desk.do(update_function_code, **F, ZipFile=other, Architectures=["arm64"])
    assert changed["CodeSha256"] == dry["CodeSha256"] != before["Configuration"]["CodeSha256"]
    after = desk.do(get_function, **F)
    assert after["Tags"] == {"a": "b"}
    assert after["Concurrency"] == {"ReservedConcurrentExecutions": 2}
    assert after["Configuration"]["Environment"] == {"Variables": {"A": "1"}}
    assert after["Configuration"]["Architectures"] == ["arm64"]


def test_lists_are_of_one_account_and_region(desk):
    desk.function(Publish=True)
    desk.function("g")
    other = desk.other("222222222222")
    assert other.do(list_functions)["Functions"] == []
    assert [one["FunctionName"] for one in desk.do(list_functions)["Functions"]] == ["f", "g"]
    everything = desk.do(list_functions, FunctionVersion="ALL")["Functions"]
    assert [one["Version"] for one in everything] == ["$LATEST", "1", "$LATEST"]
    assert "MasterRegion" in desk.refused(list_functions, MasterRegion="ALL")[2]


@pytest.mark.parametrize(
    ("qualifier", "status"), [("$LATEST", 400), ("LIVE", 400), ("7", 404), ("1", None)]
)
def test_what_of_a_function_is_deleted_by_itself(desk, qualifier, status):
    desk.function(Publish=True)
    if status is None:
        assert desk.do(delete_function, **F, Qualifier=qualifier) == {"StatusCode": 204}
    else:
        assert desk.refused(delete_function, **F, Qualifier=qualifier)[1] == status
    assert desk.do(get_function, **F)
