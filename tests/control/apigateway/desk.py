"""An API on a desk: operations called on a real store, without processes."""

import pytest
from tests.control.apigateway.calls import MOCK, Desk

from gatelodge.control.apigateway.integrations import put_integration
from gatelodge.control.apigateway.methods import put_method
from gatelodge.control.apigateway.resources import create_resource
from gatelodge.control.apigateway.rest_apis import create_rest_api
from gatelodge.control.fault import Fault


class DeskApi(Desk):
    """An API with a resource, to which tests add what they need."""

    def __init__(self, directory):
        super().__init__(directory)
        made = self.do(create_rest_api, name="pets")
        self.api = {"restApiId": made["id"]}
        self.root = made["rootResourceId"]
        self.pets = self.do(create_resource, **self.api, parentId=self.root, pathPart="pets")["id"]
        self.at = {**self.api, "resourceId": self.pets, "httpMethod": "GET"}

    def method(self, verb="GET", **members):
        at = {**self.at, "httpMethod": verb}
        self.do(put_method, **at, **{"authorizationType": "NONE", **members})
        return at

    def mock(self, at):
        self.do(put_integration, **at, type="MOCK", requestTemplates=MOCK)

    def refused(self, function, **members):
        """Call what must fail; gives code and message, and nothing is kept of it."""
        with pytest.raises(Fault) as caught:
            self.do(function, **members)
        return caught.value.code, caught.value.message
