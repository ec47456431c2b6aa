"""How documents write statuses."""

import pytest

from gatelodge.openapi.status import read_http_status, read_status


@pytest.mark.parametrize(
    ("template", "status"),
    [
        ('{"statusCode": 200}', 200),
        ("{'statusCode': '404'}", 404),
        ("  {\n statusCode : 599 , }\n", 599),
        ('{"statusCode": 199}', None),
        ('{"statusCode": 600}', None),
        ('{"statusCode": "200\'}', None),
        ('{"statusCode": 200, "more": 1}', None),
        ('#set($x = 1){"statusCode": 200}', None),
        ("", None),
    ],
)
def test_templates(template, status):
    assert read_status(template) == status


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (200, 200),
        ("599", 599),
        (199, None),
        ("200 ", None),
        (None, None),
        (200.0, None),
        (True, None),
    ],
)
def test_statuses(value, status):
    assert read_http_status(value) == status
