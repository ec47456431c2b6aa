"""Who gets in: the tables of control-plane.md sections 2, 3.1 and 8, through the socket."""

import json
import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from botocore.exceptions import ClientError
from tests.gateway import OWNER, REGION, Gateway, policy, user
from tests.household import role

from gatelodge import sigv4
from gatelodge.store import open_state
from gatelodge.world.issue_keys import issue_temporary
from gatelodge.world.sessions import Session

GET = "apigateway:GET"
RESOURCE = f"arn:aws:apigateway:{REGION}::/restapis"
T1 = (
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details."
)
UNKNOWN = "The security token included in the request is invalid."
EXPIRED = "The security token included in the request is expired"


def statement(effect="Allow", action=GET, **members):
    return {"Effect": effect, "Action": action, "Resource": "*", **members}


def managed(name, *statements):
    return {
        "PolicyName": name,
        "PolicyId": f"ANPA{name.upper()}",
        "Arn": f"arn:aws:iam::{OWNER}:policy/{name}",
        "DefaultVersionId": "v1",
        "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": True, "Document": policy(*statements)}
        ],
    }


def attached(name):
    return {
        "AttachedManagedPolicies": [
            {"PolicyName": name, "PolicyArn": f"arn:aws:iam::{OWNER}:policy/{name}"}
        ]
    }


def bounded(name):
    return {
        "PermissionsBoundary": {"PermissionsBoundaryArn": f"arn:aws:iam::{OWNER}:policy/{name}"}
    }


USERS = [
    user("reader", statement()),
    user("nothing"),
    user("inline-deny", statement(), statement("Deny")),
    user("managed-deny", statement(), **attached("deny")),
    user("bounded", statement(), **bounded("other")),
    user("bounded-deny", statement(), **bounded("deny")),
    user(
        "eu",
        statement(Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}),
    ),
    user("local", statement(Condition={"IpAddress": {"aws:SourceIp": "127.0.0.1"}})),
]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    gateway = Gateway(
        tmp_path_factory.mktemp("guard"),
        [],
        [
            {
                "UserDetailList": USERS,
                "RoleDetailList": [
                    role(
                        "dev",
                        RolePolicyList=[{"PolicyName": "p", "PolicyDocument": policy(statement())}],
                    )
                ],
                "Policies": [
                    managed("deny", statement("Deny")),
                    managed("other", statement(action="s3:*")),
                ],
            }
        ],
    )
    yield gateway
    assert gateway.stop() == 0


class Refused:
    """An error as its protocol writes it."""

    def __init__(self, answer):
        self.status = answer.status
        self.answer = answer
        if answer.headers["Content-Type"] == "text/xml":
            text = re.sub(rb' xmlns="[^"]*"', b"", answer.body)
            tree = ET.fromstring(text)
            self.code = tree.findtext("Error/Code")
            self.message = tree.findtext("Error/Message")
            kind = "Sender" if answer.status < 500 else "Receiver"
            assert tree.findtext("Error/Type") == kind
            assert tree.findtext("RequestId") == answer.headers["x-amzn-RequestId"]
        else:
            self.code = answer.error
            self.message = answer.message

    def __iter__(self):
        return iter((self.code, self.status, self.message))


STS = ("sts", "POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15")
APIS = ("apigateway", "GET", "/restapis", b"")
USERS_OF_IAM = ("iam", "POST", "/", b"Action=ListUsers&Version=2010-05-08")
FUNCTIONS = ("lambda", "GET", "/2015-03-31/functions", b"")
POOLS = ("cognito-idp", "POST", "/", b'{"MaxResults": 1}')
POOLS_TARGET = ("X-Amz-Target", "AWSCognitoIdentityProviderService.ListUserPools")


def call(gateway, what, key, *, region=REGION, off=0, change=None, service=None, scheme="header"):
    """Send a raw request, signed with a key unless it is None."""
    name, method, path, body = what
    url = gateway.endpoints["aws"] + path
    gateway_host = url.split("/")[2]
    fields = [("Host", gateway_host), ("Accept", "application/json")]
    if what is POOLS:
        fields += [POOLS_TARGET, ("Content-Type", "application/x-amz-json-1.1")]
    elif body:
        fields.append(("Content-Type", "application/x-www-form-urlencoded"))
    if key is not None:
        signing = {
            "access_key_id": key["AccessKeyId"],
            "secret": key["SecretAccessKey"],
            "session_token": key.get("SessionToken"),
            "region": region,
            "service": service or name,
            "now": datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=off),
        }
        if scheme == "query":
            url = sigv4.presign(method, url, body=body, **signing)
        else:
            fields += sigv4.sign(method, url, fields, body, **signing)
    if change:
        fields = change(fields)
    host, gateway.host = gateway.host, gateway_host
    try:
        return gateway.send(method, url, fields, body)
    finally:
        gateway.host = host


def session(gateway, seconds=900, **members):
    """Credentials of the role `dev`, or what is left of them."""
    _, master = open_state(gateway.state, {})
    now = int(time.time())
    made = Session(
        arn=f"arn:aws:iam::{OWNER}:role/app/dev",
        unique_id="AROADEV",
        name="here",
        issued=now - 3600,
        expires=now + seconds,
    )
    issued = issue_temporary(master, replace(made, **members))
    return {
        "AccessKeyId": issued.access_key_id,
        "SecretAccessKey": issued.secret,
        "SessionToken": issued.session_token,
    }


def test_right_ones(gateway):
    for what in (STS, APIS):
        assert call(gateway, what, gateway.key("reader")).status == 200
        assert call(gateway, what, session(gateway)).status == 200
    answer = call(gateway, STS, gateway.key("reader"))
    assert answer.headers["Content-Type"] == "text/xml"
    assert answer.headers["Date"]
    assert answer.headers["x-amzn-RequestId"].encode() in answer.body


@pytest.mark.parametrize(
    ("case", "sts", "apis"),
    [
        ("unsigned", "MissingAuthenticationToken", "MissingAuthenticationTokenException"),
        ("unknown", "InvalidClientTokenId", "UnrecognizedClientException"),
        ("no token", "InvalidClientTokenId", "UnrecognizedClientException"),
        ("damaged token", "InvalidClientTokenId", "UnrecognizedClientException"),
        ("another's token", "InvalidClientTokenId", "UnrecognizedClientException"),
        ("expired", "ExpiredToken", "ExpiredTokenException"),
        ("wrong secret", "SignatureDoesNotMatch", "InvalidSignatureException"),
        ("altered", "SignatureDoesNotMatch", "InvalidSignatureException"),
        ("malformed", "IncompleteSignature", "IncompleteSignatureException"),
    ],
)
def test_who_does_not_get_in(gateway, case, sts, apis):
    reader, temporary = gateway.key("reader"), session(gateway)
    key, change, message = {
        "unsigned": (None, None, "Missing Authentication Token"),
        "unknown": (reader | {"AccessKeyId": "AKIAAAAAAAAAAAAAAAAA"}, None, UNKNOWN),
        "no token": ({**temporary, "SessionToken": None}, None, UNKNOWN),
        "damaged token": ({**temporary, "SessionToken": "AAAA"}, None, UNKNOWN),
        "another's token": (
            {**temporary, "SessionToken": session(gateway)["SessionToken"]},
            None,
            UNKNOWN,
        ),
        "expired": (session(gateway, -1), None, EXPIRED),
        "wrong secret": (reader | {"SecretAccessKey": "wrong"}, None, T1),
        "altered": (reader, lambda fields: altered(fields, "application/json", "*/*"), T1),
        "malformed": (reader, lambda fields: altered(fields, "Signature=", "Sig="), None),
    }[case]
    for what, code in ((STS, sts), (APIS, apis)):
        refused = Refused(call(gateway, what, key, change=change))
        assert (refused.code, refused.status) == (code, 403)
        if case == "unsigned" and what is STS:
            assert refused.message == "Request is missing Authentication Token"
        else:
            assert message in (refused.message, None)


@pytest.mark.parametrize(
    ("what", "suffix", "unknown", "mismatch", "status"),
    [
        (USERS_OF_IAM, "", "InvalidClientTokenId", "SignatureDoesNotMatch", 403),
        (
            FUNCTIONS,
            "Exception",
            "UnrecognizedClientException",
            "InvalidSignatureException",
            403,
        ),
        (POOLS, "Exception", "UnrecognizedClientException", "InvalidSignatureException", 400),
    ],
)
def test_the_same_in_every_protocol(gateway, what, suffix, unknown, mismatch, status):
    reader, root = gateway.key("reader"), gateway.root()
    assert call(gateway, what, root).status == 200
    for key, code in (
        (None, f"MissingAuthenticationToken{suffix}"),
        (reader | {"AccessKeyId": "AKIAAAAAAAAAAAAAAAAA"}, unknown),
        (reader | {"SecretAccessKey": "wrong"}, mismatch),
        (session(gateway, -1), f"ExpiredToken{suffix}"),
        (reader, f"AccessDenied{suffix}"),
    ):
        refused = Refused(call(gateway, what, key))
        assert (refused.code, refused.status) == (code, status)


def test_iam_takes_no_sessions_of_users(gateway):
    """Credentials of GetSessionToken work there with MFA only, federated ones never."""
    sts = gateway.client("sts", gateway.key("reader"))
    given = sts.get_session_token()["Credentials"]
    assert call(gateway, APIS, given).status == 200
    assert tuple(Refused(call(gateway, USERS_OF_IAM, given))) == (
        "InvalidClientTokenId",
        403,
        UNKNOWN,
    )


def altered(fields, old, new):
    return [(name, value.replace(old, new)) for name, value in fields]


@pytest.mark.parametrize(
    ("what", "code", "minutes"),
    [(STS, "SignatureDoesNotMatch", 15), (APIS, "InvalidSignatureException", 5)],
)
def test_times(gateway, what, code, minutes):
    key = gateway.key("reader")
    for off in (minutes * 60 - 30, 30 - minutes * 60):
        assert call(gateway, what, key, off=off).status == 200
    time_of = r"\d{8}T\d{6}Z"
    refused = Refused(call(gateway, what, key, off=-minutes * 60 - 30))
    assert (refused.code, refused.status) == (code, 403)
    assert re.fullmatch(
        rf"Signature expired: {time_of} is now earlier than {time_of} "
        rf"\({time_of} - {minutes} min\.\)",
        refused.message,
    )
    refused = Refused(call(gateway, what, key, off=minutes * 60 + 30))
    assert (refused.code, refused.status) == (code, 403)
    assert re.fullmatch(
        rf"Signature not yet current: {time_of} is still later than {time_of} "
        rf"\({time_of} \+ {minutes} min\.\)",
        refused.message,
    )


def test_a_presigned_identity(gateway):
    """What Kubernetes authenticators send: it lives for 15 minutes, whatever it says."""
    what = ("sts", "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", b"")
    key = gateway.key("nothing")
    for off in (0, -14 * 60):
        assert call(gateway, what, key, scheme="query", off=off).status == 200
    assert call(gateway, what, key, scheme="query", off=-16 * 60).status == 403


def test_scopes(gateway):
    key = gateway.key("reader")
    # sts takes any region, and the service signed for is the one that is called.
    assert call(gateway, STS, key, region="eu-central-1").status == 200
    told = Refused(call(gateway, STS, key, region="nowhere"))
    assert (told.code, told.status) == ("SignatureDoesNotMatch", 403)
    assert told.message == "Credential should be scoped to a valid region, not 'nowhere'. "
    # A client that is given an endpoint signs iam's calls for its own region.
    iam = ("iam", "POST", "/", b"Action=GetAccountSummary&Version=2010-05-08")
    told = Refused(call(gateway, iam, gateway.key("nothing"), region="eu-central-1"))
    assert told.code == "AccessDenied"
    told = Refused(call(gateway, STS, key, service="apigateway"))
    assert tuple(told) == (
        "AccessDeniedException",
        403,
        "Unable to determine service/operation name to be authorized",
    )


def test_a_deleted_key_is_unknown_at_once(gateway):
    key = gateway.key("nothing")
    assert call(gateway, STS, key).status == 200
    assert gateway.cli("keys", "delete", key["AccessKeyId"]).returncode == 0
    assert Refused(call(gateway, STS, key)).code == "InvalidClientTokenId"
    del gateway.keys[("nothing",)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nothing", f"because no identity-based policy allows the {GET} action"),
        ("inline-deny", "with an explicit deny in an identity-based policy"),
        (
            "managed-deny",
            f"with an explicit deny in an identity-based policy: arn:aws:iam::{OWNER}:policy/deny",
        ),
        ("bounded", f"because no permissions boundary allows the {GET} action"),
        (
            "bounded-deny",
            f"with an explicit deny in a permissions boundary: arn:aws:iam::{OWNER}:policy/deny",
        ),
        ("eu", f"because no identity-based policy allows the {GET} action"),
    ],
)
def test_denials(gateway, name, reason):
    refused = Refused(call(gateway, APIS, gateway.key(name)))
    assert tuple(refused) == (
        "AccessDeniedException",
        403,
        f"User: arn:aws:iam::{OWNER}:user/{name} is not authorized to perform: {GET} on resource: "
        f"{RESOURCE} {reason}",
    )
    assert "Message" in refused.answer.json


def test_a_session_policy_limits(gateway):
    given = session(gateway, policies=[])
    refused = Refused(call(gateway, APIS, given))
    assert tuple(refused) == (
        "AccessDeniedException",
        403,
        f"User: arn:aws:sts::{OWNER}:assumed-role/dev/here is not authorized to perform: {GET} on "
        f"resource: {RESOURCE} because no session policy allows the {GET} action",
    )


def test_conditions_that_every_call_has(gateway):
    assert call(gateway, APIS, gateway.key("eu"), region="eu-west-1").status == 200
    assert call(gateway, APIS, gateway.key("local")).status == 200


def test_what_is_not_there(gateway):
    key = gateway.key("reader")
    unknown = ("sts", "POST", "/", b"Action=GetRich&Version=2011-06-15")
    assert tuple(Refused(call(gateway, unknown, key))) == (
        "InvalidAction",
        400,
        "Could not find operation GetRich for version 2011-06-15",
    )
    # Who cannot prove who it is learns nothing of what there is.
    assert Refused(call(gateway, unknown, None)).code == "MissingAuthenticationToken"
    assert Refused(call(gateway, ("sts", "POST", "/", b""), key)).code == "MissingAction"
    later = ("sts", "POST", "/", b"Action=AssumeRoot&Version=2011-06-15")
    assert tuple(Refused(call(gateway, later, key))) == (
        "NotImplemented",
        501,
        "AssumeRoot of sts is not implemented",
    )
    nowhere = ("apigateway", "GET", "/nowhere/at/all", b"")
    assert Refused(call(gateway, nowhere, key)).code == "AccessDeniedException"
    other = call(gateway, ("dynamodb", "POST", "/", b"{}"), key)
    assert (other.status, other.error) == (501, "NotImplementedException")
    assert other.message == "POST / of dynamodb is not implemented"


def test_clients_of_services_that_are_not_here_can_read_the_answer(gateway):
    """samlocal deploy asks for stacks first, for instance."""
    told = []
    for service, operation in (
        ("cloudformation", "describe_stacks"),
        ("sns", "list_topics"),
        ("dynamodb", "list_tables"),
    ):
        with pytest.raises(ClientError) as caught:
            getattr(gateway.client(service), operation)()
        answer = caught.value.response
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
        told.append((answer["Error"]["Code"], answer["Error"]["Message"]))
    assert told == [
        ("NotImplemented", "DescribeStacks of cloudformation is not implemented"),
        ("NotImplemented", "ListTopics of sns is not implemented"),
        ("NotImplementedException", "DynamoDB_20120810.ListTables of dynamodb is not implemented"),
    ]


def test_hypertext_unless_plain_json_is_asked_for(gateway):
    key = gateway.key("reader")
    plain = call(gateway, APIS, key)
    assert plain.headers["Content-Type"] == "application/json"
    assert plain.json == {"item": []}
    without = lambda fields: [pair for pair in fields if pair[0] != "Accept"]  # noqa: E731
    path = ("apigateway", "GET", "/restapis", b"")
    host = gateway.endpoints["aws"].split("/")[2]
    fields = sigv4.sign(
        "GET",
        f"http://{host}/restapis",
        without([("Host", host)]),
        b"",
        access_key_id=key["AccessKeyId"],
        secret=key["SecretAccessKey"],
        region=REGION,
        service="apigateway",
        now=datetime.fromtimestamp(time.time(), UTC),
    )
    hypertext = call(gateway, path, None, change=lambda _: [("Host", host), *fields])
    assert hypertext.headers["Content-Type"] == "application/hal+json"
    assert hypertext.json["_embedded"] == {"item": []}
    assert hypertext.json["_links"]["self"] == {"href": "/restapis"}


def test_broken_input(gateway):
    root = gateway.root()
    for body, code in (
        (b'{"name": ', "SerializationException"),
        (b'{"name": true}', "SerializationException"),
        (b"[]", "SerializationException"),
        (b"{}", "ValidationException"),
    ):
        refused = Refused(call(gateway, ("apigateway", "POST", "/restapis", body), root))
        assert (refused.code, refused.status) == (code, 400), body
    refused = Refused(call(gateway, ("apigateway", "POST", "/restapis", b'{"name": true}'), root))
    assert refused.message == "class java.lang.Boolean can not be converted to an String"
    refused = Refused(call(gateway, ("sts", "POST", "/", b"Action=%ff&Version=x"), root))
    assert (refused.code, refused.status) == ("MalformedInput", 400)


def test_too_much(gateway):
    host = gateway.endpoints["aws"].split("/")[2]
    fields = [("Host", host), ("Content-Length", str(2 * 1024 * 1024))]
    answer = call(gateway, ("sts", "POST", "/", b""), None, change=lambda _: fields)
    assert (answer.status, json.loads(answer.body)["message"]) == (
        413,
        "Request must be smaller than 1048576 bytes",
    )
