"""Wildcards: `*` for any run, `?` for exactly one character, nothing else special."""

import fnmatch
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelodge.iam.patterns import (
    MANY,
    ONE,
    compile_pattern,
    encode,
    has_wildcard,
    is_reserved,
    shown,
)


def matches(pattern, text):
    return compile_pattern(encode(pattern))(text)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("", [""], ["a"]),
        ("a", ["a"], ["", "A", "aa", "ab"]),
        ("*", ["", "a", "a/b:c", "\n"], []),
        ("**", ["", "abc"], []),
        ("?", ["a", "*", "\n", "é"], ["", "ab"]),
        ("??", ["ab"], ["a", "abc"]),
        ("a*", ["a", "ab", "a/b"], ["", "ba", "A"]),
        ("*a", ["a", "ba"], ["", "ab"]),
        ("*a*", ["a", "bac", "aa"], ["", "b"]),
        ("a*z", ["az", "abz", "a/b:z", "azz"], ["a", "z", "azb", "ba z", ""]),
        ("a*a", ["aa", "aba"], ["a"]),
        ("ab*ba", ["abba", "ab-ba"], ["aba", "ab", "ba"]),
        ("a*b*c", ["abc", "a-b-c", "abbc"], ["acb", "ac", "ab", "abcd", "bc"]),
        ("a?c", ["abc", "a?c"], ["ac", "abbc", "ab"]),
        ("a?*", ["ab", "abc"], ["a", "ba"]),
        ("*?a", ["ba", "bba"], ["a", "ab"]),
        ("?*?", ["ab", "abc"], ["a", ""]),
        ("*a?c*", ["abc", "xabcx", "aacabc"], ["ac", "xacx"]),
        ("*ab*b", ["abb", "xab-b"], ["ab", "xab"]),
        ("*ab*ab*", ["abab", "-ab-ab-"], ["ab", "aba", "bab"]),
        ("*a?*b", ["aab", "axb"], ["ab", "a"]),
        ("a***b", ["ab", "axb"], ["a"]),
        ("[a]", ["[a]"], ["a"]),
        ("a.c", ["a.c"], ["abc"]),
        ("a.?", ["a.b"], ["abb"]),
        (".*", [".", ".a"], ["", "a"]),
        ("a\\*", ["a\\", "a\\b"], ["a"]),
    ],
)
def test_whole_text(pattern, yes, no):
    assert [text for text in yes if not matches(pattern, text)] == []
    assert [text for text in no if matches(pattern, text)] == []


letters = st.text(alphabet="ab*?", max_size=8)


@settings(max_examples=500, deadline=None)
@given(letters, st.text(alphabet="ab?\n", max_size=10))
def test_like_a_regular_expression(pattern, text):
    """Compared with another way of matching, on every shape of pattern."""
    assert matches(pattern, text) is bool(re.fullmatch(fnmatch.translate(pattern), text))


def test_matching_is_not_exponential():
    assert not matches("*a" * 40 + "b", "a" * 5_000)
    assert not matches("a?" * 500 + "*" + "b", "ab" * 5_000 + "c")


def test_a_literal_star_is_no_wildcard():
    assert compile_pattern("a*")("a*")
    assert not compile_pattern("a*")("ab")
    assert compile_pattern(f"a*{MANY}")("a*b")
    assert not compile_pattern(f"a*{MANY}")("ab")
    assert compile_pattern(f"?{ONE}")("?x")
    assert not compile_pattern(f"?{ONE}")("xx")


def test_the_two_spellings():
    assert encode("a*?b") == f"a{MANY}{ONE}b"
    assert shown(encode("a*?b")) == "a*?b"
    assert shown("plain") == "plain"
    assert has_wildcard(MANY)
    assert has_wildcard(f"a{ONE}")
    assert not has_wildcard("a*?")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", False), ("abc", False), ("é", False), (MANY, True), (f"é{ONE}", True), ("\ue002", False)],
)
def test_reserved_characters(text, expected):
    assert is_reserved(text) is expected
