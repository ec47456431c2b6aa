"""Sign-in with clients that we did not write, and calls of an API with what they got."""

import configparser
import json
import statistics
import subprocess
import time
import urllib.request

import boto3
import pytest
from authlib.integrations.requests_client import OAuth2Session
from botocore.exceptions import ClientError
from pycognito import Cognito
from pycognito.aws_srp import AWSSRP
from pycognito.exceptions import ForceChangePasswordException
from tests.clients.conftest import NODE
from tests.gateway import REGION, Backend, Gateway, operation
from tests.pools import PASSWORD, Town

X = "x-amazon-apigateway-"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("clients"), workers=2)
    yield Town(gateway)
    assert gateway.stop() == 0


@pytest.fixture(scope="module")
def pool(town):
    made = town.pool(AutoVerifiedAttributes=["email"])
    town.idp.create_resource_server(
        UserPoolId=made, Identifier="srv", Name="srv",
        Scopes=[{"ScopeName": "read", "ScopeDescription": "read"}],
    )  # fmt: skip
    return made


@pytest.fixture(scope="module")
def client(town, pool):
    return town.client(pool, PreventUserExistenceErrors="ENABLED")["ClientId"]


class Api:
    """An API made with apigateway's own operations: /id takes ID tokens, /read a scope."""

    def __init__(self, town, pool):
        self.gateway = town.gateway
        self.backend = Backend()
        profiles = configparser.ConfigParser()
        profiles.read(town.gateway.state / "credentials")
        keys = profiles["gatelodge"]
        apigateway = boto3.client(
            "apigateway",
            endpoint_url=town.gateway.endpoints["aws"],
            region_name=REGION,
            aws_access_key_id=keys["aws_access_key_id"],
            aws_secret_access_key=keys["aws_secret_access_key"],
        )
        self.arn = town.idp.describe_user_pool(UserPoolId=pool)["UserPool"]["Arn"]
        self.id = apigateway.import_rest_api(body=self.document({}, []))["id"]
        apigateway.create_deployment(restApiId=self.id, stageName="prod")
        self.control = apigateway

    def document(self, members, scopes):
        """An API whose /id has scopes; members: of its authorizer, None for open methods."""
        authorizer = {"type": "cognito_user_pools", "providerARNs": [self.arn], **(members or {})}
        scheme = {"type": "apiKey", "name": "Authorization", "in": "header"}
        scheme[f"{X}authorizer"] = authorizer

        def method(*scopes):
            security = [] if members is None else [{"pool": list(scopes)}]
            return {"get": {**operation(self.backend.url), "security": security}}

        document = {
            "openapi": "3.0.1",
            "info": {"title": "people", "version": "1"},
            "paths": {"/id": method(*scopes), "/read": method("srv/read")},
            "components": {"securitySchemes": {"pool": scheme}},
        }
        return json.dumps(document).encode()

    def get(self, path, token):
        return self.gateway.call(self.id, path, headers=[("Authorization", token)])


@pytest.fixture(scope="module")
def api(town, pool):
    api = Api(town, pool)
    yield api
    api.backend.close()


def admitted(api, path, token):
    answer = api.get(path, token)
    assert answer.status == 200, (answer.body, api.gateway.why(answer)["reason"])


def test_pycognito(town, pool, client, api):
    """SRP by an implementation of its own, with token verification."""
    town.user(pool, "pia", email="pia@example.com", email_verified="true")
    issuer = f"{town.gateway.endpoints['aws']}/{pool}"

    class Here(Cognito):
        user_pool_url = property(lambda _: issuer)

    kwargs = {"endpoint_url": town.gateway.endpoints["aws"], "region_name": REGION}
    user = Here(pool, client, username="pia", boto3_client_kwargs=kwargs)
    user.authenticate(password=PASSWORD)
    assert user.id_claims["cognito:username"] == "pia"
    admitted(api, "/id", user.id_token)
    answer = api.get("/id", user.access_token)
    assert (answer.status, answer.json) == (401, {"message": "Unauthorized"})
    before = user.access_token
    user.renew_access_token()
    assert user.access_token != before
    user.change_password(PASSWORD, "An0ther!word")
    assert user.get_user().email == "pia@example.com"
    user.logout()
    admitted(api, "/id", user.id_token or town.tokens(client, "pia", "An0ther!word")["IdToken"])


def test_srp_refuses_what_it_must(town, pool, client):
    town.user(pool, "sam")
    for name, password in (("sam", "Wr0ng!word"), ("nobody", PASSWORD)):
        srp = AWSSRP(name, password, pool, client, client=town.public)
        with pytest.raises(town.public.exceptions.NotAuthorizedException) as caught:
            srp.authenticate_user()
        assert caught.value.response["Error"]["Message"] == "Incorrect username or password."
    town.idp.admin_create_user(
        UserPoolId=pool, Username="tom", TemporaryPassword="Temp0rary!", MessageAction="SUPPRESS"
    )
    srp = AWSSRP("tom", "Temp0rary!", pool, client, client=town.public)
    with pytest.raises(ForceChangePasswordException):
        srp.authenticate_user()
    result = srp.set_new_password_challenge(PASSWORD)
    assert result["AuthenticationResult"]["IdToken"]


def test_an_answer_to_a_challenge_counts_once(town, pool, client):
    town.user(pool, "una")
    srp = AWSSRP("una", PASSWORD, pool, client, client=town.public)
    challenge = town.public.initiate_auth(
        ClientId=client, AuthFlow="USER_SRP_AUTH", AuthParameters=srp.get_auth_params()
    )
    parameters = challenge["ChallengeParameters"]
    answer = {
        "ClientId": client,
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": srp.process_challenge(parameters, {"USERNAME": "una"}),
    }
    assert town.public.respond_to_auth_challenge(**answer)["AuthenticationResult"]
    with pytest.raises(town.public.exceptions.NotAuthorizedException) as caught:
        town.public.respond_to_auth_challenge(**answer)
    assert caught.value.response["Error"]["Message"] == "Invalid session for the user."


def test_made_up_challenges_look_like_others(town, pool, client):
    """A name that nobody has gets a challenge, the same salt every time."""
    srp = AWSSRP("nobody", PASSWORD, pool, client, client=town.public)
    given = [
        town.public.initiate_auth(
            ClientId=client, AuthFlow="USER_SRP_AUTH", AuthParameters=srp.get_auth_params()
        )["ChallengeParameters"]
        for _ in range(2)
    ]
    assert given[0]["SALT"] == given[1]["SALT"]
    assert given[0]["SRP_B"] != given[1]["SRP_B"]
    town.user(pool, "real")
    real = town.public.initiate_auth(
        ClientId=client, AuthFlow="USER_SRP_AUTH",
        AuthParameters={**srp.get_auth_params(), "USERNAME": "real"},
    )["ChallengeParameters"]  # fmt: skip
    assert set(real) == set(given[0])
    for name in ("SECRET_BLOCK", "SALT"):
        assert len(real[name]) == len(given[0][name])


def by_password(town, client, name):
    with pytest.raises(town.public.exceptions.NotAuthorizedException):
        town.sign_in(client, name, "Wr0ng!word")


def by_srp(town, client, name):
    srp = AWSSRP(name, PASSWORD, f"{REGION}_any", client, client=town.public)
    town.public.initiate_auth(
        ClientId=client, AuthFlow="USER_SRP_AUTH", AuthParameters=srp.get_auth_params()
    )


def forgot(town, client, name):
    town.public.forgot_password(ClientId=client, Username=name)


@pytest.mark.parametrize("call", [by_password, by_srp, forgot])
def test_a_name_that_nobody_has_takes_as_long(town, pool, client, call):
    """Pairs in turn, and the median of each: what is busy meanwhile slows both alike."""
    names = [f"{call.__name__}{n}" for n in range(3)]
    for name in names:
        town.user(pool, name, email=f"{name}@example.com", email_verified="true")
    times = {"known": [], "unknown": []}
    for _ in range(4):
        for name in names:
            for kind, asked in (("known", name), ("unknown", f"no-{name}")):
                begun = time.perf_counter()
                call(town, client, asked)
                times[kind].append(time.perf_counter() - begun)
    known, unknown = (statistics.median(times[kind]) for kind in ("known", "unknown"))
    assert 0.5 < known / unknown < 2, times


def run(node, town, pool, client, *steps):
    endpoint = town.gateway.endpoints["aws"]
    config = {"pool": pool, "client": client, "endpoint": endpoint, "steps": steps}
    done = subprocess.run(
        [NODE, "cognito.mjs", json.dumps(config)],
        cwd=node, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_amazon_cognito_identity_js(town, pool, client, api, node):
    signed_up = run(
        node, town, pool, client,
        ("signUp", {"name": "joe", "password": PASSWORD, "email": "joe@example.com"}),
    )  # fmt: skip
    assert "sub" in signed_up[0]["value"]
    town.idp.admin_create_user(
        UserPoolId=pool, Username="jane", TemporaryPassword="Temp0rary!", MessageAction="SUPPRESS"
    )
    told = run(
        node, town, pool, client,
        ("signIn", {"name": "joe", "password": PASSWORD}),
        ("confirm", {"name": "joe", "code": town.code()}),
        ("signIn", {"name": "joe", "password": "Wr0ng!word"}),
        ("signIn", {"name": "joe", "password": PASSWORD}),
        ("refresh",),
        ("attributes",),
        ("changePassword", {"previous": PASSWORD, "proposed": "An0ther!word"}),
        ("signIn", {"name": "joe", "password": "An0ther!word"}),
        ("signOut",),
        ("signIn", {"name": "jane", "password": "Temp0rary!", "newPassword": PASSWORD}),
    )  # fmt: skip
    early, confirmed, wrong, session, renewed, attributes, changed, again, out, jane = told
    assert early["error"] == "UserNotConfirmedException"
    assert confirmed["value"] == "SUCCESS"
    assert (wrong["error"], wrong["message"]) == (
        "NotAuthorizedException", "Incorrect username or password.")  # fmt: skip
    for got in (session, renewed, again, jane):
        admitted(api, "/id", f"Bearer {got['value']['id']}")
    assert renewed["value"]["id"] != session["value"]["id"]
    assert attributes["value"]["email"] == "joe@example.com"
    assert changed["value"] == "SUCCESS"
    assert "value" in out
    with pytest.raises(town.public.exceptions.NotAuthorizedException):
        town.public.get_user(AccessToken=again["value"]["access"])
    # T1 18: for an API a token is good until it expires.
    admitted(api, "/id", again["value"]["id"])


def test_authlib(town, pool, api):
    machine = town.client(
        pool, GenerateSecret=True, AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=["srv/read"], AllowedOAuthFlowsUserPoolClient=True,
    )  # fmt: skip
    url = f"{town.gateway.endpoints['aws']}/{pool}/.well-known/openid-configuration"
    with urllib.request.urlopen(url) as answer:
        configuration = json.load(answer)
    session = OAuth2Session(machine["ClientId"], machine["ClientSecret"], scope="srv/read")
    token = session.fetch_token(configuration["token_endpoint"], grant_type="client_credentials")
    admitted(api, "/read", token["access_token"])
    assert api.get("/id", token["access_token"]).status == 401


def test_rotation_refuses_no_token(town, pool, client, api):
    """Workers know the new keys before anything is signed with them."""
    town.user(pool, "ron")
    before = town.tokens(client, "ron")["IdToken"]
    assert town.gateway.cli("pools", "rotate-keys", pool).returncode == 0
    for _ in range(10):
        admitted(api, "/id", town.tokens(client, "ron")["IdToken"])
    admitted(api, "/id", before)


@pytest.mark.parametrize("end", ["signed-out", "revoked", "disabled", "deleted"])
def test_a_token_is_good_until_it_expires(town, pool, client, api, end):
    """T1 18, and cognito.md A3: what was revoked since is not asked."""
    name = f"ends-{end}"
    town.user(pool, name)
    given = town.tokens(client, name)
    of_user = {"UserPoolId": pool, "Username": name}
    match end:
        case "signed-out":
            town.public.global_sign_out(AccessToken=given["AccessToken"])
        case "revoked":
            town.public.revoke_token(ClientId=client, Token=given["RefreshToken"])
        case "disabled":
            town.idp.admin_disable_user(**of_user)
        case "deleted":
            town.idp.admin_delete_user(**of_user)
    with pytest.raises(ClientError):
        town.public.get_user(AccessToken=given["AccessToken"])
    admitted(api, "/id", given["IdToken"])


class ZeroPadded(AWSSRP):
    @staticmethod
    def get_cognito_formatted_timestamp(_):
        return "Fri Jan 02 03:04:05 UTC 2026"


def test_a_timestamp_with_a_padded_day(town, pool, client):
    """T2 19"""
    town.user(pool, "zed")
    tokens = ZeroPadded("zed", PASSWORD, pool, client, client=town.public).authenticate_user()
    assert tokens["AuthenticationResult"]["IdToken"]


def test_a_deleted_client_and_a_deleted_pool(town):
    pool = town.pool()
    client = town.client(pool)["ClientId"]
    town.user(pool, "del")
    api = Api(town, pool)
    try:
        token = town.tokens(client, "del")["IdToken"]
        admitted(api, "/id", token)
        town.idp.delete_user_pool_client(UserPoolId=pool, ClientId=client)
        admitted(api, "/id", token)  # as on AWS: nothing but time ends a token
        town.idp.delete_user_pool(UserPoolId=pool)
        answer = api.get("/id", token)
        assert (answer.status, answer.json) == (401, {"message": "Unauthorized"})
    finally:
        api.backend.close()
