"""Policy variables, read and filled."""

import pytest

from gatelodge.iam.patterns import MANY, ONE, encode
from gatelodge.iam.variables import Template, plain, read_template

KEYS = {
    "k": "v",
    "aws:username": "bob",
    "star": "*",
    "set": ("a", "b"),
    "empty": "",
    "bad": "x\ue000",
}


def fill(text, prepare=plain):
    found = read_template(text, prepare)
    return found.fill(KEYS) if isinstance(found, Template) else found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain", "plain"),
        ("${k}", "v"),
        ("${K}", "v"),
        ("${AWS:UserName}", "bob"),
        ("a${k}b", "avb"),
        ("${k}${aws:username}", "vbob"),
        ("${k}-${k}", "v-v"),
        ("${ k }", "v"),
        ("${none}", None),
        ("a${k}${none}", None),
        ("${set}", None),
        ("${empty}", ""),
        ("${none, 'd'}", "d"),
        ("${none,'d'}", "d"),
        ("${none , 'd' }", "d"),
        ("${none, ''}", ""),
        ("${none, 'a b'}", "a b"),
        ("${k, 'd'}", "v"),
        ("${set, 'd'}", "d"),
        ("${empty, 'd'}", ""),
        ("${*}", "*"),
        ("${?}", "?"),
        ("${$}", "$"),
        ("${$}{k}", "${k}"),
        ("${k", "${k"),
        ("$k", "$k"),
        ("${}", "${}"),
        ("${a b}", "${a b}"),
        ("x${a b}y", "x${a b}y"),
        ("${a b}${k}", "${a b}v"),
        ("${k, d}", "${k, d}"),
        ("${k, 'd}", "${k, 'd}"),
        ("${k, 'it's'}", "${k, 'it's'}"),
        ("${${k}}", "${v}"),
        ("}${k}{", "}v{"),
    ],
)
def test_filling(text, expected):
    assert fill(text) == expected


def test_only_what_stands_outside_has_wildcards():
    assert fill("*${*}?${?}", encode) == f"{MANY}*{ONE}?"
    assert fill("*${star}*", encode) == f"{MANY}*{MANY}"
    assert fill("${none, '*'}*", encode) == f"*{MANY}"
    assert fill("${a b*}", encode) == f"${{a b{MANY}}}"


def test_a_value_cannot_smuggle_a_wildcard():
    assert fill("${bad}") is None
    assert fill("${bad, 'd'}") == "d"


def test_text_without_variables_is_text():
    assert read_template("a${*}", plain) == "a*"
    template = read_template("a${k}b${x, 'y'}", plain)
    assert isinstance(template, Template)
    assert (template.constants, template.slots) == (["a", "b", ""], [("k", None), ("x", "y")])
