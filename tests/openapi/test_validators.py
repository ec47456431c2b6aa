"""Request validators."""

import pytest
from tests.openapi.documents import X, document, imported, method_of, told

DEFINED = {f"{X}request-validators": {"all": {"validateRequestBody": True}, "none": {}}}
NAME = f"{X}request-validator"


def test_validators_are_kept():
    read_once, found = imported(document(**DEFINED))
    assert not found
    assert read_once.api["requestValidators"] == [
        {"name": "all", "validateRequestBody": True, "validateRequestParameters": False},
        {"name": "none", "validateRequestBody": False, "validateRequestParameters": False},
    ]


@pytest.mark.parametrize(
    ("own", "root", "expected"),
    [(None, None, None), ("all", None, "all"), (None, "all", "all"), ("none", "all", "none")],
)
def test_the_operations_own_counts(own, root, expected):
    """I6"""
    members = DEFINED | ({NAME: root} if root else {})
    method = method_of({NAME: own} if own else {}, **members)
    assert method.get("requestValidatorId") == expected


@pytest.mark.parametrize(
    ("operation", "members", "message"),
    [
        ({NAME: "gone"}, DEFINED, "no request validator 'gone'"),
        ({}, {NAME: "gone"}, "no request validator 'gone'"),
        ({NAME: 1}, DEFINED, "a text is expected"),
        ({}, {f"{X}request-validators": {"a": []}}, "a request validator is an object"),
        ({}, {f"{X}request-validators": {"a": {"x": 1}}}, "x is not honoured"),
        ({}, {f"{X}request-validators": {"a": {"validateRequestBody": "yes"}}}, "true or false"),
    ],
)
def test_mistakes(operation, members, message):
    _, found = imported(document(operation, **members))
    assert any(message in m for _, m in told(found)), told(found)
