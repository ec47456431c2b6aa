"""What applying an API asks of an endpoint; against a real one in tests/cli/test_apply.py."""

import json
from urllib.parse import unquote

import pytest
from tests.files.test_api_file import load
from tests.gateway import allow, api_document, policy

from gatelodge.files.apply_api import TAG, apply_api_file
from gatelodge.files.endpoint import EndpointError

BACKEND = "http://127.0.0.1:9"


class Recorder:
    """An endpoint that knows some APIs and keeps what it was asked."""

    region = "us-east-1"

    def __init__(self, apis=(), status=404):
        self.apis = list(apis)
        self.status = status
        self.asked = []

    def rest(self, method, path, query=None, body=b""):
        self.asked.append((method, path, query, body))
        if path == "/restapis" and method == "GET":
            first = not (query or {}).get("position")
            half = len(self.apis) // 2
            page = {"item": self.apis[:half] if first else self.apis[half:]}
            return page | ({"position": "2"} if first and half else {})
        if path == "/restapis":
            return {"id": "made01"}
        if method == "GET" and path.startswith("/restapis/") and path.count("/") == 2:
            raise EndpointError("NotFoundException", "no", self.status)
        if "/exports/" in path:
            raise EndpointError("NotFoundException", "no", 404)
        return {"id": "dep001"}

    def written(self, method, path):
        return [json.loads(b) for m, p, _, b in self.asked if (m, p) == (method, path)]


def apply(tmp_path, endpoint, **members):
    document = api_document("abc123", BACKEND, **members)
    return list(apply_api_file(endpoint, load(tmp_path, document)))


def test_a_new_api_is_tagged_with_the_files_id(tmp_path):
    endpoint = Recorder()
    lines = apply(tmp_path, endpoint, policy=policy(allow("execute-api:/*")))
    assert lines == [
        "API abc123 is new: it is made01 here",
        "API made01 stage prod: serves deployment dep001",
    ]
    (tags,) = [json.loads(b) for m, p, _, b in endpoint.asked if p.startswith("/tags/")]
    assert tags == {"tags": {TAG: "abc123"}}
    (path,) = [p for _, p, _, _ in endpoint.asked if p.startswith("/tags/")]
    assert unquote(path) == "/tags/arn:aws:apigateway:us-east-1::/restapis/made01"
    (made,) = endpoint.written("POST", "/restapis")
    assert "x-amazon-apigateway-policy" not in made  # it would name an API that is not there yet
    assert endpoint.written("POST", "/restapis/made01/deployments") == [{"stageName": "prod"}]


def test_the_api_is_found_by_its_tag_on_any_page(tmp_path):
    others = [{"id": "o1"}, {"id": "o2", "tags": {TAG: "other"}}, {"id": "o3"}]
    endpoint = Recorder([*others, {"id": "mine01", "tags": {TAG: "abc123"}}])
    lines = apply(tmp_path, endpoint)
    assert lines == ["API mine01 stage prod: serves deployment dep001"]
    assert endpoint.written("POST", "/restapis") == []


def test_the_policy_names_the_api_that_it_fences(tmp_path):
    arn = "arn:aws:execute-api:us-east-1:111111111111:"
    fence = policy(allow([f"{arn}abc123/*/GET/a", f"{arn}other/*", "*"]), allow(f"{arn}abc123/*"))
    endpoint = Recorder()
    apply(tmp_path, endpoint, policy=fence)
    (put,) = endpoint.written("PUT", "/restapis/made01")
    statements = put["x-amazon-apigateway-policy"]["Statement"]
    assert statements[0]["Resource"] == [f"{arn}made01/*/GET/a", f"{arn}other/*", "*"]
    assert statements[1]["Resource"] == f"{arn}made01/*"


def test_other_refusals_are_told(tmp_path):
    with pytest.raises(EndpointError, match="NotFoundException: no"):
        apply(tmp_path, Recorder(status=403))
