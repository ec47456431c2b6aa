"""Ways around the guard of the AWS endpoint, through the socket. None may work."""

import json
import re

import pytest
from tests.control.test_guard import APIS, Refused, call
from tests.gateway import OWNER, REGION, Gateway, user

ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
SECRET = f"arn:aws:apigateway:{REGION}::/restapis/{{api}}"
OPEN_POLICY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": "execute-api:/*",
    },
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    deny_region = {
        **ALL,
        "Effect": "Deny",
        "Condition": {"StringEquals": {"aws:RequestedRegion": REGION}},
    }
    gateway = Gateway(
        tmp_path_factory.mktemp("attacks"),
        [],
        [
            {
                "UserDetailList": [
                    user("kept-out", ALL),
                    user("elsewhere", ALL, deny_region),
                    user(
                        "no-roles",
                        ALL,
                        {**ALL, "Effect": "Deny", "Action": "iam:PassRole"},
                    ),
                    user(
                        "no-policies",
                        ALL,
                        {**ALL, "Effect": "Deny", "Action": "apigateway:UpdateRestApiPolicy"},
                    ),
                ]
            }
        ],
    )
    yield gateway
    assert gateway.stop() == 0


@pytest.fixture(scope="module")
def api(gateway):
    """An API that the user kept-out is denied by name."""
    made = gateway.client("apigateway").create_rest_api(name="a", policy=json.dumps(OPEN_POLICY))
    resource = SECRET.format(api=made["id"])
    deny = {**ALL, "Effect": "Deny", "Resource": [resource, f"{resource}/*"]}
    gateway.client("iam").put_user_policy(
        UserName="kept-out",
        PolicyName="deny",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": deny}),
    )
    return made["id"]


@pytest.mark.parametrize(
    "path",
    [
        "/restapis/{api}",
        "/restapis/{escaped}",
        "/%72estapis/{api}",
        "//restapis/{api}",
        "/restapis/{api}/",
        "/restapis/{api}/resources",
        "/restapis/{escaped}/resources/",
        "/restapis/{api}/%72esources",
    ],
)
def test_no_spelling_of_a_path_gets_past_a_deny(gateway, api, path):
    escaped = f"%{ord(api[0]):02x}{api[1:]}"
    written = path.format(api=api, escaped=escaped)
    answer = call(gateway, ("apigateway", "GET", written, b""), gateway.key("kept-out"))
    assert answer.status == 403
    assert Refused(answer).code == "AccessDeniedException"


def test_a_clone_is_no_way_to_read_what_is_denied(gateway, api):
    client = gateway.client("apigateway", gateway.key("kept-out"))
    assert client.create_rest_api(name="own")["id"]
    with pytest.raises(client.exceptions.ClientError) as refused:
        client.create_rest_api(name="clone", cloneFrom=api)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_the_region_that_counts_is_the_one_that_was_signed(gateway):
    """Of a repeated parameter the last counts for the signature: the first must not name another
    region to policies."""
    key = gateway.key("elsewhere")
    assert call(gateway, APIS, key).status == 403

    def forge(fields):
        forged = f"Credential={key['AccessKeyId']}/20260101/no_where/apigateway/aws4_request, "
        return [(name, re.sub(r"(?=Credential=)", forged, value)) for name, value in fields]

    answer = call(gateway, APIS, key, change=forge)
    assert answer.status == 403
    assert Refused(answer).code == "AccessDeniedException"


def test_who_may_not_change_a_policy_does_not_remove_it_with_a_document(gateway, api):
    client = gateway.client("apigateway", gateway.key("no-policies"))
    document = json.dumps(
        {"swagger": "2.0", "info": {"title": "a", "version": "1"}, "paths": {}}
    ).encode()
    with pytest.raises(client.exceptions.ClientError) as refused:
        client.put_rest_api(restApiId=api, mode="overwrite", body=document)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert gateway.client("apigateway").get_rest_api(restApiId=api).get("policy")
    client.put_rest_api(restApiId=api, mode="merge", body=document)
    assert gateway.client("apigateway").get_rest_api(restApiId=api).get("policy")


@pytest.mark.parametrize("path", ["/restapis/%ff", "/%ff", "/restapis/%", "/%00", "/tags/%ff"])
def test_what_is_no_path_is_answered(gateway, path):
    for key in (None, gateway.key("kept-out")):
        answer = call(gateway, ("apigateway", "GET", path, b""), key)
        assert answer.status in (400, 403, 404)
        assert answer.headers["x-amzn-ErrorType"]


def test_accounts_do_not_reach_into_each_other(gateway, api):
    made = gateway.cli("accounts", "create", "222222222222", "--json")
    assert made.returncode == 0, made.stderr
    other = json.loads(made.stdout)
    client = gateway.client("apigateway", other)
    with pytest.raises(client.exceptions.NotFoundException):
        client.get_rest_api(restApiId=api)
    with pytest.raises(client.exceptions.NotFoundException):
        client.create_rest_api(name="b", cloneFrom=api)
    with pytest.raises(client.exceptions.ClientError) as refused:
        client.tag_resource(resourceArn=SECRET.format(api=api), tags={"a": "b"})
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    iam = gateway.client("iam", other)
    for arn in (f"arn:aws:iam::{OWNER}:user/kept-out",):
        with pytest.raises(iam.exceptions.ClientError):
            iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject"])
    key = gateway.key("kept-out")["AccessKeyId"]
    with pytest.raises(iam.exceptions.ClientError):
        iam.update_access_key(AccessKeyId=key, Status="Inactive")
    with pytest.raises(iam.exceptions.ClientError):
        iam.delete_access_key(AccessKeyId=key)
    with pytest.raises(iam.exceptions.ClientError):
        iam.get_access_key_last_used(AccessKeyId=key)


def with_roles(role, place):
    """A document that hands a role to API Gateway: for an authorizer, or for an integration."""
    function = f"arn:aws:lambda:{REGION}:{OWNER}:function:f"
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
    written = {"swagger": "2.0", "info": {"title": "r", "version": "1"}, "paths": {"/": {}}}
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}
    authorizer = {"type": "token", "authorizerUri": uri}
    {"integration": integration, "authorizer": authorizer}[place][
        "credentials" if place == "integration" else "authorizerCredentials"
    ] = role
    written["paths"]["/"]["get"] = {"x-amazon-apigateway-integration": integration}
    written["securityDefinitions"] = {
        "judge": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authtype": "custom",
            "x-amazon-apigateway-authorizer": authorizer,
        }
    }
    return json.dumps(written).encode()


@pytest.mark.parametrize("place", ["integration", "authorizer"])
@pytest.mark.parametrize(
    ("user", "account", "code"),
    [("no-roles", OWNER, "AccessDeniedException"), ("root", "222222222222", "BadRequestException")],
)
def test_no_document_and_no_clone_hands_over_a_role(gateway, place, user, account, code):
    """Whoever may not pass a role to API Gateway does not do so with a whole API; nobody passes
    one of another account."""
    key = gateway.root() if user == "root" else gateway.key(user)
    client = gateway.client("apigateway", key)
    mine = client.create_rest_api(name="mine")["id"]
    body = with_roles(f"arn:aws:iam::{account}:role/powerful", place)
    source = None
    if account == OWNER:
        source = gateway.client("apigateway").import_rest_api(body=body)["id"]
    attempts = [
        lambda: client.import_rest_api(body=body),
        lambda: client.put_rest_api(restApiId=mine, mode="merge", body=body),
        lambda: client.put_rest_api(restApiId=mine, mode="overwrite", body=body),
    ]
    if source is not None:
        attempts.append(lambda: client.create_rest_api(name="clone", cloneFrom=source))
    for attempt in attempts:
        with pytest.raises(client.exceptions.ClientError) as refused:
            attempt()
        assert refused.value.response["Error"]["Code"] == code
