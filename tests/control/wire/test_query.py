"""The query protocol: what parameters mean, what is refused, what XML cannot write."""

from xml.etree import ElementTree as ET

import pytest
from tests.play import request

from gatelodge.control.fault import Fault
from gatelodge.control.models import service_model
from gatelodge.control.wire import query

IAM = service_model("iam")


def sent(body=b"", *, in_query="", content_type="application/x-www-form-urlencoded"):
    fields = [("Content-Type", content_type)] if content_type else []
    return request("POST", "/", fields, body=body, query=in_query)


@pytest.mark.parametrize(
    "asked",
    [
        sent(b"Action=ListUsers&Version=2010-05-08"),
        sent(in_query="Action=ListUsers&Version=2010-05-08"),
        sent(b"Action=ListUsers&Version=2010-05-08", content_type=None),
        sent(
            b"Action=ListUsers&Version=2010-05-08",
            content_type="application/x-www-form-urlencoded; charset=utf-8",
        ),
        sent(b"Version=2010-05-08&Action=ListUsers", in_query="Action=ListRoles"),
    ],
)
def test_action_and_version(asked):
    assert query.operation_named(IAM, asked) == "ListUsers"


def test_no_action():
    assert query.operation_named(IAM, sent(b"Version=2010-05-08")) is None
    assert query.operation_named(IAM, sent(b"Action=ListUsers", content_type="text/plain")) is None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"Action=Brew&Version=2010-05-08", "Brew for version 2010-05-08"),
        (b"Action=ListUsers&Version=1", "ListUsers for version 1"),
        (b"Action=ListUsers", "ListUsers for version NO_VERSION_SPECIFIED"),
    ],
)
def test_actions_that_are_not_there(body, told):
    with pytest.raises(Fault) as refused:
        query.operation_named(IAM, sent(body))
    assert refused.value.code == "InvalidAction"
    assert refused.value.message == f"Could not find operation {told}"


def parsed(operation, body):
    return query.parse(IAM.operation_model(operation), sent(body))


def test_lists_are_numbered_and_structures_have_dots():
    body = (
        b"UserName=bob&Tags.member.10.Key=j&Tags.member.10.Value=&Tags.member.2.Key=b"
        b"&Tags.member.2.Value=2&Unknown=x&Tags.member.x.Key=no"
    )
    assert parsed("TagUser", body) == {
        "UserName": "bob",
        "Tags": [{"Key": "b", "Value": "2"}, {"Key": "j", "Value": ""}],
    }
    assert parsed("TagUser", b"UserName=bob&Tags=") == {"UserName": "bob", "Tags": []}


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("ListUsers", b"MaxItems=many"),
        ("ListUsers", b"MaxItems.member.1=1"),
        ("ListUsers", b"Marker=%ff"),
        ("ListUsers", b".".join([b"a"] * 17) + b"=1"),
        ("ListUsers", b"&".join(b"a%d=1" % n for n in range(query.MAX_FIELDS + 1))),
    ],
)
def test_parameters_that_cannot_be_read(operation, body):
    with pytest.raises(Fault) as refused:
        parsed(operation, body)
    assert refused.value.code == "MalformedInput"


def test_what_xml_cannot_write_is_replaced():
    user = {"Path": "/", "UserName": "a\x00<&>\ufffe", "UserId": "x\r", "Arn": "y"}
    operation = IAM.operation_model("GetUser")
    body = query.answer(operation, {"User": user}, sent()).body
    assert b"&#13;" in body
    found = ET.fromstring(body)
    space = "{https://iam.amazonaws.com/doc/2010-05-08/}"
    assert found.find(f".//{space}UserName").text == "a\ufffd<&>\ufffd"
    assert found.find(f".//{space}UserId").text == "x\r"


def test_an_operation_without_output_has_no_result():
    body = query.answer(IAM.operation_model("DeleteUser"), None, sent()).body
    assert b"DeleteUserResult" not in body
    assert b"<RequestId>" in body


@pytest.mark.parametrize(("status", "kind"), [(404, "Sender"), (500, "Receiver")])
def test_errors(status, kind):
    response = query.refuse(IAM, Fault("NoSuchEntity", "a <b>", status), sent())
    assert response.status == status
    assert f"<Type>{kind}</Type><Code>NoSuchEntity</Code>".encode() in response.body
    assert b"<Message>a &lt;b&gt;</Message>" in response.body
