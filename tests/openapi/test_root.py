"""What stands at the root of a document; what it does not say is missing."""

import pytest
from tests.openapi.documents import X, document, imported, told

ENDPOINT = f"{X}endpoint-configuration"


def root(**members):
    read_once, found = imported(document(**members))
    assert not found, told(found)
    known = {"resources", "models", "authorizers", "requestValidators", "gatewayResponses"}
    return {member: value for member, value in read_once.api.items() if member not in known}


def test_a_silent_document_says_a_name_only():
    assert root() == {"name": "t"}
    assert root(info={}) == {}


def test_everything():
    assert root(
        info={"title": "n", "description": "d", "version": 2},
        **{
            f"{X}api-key-source": "authorizer",
            f"{X}minimum-compression-size": 0,
            f"{X}security-policy": "SecurityPolicy_TLS13_1_3_2025_09",
            f"{X}endpoint-access-mode": "BASIC",
            f"{X}policy": {"Version": "2012-10-17"},
            f"{X}binary-media-types": ["*/*"],
            ENDPOINT: {"types": ["regional"], "disableExecuteApiEndpoint": False},
        },
    ) == {
        "name": "n",
        "description": "d",
        "version": "2",
        "apiKeySource": "AUTHORIZER",
        "minimumCompressionSize": 0,
        "securityPolicy": "SecurityPolicy_TLS13_1_3_2025_09",
        "endpointAccessMode": "BASIC",
        "policy": {"Version": "2012-10-17"},
        "binaryMediaTypes": ["*/*"],
        "endpointTypes": ["REGIONAL"],
        "disableExecuteApiEndpoint": False,
    }


def test_an_endpoint_in_a_server():
    """I8"""
    servers = [{"url": "/", ENDPOINT: {"disableExecuteApiEndpoint": True}}, {"url": "/"}]
    assert root(servers=servers)["disableExecuteApiEndpoint"] is True


@pytest.mark.parametrize(
    ("members", "pointer", "message"),
    [
        ({f"{X}api-key-source": "COOKIE"}, f"/{X}api-key-source", "HEADER or AUTHORIZER"),
        ({f"{X}minimum-compression-size": -1}, f"/{X}minimum-compression-size", "from 0 to"),
        ({f"{X}minimum-compression-size": True}, f"/{X}minimum-compression-size", "from 0 to"),
        ({f"{X}security-policy": "TLS_9"}, f"/{X}security-policy", "are TLS_1_0, TLS_1_2, Sec"),
        ({f"{X}security-policy": ["TLS_1_0"]}, f"/{X}security-policy", "possible values"),
        ({f"{X}endpoint-access-mode": "basic"}, f"/{X}endpoint-access-mode", "BASIC, STRICT"),
        ({f"{X}policy": None}, f"/{X}policy", "a resource policy is an object"),
        ({f"{X}policy": "{}"}, f"/{X}policy", "a resource policy is an object"),
        ({f"{X}binary-media-types": "x"}, f"/{X}binary-media-types", "a list of texts"),
        ({ENDPOINT: {"vpcEndpointIds": ["v"]}}, f"/{ENDPOINT}/vpcEndpointIds", "only PRIVATE"),
        ({ENDPOINT: {"types": ["MOON"]}}, f"/{ENDPOINT}/types", "EDGE, PRIVATE and REGIONAL"),
        ({ENDPOINT: {"types": ["EDGE", "REGIONAL"]}}, f"/{ENDPOINT}/types", "one endpoint type"),
        ({ENDPOINT: {"disableExecuteApiEndpoint": "true"}},
         f"/{ENDPOINT}/disableExecuteApiEndpoint", "without quotation marks"),
        ({ENDPOINT: {"surprise": 1}}, f"/{ENDPOINT}/surprise", "not honoured"),
        ({"servers": {}}, "/servers", "servers is a list"),
        ({"servers": ["/"]}, "/servers/0", "a server is an object"),
    ],
)  # fmt: skip
def test_mistakes(members, pointer, message):
    _, found = imported(document(**members))
    assert any(p == pointer and message in m for p, m in told(found)), told(found)
