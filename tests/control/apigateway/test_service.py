"""apigateway through the socket, with boto3: shapes, texts, pages, tags, accounts, permissions."""

import json
import urllib.parse

import pytest
from tests.control.apigateway.calls import Api, refused
from tests.gateway import OWNER, REGION, allow, policy

FUNCTION = (
    f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:{REGION}:{OWNER}:function:f/invocations"
)


def without_metadata(answer):
    return {k: v for k, v in answer.items() if k != "ResponseMetadata"}


def status(answer):
    return answer["ResponseMetadata"]["HTTPStatusCode"]


def test_the_shape_of_a_new_api(client):
    answer = client.create_rest_api(name="shape")
    assert status(answer) == 201
    shown = without_metadata(answer)
    assert len(shown.pop("id")) == 10
    assert len(shown.pop("rootResourceId")) == 10
    assert shown.pop("createdDate") is not None
    assert shown == {
        "name": "shape",
        "apiKeySource": "HEADER",
        "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
        "disableExecuteApiEndpoint": False,
        "securityPolicy": "TLS_1_0",
        "apiStatus": "AVAILABLE",
    }


@pytest.mark.parametrize(
    ("members", "code", "told"),
    [
        ({"description": ""}, "BadRequestException", "Description cannot be an empty string"),
        (
            {"endpointConfiguration": {"types": ["EDGE", "REGIONAL"]}},
            "BadRequestException",
            "Cannot create an api with multiple Endpoint Types.",
        ),
        (
            {"minimumCompressionSize": 10485761},
            "BadRequestException",
            "Invalid minimum compression size, must be between 0 and 10485760",
        ),
        ({"policy": "x"}, "BadRequestException", "Invalid policy document."),
        (
            {"policy": json.dumps(policy(allow(resource=["x" * 8192])))},
            "BadRequestException",
            "8192 are allowed",
        ),
        ({"cloneFrom": "nothing123"}, "NotFoundException", "Invalid API identifier specified"),
        ({"tags": {"aws:x": "y"}}, "BadRequestException", "aws:"),
        ({"tags": {str(n): "" for n in range(51)}}, "BadRequestException", "At most 50 tags"),
        (
            {"securityPolicy": "SecurityPolicy_TLS13_2025_EDGE"},
            "BadRequestException",
            "Endpoint access mode is required for the specified security policy",
        ),
    ],
)
def test_what_no_api_can_be(client, members, code, told):
    answer = refused(client.create_rest_api, name="x", **members)
    assert answer[0] == code
    assert told in answer[1]


def test_a_clone_is_an_api_of_its_own(gateway, client):
    api = Api(client, "first")
    api.method(api.resource("pets"))
    client.create_authorizer(restApiId=api.id, name="auth", type="TOKEN", authorizerUri=FUNCTION)
    clone = client.create_rest_api(name="second", cloneFrom=api.id)
    assert clone["name"] == "second"
    copied = client.get_resources(restApiId=clone["id"], embed=["methods"])["items"]
    pets = next(one for one in copied if one["path"] == "/pets")
    assert pets["resourceMethods"]["GET"]["methodIntegration"]["type"] == "MOCK"
    client.create_deployment(restApiId=clone["id"], stageName="prod")
    client.delete_rest_api(restApiId=api.id)
    assert gateway.call(clone["id"], "/pets").json == {"mock": True}
    assert client.get_authorizers(restApiId=clone["id"])["items"][0]["name"] == "auth"


def test_resources(client):
    api = Api(client)
    pets = api.resource("pets")
    pet = api.resource("{id}", pets)
    at = {"restApiId": api.id}
    assert refused(client.create_resource, **at, parentId=api.root, pathPart="pets") == (
        "ConflictException",
        "Another resource with the same parent already has this name: pets",
    )
    assert refused(client.create_resource, **at, parentId=pets, pathPart="{proxy+}") == (
        "BadRequestException",
        "A sibling ({id}) of this resource already has a variable path part -- only one is allowed",
    )
    greedy = api.resource("{proxy+}")
    assert refused(client.create_resource, **at, parentId=greedy, pathPart="x") == (
        "BadRequestException",
        "Cannot create a child of a resource with a greedy path variable: {proxy+}",
    )
    for part in ("a/b", "{a", "a b", "", ".", "..", "{a}b", "ä"):
        code, message = refused(client.create_resource, **at, parentId=api.root, pathPart=part)
        assert (code, message[:34]) == ("BadRequestException", "Resource's path part only allow a-")
    assert refused(client.create_resource, **at, parentId=pet, pathPart="{id}")[0] == (
        "BadRequestException"
    )
    assert refused(client.get_resource, **at, resourceId=pet.upper()) == (
        "NotFoundException",
        "Invalid Resource identifier specified",
    )
    assert refused(client.create_resource, **at, parentId="nothin", pathPart="x") == (
        "NotFoundException",
        "Invalid Resource identifier specified",
    )
    assert refused(client.delete_resource, **at, resourceId=api.root)[0] == "BadRequestException"
    found = client.get_resource(**at, resourceId=pet)
    assert without_metadata(found) == {
        "id": pet,
        "parentId": pets,
        "pathPart": "{id}",
        "path": "/pets/{id}",
    }
    assert status(client.delete_resource(**at, resourceId=pets)) == 202
    listed = client.get_resources(**at)["items"]
    assert sorted(one["path"] for one in listed) == ["/", "/{proxy+}"]


def test_methods(client):
    api = Api(client)
    at = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "GET"}
    answer = client.put_method(**at, authorizationType="NONE")
    assert status(answer) == 201
    assert without_metadata(answer) == {
        "httpMethod": "GET",
        "authorizationType": "NONE",
        "apiKeyRequired": False,
    }
    assert refused(client.put_method, **at, authorizationType="NONE") == (
        "ConflictException",
        "Method already exists for this resource",
    )
    wrong = {**at, "httpMethod": "TRACE"}
    assert refused(client.put_method, **wrong, authorizationType="NONE") == (
        "BadRequestException",
        "Invalid HttpMethod specified. "
        "Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY",
    )
    post = {**at, "httpMethod": "POST"}
    for kind in ("CUSTOM", "COGNITO_USER_POOLS"):
        for authorizer in ({}, {"authorizerId": "nothin"}):
            assert refused(client.put_method, **post, authorizationType=kind, **authorizer) == (
                "BadRequestException",
                "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
                "COGNITO_USER_POOLS requires a valid authorizer.",
            )
    answer = client.put_method(**post, authorizationType="AWS_IAM", authorizerId="nothin")
    assert "authorizerId" not in answer
    twice = {"method.request.header.a": True, "method.request.querystring.a": True}
    put = {**at, "httpMethod": "PUT"}
    assert refused(client.put_method, **put, authorizationType="NONE", requestParameters=twice) == (
        "BadRequestException",
        "Parameter names must be unique across querystring, header and path",
    )
    assert refused(client.get_method, **put) == (
        "NotFoundException",
        "Invalid Method identifier specified",
    )
    elsewhere = {**at, "restApiId": "nothing123"}
    assert refused(client.get_method, **elsewhere) == (
        "NotFoundException",
        "Invalid Resource identifier specified",
    )
    assert refused(client.get_integration, **at) == (
        "NotFoundException",
        "Invalid Integration identifier specified",
    )
    assert refused(client.get_method_response, **at, statusCode="200") == (
        "NotFoundException",
        "Invalid Response status code specified",
    )
    assert status(client.delete_method(**at)) == 204
    assert refused(client.delete_method, **at)[0] == "NotFoundException"


def test_integrations_and_responses(client):
    api = Api(client)
    at = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "GET"}
    client.put_method(**at, authorizationType="NONE")
    http = {"type": "HTTP_PROXY", "integrationHttpMethod": "GET"}
    for members, told in (
        ({"type": "HTTP_PROXY", "uri": "http://a"}, "Enumeration value for HttpMethod must be"),
        ({**http, "uri": "ftp://a"}, "Invalid HTTP endpoint specified for URI"),
        ({**http, "type": "AWS", "uri": "http://a"}, "Invalid ARN specified in the request"),
        (
            {**http, "type": "AWS", "uri": f"arn:aws:apigateway:{REGION}:sns:x"},
            "AWS ARN for integration must contain path or action",
        ),
        ({**http, "uri": "http://a", "timeoutInMillis": 49}, "Timeout should be between"),
        (
            {"type": "MOCK", "responseTransferMode": "STREAM"},
            "Invalid ResponseTransferMode. Only HTTP_PROXY and AWS_PROXY integrations stream.",
        ),
    ):
        code, message = refused(client.put_integration, **at, **members)
        assert code == "BadRequestException"
        assert message.startswith(told) or told in message
    answer = client.put_integration(**at, **http, uri="http://a/")
    assert status(answer) == 201
    assert without_metadata(answer) == {
        "type": "HTTP_PROXY",
        "httpMethod": "GET",
        "uri": "http://a/",
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29000,
        "responseTransferMode": "BUFFERED",
        "cacheNamespace": api.root,
        "cacheKeyParameters": [],
    }
    assert status(client.put_method_response(**at, statusCode="200")) == 201
    assert refused(client.put_method_response, **at, statusCode="200")[0] == "ConflictException"
    made = client.put_integration_response(**at, statusCode="200", selectionPattern="2..")
    assert status(made) == 201
    whole = client.get_method(**at)
    assert whole["methodIntegration"]["integrationResponses"]["200"]["selectionPattern"] == "2.."
    patched = [{"op": "add", "path": "/responseModels/a~1b", "value": "Empty"}]
    answer = client.update_method_response(**at, statusCode="200", patchOperations=patched)
    assert status(answer) == 201
    assert status(client.delete_integration_response(**at, statusCode="200")) == 204
    assert status(client.delete_method_response(**at, statusCode="200")) == 204
    assert status(client.delete_integration(**at)) == 204
    assert "methodIntegration" not in client.get_method(**at)


def test_authorizers(client):
    api = Api(client)
    answer = client.create_authorizer(
        restApiId=api.id,
        name="auth",
        type="TOKEN",
        authorizerUri=FUNCTION,
        identitySource="method.request.header.Auth",
    )
    assert status(answer) == 201
    assert len(answer["id"]) == 6
    assert without_metadata(answer) == {
        "id": answer["id"],
        "name": "auth",
        "type": "TOKEN",
        "authType": "custom",
        "authorizerUri": FUNCTION,
        "identitySource": "method.request.header.Auth",
    }
    assert refused(client.create_authorizer, restApiId="nothing123", name="a", type="TOKEN") == (
        "ConflictException",
        "Unable to complete operation due to concurrent modification. Please try again later.",
    )
    wrong = {"restApiId": api.id, "name": "b", "type": "REQUEST", "authorizerUri": FUNCTION}
    assert refused(client.create_authorizer, **wrong)[0] == "BadRequestException"
    assert client.create_authorizer(**wrong, authorizerResultTtlInSeconds=0)["type"] == "REQUEST"
    at = {"restApiId": api.id, "authorizerId": answer["id"]}
    assert status(client.delete_authorizer(**at)) == 202
    assert refused(client.get_authorizer, **at) == (
        "NotFoundException",
        "Invalid Authorizer identifier specified",
    )


def test_gateway_responses(gateway, client):
    api = Api(client)
    api.method(api.root, authorization="AWS_IAM")
    at = {"restApiId": api.id, "responseType": "MISSING_AUTHENTICATION_TOKEN"}
    before = without_metadata(client.get_gateway_response(**at))
    assert before == {
        "responseType": "MISSING_AUTHENTICATION_TOKEN",
        "statusCode": "403",
        "responseParameters": {},
        "responseTemplates": {"application/json": '{"message":$context.error.messageString}'},
        "defaultResponse": True,
    }
    assert refused(client.delete_gateway_response, **at) == (
        "NotFoundException",
        "Gateway response type not defined on api",
    )
    client.put_gateway_response(
        restApiId=api.id,
        responseType="DEFAULT_4XX",
        statusCode="444",
        responseParameters={"gatewayresponse.header.X-All": "'yes'"},
    )
    shown = client.get_gateway_response(**at)
    assert (shown["statusCode"], shown["defaultResponse"]) == ("444", True)
    answer = client.put_gateway_response(
        **at, responseParameters={"gatewayresponse.header.X-One": "'1'"}
    )
    assert (status(answer), answer["statusCode"], answer["defaultResponse"]) == (201, "403", False)
    api.deploy()
    answer = gateway.call(api.id, "/")
    assert (answer.status, answer.headers["X-One"], answer.headers["X-All"]) == (403, "1", None)
    assert status(client.delete_gateway_response(**at)) == 202
    api.deploy()
    answer = gateway.call(api.id, "/")
    assert (answer.status, answer.headers["X-All"]) == (444, "yes")
    listed = client.get_gateway_responses(restApiId=api.id)["items"]
    assert len(listed) == 21
    code, _ = refused(client.get_gateway_response, restApiId=api.id, responseType="NO_SUCH")
    assert code == "ValidationException"


def test_pages(client):
    api = Api(client)
    made = {api.resource(f"r{n}") for n in range(6)} | {api.root}
    seen = [
        one["id"]
        for answer in client.get_paginator("get_resources").paginate(
            restApiId=api.id, PaginationConfig={"PageSize": 2}
        )
        for one in answer["items"]
    ]
    assert (set(seen), len(seen)) == (made, 7)
    assert refused(client.get_resources, restApiId=api.id, position="?")[0] == "BadRequestException"
    assert len(client.get_rest_apis(limit=1)["items"]) == 1


def test_tags(client):
    api = client.create_rest_api(name="x", tags={"a": "1"})
    assert api["tags"] == {"a": "1"}
    arn = f"arn:aws:apigateway:{REGION}::/restapis/{api['id']}"
    assert status(client.tag_resource(resourceArn=arn, tags={"b": "2"})) == 204
    assert client.get_tags(resourceArn=arn)["tags"] == {"a": "1", "b": "2"}
    assert status(client.untag_resource(resourceArn=arn, tagKeys=["a"])) == 204
    assert client.get_rest_api(restApiId=api["id"])["tags"] == {"b": "2"}
    for wrong, code in (
        (arn + "x", "NotFoundException"),
        (f"arn:aws:apigateway:{REGION}::/other", "NotFoundException"),
        ("arn:aws:apigateway:eu-west-1::/restapis/x", "BadRequestException"),
    ):
        assert refused(client.get_tags, resourceArn=wrong)[0] == code


def test_the_account(client):
    shown = without_metadata(client.get_account())
    assert shown["throttleSettings"] == {"burstLimit": 5000, "rateLimit": 10000.0}
    role = f"arn:aws:iam::{OWNER}:role/logs"
    patch = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
    assert client.update_account(patchOperations=patch)["cloudwatchRoleArn"] == role
    assert client.get_account()["cloudwatchRoleArn"] == role


def test_who_is_not_allowed_learns_nothing_else(gateway, client):
    api = Api(client)
    nobody = gateway.client("apigateway", gateway.key("nobody"))
    who = f"User: arn:aws:iam::{OWNER}:user/nobody is not authorized to perform: "
    for function, action, path in (
        (lambda: nobody.get_rest_apis(), "GET", "/restapis"),
        (lambda: nobody.get_rest_api(restApiId=api.id), "GET", f"/restapis/{api.id}"),
        (lambda: nobody.get_rest_api(restApiId="nothing123"), "GET", "/restapis/nothing123"),
        (lambda: nobody.delete_rest_api(restApiId=api.id), "DELETE", f"/restapis/{api.id}"),
        (lambda: nobody.create_rest_api(name="x"), "POST", "/restapis"),
    ):
        resource = f"arn:aws:apigateway:{REGION}::{path}"
        assert refused(function) == (
            "AccessDeniedException",
            f"{who}apigateway:{action} on resource: {resource} because no identity-based policy "
            f"allows the apigateway:{action} action",
        )


def test_some_values_need_more(gateway, client):
    api = Api(client)
    at = api.method(api.root)
    editor = gateway.client("apigateway", gateway.key("editor"))
    denied = "AccessDeniedException"
    resource = f"arn:aws:apigateway:{REGION}::/restapis/{api.id}"
    document = json.dumps(policy(allow()))
    patch = [{"op": "replace", "path": "/policy", "value": document}]
    code, message = refused(editor.update_rest_api, restApiId=api.id, patchOperations=patch)
    assert code == denied
    assert f"apigateway:UpdateRestApiPolicy on resource: {resource} because" in message
    role = f"arn:aws:iam::{OWNER}:role/r"
    patch = [{"op": "replace", "path": "/credentials", "value": role}]
    code, message = refused(editor.update_integration, **at, patchOperations=patch)
    assert code == denied
    assert f"iam:PassRole on resource: {role} because" in message
    code, message = refused(editor.create_rest_api, name="x", tags={"a": "b"})
    assert code == denied
    tagged = urllib.parse.quote(f"arn:aws:apigateway:{REGION}::/restapis", safe="")
    assert f"arn:aws:apigateway:{REGION}::/tags/{tagged}" in message
    assert editor.create_rest_api(name="x")["name"] == "x"


def test_accounts_and_regions_are_apart(gateway, client):
    api = Api(client)
    created = gateway.cli("accounts", "create", "333333333333", "--json")
    other = gateway.client("apigateway", json.loads(created.stdout))
    assert refused(other.get_rest_api, restApiId=api.id) == (
        "NotFoundException",
        f"Invalid API identifier specified 333333333333:{api.id}",
    )
    assert refused(other.delete_rest_api, restApiId=api.id)[0] == "NotFoundException"
    assert (
        refused(other.create_deployment, restApiId=api.id, stageName="prod")[0]
        == "NotFoundException"
    )
    assert other.get_rest_apis()["items"] == []
    elsewhere = gateway.client("apigateway", region="eu-west-1")
    assert refused(elsewhere.get_rest_api, restApiId=api.id)[0] == "NotFoundException"
    mine = other.create_rest_api(name="theirs")
    assert refused(client.get_rest_api, restApiId=mine["id"])[0] == "NotFoundException"


def test_what_is_for_later_says_so(client):
    code, message = refused(client.get_usage_plans)
    assert code == "NotImplementedException"
    assert "GetUsagePlans" in message
