"""The token doctor: what a token is, and which check fails on a route."""

import pytest
from tests.clients.test_pool_clients import Api
from tests.gateway import Gateway
from tests.issuer import Issuer, Pool
from tests.pools import Town


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("token"))
    yield Town(gateway)
    assert gateway.stop() == 0


@pytest.fixture(scope="module")
def signed_in(town):
    pool = town.pool()
    client = town.client(pool)["ClientId"]
    town.user(pool, "dot")
    api = Api(town, pool)
    yield client, town.tokens(client, "dot"), api
    api.backend.close()


def doctor(town, *arguments):
    done = town.gateway.cli("token", *arguments)
    return done.returncode, done.stdout + done.stderr


def test_a_good_token(town, signed_in):
    client, tokens, api = signed_in
    status, told = doctor(town, f"Bearer {tokens['IdToken']}", "--route", "GET /id")
    assert status == 0, told
    for words in ("ID token", f"{client} (app)", "dot", "expires", "found, and the signature"):
        assert words in told
    assert f"yes: {api.id}/prod GET /id takes this token" in told
    assert tokens["IdToken"] not in told


@pytest.mark.parametrize(
    ("which", "route", "words"),
    [
        ("AccessToken", "GET /id", ("an access token; the method takes an ID token",
                                    "send the ID token in the header authorization")),
        ("IdToken", "GET /read", ("takes an access token", "send the access token")),
        ("AccessToken", "GET /read", ("none of the method's scopes srv/read",
                                       "client_credentials")),
        ("IdToken", "GET /nothing", ("no API that is served here has GET /nothing",
                                     "do: name one of these: GET /id, GET /read")),
        ("IdToken", "/id", ("no route", "do: write verb and path")),
    ],
)  # fmt: skip
def test_what_a_route_does_not_take(town, signed_in, which, route, words):
    status, told = doctor(town, signed_in[1][which], "--route", route)
    assert status == 1
    for text in words:
        assert text in told, told


def test_what_is_no_token(town, signed_in):
    token = signed_in[1]["IdToken"]
    for text, words in (
        ("x", "three pieces"),
        (signed_in[1]["RefreshToken"], "do: send the ID token or the access token"),
        (token[:-1], "do: copy the whole token"),
        (token[:-4], "no: "),
        (token.rpartition(".")[0] + "." + "A" * 342, "the signature does not match"),
    ):
        status, told = doctor(town, text)
        assert status == 1
        assert words in told


@pytest.mark.parametrize(
    ("members", "scopes", "which", "words"),
    [
        ({"identityValidationExpression": "other"}, [], "IdToken", "that the expression matches"),
        ({"identityValidationExpression": ".*"}, ["aws.cognito.signin.user.admin"], "AccessToken",
         "no access token passes it"),
        (None, [], "IdToken", "do: call it without a token"),
    ],
)  # fmt: skip
def test_what_to_do_about_a_method(town, signed_in, members, scopes, which, words):
    api = signed_in[2]
    made = api.control.import_rest_api(body=api.document(members, scopes))["id"]
    api.control.create_deployment(restApiId=made, stageName="other")
    _, told = doctor(town, signed_in[1][which], "--route", "GET /id", "--api", made)
    assert words in told, told


def test_tokens_of_others(town, signed_in):
    pool = Pool("us-east-1_amazon1")
    issuer = Issuer(pool)
    endpoint = ("--cognito-endpoint", issuer.url)
    status, told = doctor(town, pool.token(), "--route", "GET /id", *endpoint)
    assert status == 1
    assert "found, and the signature is good" in told
    assert "the authorizer does not name this pool" in told
    _, told = doctor(town, pool.token(exp=1), *endpoint)
    assert "the token has expired" in told
    _, told = doctor(town, pool.token(iss="https://evil.example/x"))
    assert "neither a user pool of this gateway nor one of Amazon's" in told
    _, told = doctor(town, pool.token(iss="https://cognito-idp.evil.example/x"))
    assert "no user pool of Amazon's" in told
    issuer.close()
