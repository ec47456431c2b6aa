"""Files of expectations."""

import json

import pytest

from gatelodge.expect import ExpectationsError, read_expectations


def read(tmp_path, **members):
    path = tmp_path / "expectations.json"
    path.write_text(json.dumps({"api": "api.json", **members}))
    return read_expectations(path)


def test_a_file_is_a_list_of_calls(tmp_path):
    found = read(
        tmp_path,
        iam="a.json",
        request={"from": "192.0.2.1", "headers": {"Referer": "r"}},
        expectations=[
            {"who": "alice", "may": ["GET /a", "GET /b"], "may not": "GET /c"},
            {"who": {"role": "r"}, "may": "GET /a",
             "request": {"at": "2026-01-31T12:00:00", "secure": False, "headers": {"X": "y"}}},
        ],
    )  # fmt: skip
    assert [one.name for one in found.expectations] == [
        "alice may GET /a",
        "alice may GET /b",
        "alice may not GET /c",
        "role r may GET /a",
    ]
    assert [one.pointer for one in found.expectations][2:] == [
        "/expectations/0/may not", "/expectations/1/may"]  # fmt: skip
    assert found.accounts == (tmp_path / "a.json",)
    first, *_, last = (one.circumstances for one in found.expectations)
    assert (first.source_ip, first.secure, dict(first.headers)) == (
        "192.0.2.1",
        True,
        {"Referer": "r"},
    )
    assert (last.source_ip, last.secure) == ("192.0.2.1", False)
    assert last.at.isoformat() == "2026-01-31T12:00:00+00:00"
    assert dict(last.headers) == {"Referer": "r", "X": "y"}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"api": 5}, "#/api: expected text"),
        ({"api": None}, "#/api: name the file of the API"),
        ({"account": 111111111111}, "write '111111111111' in quotation marks"),
        ({"surprise": 1}, "#/surprise: unknown member"),
        ({"expectations": {}}, "#/expectations: expected a list"),
        ({"expectations": ["alice"]}, "#/expectations/0: expected an object"),
        ({"expectations": [{"may": "GET /a"}]}, "#/expectations/0/who: name a caller"),
        ({"expectations": [{"who": "a"}]}, "#/expectations/0: expected calls"),
        ({"expectations": [{"who": "a", "may": []}]}, "#/expectations/0: expected calls"),
        ({"expectations": [{"who": "a", "may": True}]}, "#/expectations/0/may: expected a text"),
        ({"expectations": [{"who": "a", "may": "x", "maynot": "y"}]}, "/maynot: unknown member"),
        ({"request": {"from": "home"}}, "#/request/from: 'home' is no IP address"),
        ({"request": {"at": "soon"}}, "#/request/at: 'soon' is no time"),
        ({"request": {"secure": "yes"}}, "#/request/secure: expected true or false"),
        ({"request": {"headers": {"A": 1}}}, "#/request/headers: expected an object of texts"),
        ({"request": []}, "#/request: expected an object"),
        ({"request": {"ip": "1"}}, "#/request/ip: unknown member; there are at, from, headers"),
        ({"stage variables": []}, "#/stage variables: expected an object of texts"),
        ({"iam": [1]}, "#/iam: expected a text or a list of texts"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path, members, message):
    with pytest.raises(ExpectationsError) as raised:
        read(tmp_path, **members)
    assert message in str(raised.value)


def test_a_file_that_is_none(tmp_path):
    with pytest.raises(ExpectationsError, match="No such file"):
        read_expectations(tmp_path / "none.yaml")
    (tmp_path / "list.yaml").write_text("- a\n")
    with pytest.raises(ExpectationsError, match="expected an object with api"):
        read_expectations(tmp_path / "list.yaml")
