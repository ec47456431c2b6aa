"""Problems and where they are."""

import pytest

from gatelodge.iam.problems import PolicyError, Problem, Problems, article


def test_places_are_joined_and_the_list_is_shared():
    problems = Problems()
    below = problems.at("/Statement/0").at("/Condition")
    below.add("/x", "wrong")
    problems.add("", "as a whole")
    with pytest.raises(PolicyError) as raised:
        below.raise_if_any()
    assert [(p.pointer, p.message) for p in raised.value.problems] == [
        ("/Statement/0/Condition/x", "wrong"), ("", "as a whole")]  # fmt: skip
    assert str(raised.value) == "/Statement/0/Condition/x: wrong; /: as a whole"


def test_nothing_wrong_raises_nothing():
    problems = Problems()
    problems.check_text("/a", "fine é")
    problems.raise_if_any()


@pytest.mark.parametrize(
    ("value", "message"),
    [(5, "expected a string"), (None, "expected a string"), ([], "expected a string"),
     ("a\ue000", "/p/a: the private-use characters U+E000 and U+E001 are not allowed"),
     ("\ue001", "U+E001")],
)  # fmt: skip
def test_texts_are_checked(value, message):
    problems = Problems("/p")
    problems.check_text("/a", value)
    with pytest.raises(PolicyError, match="/p/a: ") as raised:
        problems.raise_if_any()
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("noun", "expected"),
    [("ARN", "an ARN"), ("IP address", "an IP address"), ("identity", "an identity"),
     ("string", "a string"), ("X", "a X")],
)  # fmt: skip
def test_articles(noun, expected):
    assert article(noun) == expected


def test_a_problem_shows_itself():
    assert repr(Problem("/a", "b")) == "Problem('/a', 'b')"
