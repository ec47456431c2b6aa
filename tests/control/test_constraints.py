"""What the models demand of input, in AWS's words (control-plane.md section 1.5)."""

import pytest

from gatelodge.control.constraints import check, compiled
from gatelodge.control.coverage import NAMED
from gatelodge.control.fault import Fault
from gatelodge.control.models import protocol, service_model


def told(service, operation, **parameters):
    try:
        check(service_model(service).operation_model(operation), protocol(service), parameters)
    except Fault as fault:
        return f"{fault.code}: {fault.message}"
    return None


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "message"),
    [
        ("iam", "CreateUser", {"UserName": "bob", "Tags": []}, None),
        (
            "iam",
            "CreateUser",
            {"UserName": "bob!"},
            "ValidationError: The specified value for userName is invalid. It must contain only "
            "alphanumeric characters and/or the following: +=,.@_-",
        ),
        (
            "iam",
            "CreateUser",
            {},
            "ValidationError: 1 validation error detected: Value at 'userName' failed to "
            "satisfy constraint: Member must not be null",
        ),
        (
            "iam",
            "CreateUser",
            {"UserName": "x" * 65, "Path": "no-slash"},
            "ValidationError: 2 validation errors detected: Value at 'path' failed to "
            "satisfy constraint: Member must satisfy regular expression pattern: "
            r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F); "
            "Value at 'userName' failed to satisfy constraint: Member must have "
            "length less than or equal to 64",
        ),
        (
            "iam",
            "TagUser",
            {"UserName": "bob", "Tags": [{"Key": "k", "Value": "v" * 257}]},
            "ValidationError: 1 validation error detected: Value at "
            "'tags.1.member.value' failed to satisfy constraint: Member must have length less than "
            "or equal to 256",
        ),
        (
            "iam",
            "UntagRole",
            {"RoleName": "r", "TagKeys": ["fine", "k" * 129]},
            "ValidationError: 1 validation error detected: Value at 'tagKeys' failed to satisfy "
            "constraint: Member must satisfy constraint: [Member must have length less than or "
            "equal to 128, Member must have length greater than or equal to 1, Member must satisfy "
            r"regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+, Member must not be null]",
        ),
        (
            "iam",
            "UntagRole",
            {"RoleName": "r", "TagKeys": ["k"] * 51},
            "ValidationError: 1 validation error detected: Value at 'tagKeys' failed to satisfy "
            "constraint: Member must have length less than or equal to 50",
        ),
        (
            "sts",
            "AssumeRole",
            {
                "RoleArn": "arn:aws:iam::111111111111:role/r",
                "RoleSessionName": "here",
                "DurationSeconds": 899,
            },
            "ValidationError: 1 validation error detected: Value '899' at 'durationSeconds' failed "
            "to satisfy constraint: Member must have value greater than or equal to 900",
        ),
        (
            "apigateway",
            "UpdateRestApi",
            {"restApiId": "a", "patchOperations": [{"op": "wrong"}]},
            "ValidationException: 1 validation error detected: Value 'wrong' at "
            "'updateRestApiInput.patchOperations.1.member.op' failed to satisfy constraint: Member "
            "must satisfy enum value set: [add, remove, replace, move, copy, test]",
        ),
        (
            "apigateway",
            "CreateRestApi",
            {
                "name": "a",
                "endpointConfiguration": {"types": ["wrong"], "ipAddressType": "wrong"},
            },
            "ValidationException: 2 validation errors detected: Value '[wrong]' at "
            "'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member "
            "must satisfy constraint: [Member must satisfy enum value set: [REGIONAL, EDGE, "
            "PRIVATE]]; Value 'wrong' at 'createRestApiInput.endpointConfiguration.ipAddressType' "
            "failed to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]",
        ),
        (
            "apigateway",
            "CreateRestApi",
            {},
            "ValidationException: 1 validation error detected: Value null at 'name' failed to "
            "satisfy constraint: Member must not be null",
        ),
        (
            "cognito-idp",
            "ListUserPools",
            {"MaxResults": 61},
            "InvalidParameterException: 1 validation error detected: Value '61' at 'maxResults' "
            "failed to satisfy constraint: Member must have value less than or equal to 60",
        ),
    ],
)
def test_messages(service, operation, parameters, message):
    assert told(service, operation, **parameters) == message


@pytest.mark.parametrize("service", NAMED)
def test_every_pattern_of_the_models_is_understood(service):
    model = service_model(service)
    for name in model.shape_names:
        pattern = model.shape_for(name).metadata.get("pattern")
        if pattern is not None:
            compiled(pattern)


def test_java_s_classes_of_characters():
    tag_key = compiled(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+")
    for text in ("Team", "\u00e9t\u00e9", "\u65e5\u672c", "a b", "\u0663", "a/b:c=d+e-f@g.h_i"):
        assert tag_key.fullmatch(text), text
    for text in ("", "a*b", "a\tb", "\u20ac", "\U0001f600", "a\u0301"):
        assert not tag_key.fullmatch(text), text
    # \w is ASCII's, as in Java.
    assert not compiled(r"\w+").fullmatch("\u00e9")
