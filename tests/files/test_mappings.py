"""Mappings and URIs of files, compiled as serving will; values that there never are, warned of."""

import pytest
from tests.files.test_api_file import BACKEND, load, with_get
from tests.gateway import operation

X = "x-amazon-apigateway-"


def read(tmp_path, integration=None, variables=None, **members):
    method = operation(BACKEND, requestParameters=integration or {})
    document = with_get(method, **members)
    return load(tmp_path, document, stage_variables=variables)


def test_good_mappings_say_nothing(tmp_path):
    mapped = {
        "integration.request.header.A": "context.requestId",
        "integration.request.header.B": "stageVariables.v",
        "integration.request.querystring.C": "'x'",
    }
    file = read(tmp_path, mapped, {"v": "1"})
    assert (file.problems, file.warnings) == ([], [])


@pytest.mark.parametrize("source", ["context.surprise", "stageVariables.gone"])
def test_values_that_there_never_are(tmp_path, source):
    file = read(tmp_path, {"integration.request.header.A": source})
    assert file.api is not None
    (warning,) = file.warnings
    assert f"/{X}integration/requestParameters/integration.request.header.A" in warning
    assert f"{source} has no value here" in warning


def test_gateway_responses(tmp_path):
    parameters = {"gatewayresponse.header.A": "nonsense"}
    responses = {"ACCESS_DENIED": {"responseParameters": parameters}, "SURPRISE": {}}
    file = read(tmp_path, **{f"{X}gateway-responses": responses})
    told = "\n".join(file.problems)
    assert "ACCESS_DENIED/responseParameters/gatewayresponse.header.A: 'nonsense' is not" in told
    assert "no gateway response type 'SURPRISE'" in told


def test_a_variables_value_may_bring_what_no_document_may(tmp_path):
    document = with_get(operation("http://${stageVariables.h}/"))
    assert load(tmp_path, document, stage_variables={"h": "back:1"}).api is not None
    for value in ("h/{x}", "h /", "h#f", "u@h"):
        file = load(tmp_path, document, stage_variables={"h": value})
        assert file.api is None
        assert any("/uri: " in problem for problem in file.problems), file.problems
