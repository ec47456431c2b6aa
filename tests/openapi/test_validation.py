"""Validation expressions, compiled by RE2: bounded time, whole texts."""

import time

import pytest

from gatelodge.openapi.validation import ValidationError, compile_validation


@pytest.mark.parametrize(
    ("expression", "text", "matches"),
    [
        ("^x-[a-z]+", "x-abc", True),
        ("^x-[a-z]+", "x-abc1", False),
        ("abc", "xabcx", False),
        ("a|b", "b", True),
        ("Bearer .+", "Bearer x", True),
        ("", "", True),
        ("", "x", False),
    ],
)
def test_the_whole_text_matches(expression, text, matches):
    assert compile_validation(expression)(text) == matches


@pytest.mark.parametrize("expression", ["(", "(?=x)", r"(a)\1", "a{99999}"])
def test_what_is_refused(expression):
    with pytest.raises(ValidationError):
        compile_validation(expression)


def test_no_expression_takes_for_ever():
    match = compile_validation("(a+)+$")
    started = time.perf_counter()
    assert not match("a" * 5000 + "!")
    assert time.perf_counter() - started < 5
