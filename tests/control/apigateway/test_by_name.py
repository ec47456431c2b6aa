"""Two APIs are the same whatever their ids, and however what fills itself in is spelt."""

import copy

from tests.control.apigateway.calls import Desk
from tests.control.apigateway.test_importing import EXPORT, form_of, load

from gatelodge.control.apigateway.by_name import by_name


def test_ids_do_not_matter(tmp_path):
    desk = Desk(tmp_path)
    first, second = (form_of(desk, load(desk, EXPORT)["id"]) for _ in range(2))
    assert first != second
    named = by_name(first)
    first.pop("policy")
    second.pop("policy")  # names the API
    assert by_name(first) == by_name(second)
    post = named["resources"][1]["methods"]["POST"]
    assert (post["authorizerId"], post["requestValidatorId"]) == ("tokens", "Validate body")
    assert "id" not in named["authorizers"][0]


def test_everything_else_does(tmp_path):
    desk = Desk(tmp_path)
    form = form_of(desk, load(desk, EXPORT)["id"])
    for change in (
        lambda f: f["resources"][1]["methods"].pop("GET"),
        lambda f: f["authorizers"][0].update(identitySource="method.request.header.Other"),
        lambda f: f["models"][0].update(schema="{}"),
        lambda f: f["gatewayResponses"]["UNAUTHORIZED"].update(statusCode=419),
        lambda f: f.update(disableExecuteApiEndpoint=False),
        lambda f: f.update(minimumCompressionSize=0),
        lambda f: f.update(securityPolicy="TLS_1_2"),
        lambda f: f["policy"]["Statement"].pop(),
        lambda f: f["resources"].append({"path": "/new", "methods": {}}),
    ):
        changed = copy.deepcopy(form)
        change(changed)
        assert by_name(changed) != by_name(form)


def test_a_schema_is_what_it_says():
    def api(schema):
        return {"resources": [], "models": [{"id": "x", "name": "A", "schema": schema}]}

    assert by_name(api('{"a": 1}')) == by_name(api('{ "a":1 }'))
    assert by_name(api("no json")) != by_name(api("{}"))
