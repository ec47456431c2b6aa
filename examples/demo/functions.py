"""The two functions of the demonstration, deployed as people deploy them: a zip for each."""

import io
import json
import zipfile

AUTHORIZER = """
def handler(event, context):
    user = event["authorizationToken"].removeprefix("Bearer ")
    if user not in ("dora", "eve"):
        raise Exception("Unauthorized")
    stage = "/".join(event["methodArn"].split("/")[:2])
    effect = "Allow" if user == "dora" else "Deny"
    return {
        "principalId": user,
        "policyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": effect, "Action": "execute-api:Invoke", "Resource": f"{stage}/GET/notes"}]},
    }
"""
NOTES = """
import json
def handler(event, context):
    who = event["requestContext"]["authorizer"]["principalId"]
    return {"statusCode": 200, "body": json.dumps({"notes of": who})}
"""


def deploy(gateway):
    """Make both functions and an API that uses them; gives the API's id."""
    functions, apigateway = gateway.client("lambda"), gateway.client("apigateway")
    uris = {
        name: make(functions, name, code) for name, code in (("who", AUTHORIZER), ("notes", NOTES))
    }
    scheme = {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": uris["who"]},
    }
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": uris["notes"]}
    method = {"security": [{"who": []}], "x-amazon-apigateway-integration": integration}
    document = {
        "openapi": "3.0.1",
        "info": {"title": "notes", "version": "1"},
        "paths": {"/notes": {"get": method}, "/notes/{id}": {"get": method}},
        "components": {"securitySchemes": {"who": scheme}},
    }
    api = apigateway.import_rest_api(body=json.dumps(document).encode())["id"]
    apigateway.create_deployment(restApiId=api, stageName="prod")
    return api


def make(functions, name, code):
    """Create one function, let API Gateway invoke it, and give the URI by which it does."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("app.py", code)
    arn = functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="app.handler",
        Role="arn:aws:iam::111111111111:role/functions",
        Code={"ZipFile": archive.getvalue()},
    )["FunctionArn"]
    functions.add_permission(
        FunctionName=name,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
