"""Which function a URI names."""

import pytest

from gatelodge.context.function_uri import FunctionUriError, function_arn

ARN = "arn:aws:lambda:us-east-1:111111111111:function:f"
URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"


@pytest.mark.parametrize("arn", [ARN, f"{ARN}:live", f"{ARN}:$LATEST", f"{ARN}:7"])
def test_functions(arn):
    assert function_arn(URI.format(arn), {}) == arn


def test_stage_variables():
    uri = URI.format(
        "arn:aws:lambda:us-east-1:111111111111:function:${stageVariables.f}:${stageVariables.q}"
    )
    assert function_arn(uri, {"f": "f", "q": "live"}) == f"{ARN}:live"
    with pytest.raises(FunctionUriError, match="no variable 'q'"):
        function_arn(uri, {"f": "f"})


@pytest.mark.parametrize(
    "uri",
    [
        "",
        ARN,
        URI.format("f"),
        URI.format(f"{ARN} {ARN}"),
        URI.format("arn:aws:lambda:us-east-1:1:function:f"),
        URI.format(ARN).replace("2015-03-31", "2014-11-13"),
        URI.format(ARN) + "/more",
        URI.format(ARN).replace(":lambda:path", ":sqs:path"),
    ],
)
def test_what_names_no_function(uri):
    with pytest.raises(FunctionUriError, match="is not arn:PARTITION"):
        function_arn(uri, {})


def test_a_variables_value_must_fit():
    with pytest.raises(FunctionUriError, match="is not arn:PARTITION"):
        function_arn(URI.format("${stageVariables.f}"), {"f": "../x"})
