"""Operations as dispatch calls them on a real store, and APIs made through boto3."""

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from gatelodge.control.call import Call
from gatelodge.store import MasterKey, Store

ACCOUNT, REGION = "111111111111", "us-east-1"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Desk:
    """One store, and calls of one account and region on it."""

    def __init__(self, directory, account=ACCOUNT, region=REGION, store=None):
        self.directory = directory
        self.store = store or Store(directory / "store.db")
        self.account = account
        self.region = region
        self.required = []

    def call(self, operation="", method="GET", path="/"):
        return Call(
            service="apigateway",
            operation=operation,
            account=self.account,
            region=self.region,
            caller=None,
            now=NOW,
            request_id="req-1",
            method=method,
            path=path,
            source_ip="127.0.0.1",
            url="http://127.0.0.1:4566",
            store=self.store,
            master=MasterKey(bytes(32)),
            require=self.required.append,
        )

    def other(self, account):
        return Desk(self.directory, account, self.region, self.store)

    def do(self, function, **members):
        with self.store.transaction():
            return function(self.call(), **members)


MOCK = {"application/json": '{"statusCode": 200}'}


class Api:
    """An API made call by call."""

    def __init__(self, client, name="pets"):
        self.client = client
        made = client.create_rest_api(name=name)
        self.id, self.root = made["id"], made["rootResourceId"]

    def resource(self, part, parent=None):
        made = self.client.create_resource(
            restApiId=self.id, parentId=parent or self.root, pathPart=part
        )
        return made["id"]

    def method(self, resource, uri=None, verb="GET", authorization="NONE", **integration):
        at = {"restApiId": self.id, "resourceId": resource, "httpMethod": verb}
        self.client.put_method(**at, authorizationType=authorization)
        if uri is None:
            self.mock(at)
        else:
            self.client.put_integration(
                **at, type="HTTP_PROXY", integrationHttpMethod="ANY", uri=uri, **integration
            )
        return at

    def mock(self, at):
        self.client.put_integration(**at, type="MOCK", requestTemplates=MOCK)
        self.client.put_method_response(**at, statusCode="200")
        self.client.put_integration_response(
            **at, statusCode="200", responseTemplates={"application/json": '{"mock": true}'}
        )

    def deploy(self, stage="prod", **members):
        return self.client.create_deployment(restApiId=self.id, stageName=stage, **members)["id"]

    def patch(self, operation, *patches, **at):
        written = [dict(zip(("op", "path", "value"), patch, strict=False)) for patch in patches]
        function = getattr(self.client, operation)
        return function(restApiId=self.id, patchOperations=written, **at)


def refused(function, *arguments, **members):
    with pytest.raises(ClientError) as caught:
        function(*arguments, **members)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
