"""Customised answers (gateway-responses.md section 6.2), through the socket."""

import pytest
from tests.gateway import Backend, Gateway, allow, api_document, policy

X = "x-amazon-apigateway-gateway-responses"
CORS = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}
JSON = "application/json"

APIS = {
    "none": {},
    "c1": {"DEFAULT_4XX": {"responseParameters": CORS}},
    "c2": {
        "DEFAULT_4XX": {"responseParameters": CORS},
        "MISSING_AUTHENTICATION_TOKEN": {"statusCode": 418},
    },
    "c4": {"DEFAULT_4XX": {"statusCode": "400"}},
    "c6": {
        "MISSING_AUTHENTICATION_TOKEN": {
            "statusCode": 404,
            "responseTemplates": {JSON: '{"message":"no route"}'},
        }
    },
    "c7": {
        "ACCESS_DENIED": {
            "responseTemplates": {
                JSON: '{"message":$context.error.messageString,'
                '"type":"$context.error.responseType"}'
            }
        }
    },
    "c8": {
        "MISSING_AUTHENTICATION_TOKEN": {
            "responseTemplates": {JSON: "#if(true)x#end $context.stage $method.request.header.X-A"}
        }
    },
    "c9": {
        "MISSING_AUTHENTICATION_TOKEN": {
            "responseParameters": {
                "gatewayresponse.header.X-Key": "method.request.header.x-api-key",
                "gatewayresponse.header.X-Query": "method.request.querystring.q",
                "gatewayresponse.header.X-Missing": "method.request.header.nothing",
            }
        }
    },
    "c11": {
        "MISSING_AUTHENTICATION_TOKEN": {
            "responseTemplates": {"text/plain": "plain", JSON: '{"json":1}'}
        }
    },
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    backend = Backend()
    silent = policy(allow("execute-api:/other/*"))
    apis = [
        api_document(name, backend.url, policy=silent if name in ("c7", "none") else None,
                     **{X: responses})
        for name, responses in APIS.items()
    ]  # fmt: skip
    gateway = Gateway(tmp_path_factory.mktemp("responses"), apis)
    yield gateway
    assert gateway.stop() == 0
    backend.close()


ORIGIN = "Access-Control-Allow-Origin"


def test_c1_default_serves_all_without_their_own(gateway):
    answer = gateway.call("c1", "/nope")
    assert (answer.status, answer.headers[ORIGIN]) == (403, "*")
    assert answer.json == {"message": "Missing Authentication Token"}
    signature = gateway.call("c1", "/signed", headers=[("Authorization", "Bearer x")])
    assert signature.headers[ORIGIN] == "*"


def test_c2_a_type_of_its_own_inherits_nothing(gateway):
    answer = gateway.call("c2", "/nope")
    assert (answer.status, answer.headers[ORIGIN]) == (418, None)
    assert answer.json == {"message": "Missing Authentication Token"}


def test_c4_default_status(gateway):
    assert gateway.call("c4", "/nope").status == 400


def test_c6_status_and_body(gateway):
    answer = gateway.call("c6", "/nope")
    assert (answer.status, answer.json) == (404, {"message": "no route"})


def test_c7_and_the_capital_message(gateway):
    customised = gateway.call("c7").json
    assert customised["type"] == "ACCESS_DENIED"
    assert customised["message"].startswith("User: anonymous is not authorized")
    assert list(gateway.call("none").json) == ["Message"]


def test_c8_templates_are_plain_substitution(gateway):
    answer = gateway.call("c8", "/nope", headers=[("X-A", "b")])
    assert answer.body == b"#if(true)x#end prod b"


def test_c9_fields_from_the_request_stay_on_one_line(gateway):
    answer = gateway.call("c9", "/nope?q=a%0d%0aX-Evil:%201", headers=[("x-api-key", "k")])
    assert (answer.headers["X-Key"], answer.headers["X-Query"]) == ("k", "aX-Evil: 1")
    assert answer.headers["X-Evil"] is None
    assert answer.headers["X-Missing"] is None


def test_c11_the_template_by_accept(gateway):
    plain = gateway.call("c11", "/nope", headers=[("Accept", "text/plain")])
    assert (plain.headers["Content-Type"], plain.body) == ("text/plain", b"plain")
    assert gateway.call("c11", "/nope").json == {"json": 1}
