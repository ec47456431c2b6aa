"""`gatelodge check`: everything that would be refused, warned of, tolerated or left out."""

import json

import pytest
from tests.gateway import OWNER, api_document, operation

from gatelodge.cli import app


@pytest.fixture
def check(tmp_path, capsys):
    def check(*documents, options=()):
        paths = []
        for number, document in enumerate(documents):
            paths.append(str(tmp_path / f"{number}.json"))
            (tmp_path / f"{number}.json").write_text(json.dumps(document))
        with pytest.raises(SystemExit) as ended:
            app(["check", *paths, "--account", OWNER, *options])
        told = capsys.readouterr()
        return ended.value.code, told.out + told.err

    return check


def document(**members):
    paths = {"/p": {"get": operation("http://h/")}}
    return api_document("abc123", "http://h", paths=paths, **members)


def test_a_good_file(check):
    status, told = check(document())
    assert status == 0
    assert told.endswith("API abc123 in us-east-1, stage prod, 1 methods\n")


@pytest.mark.parametrize(
    ("members", "options", "status", "told"),
    [
        ({"x-amazon-apigateway-surprise": 1}, [], 1, "error: "),
        ({"x-amazon-apigateway-surprise": 1},
         ["--tolerate", "x-amazon-apigateway-surprise"], 0, "tolerated: "),
        ({"x-amazon-apigateway-importexport-version": "1.0"}, [], 0, "warning: "),
        ({"components": {"schemas": {"odd-name": {}}}}, [], 0, "left out: "),
    ],
)  # fmt: skip
def test_what_is_told(check, members, options, status, told):
    found = check(document(**members), options=options)
    assert found[0] == status
    assert told in found[1]


def test_two_files_of_one_stage(check):
    status, told = check(document(), document())
    assert status == 1
    assert "0.json" in told
    assert "1.json are both API abc123, stage prod" in told


def test_no_file(check):
    assert check() == (1, "error: name at least one file\n")
