"""sts through the socket, with boto3 (control-plane.md sections 3.3, 5 and 8)."""

import hashlib
import json
import re

import pytest
from botocore.exceptions import ClientError
from tests.gateway import OTHER, OWNER, Gateway, api_document, identity, operation, policy, user

ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ASSUME = {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}


def role(name, trust, *statements, account=OWNER, **members):
    inline = [{"PolicyName": "p", "PolicyDocument": policy(*statements)}] if statements else []
    return {
        "RoleName": name,
        "RoleId": f"AROA{name.upper()}",
        "Arn": arn(name, account),
        "AssumeRolePolicyDocument": policy(*trust),
        "RolePolicyList": inline,
        "MaxSessionDuration": 3600,
        **members,
    }


def arn(name, account=OWNER):
    return f"arn:aws:iam::{account}:role/{name}"


def trusts(principal, *actions, effect="Allow", **condition):
    statement = {
        "Effect": effect,
        "Principal": principal if isinstance(principal, str) else {"AWS": principal["AWS"]},
        "Action": list(actions or ["sts:AssumeRole"]),
    }
    return statement | ({"Condition": condition} if condition else {})


def who(name, account=OWNER):
    return {"AWS": f"arn:aws:iam::{account}:user/{name}"}


ACCOUNT = {"AWS": OWNER}
FULL = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
ROLES = [
    role("by-account", [trusts(ACCOUNT)], ALL),
    role("by-user", [trusts(who("plain"))], ALL),
    role("by-nobody", [trusts({"AWS": "AIDASOMEBODYGONE"})], ALL),
    role("by-everyone", [trusts("*")], ALL),
    role("but-plain", [trusts("*"), trusts(who("plain"), effect="Deny")], ALL),
    role("by-other", [trusts({"AWS": OTHER})], ALL),
    role(
        "with-id",
        [trusts({"AWS": OTHER}, StringEquals={"sts:ExternalId": "12345"})],
        ALL,
    ),
    role("by-role", [trusts({"AWS": arn("by-account")}, *FULL)], ALL),
    role("tagged", [trusts(ACCOUNT, *FULL)], ALL),
    role("untagged", [trusts(ACCOUNT)], ALL),
    role(
        "by-tag",
        [trusts(ACCOUNT, *FULL, StringEquals={"aws:RequestTag/team": "red"})],
        ALL,
    ),
    role("long", [trusts(ACCOUNT)], ALL, MaxSessionDuration=7200),
    role(
        "caller", [trusts(ACCOUNT)], {"Effect": "Allow", "Action": "execute-api:*", "Resource": "*"}
    ),
    role("theirs", [trusts({"AWS": OWNER})], ALL, account=OTHER),
]
USERS = [
    user("admin", ALL),
    user("plain"),
    user("denied", ALL, {**ASSUME, "Effect": "Deny"}),
    user("caller", identity(), ASSUME),
    user(
        "bounded",
        ALL,
        PermissionsBoundary={"PermissionsBoundaryArn": f"arn:aws:iam::{OWNER}:policy/b"},
    ),
]
POLICIES = [
    {
        "PolicyName": name,
        "PolicyId": f"ANPA{name.upper()}",
        "Arn": f"arn:aws:iam::{OWNER}:policy/{name}",
        "DefaultVersionId": "v1",
        "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": True, "Document": policy(*statements)}
        ],
    }
    for name, statements in {
        "b": [{"Effect": "Allow", "Action": "execute-api:*", "Resource": "*"}],
        "invoke": [identity()],
    }.items()
]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    mock = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
    signed = operation("", iam=True)
    signed["x-amazon-apigateway-integration"] = {
        **mock,
        "responses": {"default": {"statusCode": "200"}},
    }
    signed["responses"] = {"200": {"description": ""}}
    gateway = Gateway(
        tmp_path_factory.mktemp("sts"),
        [api_document("sts", "", paths={"/signed": {"get": signed}})],
        [
            {
                "UserDetailList": USERS,
                "RoleDetailList": [r for r in ROLES if OWNER in r["Arn"]],
                "Policies": POLICIES,
            },
            {
                "UserDetailList": [
                    user("guest", ASSUME, account=OTHER),
                    user("powerless", account=OTHER),
                ],
                "RoleDetailList": [r for r in ROLES if OTHER in r["Arn"]],
            },
        ],
    )
    yield gateway
    assert gateway.stop() == 0


@pytest.fixture(scope="module")
def sts(gateway):
    """A client as somebody: a user's name, credentials, or None for root."""
    clients = {}

    def make(name=None):
        if isinstance(name, dict):
            return gateway.client("sts", name)
        if name not in clients:
            account = OTHER if name in {"guest", "powerless"} else OWNER
            key = name and gateway.key(name, "--account", account)
            clients[name] = gateway.client("sts", key)
        return clients[name]

    return make


def assume(client, name, **members):
    members = {"RoleArn": arn(name) if "arn:" not in name else name, **members}
    return client.assume_role(**{"RoleSessionName": "here", **members})


def refused(function, *arguments, **members):
    with pytest.raises(ClientError) as error:
        function(*arguments, **members)
    response = error.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return response["Error"]["Code"], status, response["Error"]["Message"]


def test_who_calls(gateway, sts):
    told = sts().get_caller_identity()
    assert (told["Account"], told["Arn"], told["UserId"]) == (
        OWNER,
        f"arn:aws:iam::{OWNER}:root",
        OWNER,
    )
    told = sts("plain").get_caller_identity()
    assert (told["Arn"], told["UserId"]) == (f"arn:aws:iam::{OWNER}:user/plain", "AIDAPLAIN")
    # Even under an explicit deny.
    assert sts("denied").get_caller_identity()["Account"] == OWNER


def test_a_role_session(sts):
    given = assume(sts("admin"), "by-account")
    assert given["AssumedRoleUser"] == {
        "AssumedRoleId": "AROABY-ACCOUNT:here",
        "Arn": f"arn:aws:sts::{OWNER}:assumed-role/by-account/here",
    }
    assert "PackedPolicySize" not in given
    assert re.fullmatch("ASIA[A-Z2-7]{16}", given["Credentials"]["AccessKeyId"])
    told = sts(given["Credentials"]).get_caller_identity()
    assert told["Arn"] == given["AssumedRoleUser"]["Arn"]
    assert told["UserId"] == "AROABY-ACCOUNT:here"


@pytest.mark.parametrize(
    ("caller", "name"),
    [
        ("plain", "by-user"),
        ("plain", "by-everyone"),
        ("admin", "by-account"),
        ("admin", "by-everyone"),
        ("guest", "by-other"),
        ("admin", arn("theirs", OTHER)),
        ("bounded", "by-everyone"),
    ],
)
def test_who_may_assume(sts, caller, name):
    assert assume(sts(caller), name)["Credentials"]


_TRUST = "because no role trust policy allows the sts:AssumeRole action"
_IDENTITY = "because no identity-based policy allows the sts:AssumeRole action"


@pytest.mark.parametrize(
    ("caller", "name", "reason"),
    [
        ("plain", "by-account", _IDENTITY),
        ("admin", "by-nobody", _TRUST),
        ("admin", "missing", _TRUST),
        ("plain", "missing", _TRUST),
        ("plain", "but-plain", "with an explicit deny in the role trust policy"),
        ("denied", "by-everyone", "with an explicit deny in an identity-based policy"),
        ("powerless", "by-other", _IDENTITY),
        ("guest", "by-account", _TRUST),
        ("guest", "with-id", _TRUST),
        (
            "bounded",
            "by-account",
            "because no permissions boundary allows the sts:AssumeRole action",
        ),
    ],
)
def test_who_may_not(sts, caller, name, reason):
    account = OTHER if caller in {"guest", "powerless"} else OWNER
    assert refused(assume, sts(caller), name) == (
        "AccessDenied",
        403,
        f"User: arn:aws:iam::{account}:user/{caller} is not authorized to perform: sts:AssumeRole "
        f"on resource: {arn(name)} {reason}",
    )


def test_an_external_id(sts):
    assert assume(sts("guest"), "with-id", ExternalId="12345")
    assert refused(assume, sts("guest"), "with-id", ExternalId="12346")[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("members", "code", "message"),
    [
        (
            {"RoleArn": "nothing-valid-in-here"},
            "ValidationError",
            "nothing-valid-in-here is invalid",
        ),
        (
            {"RoleSessionName": "Session1:2"},
            "ValidationError",
            "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy"
            r" constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*",
        ),
        (
            {"DurationSeconds": 7200},
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ),
        (
            {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]},
            "InvalidParameterValue",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        (
            {"Tags": [{"Key": "a", "Value": "1"}], "TransitiveTagKeys": ["b"]},
            "InvalidParameterValue",
            "The specified transitive tag key must be included in the requested tags.",
        ),
        ({"Policy": "{"}, "MalformedPolicyDocument", None),
        (
            {"PolicyArns": [{"arn": f"arn:aws:iam::{OWNER}:policy/none"}]},
            "ValidationError",
            f"Policy arn:aws:iam::{OWNER}:policy/none does not exist or is not attachable.",
        ),
    ],
)
def test_what_is_not_accepted(sts, members, code, message):
    got, status, text = refused(assume, sts("admin"), "tagged", **members)
    assert (got, status) == (code, 400)
    assert message in (text, None)


def test_root_and_second_factors(sts):
    assert refused(assume, sts(), "by-account") == (
        "AccessDenied",
        403,
        "Roles may not be assumed by root accounts.",
    )
    mfa = {"SerialNumber": f"arn:aws:iam::{OWNER}:mfa/plain", "TokenCode": "123456"}
    told = refused(assume, sts("admin"), "by-account", **mfa)
    assert told[2] == "MultiFactorAuthentication failed with invalid MFA one time pass code."


def test_policies_that_are_too_large(sts):
    words = [f"arn:aws:execute-api:*:*:{number:x}{number * 7919:x}/*" for number in range(30)]
    policies = json.dumps(policy({**identity(), "Resource": words}))
    tags = [
        {"Key": str(number), "Value": hashlib.sha512(bytes(number)).hexdigest()}
        for number in range(50)
    ]
    code, status, message = refused(assume, sts("admin"), "tagged", Policy=policies, Tags=tags)
    assert (code, status) == ("PackedPolicyTooLarge", 400)
    assert re.fullmatch(
        r"Packed policy consumes \d+% of allotted space, please use smaller policy\.", message
    )


def test_chains(sts):
    first = sts(assume(sts("admin"), "by-account")["Credentials"])
    second = assume(first, "by-role")
    assert sts(second["Credentials"]).get_caller_identity()["Arn"].endswith("by-role/here")
    told = refused(assume, first, "long", DurationSeconds=3601)
    assert told == (
        "ValidationError",
        400,
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
        "chaining.",
    )


def test_a_long_token(sts):
    """MinimumSessionTokenSize, for clients that want to be sure that long tokens fit."""
    long = assume(sts("admin"), "by-account", MinimumSessionTokenSize=4096)["Credentials"]
    assert len(long["SessionToken"]) >= 4096
    assert sts(long).get_caller_identity()["Account"] == OWNER
    short = assume(sts("admin"), "by-account")["Credentials"]
    assert len(short["SessionToken"]) < 1500


def test_tags_and_source_identity_in_chains(sts):
    admin = sts("admin")
    red = [{"Key": "team", "Value": "red"}]
    assert refused(assume, admin, "untagged", Tags=red)[2].startswith(
        f"User: arn:aws:iam::{OWNER}:user/admin is not authorized to perform: sts:TagSession on "
    )
    assert refused(assume, admin, "by-tag")[0] == "AccessDenied"
    given = assume(admin, "by-tag", Tags=red, TransitiveTagKeys=["team"], SourceIdentity="ann")
    assert given["SourceIdentity"] == "ann"
    assert given["PackedPolicySize"] > 0
    session = sts(given["Credentials"])
    # They are there without being asked for again, and cannot be changed.
    assert assume(session, "by-tag")["SourceIdentity"] == "ann"
    told = refused(assume, session, "tagged", Tags=[{"Key": "Team", "Value": "blue"}])
    assert told == (
        "InvalidParameterValue",
        400,
        "One of the specified transitive tag keys can't be set because it conflicts with a "
        "transitive tag key from the calling session.",
    )
    assert refused(assume, session, "tagged", SourceIdentity="bob")[0] == "AccessDenied"


def test_session_policies_limit(gateway, sts):
    only_sts = json.dumps(policy({"Effect": "Allow", "Action": "sts:*", "Resource": "*"}))
    given = assume(sts("admin"), "tagged", Policy=only_sts)["Credentials"]
    assert gateway_status(gateway, given) == 403
    invoke = [{"arn": f"arn:aws:iam::{OWNER}:policy/invoke"}]
    given = assume(sts("admin"), "tagged", PolicyArns=invoke)["Credentials"]
    assert gateway_status(gateway, given) == 200
    message = refused(assume, sts(given), "tagged")[2]
    assert message.endswith("because no session policy allows the sts:AssumeRole action")


def gateway_status(gateway, key):
    gateway.keys["given"] = key
    gateway.keys[("given",)] = key
    return gateway.call("sts", "/signed", who=("given",)).status


def test_session_tokens(gateway, sts):
    given = sts("caller").get_session_token()["Credentials"]
    session = sts(given)
    assert session.get_caller_identity()["Arn"] == f"arn:aws:iam::{OWNER}:user/caller"
    assert gateway_status(gateway, given) == 200
    assert assume(session, "by-account")
    assert refused(session.get_session_token) == (
        "AccessDenied",
        403,
        "Cannot call GetSessionToken with session credentials",
    )
    assert refused(session.get_access_key_info, AccessKeyId="A" * 20)[0] == "AccessDenied"
    plain = sts("plain").get_session_token()["Credentials"]
    assert gateway_status(gateway, plain) == 403
    root = sts().get_session_token(DurationSeconds=7200)["Credentials"]
    assert sts(root).get_caller_identity()["Arn"].endswith(":root")


def test_federated_users(gateway, sts):
    caller = sts("caller")
    invoke = json.dumps(policy(identity()))
    given = caller.get_federation_token(Name="bob", Policy=invoke)
    assert given["FederatedUser"] == {
        "FederatedUserId": f"{OWNER}:bob",
        "Arn": f"arn:aws:sts::{OWNER}:federated-user/bob",
    }
    told = sts(given["Credentials"]).get_caller_identity()
    assert (told["Arn"], told["UserId"]) == (given["FederatedUser"]["Arn"], f"{OWNER}:bob")
    assert gateway_status(gateway, given["Credentials"]) == 200
    # Without a policy nothing is allowed; with one, no more than the user that asked may do.
    nothing = caller.get_federation_token(Name="bob")
    assert nothing["PackedPolicySize"] == 0
    assert gateway_status(gateway, nothing["Credentials"]) == 403
    root = sts().get_federation_token(Name="bob", Policy=invoke)["Credentials"]
    assert gateway_status(gateway, root) == 200
    assert refused(sts(given["Credentials"]).get_federation_token, Name="x2") == (
        "AccessDenied",
        403,
        "Cannot call GetFederationToken with session credentials",
    )
    assert refused(sts("plain").get_federation_token, Name="bob")[2] == (
        f"User: arn:aws:iam::{OWNER}:user/plain is not authorized to perform: "
        f"sts:GetFederationToken on resource: arn:aws:sts::{OWNER}:federated-user/bob because no "
        "identity-based policy allows the sts:GetFederationToken action"
    )
    assert refused(assume, sts(given["Credentials"]), "by-everyone")[0] == "AccessDenied"


def test_whose_key_it_is(gateway, sts):
    key = gateway.key("guest", "--account", OTHER)["AccessKeyId"]
    assert sts("admin").get_access_key_info(AccessKeyId=key)["Account"] == OTHER
    assert refused(sts("plain").get_access_key_info, AccessKeyId=key)[0] == "AccessDenied"


def test_a_denial_can_be_decoded(sts):
    with pytest.raises(ClientError) as error:
        assume(sts("denied"), "by-everyone")
    fields = error.value.response["ResponseMetadata"]["HTTPHeaders"]
    encoded = fields["x-gatelodge-authorization-message"]
    told = json.loads(
        sts("admin").decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"]
    )
    assert (told["allowed"], told["explicitDeny"]) == (False, True)
    assert told["matchedStatements"]["items"][0]["effect"] == "DENY"
    context = told["context"]
    assert context["action"] == "sts:AssumeRole"
    assert context["resource"] == arn("by-everyone")
    assert context["principal"] == {
        "id": "AIDADENIED",
        "arn": f"arn:aws:iam::{OWNER}:user/denied",
    }
    conditions = {item["key"]: item["values"] for item in context["conditions"]["items"]}
    assert conditions["sts:rolesessionname"] == {"items": [{"value": "here"}]}
    # Another account's denials, and what is none, stay closed.
    for client, message in ((sts("guest"), encoded), (sts("admin"), encoded[:-8] + "AAAAAAA=")):
        told = refused(client.decode_authorization_message, EncodedMessage=message)
        assert told[:2] == ("InvalidAuthorizationMessageException", 400)
