"""Extensions of AWS stand where they mean something, or are refused."""

import pytest
from tests.openapi.documents import X, document, imported, told


@pytest.mark.parametrize(
    ("change", "pointer", "message"),
    [
        ({f"{X}surprise": 1}, f"/{X}surprise", "not honoured"),
        ({"X-Amazon-Apigateway-Policy": {}}, "/X-Amazon-Apigateway-Policy", "is spelt"),
        ({f"{X}cors": {}}, f"/{X}cors", "belongs to HTTP APIs"),
        ({f"{X}auth": {}}, f"/{X}auth", "stands in an operation"),
        ({"info": {f"{X}policy": {}}}, f"/info/{X}policy", "at the root of the document"),
        ({"tags": [{f"{X}tag-value": "v"}]}, f"/tags/0/{X}tag-value", "HTTP APIs"),
        ({"components": {"securitySchemes": {"s": {f"{X}policy": {}}}}},
         f"/components/securitySchemes/s/{X}policy", "has no effect here"),
        ({"paths": {"/p": {f"{X}integration": {}}}}, f"/paths/~1p/{X}integration",
         "in an operation"),
        ({"paths": {"/p": {f"{X}any-method": {f"{X}policy": {}}}}},
         f"/paths/~1p/{X}any-method/{X}policy", "has no effect here"),
    ],
)  # fmt: skip
def test_misplaced(change, pointer, message):
    _, found = imported({**document(), **change})
    assert any(p == pointer and message in m for p, m in told(found)), told(found)


@pytest.mark.parametrize(
    "change",
    [
        {"x-mine": {f"{X}policy": {}}},
        {"components": {"schemas": {"A": {f"{X}policy": {}}}}},
        {"components": {"schemas": {"A": {"example": {"x-amazon-any": 1}}}}},
        {f"{X}importexport-version": "1.0"},
    ],
)
def test_what_is_nobodys_or_data(change):
    _, found = imported({**document(), **change})
    assert found == []
