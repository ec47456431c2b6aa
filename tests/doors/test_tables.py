"""The reference's outcome tables, through the socket of a real gateway.

authorization-workflow.md section 13, resource-policy.md section 7, gateway-responses.md section 6.
"""

import pytest
from tests.gateway import (
    OTHER,
    OWNER,
    REGION,
    Backend,
    Gateway,
    allow,
    api_document,
    deny,
    identity,
    policy,
    user,
)

ARN = f"arn:aws:execute-api:{REGION}:{OWNER}"
BLOCKED = {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "198.51.100.0/24"]}}
OUTSIDE = {"NotIpAddress": {"aws:SourceIp": "123.4.5.6/24"}}
DEV_ROLE = f"arn:aws:iam::{OWNER}:role/dev"
OPEN = allow()
NO_MATCH = allow("execute-api:/other/*")

POLICIES = {
    "absent": None,
    "open": policy(OPEN),
    "pets": policy(allow("execute-api:/prod/GET/pets")),
    "block": policy(OPEN, deny(Condition=BLOCKED)),
    "seed": policy(allow(f"{ARN}:*"), deny(f"{ARN}:*", Condition=OUTSIDE)),
    "seedarray": policy(allow([f"{ARN}:*"]), deny([f"{ARN}:*"], Condition=OUTSIDE)),
    "bob": policy(allow(principal={"AWS": f"arn:aws:iam::{OWNER}:user/allowed"})),
    "silent": policy(NO_MATCH),
    "denyall": policy(OPEN, deny()),
    "other": policy(allow(principal={"AWS": f"arn:aws:iam::{OTHER}:root"})),
    "othersilent": policy(NO_MATCH),
    "otherdeny": policy(allow(principal={"AWS": OTHER}), deny()),
    "v6": policy(OPEN, deny(Condition={"IpAddress": {"aws:SourceIp": "2001:db8::/32"}})),
    "one": policy(allow(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.5"}})),
    "below": policy(allow("execute-api:/prod/GET/pets/*")),
    "anyverb": policy(allow("execute-api:/*/*/pets")),
    "template": policy(allow("execute-api:/prod/GET/pets/{id}")),
    "verbany": policy(allow("execute-api:/prod/ANY/pets")),
    "star": policy(allow(Action="execute-api:*")),
    "lambda": policy(allow(Action="lambda:InvokeFunction")),
    "notaction": policy(allow(NotAction="execute-api:ManageConnections")),
    "notresource": policy(allow(NotResource="execute-api:/prod/DELETE/*")),
    "euwest": policy(allow(f"arn:aws:execute-api:eu-west-1:{OWNER}:*")),
    "role": policy(allow(principal={"AWS": DEV_ROLE})),
    "session": policy(allow(principal={"AWS": f"arn:aws:sts::{OWNER}:assumed-role/dev/alice"})),
    "org": policy(allow(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})),
    "orgdeny": policy(OPEN, deny(Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}})),
    "orgdenyif": policy(
        OPEN, deny(Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}})
    ),
    "past": policy(allow(Condition={"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})),
    "now": policy(allow(Condition={"DateGreaterThan": {"aws:CurrentTime": "2020-01-01"}})),
    "referer": policy(allow(Condition={"StringLike": {"aws:Referer": "https://example.com/*"}})),
    "plain": policy(OPEN, deny(Condition={"Bool": {"aws:SecureTransport": "false"}})),
    "notprincipal": policy(OPEN, deny(NotPrincipal={"AWS": f"arn:aws:iam::{OWNER}:user/allowed"})),
    "vpce": policy(OPEN, deny(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})),
}

OWNERS = {
    "UserDetailList": [
        user("allowed", identity()),
        user("nothing"),
        user("denied", identity("Deny")),
        user("onlypets", identity(resource=f"{ARN}:absent/prod/GET/signed")),
        user("grouped", GroupList=["callers"]),
        user(
            "bounded",
            identity(),
            PermissionsBoundary={"PermissionsBoundaryArn": f"arn:aws:iam::{OWNER}:policy/b"},
        ),
    ],
    "GroupDetailList": [
        {
            "GroupName": "callers",
            "GroupId": "AGPA1",
            "Arn": f"arn:aws:iam::{OWNER}:group/callers",
            "GroupPolicyList": [{"PolicyName": "p", "PolicyDocument": policy(identity())}],
        }
    ],
    "RoleDetailList": [
        {
            "RoleName": "dev",
            "RoleId": "AROADEV",
            "Arn": DEV_ROLE,
            "RolePolicyList": [],
        }
    ],
    "Policies": [
        {
            "PolicyName": "b",
            "Arn": f"arn:aws:iam::{OWNER}:policy/b",
            "DefaultVersionId": "v2",
            "PolicyVersionList": [
                {"VersionId": "v1", "Document": policy(identity())},
                {"VersionId": "v2", "Document": policy(identity(Action="s3:*"))},
            ],
        }
    ],
}
OTHERS = {
    "UserDetailList": [
        user("oallowed", identity(), account=OTHER),
        user("onothing", account=OTHER),
        user("odenied", identity("Deny"), account=OTHER),
    ]
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    backend = Backend()
    apis = [api_document(name, backend.url, policy=document) for name, document in POLICIES.items()]
    options = ["--trusted-proxy", "127.0.0.1"]
    gateway = Gateway(tmp_path_factory.mktemp("tables"), apis, [OWNERS, OTHERS], options)
    yield gateway
    assert gateway.stop() == 0
    backend.close()


def masked(api, verb, path):
    return f"arn:aws:execute-api:{REGION}:********1111:{api}/prod/{verb}{path}"


RP_IMPLICIT = "because no resource-based policy allows the execute-api:Invoke action"
RP_EXPLICIT = "with an explicit deny in a resource-based policy"
ID_IMPLICIT = "because no identity-based policy allows the execute-api:Invoke action"
ID_EXPLICIT = "with an explicit deny in an identity-based policy"


def anonymous(api, verb, path, reason):
    return (
        "User: anonymous is not authorized to perform: execute-api:Invoke "
        f"on resource: {masked(api, verb, path)} {reason}"
    )


@pytest.mark.parametrize(
    ("case", "api", "verb", "path", "source", "reason"),
    [
        ("N1", "absent", "GET", "/pets", None, None),
        ("N2", "open", "GET", "/pets", None, None),
        ("N3", "pets", "GET", "/pets", None, None),
        ("N4", "pets", "POST", "/pets", None, RP_IMPLICIT),
        ("N5", "block", "GET", "/pets", "192.0.2.7", RP_EXPLICIT),
        ("N6", "block", "GET", "/pets", "203.0.113.1", None),
        ("N8", "block", "OPTIONS", "/pets", "192.0.2.7", RP_EXPLICIT),
        ("I1", "block", "GET", "/pets", "192.0.2.1", RP_EXPLICIT),
        ("I2", "block", "GET", "/pets", "203.0.113.9", None),
        ("I3", "seed", "GET", "/pets", "123.4.5.200", None),
        ("I3", "seedarray", "GET", "/pets", "123.4.5.200", None),
        ("I4", "seed", "GET", "/pets", "123.4.6.1", RP_EXPLICIT),
        ("I6", "seed", "GET", "/pets", "2001:db8::1", RP_EXPLICIT),
        ("I7", "block", "GET", "/pets", "2001:db8::1", None),
        ("I8", "v6", "GET", "/pets", "2001:db8::5", RP_EXPLICIT),
        ("I9", "one", "GET", "/pets", "192.0.2.5", None),
        ("I9", "one", "GET", "/pets", "192.0.2.6", RP_IMPLICIT),
        ("I10", "one", "GET", "/pets", "203.0.113.9", RP_IMPLICIT),
        ("mapped", "one", "GET", "/pets", "::ffff:192.0.2.5", None),
        ("R1", "pets", "GET", "/pets", None, None),
        ("R2", "pets", "GET", "/pets/", None, RP_IMPLICIT),
        ("R4", "below", "GET", "/pets/1/toys", None, None),
        ("R5", "below", "GET", "/pets", None, RP_IMPLICIT),
        ("R6", "anyverb", "POST", "/pets", None, None),
        ("R7", "template", "GET", "/pets/5", None, RP_IMPLICIT),
        ("R8", "verbany", "GET", "/pets", None, RP_IMPLICIT),
        ("R9", "star", "GET", "/pets", None, None),
        ("R10", "lambda", "GET", "/pets", None, RP_IMPLICIT),
        ("R11", "notaction", "GET", "/pets", None, None),
        ("R12", "notresource", "GET", "/pets/1", None, None),
        ("R12", "notresource", "DELETE", "/pets/1", None, RP_IMPLICIT),
        ("R13", "seed", "GET", "/pets", "123.4.5.1", None),
        ("R14", "euwest", "GET", "/pets", None, RP_IMPLICIT),
        ("P2", "other", "GET", "/pets", None, RP_IMPLICIT),
        ("P7", "org", "GET", "/pets", None, RP_IMPLICIT),
        ("P8", "orgdeny", "GET", "/pets", None, RP_EXPLICIT),
        ("P9", "orgdenyif", "GET", "/pets", None, RP_EXPLICIT),
        ("P10", "past", "GET", "/pets", None, RP_IMPLICIT),
        ("P10", "now", "GET", "/pets", None, None),
        ("P11", "referer", "GET", "/pets", None, RP_IMPLICIT),
        ("P12", "plain", "GET", "/pets", None, RP_EXPLICIT),
        ("P14", "vpce", "GET", "/pets", None, RP_EXPLICIT),
        ("P15", "notprincipal", "GET", "/pets", None, RP_EXPLICIT),
    ],
)
def test_resource_policy_alone(gateway, case, api, verb, path, source, reason):
    answer = gateway.call(api, path, verb, source=source)
    explained = gateway.why(answer)
    if reason is None:
        assert answer.status == 200, answer.body
        assert answer.json["method"] == verb
        assert explained["record"]["verdict"] in ("allowed", None)
    else:
        assert (answer.status, answer.error) == (403, "AccessDeniedException")
        assert answer.json == {"Message": anonymous(api, verb, path, reason)}


def test_a_signature_on_an_open_method_is_ignored(gateway):
    """N7"""
    answer = gateway.call("bob", who=("allowed",))
    assert answer.message == anonymous("bob", "GET", "/pets", RP_IMPLICIT)


def test_referer_and_transport_come_from_the_request(gateway):
    """P11, P12: with the header, and behind a trusted proxy that speaks TLS."""
    assert gateway.call("referer", headers=[("Referer", "https://example.com/x")]).status == 200
    tls = [("X-Forwarded-Proto", "https")]
    assert gateway.call("plain", headers=tls, source="192.0.2.1").status == 200


ALICE = ("--role", "dev", "--session", "alice")
BOB = ("--role", "dev", "--session", "bob")


@pytest.mark.parametrize(
    ("case", "api", "who", "reason"),
    [
        ("A1", "absent", ("allowed",), None),
        ("A2", "absent", ("nothing",), ID_IMPLICIT),
        ("A3", "absent", ("denied",), ID_EXPLICIT),
        ("A4", "open", ("allowed",), None),
        ("A5", "silent", ("allowed",), None),
        ("A6", "denyall", ("allowed",), RP_EXPLICIT),
        ("A7", "open", ("nothing",), None),
        ("A8", "silent", ("nothing",), ID_IMPLICIT),
        ("A9", "denyall", ("nothing",), RP_EXPLICIT),
        ("A10", "open", ("denied",), ID_EXPLICIT),
        ("A11", "silent", ("denied",), ID_EXPLICIT),
        ("A12", "denyall", ("denied",), ID_EXPLICIT),
        ("A14", "absent", ("onlypets",), None),
        ("C18", "absent", ("grouped",), None),
        ("C3", "absent", ("bounded",), "because no permissions boundary allows the "
                                       "execute-api:Invoke action"),
        ("B1", "other", ("oallowed",), None),
        ("B2", "absent", ("oallowed",), RP_IMPLICIT),
        ("B3", "othersilent", ("oallowed",), RP_IMPLICIT),
        ("B4", "otherdeny", ("oallowed",), RP_EXPLICIT),
        ("B5", "other", ("onothing",), ID_IMPLICIT),
        ("B6", "othersilent", ("onothing",), RP_IMPLICIT),
        ("B7", "otherdeny", ("onothing",), RP_EXPLICIT),
        ("B8", "other", ("odenied",), ID_EXPLICIT),
        ("B9", "othersilent", ("odenied",), ID_EXPLICIT),
        ("B10", "otherdeny", ("odenied",), ID_EXPLICIT),
        ("P3", "role", ALICE, None),
        ("P4", "session", ALICE, None),
        ("P4", "session", BOB, ID_IMPLICIT),
    ],
)  # fmt: skip
def test_signed_callers(gateway, case, api, who, reason):
    answer = gateway.call(api, "/signed", who=who)
    explained = gateway.why(answer)
    if reason is None:
        assert answer.status == 200, answer.body
        assert explained["record"]["verdict"] == "allowed"
    else:
        assert (answer.status, answer.error) == (403, "AccessDeniedException")
        assert answer.message.endswith(reason), answer.message
        assert f"on resource: {masked(api, 'GET', '/signed')} " in answer.message


def test_denial_names_the_caller(gateway):
    account = "arn:aws:iam::111111111111"
    denied = gateway.call("absent", "/signed", who=("nothing",))
    assert denied.message.startswith(f"User: {account}:user/nothing is not authorized")
    session = gateway.call("session", "/signed", who=BOB)
    assert session.message.startswith(
        "User: arn:aws:sts::111111111111:assumed-role/dev/bob is not authorized"
    )


def test_a_policy_for_one_path_is_for_no_other(gateway):
    """A14"""
    assert gateway.call("absent", "/signed/1", who=("onlypets",)).status == 403


def test_authentication_comes_before_the_fence(gateway):
    """A13"""
    for api in ("open", "denyall"):
        answer = gateway.call(api, "/signed")
        assert (answer.status, answer.error) == (403, "MissingAuthenticationTokenException")
        assert answer.json == {"message": "Missing Authentication Token"}


@pytest.mark.parametrize(
    ("case", "api", "path", "verb", "headers", "stage", "error", "message"),
    [
        ("R1", "absent", "/nope", "GET", [], "prod", "MissingAuthenticationTokenException",
         "Missing Authentication Token"),
        ("R2", "absent", "/pets", "DELETE", [], "prod", "MissingAuthenticationTokenException",
         "Missing Authentication Token"),
        ("root", "absent", "", "GET", [], "prod", "MissingAuthenticationTokenException",
         "Missing Authentication Token"),
        ("case", "absent", "/Pets", "GET", [], "prod", "MissingAuthenticationTokenException",
         "Missing Authentication Token"),
        ("R3", "absent", "/nope", "GET", [("Authorization", "Bearer xyz")], "prod",
         "IncompleteSignatureException",
         "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with "
         "SHA-256 and encoded with Base64): 'zyc3Ntxgrok+f83ynVWygiLlbsRSBgJKn5TLWxgJTvs='."),
        ("R4", "absent", "/pets", "GET", [], "nostage", "ForbiddenException", "Forbidden"),
        ("no api", "nothere", "/pets", "GET", [], "prod", "ForbiddenException", "Forbidden"),
        ("fenced", "denyall", "/nope", "GET", [("Authorization", "Bearer xyz")], "prod",
         "AccessDeniedException", anonymous("denyall", "GET", "/nope", RP_EXPLICIT)),
    ],
)  # fmt: skip
def test_routing(gateway, case, api, path, verb, headers, stage, error, message):
    answer = gateway.call(api, path, verb, headers=headers, stage=stage)
    assert (answer.status, answer.error, answer.message) == (403, error, message)


def test_a_valid_signature_opens_no_unknown_route(gateway):
    answer = gateway.call("absent", "/nope", who=("allowed",))
    assert answer.message == "Missing Authentication Token"
    forged = gateway.call(
        "absent", "/nope", who=("allowed",), change=lambda fields: tampered(fields)
    )
    assert forged.error == "InvalidSignatureException"


def tampered(fields):
    return [
        (name, value[:-1] + ("0" if value[-1] != "0" else "1")) if name == "Authorization"
        else (name, value)
        for name, value in fields
    ]  # fmt: skip


def without(name):
    return lambda fields: [pair for pair in fields if pair[0] != name]


def replaced(before, after):
    return lambda fields: [(name, value.replace(before, after)) for name, value in fields]


@pytest.mark.parametrize(
    ("case", "arguments", "error", "start"),
    [
        ("E2", {"change": replaced("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512")},
         "IncompleteSignatureException", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'."),
        ("E4", {"change": replaced("SignedHeaders=host;x-amz-date, ", "")},
         "IncompleteSignatureException",
         "Authorization header requires 'SignedHeaders' parameter."),
        ("E5", {"change": replaced("SignedHeaders=host;", "SignedHeaders=")},
         "IncompleteSignatureException", "'Host' or ':authority' must be"),
        ("E6", {"change": lambda fields: [(n, "Fri, 02 Jan 2026 03:04:05 GMT")
                                          if n == "X-Amz-Date" else (n, v) for n, v in fields]},
         "IncompleteSignatureException", "Date must be in ISO-8601 'basic format'. Got 'Fri"),
        ("E7", {"off": -302}, "InvalidSignatureException", "Signature expired: "),
        ("E9", {"off": 360}, "InvalidSignatureException", "Signature not yet current: "),
        ("E11", {"region": "eu-west-1"}, "InvalidSignatureException",
         "Credential should be scoped to a valid region, not 'eu-west-1'. "),
        ("E12", {"change": replaced("/execute-api/", "/apigateway/")},
         "InvalidSignatureException",
         "Credential should be scoped to correct service: 'execute-api'. "),
        ("E15", {"change": replaced("Credential=AKIA", "Credential=AKIB")},
         "UnrecognizedClientException", "The security token included in the request is invalid."),
        ("E18", {"change": tampered}, "InvalidSignatureException",
         "The request signature we calculated does not match the signature you provided."),
        ("token", {"change": lambda fields: [*fields, ("X-Amz-Security-Token", "x")]},
         "UnrecognizedClientException", "The security token included in the request is invalid."),
    ],
)  # fmt: skip
def test_signature_errors(gateway, case, arguments, error, start):
    answer = gateway.call("absent", "/signed", who=("allowed",), **arguments)
    assert (answer.status, answer.error) == (403, error)
    assert answer.message.startswith(start)
    assert gateway.call("absent", "/signed", who=("allowed",)).status == 200


def test_session_tokens(gateway):
    """E16 and section 8: missing, damaged and foreign tokens are one answer."""
    assert gateway.call("role", "/signed", who=ALICE).status == 200
    drop = without("X-Amz-Security-Token")
    other = gateway.key(*BOB)["SessionToken"]
    token = gateway.key(*ALICE)["SessionToken"]
    for change in (drop, replaced(token, other), replaced(token, token[:-8] + "AAAAAAA=")):
        answer = gateway.call("role", "/signed", who=ALICE, change=change)
        assert answer.error == "UnrecognizedClientException"
        assert answer.message == "The security token included in the request is invalid."


def test_explanations_say_what_decided(gateway):
    denied = gateway.call("seed", source="10.1.2.3")
    explained = gateway.why(denied)
    assert explained["reason"] == (
        "resource policy statement 2 denies: aws:SourceIp 10.1.2.3 is not in 123.4.5.0/24"
    )
    unknown = gateway.why(gateway.call("absent", "/petz"))
    assert "nearest: GET /pets" in unknown["reason"]
    mismatch = gateway.why(gateway.call("absent", "/signed", who=("allowed",), change=tampered))
    text = "\n".join(line for stage in mismatch["stages"] for line in stage["lines"])
    assert "The Canonical String for this request should have been" in text
    assert "/_aws/execute-api/absent/prod/signed" in text
    silent = gateway.why(gateway.call("absent", "/signed", who=("nothing",)))
    assert silent["reason"] == "no identity policy has an Allow statement"


def test_no_secret_gets_into_the_book(gateway):
    gateway.call("role", "/signed?password=hunter2", who=ALICE, change=tampered)
    gateway.call("absent", headers=[("Authorization", "Bearer s3cr3t"), ("Cookie", "c00kie")])
    token = gateway.key(*ALICE)["SessionToken"]
    for path in (gateway.state / "book").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for secret in (token, "s3cr3t", "c00kie"):
                assert secret.encode() not in data, (path, secret)
