"""Problems and their places, and members of the expected shape."""

import pytest

from gatelodge.openapi.problems import (
    Problems,
    read_flag,
    read_object,
    read_text,
    read_text_list,
    read_texts,
)


def test_pointers_are_escaped():
    problems = Problems()
    inside = problems.at("paths", "/a~b")
    inside.add("wrong", "get")
    assert inside.pointer() == "/paths/~1a~0b"
    assert [(p.pointer, p.message) for p in problems.found] == [("/paths/~1a~0b/get", "wrong")]
    assert repr(problems.found[0]) == "Problem('/paths/~1a~0b/get', 'wrong')"


def test_what_can_be_tolerated_has_a_name():
    problems = Problems()
    problems.add("a mistake")
    problems.not_honoured("thing", "thing")
    problems.without_integration("it cannot run", "aws", "type")
    problems.extension_of_http_apis("x-cors", "x-cors")
    assert [p.name for p in problems.found] == [None, "thing", "aws", "x-cors"]
    assert [p.disables for p in problems.found] == [False, False, True, False]


@pytest.mark.parametrize(
    ("read", "good", "bad", "empty"),
    [
        (read_object, {"a": 1}, [], {}),
        (read_texts, {"a": "b"}, {"a": 1}, {}),
        (read_text_list, ["a"], ["a", 1], []),
        (read_flag, True, "true", False),
        (read_text, "a", 1, None),
    ],
)
def test_members(read, good, bad, empty):
    problems = Problems()
    assert read({"m": good}, "m", problems) == good
    assert read({}, "m", problems) == empty
    assert problems.found == []
    assert read({"m": bad}, "m", problems) == empty
    assert len(problems.found) == 1
    assert problems.found[0].pointer.startswith("/m")
