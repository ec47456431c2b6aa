"""`gatelodge why` in all its forms, on a state directory that no process has open."""

import json

import orjson
import pytest
from tests.explain.visits import visit
from tests.household import Household
from tests.play import request, statement

from gatelodge.cli.why import explain_decision, why
from gatelodge.published import to_json
from gatelodge.world.book import Book

DENY = [statement(), statement("Deny", Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})]


@pytest.fixture
def state(tmp_path):
    """Two workers' books: an open call, a denial, an unknown route, and then an open call."""
    household = Household(tmp_path)
    ids = {}
    books = [Book(tmp_path / "book", number) for number in (1, 2)]
    for number, (name, path, source) in enumerate(
        [
            ("first", "/prod/open", "10.0.0.1"),
            ("denied", "/prod/open", "192.0.2.7"),
            ("unknown", "/prod/opne", "10.0.0.1"),
            ("last", "/prod/open", "10.0.0.2"),
        ]
    ):
        record, plan, _ = visit(request(path=path, source=source), fence=DENY)
        values = list(record.as_dict().values())
        values[1] += number  # their times
        ids[name] = books[number % 2].write(orjson.dumps(values))
    household.store.publish(plan.api.id, "d1", json.dumps(to_json(plan.api)))
    household.store.set_stage(plan.api.id, "prod", "d1", json.dumps(to_json(plan.stage)))
    return tmp_path, ids


def told(capsys, *arguments, **options):
    status = why(*arguments, **options)
    out, err = capsys.readouterr()
    return status, out, err


def test_a_decision_by_its_id(state, capsys):
    directory, ids = state
    status, out, _ = told(capsys, ids["denied"], state=directory)
    assert status == 0
    assert out.startswith(
        "403 GET /prod/open anonymous · resource policy statement 2 denies: aws:SourceIp 192.0.2.7 "
    )
    assert f"decision   {ids['denied']}" in out


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"last": True}, "last"),
        ({"denied": True}, "unknown"),
        ({"last": True, "denied": True}, "unknown"),
    ],
)
def test_the_newest_across_workers(state, capsys, options, name):
    directory, ids = state
    status, out, _ = told(capsys, state=directory, json_output=True, **options)
    assert status == 0
    assert json.loads(out)["decision"] == ids[name]


def test_json_holds_every_stage(state, capsys):
    directory, ids = state
    _, out, _ = told(capsys, ids["unknown"], state=directory, json_output=True)
    written = json.loads(out)
    assert written["agrees"] is True
    assert "nearest: GET /open" in written["reason"]
    assert [stage["stage"] for stage in written["stages"]] == [
        "route",
        "resource policy, caller anonymous",
        "authentication",
    ]
    assert written["record"]["kind"] == "MISSING_AUTHENTICATION_TOKEN"


@pytest.mark.parametrize(
    "decision",
    ["", "x", "9-1-0", "1-9-0", "1-1-3", "1-1-ffffffff", "../1-1-0", "1-1-0/..", "1-1-0\n", "\0"],
)
def test_ids_that_name_no_decision(state, capsys, decision):
    directory, _ = state
    status, out, err = told(capsys, decision, state=directory)
    assert (status, out) == (1, "")
    assert err.startswith("error: no decision")
    assert explain_decision(directory, decision) is None


def test_nothing_asked_and_nothing_there(tmp_path, capsys):
    assert told(capsys, state=tmp_path)[0] == 1
    status, _, err = told(capsys, last=True, state=tmp_path / "missing")
    assert status == 1
    assert "no decision" in err
    assert not (tmp_path / "missing").exists()


def test_a_deployment_that_is_gone(state, capsys):
    directory, ids = state
    Household(directory).store.delete_stage("abc123", "prod")
    assert told(capsys, ids["denied"], state=directory)[0] == 0


def test_a_cache_that_the_deployment_cannot_have_changes_nothing(state, capsys):
    directory, ids = state
    household = Household(directory)
    (api, deployment, body), *_ = household.store.stages()
    settings = {"*/*": {"cachingEnabled": True}}
    stage = json.loads(body) | {"cacheClusterSize": 0.5, "methodSettings": settings}
    household.store.set_stage(api, "prod", deployment, json.dumps(stage))
    publication = json.loads(household.store.publication(api, deployment))
    for resource in publication["resources"]:
        for method in resource["methods"].values():
            del method["integration"]["cacheKeyParameters"]
    with household.store.transaction() as connection:
        connection.execute("UPDATE publication SET body = ?", (json.dumps(publication),))
    status, out, _ = told(capsys, ids["denied"], state=directory)
    assert status == 0
    assert "resource policy statement 2 denies" in out
