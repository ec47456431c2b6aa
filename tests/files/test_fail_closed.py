"""Protection that is asked for in a way that could be overlooked never opens a method."""

import copy

import pytest
from tests.files.test_api_file import SCHEMES, WHERE, X, load, methods, with_get
from tests.gateway import allow, api_document, operation, policy

from gatelodge.files.account_details import read_account_files

BACKEND = "http://127.0.0.1:9"
SIGNED = {"components": {"securitySchemes": SCHEMES}, "security": [{"sigv4": []}]}


def method(**members):
    return {**operation(BACKEND), **members}


@pytest.mark.parametrize(
    ("name", "operation_members", "document_members"),
    [
        ("security without a value", {"security": None}, SIGNED),
        ("security that is no list", {"security": {"sigv4": []}}, SIGNED),
        ("root security without a value", {}, {**SIGNED, "security": None}),
        ("keys beside an open method", {f"{X}auth": {"type": "NONE"},
                                        "security": [{"api_key": []}]}, SIGNED),
        ("policy without a value", {}, {f"{X}policy": None}),
        ("policy in capitals", {}, {"X-Amazon-Apigateway-Policy": policy(allow())}),
        ("policy in an operation", {f"{X}policy": policy(allow())}, {}),
        ("auth without a type", {f"{X}auth": {}}, SIGNED),
        ("unknown member of auth", {f"{X}auth": {"type": "NONE", "scopes": []}}, {}),
    ],
)  # fmt: skip
def test_what_could_be_overlooked_is_refused(tmp_path, name, operation_members, document_members):
    document = with_get(method(**operation_members), **document_members)
    file = load(tmp_path, document)
    assert file.api is None
    assert file.problems


def test_protection_in_the_wrong_place_is_refused(tmp_path):
    for member, value in ((f"{X}auth", {"type": "AWS_IAM"}), ("security", [{"sigv4": []}])):
        document = with_get(method(), **SIGNED)
        document["paths"]["/p"][member] = value
        assert load(tmp_path, document).api is None


@pytest.mark.parametrize(
    ("integration", "endpoint"),
    [
        ({"tlsConfig": {"insecureSkipVerification": "no"}}, {}),
        ({"tlsConfig": "x"}, {}),
        ({}, {"disableExecuteApiEndpoint": "perhaps"}),
        ({}, {"types": "PRIVATE"}),
        ({}, {"types": ["PRIVATE"]}),
    ],
)
def test_switches_are_switches(tmp_path, integration, endpoint):
    document = with_get(operation(BACKEND, **integration))
    if endpoint:
        document["servers"][0][f"{X}endpoint-configuration"] = endpoint
    assert load(tmp_path, document).api is None


def test_verification_is_never_skipped_by_a_word(tmp_path):
    for word, skipped in ((False, False), ("false", False), (True, True), ("true", True)):
        skip = operation(BACKEND, tlsConfig={"insecureSkipVerification": word})
        file = load(tmp_path, with_get(skip))
        if file.api is not None:
            integration = methods(file)["/p", "GET"].integration
            assert integration.tls_insecure_skip_verification is skipped


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\n" + "".join(
            f"{chr(c + 1)}: &{chr(c + 1)} [*{chr(c)}, *{chr(c)}, *{chr(c)}, *{chr(c)}]\n"
            for c in range(ord("b"), ord("p"))
        ),
        "[" * 100_000,
        "a: " + "[" * 5_000,
        "1: 2\n? [x]\n: y",
        '{"a": ' + "9" * 5_000 + "}",
        "a: !!timestamp x",
        "<<: {a: 1}",
    ],
    ids=["aliases", "deep JSON", "deep YAML", "odd names", "long number", "tag", "merge"],
)  # fmt: skip
def test_hostile_files_are_told_apart_quickly(tmp_path, text):
    file = load(tmp_path, None, text=text, where=WHERE)
    assert file.problems
    path = tmp_path / "account.json"
    path.write_text(text)
    assert read_account_files([path]).problems


def test_a_sound_document_still_loads(tmp_path):
    document = api_document("abc123", BACKEND, policy=policy(allow()), **copy.deepcopy(SIGNED))
    assert methods(load(tmp_path, document))["/pets", "GET"].authorization_type == "AWS_IAM"
