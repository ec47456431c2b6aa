"""Mapping expressions over one call."""

import pytest
from tests.one_call import ID, decided, request

from gatelodge.context.expressions import ExpressionError, compile_expression

ASKED = request(
    query="a=1&a=2&b=%20x&empty=",
    headers=[("X-One", "first"), ("x-one", "second"), ("X-Two", "")],
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'static'", "static"),
        ("''", ""),
        ("context.requestId", ID),
        ("context.identity.sourceIp", "10.1.2.3"),
        ("context.nothing", None),
        ("stageVariables.v", "stage"),
        ("stageVariables.gone", None),
        ("method.request.header.x-ONE", "first"),
        ("method.request.header.X-Two", ""),
        ("method.request.header.Gone", None),
        ("method.request.multivalueheader.X-One", "first,second"),
        ("method.request.multivalueheader.Gone", None),
        ("method.request.querystring.a", "2"),
        ("method.request.querystring.b", " x"),
        ("method.request.querystring.empty", ""),
        ("method.request.querystring.A", None),
        ("method.request.multivaluequerystring.a", "1,2"),
        ("method.request.multivaluequerystring.gone", None),
        ("method.request.path.id", "7"),
        ("method.request.path.other", None),
    ],
)
def test_values(text, value):
    assert compile_expression(text)(decided(ASKED, stage={"v": "stage"})) == value


@pytest.mark.parametrize(
    "text",
    ["", "'", "nonsense", "context.", "stageVariables.", "method.request.header.",
     "method.request.cookie.a", "method.request.body", "integration.response.header.A", "'a"],
)  # fmt: skip
def test_what_is_no_expression(text):
    with pytest.raises(ExpressionError, match="not a mapping expression"):
        compile_expression(text)
