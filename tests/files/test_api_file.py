"""Reading exports: the reference's import tables, and what is refused, with its place."""

import json
import string

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gateway import OWNER, allow, api_document, operation, policy

from gatelodge.arn import Arn
from gatelodge.files.api_file import Where, read_api_file
from gatelodge.openapi import Problems, read, read_server
from gatelodge.published import api_from_json, stage_from_json, to_json
from gatelodge.route.policy_arns import expand_resources

WHERE = Where(OWNER)
X = "x-amazon-apigateway-"
BACKEND = "http://127.0.0.1:9"
VALIDATED = {
    f"{X}request-validators": {"all": {"validateRequestParameters": True}},
    f"{X}request-validator": "all",
}


def load(tmp_path, document, *, where=WHERE, text=None, **arguments):
    path = tmp_path / "api.json"
    path.write_text(text if text is not None else json.dumps(document))
    return read_api_file(path, where, **arguments)


def with_get(method, **members):
    return api_document("abc123", BACKEND, paths={"/p": {"get": method}}, **members)


def methods(file):
    assert not file.problems, file.problems
    return {
        (resource.path, verb): method
        for resource in file.api.resources
        for verb, method in resource.methods.items()
    }


FUNCTION = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:us-east-1:{OWNER}:function:auth/invocations"
)
POOL = f"arn:aws:cognito-idp:us-east-1:{OWNER}:userpool/us-east-1_AbCdEf123"
SCHEMES = {
    "sigv4": {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        f"{X}authtype": "awsSigv4",
    },
    "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
    "token": {
        "type": "apiKey",
        "name": "Auth",
        "in": "header",
        f"{X}authtype": "custom",
        f"{X}authorizer": {"type": "token", "authorizerUri": FUNCTION},
    },
    "pool": {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        f"{X}authorizer": {"type": "cognito_user_pools", "providerARNs": [POOL]},
    },
    "oauth": {"type": "oauth2", "flows": {}},
}


@pytest.mark.parametrize(
    ("name", "security", "root", "extension", "expected"),
    [
        ("S1", None, None, None, "NONE"),
        ("S3", [{"sigv4": []}], None, None, "AWS_IAM"),
        ("S4", None, None, {"type": "aws_iam"}, "AWS_IAM"),
        ("extension wins", [{"sigv4": []}], None, {"type": "NONE"}, "NONE"),
        ("root", None, [{"sigv4": []}], None, "AWS_IAM"),
        ("operation wins", [], [{"sigv4": []}], None, "NONE"),
        ("SAM's NONE", [{"NONE": []}], [{"sigv4": []}], None, "NONE"),
        ("S2", [{"api_key": []}], None, None, "asks for API keys"),
        ("S5", [{"token": []}], None, None, "CUSTOM"),
        ("S7", [{"pool": []}], None, None, "COGNITO_USER_POOLS"),
        ("S9", None, [{"pool": ["email"]}], None, "COGNITO_USER_POOLS"),
        ("S13", [{"sigv4": []}, {"api_key": []}], None, None, "asks for API keys"),
        ("typing error", [{"sigv": []}], None, None, "no security scheme 'sigv'"),
        ("ignored by AWS", [{"oauth": []}], None, None, "leaves the method open"),
        ("unknown type", None, None, {"type": "CUSTOM"}, "NONE or AWS_IAM"),
    ],
)
def test_security(tmp_path, name, security, root, extension, expected):
    method = operation(BACKEND)
    if security is not None:
        method["security"] = security
    if extension is not None:
        method[f"{X}auth"] = extension
    members = {"components": {"securitySchemes": SCHEMES}}
    if root is not None:
        members["security"] = root
    file = load(tmp_path, with_get(method, **members))
    if expected in ("NONE", "AWS_IAM", "COGNITO_USER_POOLS", "CUSTOM"):
        assert methods(file)["/p", "GET"].authorization_type == expected
    else:
        assert any(expected in problem for problem in file.problems), file.problems
        assert file.problems[0].startswith(f"{tmp_path}/api.json#/paths/~1p/get")


def test_protection_cannot_be_tolerated_away(tmp_path):
    method = {**operation(BACKEND), "security": [{"api_key": []}]}
    document = with_get(method, components={"securitySchemes": SCHEMES})
    file = load(tmp_path, document, tolerate=frozenset({"api_key", "x-api-key"}))
    assert file.api is None
    method["security"] = [{"oauth": []}]
    file = load(tmp_path, document, tolerate=frozenset({"oauth"}))
    assert file.api is None
    method[f"{X}auth"] = {"type": "NONE"}  # said in the file itself, it is what the file means
    assert methods(load(tmp_path, document))["/p", "GET"].authorization_type == "NONE"


def test_import_details(tmp_path):
    """I1, I3, I5, I8, I9, I10, I11"""
    paths = {
        "/a": {
            "get": operation(f"{BACKEND}/${{AWS::AccountId}}/${{AWS::Region}}"),
            f"{X}any-method": {},
        }
    }
    file = load(tmp_path, api_document("abc123", BACKEND, paths=paths))
    found = methods(file)
    integration = found["/a", "GET"].integration
    assert file.api.endpoint_types == ("EDGE",)
    assert integration.uri == f"{BACKEND}/{OWNER}/us-east-1"
    assert integration.passthrough_behavior == "WHEN_NO_MATCH"
    assert integration.timeout_in_millis == 29_000
    assert found["/a", "ANY"].integration is None
    disabled = api_document("abc123", BACKEND)
    disabled["servers"][0][f"{X}endpoint-configuration"] = {"disableExecuteApiEndpoint": True}
    assert load(tmp_path, disabled).api.disable_execute_api_endpoint


def test_publications_survive_their_json_form(tmp_path):
    file = load(tmp_path, api_document("abc123", BACKEND, policy=policy(allow())))
    again = json.loads(json.dumps(to_json(file.api)))
    assert api_from_json(again) == file.api
    assert stage_from_json(json.loads(json.dumps(to_json(file.stage)))) == file.stage
    with pytest.raises(ValueError, match="unknown member 'surprise'"):
        api_from_json({**again, "surprise": 1})


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        (["execute-api:/*"], "arn:aws:execute-api:us-east-1:111111111111:abc123/*"),
        ("execute-api:/prod/GET/pets",
         "arn:aws:execute-api:us-east-1:111111111111:abc123/prod/GET/pets"),
        (["execute-api:/a/*", "*"],
         ["arn:aws:execute-api:us-east-1:111111111111:abc123/a/*", "*"]),
    ],
)  # fmt: skip
def test_shorthand_is_expanded(resources, expected):
    """S1, S2, S3 of resource-policy.md section 7.1"""
    owner = Arn("aws", "execute-api", "us-east-1", OWNER, "abc123")
    expanded = expand_resources(policy(allow(resources)), owner)
    assert expanded["Statement"][0]["Resource"] == expected


@pytest.mark.parametrize(
    ("statement", "pointer", "message"),
    [
        ({**allow(), "Effect": "allow"}, "/Statement/0/Effect", '"Allow" or "Deny"'),
        ({"Effect": "Allow", "Action": "*", "Resource": "*"}, "/Statement/0", "needs Principal"),
        (allow(principal={"AWS": "arn:aws:iam::1:user/*"}), "/Statement/0/Principal/AWS",
         "names no principal"),
        (allow(Condition={"StringSame": {"a": "b"}}), "/Statement/0/Condition/StringSame",
         "unknown condition operator"),
        (allow(Condition={"IpAddress": {"aws:username": "10.0.0.0/8"}}),
         "/Statement/0/Condition/IpAddress/aws:username", "never is"),
        (allow(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}),
         "/Statement/0/Condition/IpAddress/aws:SourceIp", "is not an IP address"),
        (allow(Sid="a" * 9000), "", "8192 are allowed"),
        (allow(Surprise=1), "/Statement/0/Surprise", "unknown element"),
    ],
)  # fmt: skip
def test_bad_policies_are_refused_with_their_place(tmp_path, statement, pointer, message):
    file = load(tmp_path, api_document("abc123", BACKEND, policy=policy(statement)))
    place = f"#/{X}policy{pointer}: "
    assert any(place in p and message in p for p in file.problems), file.problems


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (f"arn:aws:execute-api:eu-west-1:{OWNER}:*", "region 'eu-west-1'"),
        ("arn:aws:execute-api:us-east-1:999999999999:*", "account '999999999999'"),
        (f"arn:aws:execute-api:us-east-1:{OWNER}:other/*", "API 'other'"),
        (f"arn:aws:execute-api:us-east-1:{OWNER}:abc123/", "a method goes on with"),
        ("pets", "not an ARN"),
    ],
)
def test_arns_that_never_match_are_reported(tmp_path, resource, reason):
    file = load(tmp_path, api_document("abc123", BACKEND, policy=policy(allow(resource))))
    assert file.api is not None
    assert f"{X}policy/Statement/0" in file.warnings[0]
    assert reason in file.warnings[0]


@pytest.mark.parametrize(
    ("change", "pointer", "message"),
    [
        (lambda d: d.update(VALIDATED), f"/paths/~1pets/get/{X}request-validator",
         f"--tolerate {X}request-validator"),
        (lambda d: d.update({f"{X}request-validator": "all"}), "/paths/~1pets/get",
         "no request validator 'all'"),
        (lambda d: d.update({f"{X}minimum-compression-size": 0}), f"/{X}minimum-compression-size",
         "not honoured"),
        (lambda d: d.update({f"{X}api-key-source": "AUTHORIZER"}), f"/{X}api-key-source",
         "not honoured"),
        (lambda d: d.update({f"{X}surprise": 1}), f"/{X}surprise", "not honoured"),
        (lambda d: d.update(openapi="3.1.0"), "", "version '3.1.0'"),
        (lambda d: d["paths"].update({"pets": {}}), "/paths/pets", "is not a path"),
        (lambda d: d["paths"].update({"/{proxy+}/x": {}}), "/paths/~1{proxy+}~1x", "greedy"),
        (lambda d: d["paths"].update({"/pets/{other}": {}}), "/paths/~1pets~1{other}",
         "{other} stands where another path has {id}"),
        (lambda d: d["paths"]["/pets"].update(trace={}), "/paths/~1pets/trace", "TRACE"),
        (lambda d: d["paths"]["/pets"]["get"].update({f"{X}integration": {"type": "aws"}}),
         f"/paths/~1pets/get/{X}integration/type", "'aws' is not supported"),
        (lambda d: d["paths"]["/pets"]["get"].update({f"{X}integration": {
            "type": "aws_proxy", "httpMethod": "POST", "uri": "https://h/"}}),
         f"/paths/~1pets/get/{X}integration/uri", "'https://h/' is not arn:PARTITION"),
        (lambda d: d["paths"]["/pets"]["get"].update({f"{X}integration": {
            "type": "aws_proxy", "httpMethod": "POST", "uri": FUNCTION.replace(
                "arn:aws:lambda:us-east-1:111111111111:function:", "${stageVariables.f}")}}),
         f"/paths/~1pets/get/{X}integration/uri", "no variable 'f'"),
        (lambda d: d["paths"]["/pets"]["get"].update({f"{X}integration": {
            "type": "aws_proxy", "httpMethod": "GET", "uri": FUNCTION}}),
         f"/paths/~1pets/get/{X}integration/httpMethod", "invoked with POST"),
        (lambda d: d["paths"].update({"/u": {"get": operation("http://h/{x}")}}),
         f"/paths/~1u/get/{X}integration/uri", "names {x}"),
        (lambda d: d["paths"].update({"/u": {"get": operation("ftp://h/")}}),
         f"/paths/~1u/get/{X}integration/uri", "not an http or https URL"),
        (lambda d: d["paths"].update({"/u": {"get": operation("http://${stageVariables.h}/")}}),
         f"/paths/~1u/get/{X}integration/uri", "no variable 'h'"),
        (lambda d: d["paths"].update({"/u": {"get": operation("http://h/", timeoutInMillis=10)}}),
         f"/paths/~1u/get/{X}integration/timeoutInMillis", "from 50 to 29000"),
        (lambda d: d["paths"].update({"/u": {"get": operation(
            "http://h/", requestParameters={"integration.request.header.A": "nonsense"})}}),
         f"/paths/~1u/get/{X}integration/requestParameters/integration.request.header.A",
         "not a mapping expression"),
        (lambda d: d["paths"].update({"/u": {"get": operation(
            "http://h/", connectionType="VPC_LINK")}}),
         f"/paths/~1u/get/{X}integration/connectionType", "VPC links"),
        (lambda d: d.update({f"{X}gateway-responses": {"FOO": {}}}),
         f"/{X}gateway-responses/FOO", "no gateway response type"),
        (lambda d: d.update({f"{X}endpoint-configuration": {"types": ["PRIVATE"]}}),
         f"/{X}endpoint-configuration", "private APIs"),
    ],
)  # fmt: skip
def test_what_is_not_honoured_is_named(tmp_path, change, pointer, message):
    document = api_document("abc123", BACKEND)
    change(document)
    file = load(tmp_path, document)
    assert file.api is None
    assert any(f"#{pointer}: " in p and message in p for p in file.problems), file.problems


def test_tolerated_by_name(tmp_path):
    document = api_document("abc123", BACKEND, **VALIDATED)
    file = load(tmp_path, document, tolerate=frozenset({f"{X}request-validator"}))
    assert file.api is not None
    assert file.notes


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"openapi": "3.0.1", "servers": [{
            "url": "https://abc.execute-api.eu-west-1.amazonaws.com/{basePath}",
            "variables": {"basePath": {"default": "/prod"}}}]}, ("abc", "eu-west-1", "prod")),
        ({"openapi": "3.0.1", "servers": [{"url": "https://abc.execute-api.eu-west-1.amazonaws.com"}]},
         ("abc", "eu-west-1", None)),
        ({"swagger": "2.0", "host": "abc.execute-api.us-east-1.amazonaws.com",
          "basePath": "/dev"}, ("abc", "us-east-1", "dev")),
        ({"openapi": "3.0.1", "servers": [{"url": "https://api.example.com/v1"}]},
         (None, None, None)),
        ({"openapi": "3.0.1"}, (None, None, None)),
    ],
)  # fmt: skip
def test_server_urls(document, expected):
    server = read_server(document)
    assert (server.api_id, server.region, server.stage) == expected


def test_what_the_server_url_does_not_tell_must_be_given(tmp_path):
    document = {**api_document("abc123", BACKEND), "servers": []}
    file = load(tmp_path, document)
    told = "\n".join(file.problems)
    assert all(flag in told for flag in ("--api-id", "--region", "--stage"))
    where = Where(OWNER, api_id="xyz", region="eu-west-1", stage="dev")
    file = load(tmp_path, document, where=where)
    assert (file.api.id, file.api.region, file.stage.name) == ("xyz", "eu-west-1", "dev")


def test_swagger_in_yaml(tmp_path):
    document = api_document("abc123", BACKEND, policy=policy(allow()))
    del document["openapi"], document["servers"]
    document |= {
        "swagger": "2.0",
        "host": "abc123.execute-api.us-east-1.amazonaws.com",
        "basePath": "/prod",
        "schemes": ["https"],
        "securityDefinitions": SCHEMES,
    }
    document["paths"]["/pets"]["get"]["security"] = [{"sigv4": []}]
    text = yaml.safe_dump(document).replace("'2012-10-17'", "2012-10-17")
    file = load(tmp_path, None, text=text)
    assert methods(file)["/pets", "GET"].authorization_type == "AWS_IAM"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "a": 2}', "the member 'a' stands twice"),
        ("{", "did not find expected"),
        ("!!python/object/apply:os.system ['true']", "could not determine a constructor"),
        ("[1]", "an API is a JSON object"),
    ],
)
def test_files_that_are_no_documents(tmp_path, text, message):
    file = load(tmp_path, None, text=text)
    assert message in file.problems[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(string.printable, max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "openapi",
                    "swagger",
                    "paths",
                    "/a",
                    "/{b}",
                    "get",
                    f"{X}integration",
                    "type",
                    f"{X}policy",
                    f"{X}gateway-responses",
                    "security",
                    "servers",
                    "url",
                    "uri",
                    "responses",
                    "requestTemplates",
                    "requestParameters",
                    f"{X}any-method",
                    "tlsConfig",
                    f"{X}endpoint-configuration",
                    "info",
                    "components",
                    "securitySchemes",
                    "x",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["openapi", "swagger", "paths", "servers", "security",
                                        f"{X}gateway-responses", "info"]), JSON))  # fmt: skip
def test_no_document_breaks_the_reader(document):
    read(document, Problems())
    read_server(document)
