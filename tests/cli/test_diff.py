"""`gatelodge diff`: exit codes, words and JSON, over a state directory."""

import json
import os
from datetime import UTC, datetime

import pytest
from tests.gateway import OWNER, REGION, api_document, operation

from gatelodge.cli import app
from gatelodge.control.apigateway.deployments import create_deployment
from gatelodge.control.apigateway.importing import put_rest_api
from gatelodge.files.api_file import Where, read_api_file
from gatelodge.files.publish import operator_call, publish_files
from gatelodge.store import open_state

NOW = datetime(2026, 1, 2, tzinfo=UTC)


class Place:
    def __init__(self, directory, capsys):
        self.directory = directory
        self.capsys = capsys
        self.file = directory / "api.json"
        self.write("/a")
        self.store, self.master = open_state(directory / "state", os.environ)
        publish_files(self.store, self.master, [read_api_file(self.file, Where(OWNER))], NOW)

    def document(self, path):
        paths = {path: {"get": operation("http://127.0.0.1:9/")}}
        return json.dumps(api_document("abc123", "http://127.0.0.1:9", paths=paths))

    def write(self, path):
        self.file.write_text(self.document(path))

    def edit(self, path):
        call = operator_call(self.store, self.master, OWNER, REGION, NOW)
        body = self.document(path).encode()
        put_rest_api(call, restApiId="abc123", body=body, mode="overwrite")

    def deploy(self):
        call = operator_call(self.store, self.master, OWNER, REGION, NOW)
        create_deployment(call, restApiId="abc123", stageName="prod")

    def diff(self, *arguments, files=True):
        command = ["diff", *([str(self.file)] if files else []), "--account", OWNER]
        with pytest.raises(SystemExit) as ended:
            app([*command, "--state", str(self.directory / "state"), *arguments])
        told = self.capsys.readouterr()
        return ended.value.code, told.out + told.err


@pytest.fixture
def place(tmp_path, capsys):
    return Place(tmp_path, capsys)


def test_no_differences(place):
    assert place.diff() == (0, "API abc123 stage prod: no differences\n")
    assert place.diff(files=False) == (0, "API abc123 stage prod: no differences\n")


def test_a_file_that_is_not_applied(place):
    place.write("/b")
    status, told = place.diff()
    assert status == 1
    assert 'GET /a: declared nothing, edited "NONE HTTP_PROXY http://127.0.0.1:9/"' in told
    assert "declared is not edited" in told
    assert "edited is not deployed" not in told
    assert place.diff(files=False)[0] == 0


def test_an_edit_that_is_not_deployed(place):
    place.edit("/c")
    status, told = place.diff(files=False)
    assert status == 1
    assert "GET /c: edited" in told
    assert "deployed nothing" in told
    assert "edited is not deployed: callers meet it after CreateDeployment" in told
    place.deploy()
    assert place.diff(files=False)[0] == 0
    assert place.diff()[0] == 1


def test_json(place):
    place.edit("/c")
    status, told = place.diff("--json")
    (api,) = json.loads(told)["apis"]
    assert (status, api["api"], api["stage"]) == (1, "abc123", "prod")
    wheres = {difference["where"]: difference for difference in api["differences"]}
    assert wheres["GET /c"].keys() == {"where", "field", "edited"}
    assert wheres["GET /a"].keys() == {"where", "field", "declared", "deployed"}


def test_stage_variables(place):
    status, told = place.diff("--stage-variable", "a=1")
    assert status == 1
    assert 'API variables/a: declared "1", edited nothing, deployed nothing' in told


def test_an_api_that_nobody_knows_yet(place):
    status, told = place.diff("--api-id", "other1")
    assert status == 1
    assert "deployed nothing" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda place: place.file.write_text("{}"), "paths is missing"),
        (lambda place: place.file.unlink(), "No such file"),
        (lambda place: (place.directory / "state" / "store.db").unlink(), "no state directory"),
    ],
)
def test_what_cannot_be_told(place, change, told):
    change(place)
    status, words = place.diff()
    assert status == 2
    assert told in words
