"""`$context` variables of one call (gateway-responses.md section 4)."""

import pytest
from tests.gateway import OWNER
from tests.one_call import ID, NOW, decided, request

from gatelodge.context.call import CallError
from gatelodge.context.variables import clf_time, is_known_variable, read_variable
from gatelodge.messages import ClientCert, Headers

ASKED = request("POST", headers=[("User-Agent", "curl")])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accountId", OWNER),
        ("apiId", "abc123"),
        ("stage", "prod"),
        ("deploymentId", "dep001"),
        ("requestId", ID),
        ("extendedRequestId", "123456789abcdef="),
        ("httpMethod", "POST"),
        ("path", "/prod/pets/7"),
        ("resourcePath", "/pets/{id}"),
        ("resourceId", "res001"),
        ("protocol", "HTTP/1.1"),
        ("domainName", "abc123.execute-api.us-east-1.amazonaws.com"),
        ("domainPrefix", "abc123"),
        ("requestTime", "02/Jan/2026:03:04:05 +0000"),
        ("requestTimeEpoch", str(int(NOW.timestamp() * 1000))),
        ("identity.sourceIp", "10.1.2.3"),
        ("identity.userAgent", "curl"),
        ("isCanaryRequest", None),
        ("identity.userArn", None),
        ("identity.accessKey", None),
        ("error.message", None),
        ("authorizer.principalId", None),
        ("nothing", None),
    ],
)
def test_variables(name, value):
    assert read_variable(decided(ASKED), name) == value


@pytest.mark.parametrize(
    ("message", "string"),
    [("no", '"no"'), ('a "b" \\ c', '"a \\"b\\" \\\\ c"'), ("a\nb", '"a\\u000ab"'), (None, "null")],
)
def test_errors(message, string):
    call = decided(error=CallError(message, "ACCESS_DENIED"))
    assert read_variable(call, "error.message") == message
    assert read_variable(call, "error.messageString") == string
    assert read_variable(call, "error.responseType") == "ACCESS_DENIED"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("authorizer.principalId", "me"),
        ("authorizer.flag", "true"),
        ("authorizer.number", "7"),
        ("authorizer.list", None),
        ("authorizer.claims.sub", "s"),
        ("authorizer.claims.gone", None),
        ("authorizer.claims", None),
    ],
)
def test_what_an_authorizer_says(name, value):
    said = {"principalId": "me", "flag": True, "number": 7, "list": [1], "claims": {"sub": "s"}}
    assert read_variable(decided(authorizer=said), name) == value
    assert is_known_variable(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clientCertPem", "PEM"),
        ("subjectDN", "CN=me"),
        ("issuerDN", "CN=ca"),
        ("serialNumber", "7"),
        ("validity.notBefore", "then"),
        ("validity.notAfter", "later"),
    ],
)
def test_the_certificate_of_a_client(name, value):
    asked = request("GET")
    call = decided(asked)
    assert read_variable(call, f"identity.clientCert.{name}") is None
    asked.client_cert = ClientCert("PEM", "CN=me", "CN=ca", "7", "then", "later")
    assert read_variable(call, f"identity.clientCert.{name}") == value
    assert is_known_variable(f"identity.clientCert.{name}")


def test_known_variables():
    assert is_known_variable("requestId")
    assert not is_known_variable("authorizer.")
    assert not is_known_variable("surprise")


def test_months_follow_no_locale():
    assert clf_time(NOW.replace(month=5)) == "02/May/2026:03:04:05 +0000"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/prod/pets/7", "/prod/pets/7"),
        ("/_aws/execute-api/abc123/prod/pets/7", "/prod/pets/7"),
        ("/_aws/execute-api/abc123/prod/a%20b", "/prod/a%20b"),
        ("/prod/_aws/execute-api/abc123/x", "/prod/_aws/execute-api/abc123/x"),
    ],
)
def test_the_path_is_the_same_however_the_api_was_addressed(path, shown):
    assert read_variable(decided(request(path=path)), "path") == shown


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost:80", "localhost"),
        ("localhost", "localhost"),
        ("[::1]:8", "[::1]"),
        ("[::1]", "[::1]"),
    ],
)
def test_the_domain_has_no_port(host, name):
    asked = request()
    asked.headers = Headers([("Host", host)])
    assert read_variable(decided(asked), "domainName") == name
