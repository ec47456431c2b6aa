"""`gatelodge check`: everything that would be refused, and the status for scripts."""

import json

import pytest
from tests.gateway import api_document, operation

from gatelodge.cli.check import check
from gatelodge.settings import SettingError


@pytest.fixture
def file(tmp_path):
    def write(document, name="api.json"):
        path = tmp_path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return path

    return write


def told(capsys, *files, **options):
    status = check(*files, account="111111111111", **options)
    out, err = capsys.readouterr()
    return status, out, err


GOOD = api_document("abc123", "http://127.0.0.1:1")


def test_a_file_that_can_be_served(file, capsys):
    path = file(GOOD)
    status, out, _ = told(capsys, path)
    assert status == 0
    assert out == f"{path}: API abc123 in us-east-1, stage prod, 9 methods\n"


def test_options_are_stronger_than_the_server_url(file, capsys):
    _, out, _ = told(capsys, file(GOOD), api_id="other", region="eu-west-1", stage="dev")
    assert "API other in eu-west-1, stage dev" in out


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"x-amazon-apigateway-policy": {"Statement": []}}, "/x-amazon-apigateway-policy"),
        ({"paths": {"/a": {"get": operation("ftp://x/")}}}, "/paths/~1a/get"),
        (
            {"paths": {"/a": {"get": {**operation("http://x/"), "security": [{"x": []}]}}}},
            "/paths/~1a/get",
        ),
    ],
)
def test_what_would_be_refused_is_told_with_its_place(file, capsys, change, pointer):
    path = file({**GOOD, **change})
    status, out, _ = told(capsys, path)
    assert status == 1
    assert any(line.startswith(f"error: {path}") and pointer in line for line in out.splitlines())


def test_policies_for_somebody_else_are_reported(file, capsys):
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": "arn:aws:execute-api:us-east-1:222222222222:abc123/*",
    }
    policy = {"Version": "2012-10-17", "Statement": statement}
    status, out, _ = told(capsys, file({**GOOD, "x-amazon-apigateway-policy": policy}))
    assert status == 0
    assert "warning: " in out
    assert "222222222222" in out


def test_one_bad_file_among_good_ones(file, capsys):
    other = {**api_document("other", "http://x"), "swagger": "1.2"}
    status, out, _ = told(capsys, file(GOOD), file(other, "bad.json"))
    assert status == 1
    assert "API abc123" in out


def test_the_same_api_twice(file, capsys):
    status, out, _ = told(capsys, file(GOOD), file(GOOD, "again.json"))
    assert status == 1
    assert "error: " in out


@pytest.mark.parametrize("text", ["", "{", "[]", "a: &a [*a]", "null"])
def test_what_is_no_document(file, capsys, text):
    path = file(text)
    status, out, _ = told(capsys, path)
    assert status == 1
    assert str(path) in out


def test_without_files(capsys):
    assert told(capsys)[0] == 1
    with pytest.raises(SettingError, match="--account"):
        check(account="1")
