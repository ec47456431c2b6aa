"""Security requirements of operations (openapi-extensions.md 2.1, 8.1)."""

import pytest
from tests.openapi.documents import X, document, imported, method_of, told

SCHEMES = {
    "sigv4": {"type": "apiKey", "name": "A", "in": "header", f"{X}authtype": "AWSsigv4"},
    "keys": {"type": "apiKey", "name": "X-Api-Key", "in": "header"},
    "oauth": {"type": "oauth2", "flows": {}},
}
DEFINED = {"components": {"securitySchemes": SCHEMES}}


@pytest.mark.parametrize(
    ("operation", "root", "kind", "key"),
    [
        ({}, None, "NONE", False),
        ({"security": [{"sigv4": []}]}, None, "AWS_IAM", False),
        ({"security": [{"keys": []}]}, None, "NONE", True),
        ({"security": [{"sigv4": []}, {"keys": []}]}, None, "AWS_IAM", True),
        ({"security": [{"sigv4": [], "keys": []}]}, None, "AWS_IAM", True),
        ({}, [{"sigv4": []}], "AWS_IAM", False),
        ({"security": []}, [{"sigv4": []}], "NONE", False),
        ({"security": [{"NONE": []}]}, [{"sigv4": []}], "NONE", False),
        ({f"{X}auth": {"type": "none"}}, [{"sigv4": []}], "NONE", False),
        ({f"{X}auth": {"type": "AWS_IAM"}, "security": [{"keys": []}]}, None, "AWS_IAM", True),
    ],
)
def test_requirements(operation, root, kind, key):
    members = DEFINED if root is None else {**DEFINED, "security": root}
    method = method_of(operation, **members)
    assert (method["authorizationType"], method["apiKeyRequired"]) == (kind, key)


def test_swagger_has_them_elsewhere():
    method = method_of({"security": [{"sigv4": []}]}, swagger=True, securityDefinitions=SCHEMES)
    assert method["authorizationType"] == "AWS_IAM"


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ({"security": {}}, "security is a list of requirements"),
        ({"security": None}, "security is a list of requirements"),
        ({"security": ["sigv4"]}, "a security requirement is an object"),
        ({"security": [{"gone": []}]}, "no security scheme 'gone'"),
        ({"security": [{"oauth": []}]}, "leaves the method open"),
        ({"security": [{"sigv4": ["scope"]}]}, "only user pools know scopes"),
        ({"security": [{"sigv4": None}]}, "a list of scopes"),
        ({f"{X}auth": {"type": "CUSTOM"}}, "NONE or AWS_IAM"),
        ({f"{X}auth": "AWS_IAM"}, "NONE or AWS_IAM"),
        ({f"{X}auth": {"type": "NONE", "more": 1}}, "unknown member 'more'"),
    ],
)
def test_mistakes_never_open_a_method_in_silence(operation, message):
    _, found = imported(document(operation, **DEFINED))
    assert any(message in m for _, m in told(found)), told(found)
    assert all(problem.name is None for problem in found)
