"""JSON patch as API Gateway does it: what a table allows, and the refusals' texts."""

import pytest

from gatelodge.control import patching
from gatelodge.control.fault import Fault
from gatelodge.control.patching import ADD, REMOVE, REPLACE, Kind, Rule, Table, patch

RULES = {
    "/name": patching.replace_only(patching.needed("Name")),
    "/note": patching.value(),
    "/on": patching.replace_only(patching.flag),
    "/size": patching.value(patching.number(0, 10, "Wrong size")),
    "/map/{}": patching.entries(),
    "/list/{}": Rule(patching.ANY, patching.needed("Item"), Kind.MEMBER),
    "/items": Rule(frozenset({ADD, REMOVE}), patching.needed("Item"), Kind.ITEMS),
    "/inner/text": patching.value(),
    "/texts": Rule(frozenset({REPLACE, REMOVE}), patching.texts),
    "/object": patching.replace_only(patching.json_object),
}
BODY = {"name": "n", "map": {"a/b": "1"}, "list": ["x", "y"], "items": ["i"], "size": 3}


def operation(op, path, value=None):
    return {"op": op, "path": path, **({} if value is None else {"value": value})}


@pytest.mark.parametrize(
    ("op", "path", "value", "expected"),
    [
        ("replace", "/name", "m", {"name": "m"}),
        ("add", "/note", "x", {"note": "x"}),
        ("replace", "/note", "", {}),
        ("remove", "/note", None, {}),
        ("replace", "/texts", '{"a": "1"}', {"texts": {"a": "1"}}),
        ("replace", "/texts", "{}", {}),
        ("replace", "/object", '{"a": [1]}', {"object": {"a": [1]}}),
        ("replace", "/on", "true", {"on": True}),
        ("replace", "/on", "TRUE", {"on": True}),
        ("replace", "/on", "yes", {"on": False}),
        ("replace", "/on", None, {"on": False}),
        ("replace", "/size", "0", {"size": 0}),
        ("replace", "/size", "10", {"size": 10}),
        ("replace", "/size", "null", {"size": None}),
        ("replace", "/size", None, {"size": None}),
        ("add", "/map/c~1d~0e", "2", {"map": {"a/b": "1", "c/d~e": "2"}}),
        ("replace", "/map/a~1b", "2", {"map": {"a/b": "2"}}),
        ("remove", "/map/a~1b", None, {"map": {}}),
        ("add", "/list/z~1z", None, {"list": ["x", "y", "z/z"]}),
        ("add", "/list/x", None, {"list": ["y", "x"]}),
        ("remove", "/list/x", None, {"list": ["y"]}),
        ("replace", "/list/x", "z", {"list": ["y", "z"]}),
        ("replace", "/list/x", "y", {"list": ["y"]}),
        ("add", "/items", "j", {"items": ["i", "j"]}),
        ("remove", "/items", "i", {"items": []}),
        ("add", "/inner/text", "t", {"inner": {"text": "t"}}),
    ],
)
def test_one_operation(op, path, value, expected):
    wanted = {k: v for k, v in (BODY | expected).items() if v is not None}
    assert patch(BODY, [operation(op, path, value)], Table(RULES)) == wanted


def test_the_last_member_of_an_inner_object_takes_it_along():
    body = {"inner": {"text": "t"}}
    assert patch(body, [operation("remove", "/inner/text")], Table(RULES)) == {}


def test_all_operations_or_none():
    before = {"map": {"a": "1"}}
    with pytest.raises(Fault):
        patch(before, [operation("add", "/map/b", "2"), operation("add", "/no", "3")], Table(RULES))
    assert before == {"map": {"a": "1"}}


ALL = ", ".join(RULES)
ONE = Table({"/description": patching.replace_only()})


@pytest.mark.parametrize(
    ("table", "op", "path", "value", "message"),
    [
        (
            Table(RULES),
            "replace",
            "/other",
            "x",
            f"Invalid patch path  '/other' specified for op 'replace'. Must be one of: [{ALL}]",
        ),
        (
            Table(RULES),
            "add",
            "/name",
            "x",
            "Invalid patch path  '/name' specified for op 'add'. "
            "Please choose supported operations",
        ),
        (Table(RULES, short=True), "add", "/name", "x", "Invalid patch path /name"),
        (Table(RULES, short=True), "replace", "/list", "x", "Invalid patch path /list"),
        (Table(RULES, short=True), "add", "/map/", "x", "Invalid patch path /map/"),
        (Table(RULES, short=True), "add", "name", "x", "Invalid patch path name"),
        (Table(RULES), "replace", None, "x", "Invalid patch path null"),
        (
            ONE,
            "add",
            "/description",
            "x",
            "Invalid patch operation specified. Must be one of: [replace]",
        ),
        (Table(RULES, short=True), "move", "/note", "x", "Invalid patch path /note"),
        (Table(RULES, short=True), "test", "/note", "x", "Invalid patch path /note"),
        (Table(RULES), "replace", "/name", "", "Name cannot be an empty string"),
        (Table(RULES), "replace", "/size", "11", "Wrong size"),
        (Table(RULES), "replace", "/size", "-1", "Wrong size"),
        (Table(RULES), "replace", "/size", "٣", "Wrong size"),
        (Table(RULES), "replace", "/size", "9" * 5000, "Wrong size"),
        (Table(RULES), "replace", "/size", "0" * 5000, "Wrong size"),
    ],
)
def test_refusals(table, op, path, value, message):
    with pytest.raises(Fault) as refused:
        patch(BODY, [operation(op, path, value)], table)
    assert (refused.value.code, refused.value.message) == ("BadRequestException", message)


@pytest.mark.parametrize("path", ["/texts", "/object"])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "not JSON"),
        ("", "not JSON"),
        ("a=b", "not JSON"),
        ("[]", "not a JSON object"),
        ('"{}"', "not a JSON object"),
        ('{"a": "1", "a": "2"}', "the member 'a' stands twice"),
        ('{"a": NaN}', "not JSON"),
        ("{" * 10_000, "not JSON"),
        ('{"a": "\ud800"}', "not JSON"),
    ],
)
def test_what_replaces_no_map(path, value, message):
    with pytest.raises(Fault) as refused:
        patch(BODY, [operation("replace", path, value)], Table(RULES))
    assert refused.value.code == "BadRequestException"
    assert refused.value.message.startswith("A map is replaced by a JSON object: ")
    assert message in refused.value.message


@pytest.mark.parametrize("value", ["1", "null", "true", "{}", "[]"])
def test_what_is_no_map_of_texts(value):
    with pytest.raises(Fault, match="A text is expected as the value of b"):
        patch(BODY, [operation("replace", "/texts", f'{{"a": "1", "b": {value}}}')], Table(RULES))
