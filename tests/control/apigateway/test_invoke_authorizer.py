"""TestInvokeAuthorizer: authorizers as they are edited now, by the mechanisms that serve."""

import json
import time

import pytest
from tests.control.apigateway.calls import Api, refused
from tests.gateway import OWNER, REGION, Gateway
from tests.issuer import Issuer, Pool
from tests.lambdas import Events, Lambdas, invocation_uri
from tests.pools import Town

HEADER = "method.request.header.Authorization"
JUDGE = """
import json
def handler(event, context):
    print("EVENT: " + json.dumps(event))
    token = event.get("authorizationToken") or event["headers"].get("Authorization", "allow")
    if token in ("Unauthorized", "broken"):
        raise Exception(token)
    policy = {"Version": "2012-10-17", "Statement": [{
        "Action": "execute-api:Invoke", "Effect": token.title(), "Resource": "*"}]}
    said = {"who": "me", "n": 1, "yes": True}
    return {"principalId": "user-1", "policyDocument": policy, "context": said}
"""


class House:
    """A gateway with one function, one pool of its own and one of Amazon's."""

    def __init__(self, directory):
        self.amazon = Pool(f"{REGION}_amazon1")
        self.stranger = Pool(f"{REGION}_stranger2")
        self.issuer = Issuer(self.amazon, self.stranger)
        lambdas = Lambdas(directory)
        lambdas.add("judge", JUDGE)
        options = ["--cognito-endpoint", self.issuer.url, "--functions", str(lambdas.file())]
        self.gateway = Gateway(directory, [], options=options)
        self.client = self.gateway.client("apigateway")
        self.town = Town(self.gateway)
        self.api = Api(self.client)
        self.judged = Events(self.gateway.state, "judge")

    def authorizer(self, kind="TOKEN", **members):
        if kind != "COGNITO_USER_POOLS":
            members = {"authorizerUri": invocation_uri("judge"), **members}
        count = len(self.client.get_authorizers(restApiId=self.api.id)["items"])
        made = self.client.create_authorizer(
            restApiId=self.api.id, name=f"a{count}", type=kind, **members
        )
        return made["id"]

    def ask(self, authorizer, token=None, **members):
        if token is not None:
            members["headers"] = {"Authorization": token}
        return self.client.test_invoke_authorizer(
            restApiId=self.api.id, authorizerId=authorizer, **members
        )


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("house"))
    yield house
    assert house.gateway.stop() == 0
    house.issuer.close()


@pytest.fixture(scope="module")
def token(house):
    return house.authorizer()


@pytest.fixture(scope="module")
def pools(house):
    return house.authorizer("COGNITO_USER_POOLS", providerARNs=[house.amazon.arn])


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_a_policy_is_shown_whatever_it_says(house, token, effect):
    said = house.ask(token, effect.lower())
    assert said["clientStatus"] == 0
    assert said["principalId"] == "user-1"
    assert json.loads(said["policy"])["Statement"][0]["Effect"] == effect
    assert said["authorization"] == {"who": ["me"], "n": ["1"], "yes": ["true"]}
    assert isinstance(said["latency"], int)
    assert "claims" not in said
    told = [line.partition(" : ")[2] for line in said["log"].splitlines()]
    number = said["log"].splitlines()[0].removeprefix("Execution log for request ")
    assert told[1] == f"Starting authorizer: {token} for request: {number}"
    assert told[2].startswith("Endpoint request body after transformations: {")
    assert told[-2:] == [
        "Using valid authorizer policy for principal: user-1",
        "Successfully completed authorizer execution",
    ]


@pytest.mark.parametrize(
    ("given", "status", "last"),
    [
        (None, 401, "was not asked"),
        ("", 401, "was not asked"),
        ("Unauthorized", 401, "is not authenticated"),
        ("broken", 500, "AuthorizerConfigurationException"),
    ],
)
def test_no_policy(house, token, given, status, last):
    said = house.ask(token, given)
    assert said["clientStatus"] == status
    assert said["log"].splitlines()[-1].endswith(last)
    assert not {"principalId", "policy", "authorization", "claims"} & said.keys()


def test_the_given_context_is_what_the_function_is_shown(house):
    source = "context.identity.accountId,context.stage,context.identity.sourceIp"
    authorizer = house.authorizer("REQUEST", identitySource=source)
    assert house.ask(authorizer)["clientStatus"] == 401
    house.judged.new()
    given = {
        "identity.accountId": "222222222222",
        "context.identity.sourceIp": "192.0.2.1",
        "$context.httpMethod": "POST",
        "custom.of.mine": "x",
    }
    said = house.ask(
        authorizer, "allow", additionalContext=given, pathWithQueryString="/pets/1?a=b"
    )
    assert said["clientStatus"] == 0, said["log"]
    [event] = house.judged.new()
    context = event["requestContext"]
    assert context["identity"]["accountId"] == "222222222222"
    assert context["identity"]["sourceIp"] == "192.0.2.1"
    assert context["identity"]["userArn"] is None
    assert context["custom"] == {"of": {"mine": "x"}}
    assert context["httpMethod"] == event["httpMethod"] == "POST"
    assert event["methodArn"].endswith("/POST/pets/1")
    assert event["queryStringParameters"] == {"a": "b"}
    # An empty value is no identity.
    given["identity.accountId"] = ""
    assert house.ask(authorizer, additionalContext=given)["clientStatus"] == 401
    assert house.judged.new() == []


def test_the_event_of_a_token_authorizer_has_no_context(house, token):
    house.judged.new()
    assert house.ask(token, "allow", additionalContext={"stage": "x"})["clientStatus"] == 0
    assert house.judged.new()[0].keys() == {"type", "methodArn", "authorizationToken"}


@pytest.mark.parametrize(
    "given",
    [
        {"": "x"},
        {"identity..a": "x"},
        {"a b": "x"},
        {"a.b.c.d.e": "x"},
        {"identity": "x"},
        {"stage.a": "x"},
        {"httpMethod": "CONNECT"},
    ],
)
def test_what_is_no_context(house, given):
    authorizer = house.authorizer("REQUEST", authorizerResultTtlInSeconds=0)
    code, message = refused(house.ask, authorizer, "allow", additionalContext=given)
    assert code == "BadRequestException"
    assert message.startswith("Invalid additionalContext: ")


def test_the_claims_of_a_token_of_amazon_s_pools(house, pools):
    given = house.amazon.token(exp=4070908800, **{"cognito:groups": ["a", "b"]})
    for written in (given, f"Bearer {given}"):
        said = house.ask(pools, written)
        assert said["clientStatus"] == 0, said["log"]
        claims = said["claims"]
        assert claims["cognito:username"] == "alice"
        assert claims["exp"] == "Thu Jan 01 00:00:00 UTC 2099"
        assert claims["cognito:groups"] == "a,b"
        assert all(isinstance(value, str) for value in claims.values())
        assert not {"principalId", "policy", "authorization"} & said.keys()
        assert said["log"].splitlines()[-1].endswith("Successfully completed authorizer execution")
        assert given not in said["log"]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda _: None, "no header field authorization"),
        (lambda _: "", "no header field authorization"),
        (lambda _: "a.b.c", "cannot be trusted"),
        (lambda h: h.amazon.token("access"), "takes an ID token"),
        (lambda h: h.stranger.token(), "none of the authorizer's user pools"),
        (lambda h: h.amazon.token(exp=int(time.time()) - 1), "seconds ago"),
        (lambda h: h.amazon.token(key=h.stranger.keys[f"{h.stranger.id}-id"]), "does not match"),
        (lambda h: f"{h.amazon.token()}x", ""),
    ],
)
def test_tokens_that_are_refused(house, pools, made, words):
    said = house.ask(pools, made(house))
    assert said["clientStatus"] == 401
    assert "claims" not in said
    lines = said["log"].splitlines()
    assert " : Unauthorized request: " in lines[-2]
    assert words in lines[-1]


def test_a_pool_here_is_met_as_it_is_now(house):
    pool = house.town.pool()
    app = house.town.client(pool)["ClientId"]
    house.town.user(pool, "bob", email="bob@example.com")
    arn = f"arn:aws:cognito-idp:{REGION}:{OWNER}:userpool/{pool}"
    authorizer = house.authorizer(
        "COGNITO_USER_POOLS", providerARNs=[arn], identityValidationExpression=app
    )
    given = house.town.tokens(app, "bob")["IdToken"]
    said = house.ask(authorizer, given)
    assert said["clientStatus"] == 0, said["log"]
    assert said["claims"]["email"] == "bob@example.com"
    other = house.town.client(pool)["ClientId"]
    assert house.ask(authorizer, house.town.tokens(other, "bob")["IdToken"])["clientStatus"] == 401
    house.town.idp.delete_user_pool(UserPoolId=pool)
    assert house.ask(authorizer, given)["clientStatus"] != 0


def test_keys_that_cannot_be_had(house):
    away = Pool(f"{REGION}_away3")
    authorizer = house.authorizer("COGNITO_USER_POOLS", providerARNs=[away.arn])
    said = house.ask(authorizer, away.token())
    assert said["clientStatus"] == 500
    assert said["log"].splitlines()[-1].endswith("AuthorizerConfigurationException")


def test_what_is_not_there(house):
    assert refused(house.ask, "abcdef") == (
        "NotFoundException",
        "Invalid Authorizer identifier specified",
    )
