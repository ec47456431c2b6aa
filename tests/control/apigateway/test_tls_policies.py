"""What an API says of TLS: what goes together, what can change into what, and that it is kept."""

import json

import pytest
from tests.control.apigateway.desk import DeskApi

from gatelodge.control.apigateway.deployments import create_deployment
from gatelodge.control.apigateway.exporting import get_export
from gatelodge.control.apigateway.importing import import_rest_api, put_rest_api
from gatelodge.control.apigateway.rest_apis import (
    create_rest_api,
    get_rest_api,
    update_rest_api,
)

REQUIRED = "Endpoint access mode is required for the specified security policy"
NOT_SUPPORTED = "Endpoint access mode is not supported for this security policy"
NEW = "SecurityPolicy_TLS13_1_3_2025_09"
OTHER = "SecurityPolicy_TLS13_1_2_2021_06"
EDGE = "SecurityPolicy_TLS13_2025_EDGE"


@pytest.fixture
def desk(tmp_path):
    return DeskApi(tmp_path)


def create(desk, kind, policy=None, mode=None):
    members = {"securityPolicy": policy, "endpointAccessMode": mode}
    return desk.do(create_rest_api, name="a", endpointConfiguration={"types": [kind]}, **members)


def patch(desk, api_id, *pairs):
    written = [{"op": "replace", "path": path, "value": value} for path, value in pairs]
    return desk.do(update_rest_api, restApiId=api_id, patchOperations=written)


def shown(api):
    return api["securityPolicy"], api.get("endpointAccessMode")


@pytest.mark.parametrize(
    ("kind", "policy", "mode", "expected"),
    [
        ("EDGE", None, None, ("TLS_1_0", None)),
        ("REGIONAL", None, None, ("TLS_1_0", None)),
        ("PRIVATE", None, None, ("TLS_1_2", None)),
        ("REGIONAL", "TLS_1_0", None, ("TLS_1_0", None)),
        ("REGIONAL", "TLS_1_2", None, ("TLS_1_2", None)),
        ("REGIONAL", NEW, "BASIC", (NEW, "BASIC")),
        ("PRIVATE", NEW, "STRICT", (NEW, "STRICT")),
        ("EDGE", EDGE, "BASIC", (EDGE, "BASIC")),
    ],
)
def test_what_an_api_may_say(desk, kind, policy, mode, expected):
    made = create(desk, kind, policy, mode)
    assert shown(made) == expected
    assert shown(desk.do(get_rest_api, restApiId=made["id"])) == expected


@pytest.mark.parametrize(
    ("kind", "policy", "mode", "told"),
    [
        ("REGIONAL", NEW, None, REQUIRED),
        ("EDGE", EDGE, None, REQUIRED),
        ("REGIONAL", None, "BASIC", NOT_SUPPORTED),
        ("REGIONAL", "TLS_1_2", "STRICT", NOT_SUPPORTED),
        ("EDGE", "TLS_1_2", None, "The security policy TLS_1_2 is not possible for EDGE APIs."),
        ("EDGE", NEW, "BASIC", f"The security policy {NEW} is not possible for EDGE APIs."),
        ("REGIONAL", EDGE, "BASIC", f"The security policy {EDGE} is not possible for REGIONAL"),
        ("PRIVATE", EDGE, "BASIC", f"The security policy {EDGE} is not possible for PRIVATE"),
    ],
)
def test_what_none_may_say(desk, kind, policy, mode, told):
    code, message = desk.refused(
        create_rest_api,
        name="a",
        endpointConfiguration={"types": [kind]},
        securityPolicy=policy,
        endpointAccessMode=mode,
    )
    assert code == "BadRequestException"
    assert message.startswith(told)


POLICY, MODE = "/securityPolicy", "/endpointAccessMode"
KIND = "/endpointConfiguration/types/REGIONAL"


@pytest.mark.parametrize(
    ("policy", "mode", "pairs", "expected"),
    [
        (None, None, [(POLICY, NEW), (MODE, "BASIC")], (NEW, "BASIC")),
        (None, None, [(MODE, "STRICT"), (POLICY, NEW)], (NEW, "STRICT")),
        (NEW, "BASIC", [(MODE, "STRICT")], (NEW, "STRICT")),
        (NEW, "BASIC", [(POLICY, OTHER)], (OTHER, "BASIC")),
        (NEW, "STRICT", [(POLICY, "TLS_1_2"), (MODE, "")], ("TLS_1_2", None)),
        (NEW, "STRICT", [(POLICY, ""), (MODE, "")], ("TLS_1_0", None)),
        ("TLS_1_2", None, [(POLICY, "TLS_1_0")], ("TLS_1_0", None)),
    ],
)
def test_what_may_become_of_it(desk, policy, mode, pairs, expected):
    api_id = create(desk, "REGIONAL", policy, mode)["id"]
    assert shown(patch(desk, api_id, *pairs)) == expected


@pytest.mark.parametrize(
    ("policy", "mode", "pairs", "told"),
    [
        (None, None, [(POLICY, "TLS_1_2")], "cannot be changed from TLS_1_0 to TLS_1_2"),
        ("TLS_1_0", None, [(POLICY, "TLS_1_2")], "cannot be changed from TLS_1_0 to TLS_1_2"),
        (None, None, [(POLICY, NEW)], REQUIRED),
        (NEW, "BASIC", [(POLICY, "TLS_1_2")], NOT_SUPPORTED),
        (NEW, "BASIC", [(MODE, "")], REQUIRED),
        (NEW, "BASIC", [(KIND, "EDGE")], f"The security policy {NEW} is not possible for EDGE"),
        (NEW, "STRICT", [(KIND, "PRIVATE")], "while endpointAccessMode is STRICT"),
    ],
)
def test_what_may_not(desk, policy, mode, pairs, told):
    api = create(desk, "REGIONAL", policy, mode)
    if pairs[0][1] == "PRIVATE":
        pairs = [*pairs, ("/endpointConfiguration/ipAddressType", "dualstack")]
    written = [{"op": "replace", "path": path, "value": value} for path, value in pairs]
    code, message = desk.refused(update_rest_api, restApiId=api["id"], patchOperations=written)
    assert code == "BadRequestException"
    assert told in message
    assert shown(desk.do(get_rest_api, restApiId=api["id"])) == shown(api)


def document(**members):
    return {
        "openapi": "3.0.1",
        "info": {"title": "imported", "version": "1"},
        "paths": {"/": {"get": {"responses": {}}}},
        "x-amazon-apigateway-endpoint-configuration": {"types": ["REGIONAL"]},
        **{f"x-amazon-apigateway-{name}": value for name, value in members.items()},
    }


def body(**members):
    return json.dumps(document(**members)).encode()


def test_an_import_keeps_it_and_warns(desk):
    said = {"security-policy": NEW, "endpoint-access-mode": "STRICT"}
    made = desk.do(import_rest_api, body=body(**said))
    assert shown(made) == (NEW, "STRICT")
    assert len(made["warnings"]) == 2
    assert all("not honoured here" in warning for warning in made["warnings"])
    # What a merge does not say stays; an overwriting document takes it away.
    merged = desk.do(put_rest_api, restApiId=made["id"], body=body())
    assert shown(merged) == (NEW, "STRICT")
    over = desk.do(put_rest_api, restApiId=made["id"], body=body(), mode="overwrite")
    assert shown(over) == ("TLS_1_0", None)


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"security-policy": NEW}, REQUIRED),
        ({"endpoint-access-mode": "BASIC"}, NOT_SUPPORTED),
        ({"security-policy": EDGE, "endpoint-access-mode": "BASIC"}, "not possible for REGIONAL"),
    ],
)
def test_an_import_says_what_goes_together(desk, members, told):
    code, message = desk.refused(import_rest_api, body=body(**members))
    assert code == "BadRequestException"
    assert told in message


def test_what_asks_for_nothing_is_deployed_and_exported(desk):
    at = desk.method()
    desk.mock(at)
    patch(desk, desk.api["restApiId"], (POLICY, "TLS_1_0"))
    desk.do(create_deployment, **desk.api, stageName="prod")
    exported = desk.do(
        get_export, **desk.api, stageName="prod", exportType="oas30",
        parameters={"extensions": "apigateway"},
    )  # fmt: skip
    written = json.loads(exported["body"])
    assert written["x-amazon-apigateway-security-policy"] == "TLS_1_0"


def test_a_clone_has_it_too(desk):
    made = create(desk, "REGIONAL", NEW, "BASIC")
    clone = desk.do(
        create_rest_api, name="b", cloneFrom=made["id"],
        endpointConfiguration={"types": ["REGIONAL"]},
    )  # fmt: skip
    assert shown(clone) == (NEW, "BASIC")
