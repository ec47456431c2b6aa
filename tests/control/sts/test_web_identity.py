"""AssumeRoleWithWebIdentity with an OpenID provider of our own (control-plane.md section 5.3)."""

import http.server
import json
import re
import ssl
import threading
import time

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.certificates import self_signed
from tests.gateway import OTHER, OWNER, REGION, Gateway, policy
from tests.household import role
from tests.signing import KID, SIGNER, STRANGER, key_set, sign

AUDIENCE = "my-application"
PAST, FUTURE = "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"
CONDITIONED = [
    ("until-later", "Allow", {"DateLessThan": {"aws:CurrentTime": FUTURE}}),
    ("until-before", "Allow", {"DateLessThan": {"aws:CurrentTime": PAST}}),
    ("not-since", "Deny", {"DateGreaterThan": {"aws:CurrentTime": PAST}}),
    ("not-from", "Deny", {"NumericGreaterThan": {"aws:EpochTime": "4102444800"}}),
    ("from-here", "Allow", {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}),
    ("from-there", "Allow", {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
]
"""Roles whose trust hangs on when and whence they are assumed."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def issuer(certificate):
    """An OpenID provider's URL."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = {
                "/.well-known/openid-configuration": json.dumps(
                    {"issuer": url, "jwks_uri": f"{url}/jwks"}
                ).encode(),
                "/jwks": key_set((KID, SIGNER)),
            }[self.path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"https://localhost:{server.server_port}"
    yield url
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, issuer, certificate):
    name = issuer.removeprefix("https://")
    away = "localhost:9"

    def trusted(*statements, provider=name, **conditions):
        federated = {"Federated": f"arn:aws:iam::{OWNER}:oidc-provider/{provider}"}
        statement = {
            "Effect": "Allow",
            "Principal": federated,
            "Action": ["sts:AssumeRoleWithWebIdentity", *statements],
            "Condition": {"StringEquals": conditions} if conditions else {},
        }
        return {"AssumeRolePolicyDocument": policy(statement), "MaxSessionDuration": 3600}

    roles = [
        role("deployer", **trusted(**{f"{name}:aud": AUDIENCE, f"{name}:sub": "repo:me/app"})),
        role("tagged", **trusted("sts:TagSession", **{"aws:RequestTag/team": "red"})),
        role("elsewhere", **trusted(provider=away)),
        role(
            "user",
            AssumeRolePolicyDocument=policy(
                {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
            ),
        ),
    ]
    for name_, effect, condition in CONDITIONED:
        made = role(name_, **trusted())
        [statement] = made["AssumeRolePolicyDocument"]["Statement"]
        more = {**statement, "Effect": effect, "Condition": condition}
        statements = [more] if effect == "Allow" else [statement, more]
        made["AssumeRolePolicyDocument"] = policy(*statements)
        roles.insert(0, made)
    roles[-1]["AssumeRolePolicyDocument"] = policy(
        {"Effect": "Allow", "Principal": {"AWS": OWNER}, "Action": "sts:*"}
    )
    gateway = Gateway(
        tmp_path_factory.mktemp("web"),
        [],
        [{"RoleDetailList": roles}],
        environment={"SSL_CERT_FILE": str(certificate)},
    )
    iam = gateway.client("iam")
    for url in (issuer, f"https://{away}"):
        iam.create_open_id_connect_provider(Url=url, ClientIDList=[AUDIENCE, "other"])
    yield gateway
    assert gateway.stop() == 0


@pytest.fixture(scope="module")
def assume(gateway):
    """Call the operation, unsigned as it is."""
    client = boto3.client(
        "sts",
        region_name=REGION,
        endpoint_url=gateway.endpoints["aws"],
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )

    def call(token, name="deployer", account=OWNER, **members):
        return client.assume_role_with_web_identity(
            RoleArn=f"arn:aws:iam::{account}:role/app/{name}",
            RoleSessionName="here",
            WebIdentityToken=token,
            **members,
        )

    return call


@pytest.fixture
def token(issuer):
    def make(key=SIGNER, header=None, **changes):
        now = int(time.time())
        claims = {
            "iss": issuer,
            "aud": AUDIENCE,
            "sub": "repo:me/app",
            "iat": now,
            "exp": now + 600,
            **changes,
        }
        return sign({n: v for n, v in claims.items() if v is not None}, header, key)

    return make


def refused(function, *arguments, **members):
    with pytest.raises(ClientError) as error:
        function(*arguments, **members)
    response = error.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return response["Error"]["Code"], status, response["Error"]["Message"]


def test_a_right_token(gateway, assume, token, issuer):
    given = assume(token())
    arn = f"arn:aws:sts::{OWNER}:assumed-role/deployer/here"
    assert given["AssumedRoleUser"] == {"AssumedRoleId": "AROADEPLOYER:here", "Arn": arn}
    assert given["SubjectFromWebIdentityToken"] == "repo:me/app"
    assert (given["Audience"], given["Provider"]) == (AUDIENCE, issuer)
    assert gateway.client("sts", given["Credentials"]).get_caller_identity()["Arn"] == arn


@pytest.mark.parametrize(
    ("changes", "code", "status", "message"),
    [
        ({"aud": "nobody"}, "InvalidIdentityToken", 400, "Incorrect token audience"),
        ({"aud": None}, "InvalidIdentityToken", 400, "Incorrect token audience"),
        ({"azp": "nobody"}, "InvalidIdentityToken", 400, "Incorrect token audience"),
        (
            {"iss": "https://unknown.example"},
            "InvalidIdentityToken",
            400,
            "No OpenIDConnect provider found in your account for https://unknown.example",
        ),
        (
            {"sub": "repo:you/app"},
            "AccessDenied",
            403,
            "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        ),
        (
            {"azp": "other"},  # its place is taken by azp in `:aud`
            "AccessDenied",
            403,
            "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        ),
        (
            {"exp": 1_700_000_000},
            "ExpiredTokenException",
            400,
            r"Token expired: current date/time \d+ must be before the expiration date/time"
            "1700000000",
        ),
        ({"iat": 1_700_000_000}, "ExpiredTokenException", 400, r"Token too old: \d+"),
        ({"nbf": 4_000_000_000}, "InvalidIdentityToken", 400, "The token is not valid yet"),
        (
            {"header": {"kid": "unknown", "alg": "RS256"}},
            "InvalidIdentityToken",
            400,
            "Couldn't retrieve verification key from your identity provider,  please reference "
            "AssumeRoleWithWebIdentity documentation for requirements",
        ),
        (
            {"key": STRANGER},
            "InvalidIdentityToken",
            400,
            "The signature of the token is invalid",
        ),
    ],
)
def test_wrong_tokens(assume, token, changes, code, status, message):
    got = refused(assume, token(**changes))
    assert got[:2] == (code, status)
    assert re.fullmatch(message, got[2])


def test_what_is_no_token(assume, token):
    for text in ("nothing.like.it", token()[:-1], token() + "."):
        assert refused(assume, text)[0] == "InvalidIdentityToken"


def test_roles_that_do_not_trust(assume, token):
    denial = ("AccessDenied", 403, "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    for name in ("user", "elsewhere", "missing"):
        assert refused(assume, token(), name) == denial
    # A provider belongs to the account of the role.
    told = refused(assume, token(), account=OTHER)
    assert told[2].startswith("No OpenIDConnect provider found in your account for https://")


def test_a_provider_that_is_away(assume, token):
    told = refused(assume, token(iss="https://localhost:9"), "elsewhere")
    assert told[:2] == ("IDPCommunicationError", 400)


def test_tags_of_a_token(assume, token):
    tags = {"principal_tags": {"team": ["red"]}, "transitive_tag_keys": ["team"]}
    claims = {"https://aws.amazon.com/tags": tags}
    assert assume(token(**claims), "tagged")["Credentials"]
    assert refused(assume, token(), "tagged")[0] == "AccessDenied"
    tags["principal_tags"] = {"team": [7]}
    assert refused(assume, token(**claims), "tagged")[0] == "InvalidIdentityToken"


def test_durations(assume, token):
    told = refused(assume, token(), DurationSeconds=3601)
    assert told[2].endswith("exceeds the MaxSessionDuration set for this role.")


@pytest.mark.parametrize(
    ("name", "admitted"),
    [
        ("until-later", True),
        ("until-before", False),
        ("not-since", False),
        ("not-from", True),
        ("from-here", True),
        ("from-there", False),
    ],
)
def test_trust_for_a_time_and_a_place(assume, token, name, admitted):
    if admitted:
        assert assume(token(), name)["AssumedRoleUser"]["Arn"].endswith(f"/{name}/here")
    else:
        assert refused(assume, token(), name)[0] == "AccessDenied"
