"""API and stage from host name and path."""

import pytest

from gatelodge.route.hosts import HostNames

HOST = "abc.execute-api.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("host", "segments", "expected"),
    [
        (HOST, ["prod", "pets"], ("abc", "prod", ["pets"], True)),
        (HOST.upper(), ["prod"], ("abc", "prod", [], True)),
        (f"{HOST}:8080", ["prod", ""], ("abc", "prod", [""], True)),
        ("abc.execute-api.us-east-1.localhost", ["s"], ("abc", "s", [], True)),
        ("h", ["_aws", "execute-api", "abc", "prod", "x", "y"], ("abc", "prod", ["x", "y"], False)),
        ("h", ["_aws", "execute-api", "abc"], ("abc", "", [], False)),
        ("", ["_aws", "execute-api", "abc", "prod"], ("abc", "prod", [], False)),
        ("h", ["_aws", "execute-api", ""], None),
        ("h", ["_aws", "execute-api"], None),
        ("h", ["prod"], None),
        ("execute-api.us-east-1.amazonaws.com", ["prod"], None),
        (".execute-api.us-east-1.amazonaws.com", ["prod"], None),
        ("abc.execute-api", ["prod"], None),
        ("127.0.0.1:8080", ["prod"], None),
    ],
)
def test_addresses(host, segments, expected):
    names = HostNames()
    for _ in range(2):  # the second time the host is remembered
        assert names.address(host, segments) == expected


def test_strangers_do_not_fill_the_memory():
    names = HostNames()
    for number in range(3000):
        names.address(f"a{number}.example", ["x"])
    assert len(names._seen) <= 1024
    assert names.address(HOST, ["prod"])[0] == "abc"
