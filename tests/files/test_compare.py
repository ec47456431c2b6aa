"""The sides of an API; words and exit codes are tested in tests/cli/test_diff.py."""

import json

import pytest
from tests.files.test_publish import NOW, REGION, Lodge, document, one
from tests.gateway import OWNER

from gatelodge.control.apigateway.importing import import_rest_api, put_rest_api
from gatelodge.files.compare import DECLARED, DEPLOYED, EDITED, compare, declared_form
from gatelodge.files.publish import operator_call
from gatelodge.store import MasterKey

MASTER = MasterKey(bytes(32))


@pytest.fixture
def lodge(tmp_path):
    return Lodge(tmp_path)


def compared(lodge, *files):
    return compare(lodge.store, MASTER, files, NOW)


def test_what_was_just_published_is_the_same_on_all_sides(lodge):
    file = lodge.read(document(), stage_variables={"a": "1"})
    lodge.publish(file)
    (found,) = compared(lodge, file)
    assert (found.api_id, found.stage, found.found) == ("abc123", "prod", [])
    assert all(found.sides[side] is not None for side in (DECLARED, EDITED, DEPLOYED))
    assert compared(lodge)[0].found == []


def test_an_edit(lodge):
    file = lodge.read(document(paths=one("/a")))
    lodge.publish(file)
    call = operator_call(lodge.store, MASTER, OWNER, REGION, NOW)
    edited = json.dumps(document(paths=one("/a", "http://other/"))).encode()
    put_rest_api(call, restApiId="abc123", body=edited, mode="overwrite")
    (difference,) = compared(lodge, file)[0].found
    assert (difference.where, difference.field) == ("GET /a", "integration/uri")
    assert set(difference.values) == {DECLARED, EDITED, DEPLOYED}
    (difference,) = compared(lodge)[0].found
    assert difference.values == {EDITED: "http://other/", DEPLOYED: "http://127.0.0.1:9"}


def test_an_api_without_a_stage(lodge):
    call = operator_call(lodge.store, MASTER, OWNER, REGION, NOW)
    import_rest_api(call, body=json.dumps(document(paths=one("/a"))).encode(), local_id="alone1")
    (found,) = compared(lodge)
    assert (found.api_id, found.stage) == ("alone1", None)
    assert found.sides[DEPLOYED] is None
    assert found.as_dict()["differences"]


def test_a_file_with_problems_declares_nothing(lodge):
    with pytest.raises(ValueError, match="has problems"):
        declared_form(lodge.read({"openapi": "3.0.1"}))
