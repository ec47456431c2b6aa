"""Lambda authorizers through the socket of a real gateway, table by table.

lambda-authorizer.md section 11; authorization-workflow.md section 13.4, beside resource policies.

Invocations are counted at the function: it prints every event that it is given.
"""

import json
import time

import pytest
from tests.gateway import OWNER, STAGE, Backend, Gateway, allow, deny, policy
from tests.lambdas import PRINT, Events, Lambdas, X, invocation_uri, proxy, scheme

# What the authorizer does is said in the token: an instruction, and after # what makes it unique.
AUTHORIZER = (
    PRINT
    + """
def policy(resource, effect="Allow", action="execute-api:Invoke", **more):
    statement = {"Action": action, "Effect": effect, "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}

def answer(document, **more):
    return {"principalId": "user-1", "policyDocument": document, **more}

def handler(event, context):
    note(event)
    if event["type"] == "TOKEN":
        said = event["authorizationToken"]
    else:
        said = (event["headers"] or {}).get("Auth") or "allow"
    what = said.partition("#")[0].removeprefix("Bearer ")
    here = event["methodArn"]
    stage = "/".join(here.split("/")[:2])
    both = lambda *documents: {"Version": "2012-10-17", "Statement": [
        s for d in documents for s in d["Statement"]]}
    match what:
        case "allow": return answer(policy("*"))
        case "here": return answer(policy(here))
        case "stage": return answer(policy(stage + "/*/*"))
        case "deny": return answer(policy("*", "Deny"))
        case "elsewhere": return answer(policy(stage + "/GET/elsewhere"))
        case "unauthorized": raise Exception("Unauthorized")
        case "small": raise Exception("unauthorized")
        case "expired": raise Exception("Unauthorized: token expired")
        case "crash": import os; os._exit(1)
        case "slow": import time; time.sleep(10)
        case "status": return {"statusCode": 401}
        case "text": return "allow"
        case "nothing": return None
        case "no policy": return {"principalId": "user-1"}
        case "effect": return answer(policy("*", "allow"))
        case "nested": return answer(policy("*"), context={"a": {"b": 1}})
        case "null": return answer(policy("*"), context={"a": None})
        case "number principal": return {**answer(policy("*")), "principalId": 7}
        case "no principal": return {"policyDocument": policy("*")}
        case "principal": return answer(policy("*", Principal="*"))
        case "operator": return answer(policy("*", Condition={"Nope": {"a": "b"}}))
        case "long": return answer(policy("arn:aws:execute-api:*:*:" + "x" * 500))
        case "context": return answer(policy("*"), context={"n": 1, "b": True, "s": "v", "f": 1.5,
            "principalId": "somebody else"})
        case "get": return answer(policy(stage + "/GET/pets"))
        case "below": return answer(policy(stage + "/GET/token/*"))
        case "any stage": return answer(policy(stage.rpartition("/")[0] + "/*/GET/*"))
        case "not delete": return answer(both(policy("*"), policy(stage + "/DELETE/*", "Deny")))
        case "not delete, deny first":
            return answer(both(policy(stage + "/DELETE/*", "Deny"), policy("*")))
        case "all actions": return answer(policy("*", action="execute-api:*"))
        case "star": return answer(policy("*", action="*"))
        case "small action": return answer(policy("*", action="execute-api:invoke"))
        case "other action": return answer(policy("*", action="s3:GetObject"))
        case "not action": return answer({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "NotAction": "execute-api:Invoke", "Resource": "*"}]})
        case "not resource": return answer({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "execute-api:Invoke",
             "NotResource": stage + "/DELETE/*"}]})
        case "from": return answer(policy("*", Condition={
            "IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}))
        case "mine": return answer(policy("*", Condition={
            "StringEquals": {"aws:username": "alice"}}))
    raise Exception("unknown: " + what)
"""
)
ECHO = PRINT + "def handler(event, context):\n    return {'body': json.dumps(event)}\n"
HEADER = "method.request.header."
LOGGED = "$context.requestId " + " ".join(
    f"{name}=$context.{name}"
    for name in ("authorizer.status", "authorizer.error", "authorize.status", "authorizer.n",
                 "integration.requestId", "authorizer.requestId")
)  # fmt: skip


def echo(**more):
    return {**proxy("backend"), **more}


def secured(name):
    return echo(security=[{name: []}])


# The resource policies of section 13.4, each on an API of its own that is called after it.
FENCES = {
    "open": policy(allow()),
    "silent": policy(allow("execute-api:/other/*")),
    "denyall": policy(allow(), deny()),
    # Unlike an Allow of no other method, this one names the authorizer's caller and no one else.
    "named": policy(allow(principal={"AWS": f"arn:aws:iam::{OWNER}:user/user-1"})),
    "blocked": policy(allow(), deny(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})),
    "fromhere": policy(allow(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})),
}


def fenced(name, document):
    """An API with a resource policy, an authorizer that is asked every time and one that is not."""
    return {
        "openapi": "3.0.1",
        "info": {"title": name, "version": "1"},
        "servers": [{"url": f"https://{name}.execute-api.us-east-1.amazonaws.com/{STAGE}"}],
        "paths": {f"/{guard}": {"get": secured(guard)} for guard in ("token", "kept")},
        "components": {
            "securitySchemes": {
                "token": scheme("token", "judge", authorizerResultTtlInSeconds=0),
                "kept": scheme("token", "judge"),
            }
        },
        f"{X}policy": document,
    }


def api(backend, **schemes):
    """An API whose paths are called after the authorizers that guard them."""
    methods = {}
    for name in schemes:
        methods[f"/{name}"] = methods[f"/{name}/{{id}}"] = methods[f"/{name}/{{id}}/toys"] = {
            "get": secured(name), "post": secured(name), "delete": secured(name),
        }  # fmt: skip
    methods["/http"] = {
        "get": {
            "security": [{"token": []}],
            f"{X}integration": {
                "type": "http_proxy", "httpMethod": "ANY", "uri": f"{backend.url}/http",
                "requestParameters": {
                    "integration.request.header.X-Principal": "context.authorizer.principalId",
                    "integration.request.header.X-N": "context.authorizer.n",
                },
            },
        }
    }  # fmt: skip
    methods["/"] = {"get": secured("token")}
    return {
        "openapi": "3.0.1",
        "info": {"title": "authorizers", "version": "1"},
        "servers": [{"url": f"https://abc123.execute-api.us-east-1.amazonaws.com/{STAGE}"}],
        "paths": methods,
        "components": {"securitySchemes": schemes},
    }


@pytest.fixture(scope="module")
def backend():
    made = Backend()
    yield made
    made.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, backend):
    directory = tmp_path_factory.mktemp("gateway")
    lambdas = Lambdas(directory)
    for name in ("judge", "other"):
        lambdas.add(name, AUTHORIZER, Timeout=2)
    lambdas.add("unpermitted", AUTHORIZER, permitted=False)
    lambdas.add("backend", ECHO)
    lambdas.add("by-role", AUTHORIZER, permitted=False)
    lambdas.add("for-others", AUTHORIZER, permitted=False, Permissions=[
        {"Principal": "apigateway.amazonaws.com",
         "SourceArn": f"arn:aws:execute-api:us-east-1:{OWNER}:other/authorizers/*"}])  # fmt: skip
    lambdas.add("for-us", AUTHORIZER, permitted=False, Permissions=[
        {"Principal": "apigateway.amazonaws.com", "SourceAccount": OWNER,
         "SourceArn": f"arn:aws:execute-api:us-east-1:{OWNER}:abc123/authorizers/*"}])  # fmt: skip
    role = f"arn:aws:iam::{OWNER}:role"
    cached = {"authorizerResultTtlInSeconds": 300}
    schemes = {
        "token": scheme("token", "judge", authorizerResultTtlInSeconds=0),
        "kept": scheme("token", "judge"),
        "short": scheme("token", "judge", authorizerResultTtlInSeconds=1),
        "bearer": scheme("token", "judge", identityValidationExpression="^Bearer .+"),
        "whole": scheme("token", "judge", identityValidationExpression="^[a-z]+$"),
        "sources": scheme("request", "judge", name="Unused", **cached, identitySource=(
            f"{HEADER}Auth, method.request.querystring.q")),
        "unkept": scheme("request", "judge", name="Unused", authorizerResultTtlInSeconds=0,
            identitySource=f"{HEADER}Auth, method.request.querystring.q"),
        "paths": scheme("request", "judge", name="Unused", **cached, identitySource=(
            f"{HEADER}Auth, context.path, context.httpMethod")),
        "missing": scheme("token", "no-such-function"),
        "unpermitted": scheme("token", "unpermitted"),
        "others": scheme("token", "for-others"),
        "us": scheme("token", "for-us"),
        "role": scheme("token", "by-role", authorizerCredentials=f"{role}/caller"),
        "distrusting": scheme("token", "by-role", authorizerCredentials=f"{role}/distrusting"),
        "powerless": scheme("token", "by-role", authorizerCredentials=f"{role}/powerless"),
    }  # fmt: skip
    made = Gateway(
        directory,
        [api(backend, **schemes), *(fenced(*fence) for fence in FENCES.items())],
        accounts=[roles()],
        options=[
            *("--functions", str(lambdas.file()), "--trusted-proxy", "127.0.0.1"),
            *("--access-log", str(directory / "access.log"), "--access-log-format", LOGGED),
        ],
    )
    yield made
    made.stop()


def roles():
    """Roles for API Gateway to take on."""

    def role(name, service, policies):
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
            ],
        }
        return {
            "Path": "/",
            "RoleName": name,
            "RoleId": f"AROA{name.upper():X<17}",
            "Arn": f"arn:aws:iam::{OWNER}:role/{name}",
            "CreateDate": "2020-01-01T00:00:00+00:00",
            "AssumeRolePolicyDocument": trust,
            "InstanceProfileList": [],
            "RolePolicyList": policies,
            "AttachedManagedPolicies": [],
            "Tags": [],
        }

    may = {
        "PolicyName": "invoke",
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}],
        },
    }
    gateway = "apigateway.amazonaws.com"
    return {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [
            role("caller", gateway, [may]),
            role("distrusting", "ec2.amazonaws.com", [may]),
            role("powerless", gateway, []),
        ],
        "Policies": [],
    }


@pytest.fixture
def judge(gateway):
    events = Events(gateway.state, "judge")
    events.new()
    return events


def bearer(token):
    return [("Authorization", token)]


def call(gateway, path, token=None, **more):
    return gateway.call("abc123", path, headers=[] if token is None else bearer(token), **more)


NULL = {"message": None}
EXPLICIT = {
    "Message": "User is not authorized to access this resource with an explicit deny in an "
    "identity-based policy"
}
IMPLICIT = {
    "Message": "User is not authorized to access this resource because no identity-based policy "
    "allows the execute-api:Invoke action"
}
UNAUTHORIZED = {"message": "Unauthorized"}
DENIED, BROKEN = "AccessDeniedException", "AuthorizerConfigurationException"


@pytest.mark.parametrize(
    ("case", "path", "token", "status", "body", "error", "invocations"),
    [
        ("T1", "/token", None, 401, UNAUTHORIZED, "UnauthorizedException", 0),
        ("T2", "/token", "", 401, UNAUTHORIZED, "UnauthorizedException", 0),
        ("T3", "/bearer", "Basic x", 401, UNAUTHORIZED, "UnauthorizedException", 0),
        ("T3 the whole", "/whole", "allow#1", 401, UNAUTHORIZED, "UnauthorizedException", 0),
        ("T4", "/bearer", "Bearer allow", 200, None, None, 1),
        ("T7", "/token", "deny", 403, EXPLICIT, DENIED, 1),
        ("T8", "/token", "elsewhere", 403, IMPLICIT, DENIED, 1),
        ("T9", "/token", "unauthorized", 401, UNAUTHORIZED, "UnauthorizedException", 1),
        ("T10", "/token", "small", 500, NULL, BROKEN, 1),
        ("T11", "/token", "expired", 500, NULL, BROKEN, 1),
        ("T12", "/token", "status", 500, NULL, BROKEN, 1),
        ("T13", "/token", "text", 500, NULL, BROKEN, 1),
        ("T13 null", "/token", "nothing", 500, NULL, BROKEN, 1),
        ("T13 no policy", "/token", "no policy", 500, NULL, BROKEN, 1),
        ("T14", "/token", "effect", 500, NULL, BROKEN, 1),
        ("T14 Principal", "/token", "principal", 500, NULL, BROKEN, 1),
        ("T14 operator", "/token", "operator", 500, NULL, BROKEN, 1),
        ("T15", "/token", "nested", 500, NULL, BROKEN, 1),
        ("T15 null", "/token", "null", 500, NULL, BROKEN, 1),
        ("no principalId", "/token", "no principal", 200, None, None, 1),
        ("principalId 7", "/token", "number principal", 500, NULL, BROKEN, 1),
        ("crash", "/token", "crash", 500, NULL, BROKEN, 1),
        ("time-out", "/token", "slow", 500, NULL, BROKEN, 1),
        ("T17", "/unpermitted", "allow", 500, NULL, BROKEN, 0),
        ("T17 other API", "/others", "allow", 500, NULL, BROKEN, 0),
        ("T17 this API", "/us", "allow", 200, None, None, 0),
        ("T17 missing", "/missing", "allow", 500, NULL, BROKEN, 0),
        ("T17 role", "/role", "allow", 200, None, None, 0),
        ("T17 distrusting role", "/distrusting", "allow", 500, NULL, BROKEN, 0),
        ("T17 powerless role", "/powerless", "allow", 500, NULL, BROKEN, 0),
        ("E8", "/token", "long", 500, NULL, BROKEN, 1),
    ],
)
def test_outcomes(gateway, judge, case, path, token, status, body, error, invocations):
    answer = call(gateway, path, token)
    assert (answer.status, answer.error) == (status, error), case
    if body is not None:
        assert answer.json == body
    assert len(judge.new()) == invocations


def test_t5_the_event(gateway, judge):
    assert call(gateway, "/token?a=1", "allow#T5").status == 200
    assert judge.new() == [
        {
            "type": "TOKEN",
            "authorizationToken": "allow#T5",
            "methodArn": f"arn:aws:execute-api:us-east-1:{OWNER}:abc123/prod/GET/token",
        }
    ]


def test_t6_the_root(gateway, judge):
    assert call(gateway, "/", "allow").status == 200
    assert judge.new()[0]["methodArn"].endswith("/prod/GET/")


def test_t16_context(gateway, backend):
    authorizer = call(gateway, "/token", "context").json["requestContext"]["authorizer"]
    latency = authorizer.pop("integrationLatency")
    assert isinstance(latency, int)
    assert authorizer == {"principalId": "user-1", "n": "1", "b": "true", "s": "v", "f": "1.5"}
    answer = call(gateway, "/http", "context")
    headers = dict(answer.json["headers"])
    assert (headers["X-Principal"], headers["X-N"]) == ("user-1", "1")
    assert headers["Authorization"] == "context"


def test_t18_the_case_of_names(gateway, judge):
    answer = gateway.call("abc123", "/token", headers=[("aUTHORIZATION", "allow")])
    assert answer.status == 200
    assert len(judge.new()) == 1


def test_a_repeated_token_is_refused_unasked(gateway, judge):
    answer = gateway.call("abc123", "/token", headers=bearer("allow") + bearer("deny"))
    assert answer.status == 401
    assert judge.new() == []


# Caching.


def sequence(gateway, judge, *calls):
    """Make calls (path, token[, method]); gives statuses and how often the function was asked."""
    statuses = [
        call(gateway, path, token, method=(*method, "GET")[0]).status
        for path, token, *method in calls
    ]
    return statuses, len(judge.new())


@pytest.mark.parametrize(
    ("case", "calls", "statuses", "invocations"),
    [
        ("K2", [("/token", "allow#K2")] * 2, [200, 200], 2),
        ("K1, K3", [("/kept", "allow#K3")] * 2, [200, 200], 1),
        ("K4", [("/kept", "here#K4"), ("/kept", "here#K4", "POST")], [200, 403], 1),
        ("K5", [("/kept", "stage#K5"), ("/kept/1", "stage#K5", "POST")], [200, 200], 1),
        ("K6", [("/kept", "deny#K6")] * 2, [403, 403], 1),
        ("K7", [("/kept", "allow#K7a"), ("/kept", "allow#K7b")], [200, 200], 2),
        ("other authorizer", [("/kept", "allow#K"), ("/bearer", "Bearer allow#K")], [200, 200], 2),
        ("K16", [("/kept", "unauthorized")] * 2, [401, 401], 2),
        ("failures", [("/kept", "small")] * 2, [500, 500], 2),
        ("malformed", [("/kept", "text")] * 2, [500, 500], 2),
    ],
)
def test_caching(gateway, judge, case, calls, statuses, invocations):
    assert sequence(gateway, judge, *calls) == (statuses, invocations), case


def test_k9_after_the_time_to_live(gateway, judge):
    assert sequence(gateway, judge, ("/short", "allow#K9")) == ([200], 1)
    time.sleep(1.05)  # what is tested is time itself
    assert sequence(gateway, judge, ("/short", "allow#K9")) == ([200], 1)


@pytest.mark.parametrize(
    ("case", "calls", "statuses", "invocations"),
    [
        ("K11", ["/sources?q=1", "/sources?q=1&r=2"], [200, 200], 1),
        ("K12", ["/sources?q=2", "/sources?q=3"], [200, 200], 2),
        ("K13", ["/paths", "/paths/1", "/paths"], [200, 200, 200], 2),
        ("K14", ["/sources", "/sources?q=", "/sources?Q=1"], [401, 401, 401], 0),
        ("K15", ["/unkept", "/unkept"], [200, 200], 2),
        # A second value that the function sees makes another identity.
        ("repeated", ["/sources?q=4", "/sources?q=4&q=5"], [200, 200], 2),
    ],
)
def test_caching_of_request_authorizers(gateway, judge, case, calls, statuses, invocations):
    got = [gateway.call("abc123", path, headers=[("Auth", "allow")]).status for path in calls]
    assert got == statuses, case
    assert len(judge.new()) == invocations


def test_a_repeated_header_is_another_identity(gateway, judge):
    headers = [("Auth", "allow"), ("Auth", "deny")]
    assert gateway.call("abc123", "/sources?q=9", headers=headers[:1]).status == 200
    assert gateway.call("abc123", "/sources?q=9", headers=headers).status == 403
    assert len(judge.new()) == 2


def test_the_latency_of_a_kept_answer_is_zero(gateway):
    call(gateway, "/kept", "allow#latency")
    authorizer = call(gateway, "/kept", "allow#latency").json["requestContext"]["authorizer"]
    assert authorizer == {"principalId": "user-1", "integrationLatency": 0}


# Policies.


@pytest.mark.parametrize(
    ("case", "token", "path", "method", "source", "status", "body"),
    [
        ("E1", "below", "/token/1/toys", "GET", None, 200, None),
        ("E1 not itself", "below", "/token", "GET", None, 403, IMPLICIT),
        ("E2", "get", "/token/1", "GET", None, 403, IMPLICIT),
        ("E3", "any stage", "/token", "GET", None, 200, None),
        ("E4", "not delete", "/token/1", "DELETE", None, 403, EXPLICIT),
        ("E4 first", "not delete, deny first", "/token/1", "DELETE", None, 403, EXPLICIT),
        ("E4 other", "not delete", "/token/1", "GET", None, 200, None),
        ("E5", "all actions", "/token", "GET", None, 200, None),
        ("E5 star", "star", "/token", "GET", None, 200, None),
        ("E6", "small action", "/token", "GET", None, 200, None),
        ("other action", "other action", "/token", "GET", None, 403, IMPLICIT),
        ("NotAction", "not action", "/token", "GET", None, 403, IMPLICIT),
        ("NotResource", "not resource", "/token/1", "DELETE", None, 403, IMPLICIT),
        ("NotResource other", "not resource", "/token/1", "GET", None, 200, None),
        ("E7", "from", "/token", "GET", "198.51.100.1", 403, IMPLICIT),
        ("E7 inside", "from", "/token", "GET", "192.0.2.9", 200, None),
        ("no principal's keys", "mine", "/token", "GET", None, 403, IMPLICIT),
    ],
)
def test_policies(gateway, case, token, path, method, source, status, body):
    answer = call(gateway, path, token, method=method, source=source)
    assert answer.status == status, case
    if body is not None:
        assert answer.json == body


# Beside a resource policy.

ANONYMOUS_EXPLICIT = {
    "Message": "User: anonymous is not authorized to perform: execute-api:Invoke on resource: "
    "arn:aws:execute-api:us-east-1:********1111:{api}/prod/GET/token "
    "with an explicit deny in a resource-based policy"
}


@pytest.mark.parametrize(
    ("case", "fence", "token", "source", "status", "body", "invocations"),
    [
        ("L1", "abc123", "allow", None, 200, None, 1),
        ("L2", "abc123", "elsewhere", None, 403, IMPLICIT, 1),
        ("L3", "abc123", "deny", None, 403, EXPLICIT, 1),
        ("L4", "silent", "allow", None, 200, None, 1),
        ("L5", "open", "elsewhere", None, 200, None, 1),
        ("L6", "open", "deny", None, 403, EXPLICIT, 1),
        ("L7 allow", "denyall", "allow", None, 403, ANONYMOUS_EXPLICIT, 0),
        ("L7 silent", "denyall", "elsewhere", None, 403, ANONYMOUS_EXPLICIT, 0),
        ("L7 deny", "denyall", "deny", None, 403, ANONYMOUS_EXPLICIT, 0),
        ("L7 unauthorized", "denyall", "unauthorized", None, 403, ANONYMOUS_EXPLICIT, 0),
        ("L7 no token", "denyall", None, None, 403, ANONYMOUS_EXPLICIT, 0),
        ("L8", "silent", "elsewhere", None, 403, IMPLICIT, 1),
        ("L9", "open", None, None, 401, UNAUTHORIZED, 0),
        # The rest of Table A, and what never comes to it.
        ("Allow/Allow", "open", "allow", None, 200, None, 1),
        ("Deny/Neither", "silent", "deny", None, 403, EXPLICIT, 1),
        ("401 of the function", "open", "unauthorized", None, 401, UNAUTHORIZED, 1),
        ("500 of the function", "open", "text", None, 500, NULL, 1),
        # Who the authorizer says calls is nobody that a resource policy could name.
        ("principalId", "named", "elsewhere", None, 403, IMPLICIT, 1),
        ("principalId, Allow", "named", "allow", None, 200, None, 1),
        ("condition denies", "blocked", "allow", "192.0.2.7", 403, ANONYMOUS_EXPLICIT, 0),
        ("condition does not deny", "blocked", "elsewhere", "198.51.100.1", 200, None, 1),
        ("condition allows", "fromhere", "elsewhere", "192.0.2.7", 200, None, 1),
        ("condition does not allow", "fromhere", "elsewhere", "198.51.100.1", 403, IMPLICIT, 1),
    ],
)
def test_beside_a_resource_policy(
    gateway, judge, case, fence, token, source, status, body, invocations
):
    headers = [] if token is None else bearer(token)
    answer = gateway.call(fence, "/token", headers=headers, source=source)
    assert answer.status == status, case
    if body is not None:
        assert answer.json == {name: text and text.format(api=fence) for name, text in body.items()}
    assert len(judge.new()) == invocations


def test_a_kept_answer_does_not_outlive_the_resource_policy_s_word(gateway, judge):
    """The fence is asked for every call, though the answer beside it is kept."""
    got = [
        gateway.call(api, "/kept", headers=bearer(token), source=source).status
        for api, token, source in (
            ("blocked", "allow#fence", "198.51.100.1"),
            ("blocked", "allow#fence", "192.0.2.7"),
            ("blocked", "allow#fence", "198.51.100.1"),
            ("fromhere", "elsewhere#fence", "192.0.2.7"),
            ("fromhere", "elsewhere#fence", "198.51.100.1"),
            ("fromhere", "elsewhere#fence", "192.0.2.7"),
        )
    ]
    assert got == [200, 403, 200, 200, 403, 200]
    assert len(judge.new()) == 2


# What people are told.


@pytest.mark.parametrize(
    ("token", "path", "words"),
    [
        ("deny", "/token", "authorizer policy statement 1 denies"),
        ("elsewhere", "/token", "no authorizer policy allows this; nearest is"),
        ("unauthorized", "/token", "the function says that the caller is not authenticated"),
        (None, "/token", "so authorizer token was not asked"),
        ("small", "/token", "the function failed (Exception: unauthorized)"),
        ("nested", "/token", "context is not an object of texts, numbers and booleans"),
        ("effect", "/token", "policyDocument/Statement/0/Effect"),
        ("allow", "/unpermitted", "add that with AddPermission"),
        ("allow", "/missing", "there is no such function"),
        ("allow", "/distrusting", "its trust policy does not name apigateway.amazonaws.com"),
        ("slow", "/token", "Task timed out after 2.00 seconds"),
    ],
)
def test_why(gateway, token, path, words):
    answer = call(gateway, path, token)
    done = gateway.cli("why", answer.headers["x-gatelodge-decision"], "--json")
    explained = json.loads(done.stdout)
    assert words in explained["reason"]
    assert explained["agrees"]


def test_why_of_a_kept_policy(gateway):
    token = "here#why"
    first, second = call(gateway, "/kept", token), call(gateway, "/kept", token)
    third = call(gateway, "/kept", token, method="POST")

    def reason(answer):
        done = gateway.cli("why", answer.headers["x-gatelodge-decision"], "--json")
        explained = json.loads(done.stdout)
        assert explained["agrees"]
        assert explained["who"] == "user-1"
        return explained["reason"]

    assert "the function was asked for this call" in reason(first)
    assert "served from the cached policy, " in reason(second)
    assert "no authorizer policy allows this" in reason(third)
    assert "served from the cached policy, " in reason(third)


def test_no_token_is_kept_where_people_look(gateway):
    secret = "stage#very-secret-token"
    call(gateway, "/kept", secret)
    call(gateway, "/unpermitted", secret)
    for path in (gateway.state / "book").rglob("*"):
        if path.is_file():
            assert b"very-secret-token" not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("api", "token", "logged"),
    [
        ("abc123", "context", ["200", "-", "200", "1"]),
        ("abc123", "deny", ["200", "-", "403", "-"]),
        ("abc123", "unauthorized", ["401", "Unauthorized", "-", "-"]),
        ("abc123", None, ["401", "Unauthorized", "-", "-"]),
        ("abc123", "small", ["500", "AUTHORIZER_FAILURE", "-", "-"]),
        ("denyall", "allow", ["-", "-", "403", "-"]),
    ],
)
def test_the_access_log(gateway, api, token, logged):
    headers = [] if token is None else bearer(token)
    asked = gateway.call(api, "/token", headers=headers).headers["x-amzn-RequestId"]
    names = [piece.partition("=")[0] for piece in LOGGED.split()[1:-2]]
    line = " ".join([asked, *map("=".join, zip(names, logged, strict=True))])
    log, until = gateway.state.parent / "access.log", time.monotonic() + 10
    while line not in (one.rsplit(" ", 2)[0] for one in log.read_text().splitlines()):
        assert time.monotonic() < until, log.read_text()[-500:]
        time.sleep(0.02)


def last_start(gateway, function):
    """The RequestId under which a function was started last."""
    log = gateway.state / "logs" / f"{OWNER}-us-east-1-{function}.log"
    starts = [line for line in log.read_text().splitlines() if line.startswith("START ")]
    return starts[-1].split()[2]


def test_the_access_log_names_the_invocations(gateway):
    def logged(answer):
        asked, log = answer.headers["x-amzn-RequestId"], gateway.state.parent / "access.log"
        until = time.monotonic() + 10
        while True:
            for line in log.read_text().splitlines():
                if line.startswith(asked):
                    fields = dict(field.split("=") for field in line.split()[1:])
                    return fields["integration.requestId"], fields["authorizer.requestId"]
            assert time.monotonic() < until
            time.sleep(0.02)

    answer = gateway.call("abc123", "/kept", headers=bearer("allow#named"))
    backend, invocation = last_start(gateway, "backend"), last_start(gateway, "judge")
    assert logged(answer) == (backend, invocation)
    assert f"(RequestId {invocation})" in json.dumps(gateway.why(answer))
    # A kept answer costs no invocation.
    kept = gateway.call("abc123", "/kept", headers=bearer("allow#named"))
    assert logged(kept) == (last_start(gateway, "backend"), "-")
    denied = gateway.call("abc123", "/kept", headers=bearer("deny"))
    assert logged(denied) == ("-", last_start(gateway, "judge"))
    assert answer.json["requestContext"]["authorizer"].keys() == {
        "principalId",
        "integrationLatency",
    }


# The request event, whole.


def test_the_request_event(gateway, judge):
    headers = [("Auth", "allow#event"), ("X-A", "1"), ("x-a", "2"), ("User-Agent", "curl/8")]
    answer = gateway.call("abc123", "/unkept/5?q=1&q=2&e=", headers=headers, source="192.0.2.1")
    assert answer.status == 200
    event = judge.new()[0]
    context = event.pop("requestContext")
    sent, every = event.pop("headers"), event.pop("multiValueHeaders")
    assert event == {
        "type": "REQUEST",
        "methodArn": f"arn:aws:execute-api:us-east-1:{OWNER}:abc123/prod/GET/unkept/5",
        "resource": "/unkept/{id}",
        "path": "/unkept/5",
        "httpMethod": "GET",
        "queryStringParameters": {"q": "2", "e": ""},
        "multiValueQueryStringParameters": {"q": ["1", "2"], "e": [""]},
        "pathParameters": {"id": "5"},
        "stageVariables": {},
    }
    assert sent["X-A"] == "2"
    assert every["X-A"] == ["1", "2"]
    assert sent["X-Forwarded-For"] == "192.0.2.1, 127.0.0.1"
    assert sent["X-Forwarded-Proto"] == "http"
    assert set(sent) == set(every)
    assert context.pop("requestId") == answer.headers["x-amzn-RequestId"]
    assert context.pop("extendedRequestId") == answer.headers["x-amz-apigw-id"]
    assert isinstance(context.pop("requestTimeEpoch"), int)
    assert context.pop("requestTime").endswith(" +0000")
    assert len(context.pop("deploymentId")) == 6
    assert len(context.pop("resourceId")) == 6
    assert context.pop("domainName") == "127.0.0.1"
    assert context.pop("domainPrefix") == "127"
    identity = context.pop("identity")
    assert identity.pop("sourceIp") == "192.0.2.1"
    assert identity.pop("userAgent") == "curl/8"
    assert set(identity.values()) == {None}
    assert len(identity) == 10
    assert context == {
        "resourcePath": "/unkept/{id}",
        "httpMethod": "GET",
        "path": "/prod/unkept/5",
        "accountId": OWNER,
        "protocol": "HTTP/1.1",
        "stage": "prod",
        "apiId": "abc123",
    }


def test_the_uri_names_a_function():
    assert invocation_uri("f").endswith(":function:f/invocations")
