"""Where statements stand, against what AWS published of its simulator."""

import json

import pytest

from gatelodge.control.iam.positions import statement_positions

ADMINISTRATOR = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    },
    indent=2,
)
ONE_LINE = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}, {"Effect": "Deny"}]}'
NESTED = '{"Statement":[{"Sid":"Statement","Condition":{"Bool":{"a:{b":"}\\"{"}}}\n, {"A":[{}]}]}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ADMINISTRATOR, [((3, 17), (8, 6))]),
        (ONE_LINE, [((1, 41), (1, 60)), ((1, 61), (1, 80))]),
        ('{"Statement":{"Effect":"Allow"},"Version":"2012-10-17"}', [((1, 14), (1, 32))]),
        (NESTED, [((1, 15), (1, 71)), ((2, 2), (2, 13))]),
    ],
)
def test_positions(text, expected):
    assert statement_positions(text) == expected
