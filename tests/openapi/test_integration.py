"""Integrations: every member of AWS's is kept or refused by name (openapi-extensions.md 4)."""

import pytest
from tests.openapi.documents import X, document, imported, method_of, told

INTEGRATION = f"{X}integration"
HTTP = {"type": "HTTP_proxy", "httpMethod": "get", "uri": "http://h/"}


def integration(written, path="/p"):
    return method_of({INTEGRATION: written}, path=path)["integration"]


def test_what_a_document_leaves_out():
    """I9, I10"""
    assert integration(HTTP) == {
        "type": "HTTP_PROXY",
        "httpMethod": "GET",
        "uri": "http://h/",
        "timeoutInMillis": 29_000,
        "passthroughBehavior": "WHEN_NO_MATCH",
        "requestParameters": {},
        "requestTemplates": {},
        "responses": [],
        "tlsInsecureSkipVerification": False,
    }


def test_every_member():
    kept = integration(
        {
            "type": "aws",
            "httpMethod": "POST",
            "uri": "arn:aws:apigateway:us-east-1:sqs:path/1/q",
            "credentials": "arn:aws:iam::111111111111:role/r",
            "connectionType": "vpc_link",
            "connectionId": "c",
            "requestParameters": {"integration.request.header.A": "'b'"},
            "requestTemplates": {"application/json": "$input.body"},
            "passthroughBehavior": "never",
            "contentHandling": "convert_to_binary",
            "timeoutInMillis": 50,
            "cacheNamespace": "n",
            "cacheKeyParameters": ["method.request.header.id", "integration.request.header.A"],
            "tlsConfig": {"insecureSkipVerification": True},
            "responses": {"default": {"statusCode": "200"}},
            "payloadFormatVersion": "1.0",
        }
    )
    assert kept["connectionType"] == "VPC_LINK"
    assert kept["contentHandling"] == "CONVERT_TO_BINARY"
    assert kept["passthroughBehavior"] == "NEVER"
    assert kept["tlsInsecureSkipVerification"] is True
    assert kept["responses"][0]["statusCode"] == 200
    same = (
        "credentials",
        "connectionId",
        "cacheNamespace",
        "cacheKeyParameters",
        "timeoutInMillis",
    )
    assert [kept[member] for member in same] == [
        "arn:aws:iam::111111111111:role/r", "c", "n",
        ["method.request.header.id", "integration.request.header.A"], 50,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        ({"type": "ftp"}, "/type", "'ftp' does not exist"),
        ({"type": None}, "/type", "None does not exist"),
        ({"surprise": 1}, "/surprise", "not honoured"),
        ({"httpMethod": "FETCH"}, "/httpMethod", "'FETCH' is not a verb"),
        ({"httpMethod": None}, "/httpMethod", "None is not a verb"),
        ({"uri": ""}, "/uri", "needs a uri"),
        ({"uri": 7}, "/uri", "a text is expected"),
        ({"uri": "http://h/{x}"}, "/uri", "names {x}"),
        ({"uri": "http://h/?a={x}"}, "/uri", "path of a uri only"),
        ({"uri": "http://${context.x}/"}, "/uri", "only ${stageVariables.NAME}"),
        ({"timeoutInMillis": 49}, "/timeoutInMillis", "from 50 to 29000"),
        ({"timeoutInMillis": 29_001}, "/timeoutInMillis", "from 50 to 29000"),
        ({"timeoutInMillis": 900_001, "responseTransferMode": "stream"}, "/timeoutInMillis",
         "from 50 to 900000"),
        ({"responseTransferMode": "x"}, "/responseTransferMode", "BUFFERED or STREAM"),
        ({"integrationTarget": 1}, "/integrationTarget", "a text is expected"),
        ({"timeoutInMillis": "100"}, "/timeoutInMillis", "from 50 to 29000"),
        ({"timeoutInMillis": True}, "/timeoutInMillis", "from 50 to 29000"),
        ({"passthroughBehavior": "sometimes"}, "/passthroughBehavior", "never or when_no_match"),
        ({"connectionType": "TUNNEL"}, "/connectionType", "INTERNET or VPC_LINK"),
        ({"contentHandling": "x"}, "/contentHandling", "CONVERT_TO_BINARY or CONVERT_TO_TEXT"),
        ({"payloadFormatVersion": "2.0"}, "/payloadFormatVersion", "belong to HTTP APIs"),
        ({"tlsConfig": {"insecureSkipVerification": "no"}},
         "/tlsConfig/insecureSkipVerification", "true or false"),
        ({"tlsConfig": {"serverNameToVerify": "h"}}, "/tlsConfig/serverNameToVerify",
         "not honoured"),
        ({"requestParameters": {"integration.request.header.A": 1}},
         "/requestParameters/integration.request.header.A", "a text is expected"),
        ({"requestParameters": {"integration.request.header.A": "method.request.path.no"}},
         "/requestParameters/integration.request.header.A", "no parameter {no}"),
        ({"$ref": "#/components/x"}, "/$ref", "references to integrations"),
        ({"cacheKeyParameters": "a"}, "/cacheKeyParameters", "a list of texts"),
        ({"cacheKeyParameters": ["k"]}, "/cacheKeyParameters/0", "'k' is no parameter"),
        (
            {"cacheKeyParameters": ["integration.request.header.Unmapped"]},
            "/cacheKeyParameters/0",
            "is no parameter",
        ),
        (
            {"cacheKeyParameters": ["method.request.header.A", "method.request.path.nope"]},
            "/cacheKeyParameters/1",
            "the path of this resource has no parameter {nope}",
        ),
    ],
)  # fmt: skip
def test_mistakes(change, where, message):
    _, found = imported(document({INTEGRATION: {**HTTP, **change}}))
    place = f"/paths/~1p/get/{INTEGRATION}{where}"
    assert any(p == place and message in m for p, m in told(found)), told(found)


def test_an_integration_is_an_object():
    _, found = imported(document({INTEGRATION: []}))
    assert told(found)[0][1] == "an integration is an object"


def test_path_parameters_that_the_resource_has():
    mapped = {"integration.request.path.id": "method.request.path.id"}
    kept = integration({**HTTP, "uri": "http://h/{id}", "requestParameters": mapped}, "/p/{id}")
    assert kept["requestParameters"] == mapped
