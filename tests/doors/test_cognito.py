"""COGNITO_USER_POOLS through the socket: cognito.md T1, authorization-workflow.md 13.5.

The pools are Amazon's, named by ARN; their keys are published by a server of this test.
"""

import hmac
import json
import time
from base64 import urlsafe_b64decode

import pytest
from tests.gateway import (
    OTHER,
    REGION,
    Backend,
    Gateway,
    allow,
    api_document,
    deny,
    operation,
    policy,
)
from tests.issuer import Issuer, Pool
from tests.lambdas import Lambdas, proxy
from tests.signing import STRANGER, base64url, sign

X = "x-amazon-apigateway-"
NO_MATCH = allow("execute-api:/other/*")
ECHO = """
import json
def handler(event, context):
    return {"body": json.dumps(event["requestContext"]["authorizer"])}
"""
CLAIMS = (
    "sub", "exp", "iat", "auth_time", "email_verified", "cognito:groups", "identities", "custom:n",
    "cognito:username",
)  # fmt: skip


def scheme(*pools, name="Authorization", **members):
    written = {"type": "cognito_user_pools", "providerARNs": list(pools), **members}
    return {"type": "apiKey", "name": name, "in": "header", f"{X}authorizer": written}


class Lodge:
    """A gateway in front of one backend, whose authorizers trust these pools."""

    def __init__(self, directory):
        self.first = Pool(f"{REGION}_first1")
        self.second = Pool(f"{REGION}_second2")
        self.foreign = Pool(f"{REGION}_foreign3", OTHER)
        self.stranger = Pool(f"{REGION}_stranger4")
        self.away = Pool(f"{REGION}_away5")
        self.issuer = Issuer(self.first, self.second, self.foreign, self.stranger)
        self.backend = Backend()
        apis = [
            self.document("c1", None),
            self.document("c2", policy(allow())),
            self.document("c3", policy(NO_MATCH)),
            self.document("c4", policy(allow(), deny())),
        ]
        lambdas = Lambdas(directory)
        lambdas.add("backend", ECHO)
        options = ["--cognito-endpoint", self.issuer.url, "--functions", str(lambdas.file())]
        self.gateway = Gateway(directory, apis, options=options)

    def document(self, api, resource_policy):
        arns = [pool.arn for pool in (self.first, self.second, self.foreign, self.away)]
        schemes = {
            "pool": scheme(*arns),
            "auth": scheme(self.first.arn, name="Auth"),
            "client": scheme(self.first.arn, identityValidationExpression=self.first.client),
        }
        variables = {
            f"integration.request.header.claim{n}": f"context.authorizer.claims.{name}"
            for n, name in enumerate(CLAIMS)
        }
        variables["integration.request.header.all"] = "context.authorizer.claims"

        def method(name, *scopes):
            written = operation(f"{self.backend.url}/", requestParameters=variables)
            return {"get": {**written, "security": [{name: list(scopes)}]}}

        paths = {
            "/plain": method("pool"),
            "/read": method("pool", "srv/read"),
            "/either": method("pool", "srv/read", "srv/admin"),
            "/admin": method("pool", "aws.cognito.signin.user.admin"),
            "/auth": method("auth"),
            "/client": method("client"),
            "/event": {"get": {**proxy("backend"), "security": [{"pool": []}]}},
            "/client-read": method("client", "srv/read"),
        }
        members = {"components": {"securitySchemes": schemes}}
        return api_document(api, "", paths=paths, policy=resource_policy, **members)

    def call(self, path, token, *, api="c1", header="Authorization"):
        fields = [] if token is None else [(header, token)]
        return self.gateway.call(api, path, headers=fields)


@pytest.fixture(scope="module")
def lodge(tmp_path_factory):
    lodge = Lodge(tmp_path_factory.mktemp("cognito"))
    yield lodge
    assert lodge.gateway.stop() == 0
    lodge.issuer.close()
    lodge.backend.close()


def unauthorized(answer, message="Unauthorized"):
    assert answer.status == 401, answer.body
    assert answer.json == {"message": message}
    assert answer.error == "UnauthorizedException"


# The rows of T1: name, path, token(lodge), expected status, words of the explanation.
TABLE = [
    ("1 no header", "/plain", lambda _: None, 401, "no header field authorization"),
    ("1 empty", "/plain", lambda _: "", 401, "no header field"),
    ("2 ID token", "/plain", lambda x: x.first.token(), 200, "ID token is good"),
    ("3 Bearer", "/plain", lambda x: f"Bearer {x.first.token()}", 200, ""),
    ("3 bearer", "/plain", lambda x: f"bearer {x.first.token()}", 200, ""),
    ("3 two spaces", "/plain", lambda x: f"Bearer  {x.first.token()}", 401, "three pieces"),
    ("3 another word", "/plain", lambda x: f"Token {x.first.token()}", 401, "three pieces"),
    ("4 access token", "/plain", lambda x: x.first.token("access"), 401, "takes an ID token"),
    ("5 scope", "/read", lambda x: x.first.token("access", scope="srv/read srv/write"), 200, ""),
    ("6 one of two", "/either", lambda x: x.first.token("access", scope="srv/admin"), 200, ""),
    ("7 other scope", "/read", lambda x: x.first.token("access"), 401, "scopes srv/read"),
    ("8 sign-in scope", "/admin", lambda x: x.first.token("access"), 200, ""),
    ("9 ID token", "/read", lambda x: x.first.token(scope="srv/read"), 401, "an access token"),
    ("11 other pool", "/plain", lambda x: x.stranger.token(), 401, "none of the authorizer's"),
    ("12 second pool", "/plain", lambda x: x.second.token(), 200, ""),
    ("13 altered", "/plain", lambda x: altered(x.first.token()), 401, "does not match"),
    ("15 unknown kid", "/plain", lambda x: x.first.token(header={"kid": "x"}), 401, "no such key"),
    ("16 client", "/client", lambda x: x.first.token(), 200, ""),
    ("16 other client", "/client", lambda x: x.first.token(aud="other"), 401, "does not match"),
    ("16 client inside", "/client", lambda x: x.first.token(aud=f"x{x.first.client}"), 401, ""),
    ("16 list", "/client", lambda x: x.first.token(aud=[x.first.client]), 401, "needs the claim"),
    ("17 no aud", "/client-read", lambda x: x.first.token("access", scope="srv/read"), 401, "aud"),
    ("19 other header", "/auth", lambda x: x.first.token(), 401, "no header field auth"),
    ("21 other account", "/plain", lambda x: x.foreign.token(), 200, ""),
]  # fmt: skip


def altered(token, **changes):
    """Another payload under the same signature."""
    head, payload, signature = token.split(".")
    claims = json.loads(base64_decode(payload)) | {"sub": "somebody-else", **changes}
    return f"{head}.{base64url(json.dumps(claims).encode())}.{signature}"


def base64_decode(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(("name", "path", "token", "status", "words"), TABLE)
def test_t1(lodge, name, path, token, status, words):
    answer = lodge.call(path, token(lodge))
    if status == 200:
        assert answer.status == 200, answer.body
    else:
        unauthorized(answer)
    why = lodge.gateway.why(answer)
    assert words in why["reason"], why
    if status == 200:
        assert why["who"] == "alice"


def test_expired(lodge):
    """10"""
    answer = lodge.call("/plain", lodge.first.token(exp=int(time.time()) - 1))
    unauthorized(answer, "The incoming token has expired")
    assert "seconds ago" in lodge.gateway.why(answer)["reason"]
    both = lodge.first.token("access", exp=int(time.time()) - 1)
    unauthorized(lodge.call("/plain", both), "The incoming token has expired")


def test_not_yet_valid(lodge):
    answer = lodge.call("/plain", lodge.first.token(nbf=int(time.time()) + 100))
    unauthorized(answer)
    assert "not valid yet" in lodge.gateway.why(answer)["reason"]


def test_a_token_that_was_good_expires(lodge):
    token = lodge.first.token(exp=int(time.time()) + 2)
    assert lodge.call("/plain", token).status == 200
    deadline = time.time() + 10
    while lodge.call("/plain", token).status == 200:
        assert time.time() < deadline
        time.sleep(0.05)
    unauthorized(lodge.call("/plain", token), "The incoming token has expired")


def test_another_header(lodge):
    """19, the other way"""
    assert lodge.call("/auth", lodge.first.token(), header="AUTH").status == 200


def test_a_header_that_stands_twice(lodge):
    token = lodge.first.token()
    fields = [("Authorization", token), ("authorization", token)]
    unauthorized(lodge.gateway.call("c1", "/plain", headers=fields))


def test_claims(lodge):
    """20: what the backend sees."""
    token = lodge.first.token(
        iat=1574911451, auth_time=1574911451,
        **{"cognito:groups": ["anotherGroup", "admin"], "custom:n": 5,
           "identities": [{"userId": "1", "providerName": "x"}]},
    )  # fmt: skip
    sent = dict(lodge.call("/plain", token).json["headers"])
    got = {name: sent.get(f"claim{n}") for n, name in enumerate(CLAIMS)}
    assert got["iat"] == "Thu Nov 28 03:24:11 UTC 2019"
    assert got["auth_time"] == "1574911451"
    assert got["email_verified"] == "true"
    assert got["cognito:groups"] == "anotherGroup,admin"
    assert got["identities"] == '{"userId":"1","providerName":"x"}'
    assert got["cognito:username"] == "alice"
    assert got["custom:n"] == "5"
    assert "all" not in sent


def test_claims_in_the_event_of_a_function(lodge):
    """20, as a Lambda function meets them"""
    token = lodge.first.token(
        exp=4070908800, auth_time=1574911451, **{"cognito:groups": ["a", "b"]}
    )
    answer = lodge.call("/event", token)
    assert answer.status == 200, answer.body
    claims = answer.json["claims"]
    assert claims["exp"] == "Thu Jan 01 00:00:00 UTC 2099"
    assert claims["auth_time"] == "1574911451"
    assert claims["cognito:groups"] == "a,b"
    assert claims["email_verified"] == "true"
    assert claims["aud"] == lodge.first.client
    assert all(isinstance(value, str) for value in claims.values())


SAFETY = [
    ("no kid", lambda x: sign(x.first.claims("id"), {"alg": "RS256"}, x.first.keys[KID(x)])),
    ("alg none", lambda x: unsigned(x, "none")),
    ("alg None", lambda x: unsigned(x, "None")),
    ("HS256 with the public key", lambda x: forged_hs256(x, "HS256")),
    ("RS384", lambda x: sign(x.first.claims("id"), {"alg": "RS384", "kid": KID(x)},
                             x.first.keys[KID(x)], "RS384")),
    ("another key", lambda x: x.first.token(key=STRANGER)),
    ("the other pool's key", lambda x: x.first.token(key=x.second.keys[f"{x.second.id}-id"])),
    ("the other pool's kid", lambda x: x.first.token(header={"kid": f"{x.second.id}-id"})),
    ("jku", lambda x: x.first.token(header={"jku": f"{x.issuer.url}/evil"}, key=STRANGER)),
    ("x5u", lambda x: x.first.token(header={"x5u": f"{x.issuer.url}/evil"}, key=STRANGER)),
    ("jwk", lambda x: x.first.token(header={"jwk": STRANGER.as_dict(private=False)},
                                    key=STRANGER)),
    ("kid that is a path", lambda x: x.first.token(header={"kid": "../../dev/null"})),
    ("kid that is SQL", lambda x: x.first.token(header={"kid": "' OR 1=1 --"})),
    ("kid look-alike", lambda x: x.first.token(header={"kid": KID(x).replace("i", "\u0456")})),
    ("crit", lambda x: x.first.token(header={"crit": ["exp"]})),
    ("iss of nobody", lambda x: x.first.token(without=["iss"])),
    ("iss is a list", lambda x: x.first.token(iss=[x.first.issuer])),
    ("iss over http", lambda x: x.first.token(iss=x.first.issuer.replace("https", "http"))),
    ("iss elsewhere", lambda x: x.first.token(iss=f"https://evil.example/{x.first.id}")),
    ("iss with a slash", lambda x: x.first.token(iss=f"{x.first.issuer}/")),
    ("iss look-alike", lambda x: x.first.token(iss=x.first.issuer.replace("a", "\u0430"))),
    ("iss in capitals", lambda x: x.first.token(iss=x.first.issuer.replace("https", "HTTPS"))),
    ("token_use of nothing", lambda x: x.first.token(without=["token_use"])),
    ("token_use ID", lambda x: x.first.token(token_use="ID")),
    ("token_use list", lambda x: x.first.token(token_use=["id"])),
    ("no exp", lambda x: x.first.token(without=["exp"])),
    ("exp is a text", lambda x: x.first.token(exp="9999999999")),
    ("exp is true", lambda x: x.first.token(exp=True)),
    ("truncated", lambda x: x.first.token()[:-1]),
    ("without signature", lambda x: x.first.token().rpartition(".")[0] + "."),
    ("oversized", lambda x: x.first.token(more="a" * 13_000)),
    ("duplicated claim", lambda x: twice(x)),
    ("non-canonical", lambda x: respelt(x.first.token())),
    ("padded", lambda x: x.first.token() + "=="),
    ("full-width dots", lambda x: x.first.token().replace(".", "\xb7")),
    ("trailing words", lambda x: x.first.token() + " x"),
    ("comma", lambda x: f"{x.first.token()},{x.first.token()}"),
]  # fmt: skip


def KID(lodge):
    return f"{lodge.first.id}-id"


def unsigned(lodge, algorithm):
    head = base64url(json.dumps({"alg": algorithm, "kid": KID(lodge)}).encode())
    return f"{head}.{base64url(json.dumps(lodge.first.claims('id')).encode())}."


def forged_hs256(lodge, algorithm):
    head = base64url(json.dumps({"alg": algorithm, "kid": KID(lodge)}).encode())
    covered = f"{head}.{base64url(json.dumps(lodge.first.claims('id')).encode())}"
    secret = lodge.first.keys[KID(lodge)].as_pem(private=False)
    return f"{covered}.{base64url(hmac.digest(secret, covered.encode(), 'sha256'))}"


def twice(lodge):
    text = json.dumps(lodge.first.claims("id"))
    payload = f'{text[:-1]},"token_use":"id"}}'.encode()
    return sign(payload, {"alg": "RS256", "kid": KID(lodge)}, lodge.first.keys[KID(lodge)])


def respelt(token):
    """The same octets in another spelling."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) + 1]


@pytest.mark.parametrize(("name", "token"), SAFETY)
def test_token_safety(lodge, name, token):
    answer = lodge.call("/plain", token(lodge))
    unauthorized(answer)
    lodge.gateway.why(answer)


def test_no_secret_is_kept(lodge):
    token = lodge.first.token()
    assert lodge.call("/plain", token).status == 200
    signature = token.rpartition(".")[2].encode()
    for file in (lodge.gateway.state / "book").rglob("*"):
        assert file.is_dir() or signature not in file.read_bytes()


@pytest.mark.parametrize(
    ("name", "api", "good", "status", "words"),
    [
        ("C1", "c1", True, 200, "no resource policy"),
        ("C2", "c2", True, 200, "allows"),
        ("C3", "c3", True, 403, ""),
        ("C4", "c4", True, 403, ""),
        ("C5", "c2", False, 401, "does not match"),
        ("C6", "c4", False, 401, "does not match"),
    ],
)
def test_with_a_resource_policy(lodge, name, api, good, status, words):
    token = lodge.first.token() if good else lodge.first.token(key=STRANGER)
    answer = lodge.call("/plain", token, api=api)
    assert answer.status == status
    if status == 401:
        unauthorized(answer)
    if status == 403:
        reason = (
            "because no resource-based policy allows the execute-api:Invoke action"
            if name == "C3"
            else "with an explicit deny in a resource-based policy"
        )
        assert answer.error == "AccessDeniedException"
        assert answer.json == {
            "Message": "User: anonymous is not authorized to perform: execute-api:Invoke on "
            f"resource: arn:aws:execute-api:{REGION}:********1111:{api}/prod/GET/plain {reason}"
        }
    why = lodge.gateway.why(answer)
    assert words in why["reason"]
    assert [stage["stage"] for stage in why["stages"]][:2] == ["route", "token"]


def test_keys_that_cannot_be_had(lodge):
    answer = lodge.call("/plain", lodge.away.token())
    assert (answer.status, answer.json) == (500, {"message": None})
    assert answer.error == "AuthorizerConfigurationException"
    assert "keys cannot be had" in lodge.gateway.why(answer)["reason"]


def test_why_tells_whose_token(lodge):
    answer = lodge.call("/plain", lodge.first.token("access"))
    told = lodge.gateway.cli("why", answer.headers["x-gatelodge-decision"]).stdout
    assert "401 GET /prod/plain alice" in told
    assert "this is an access token; the method takes an ID token" in told
    assert f"signed by {lodge.first.issuer}" in told
