"""Base paths; servers themselves are read in tests/files/test_api_file.py."""

import pytest

from gatelodge.openapi.servers import read_base_path, read_server


def server(url, **variables):
    return {"url": url, "variables": {k: {"default": v} for k, v in variables.items()}}


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"swagger": "2.0", "basePath": "/a/b/"}, "/a/b"),
        ({"swagger": "2.0", "basePath": "/"}, ""),
        ({"swagger": "2.0"}, ""),
        ({"servers": [server("https://h/{basePath}", basePath="/prod")]}, "/prod"),
        ({"servers": [server("https://h/x/{basePath}", basePath="prod")]}, "/prod"),
        ({"servers": [server("https://h/v1?q=1")]}, "/v1"),
        ({"servers": [server("/v1/")]}, "/v1"),
        ({"servers": [server("https://h")]}, ""),
        ({"servers": "x"}, ""),
        ({"servers": [1]}, ""),
        ({}, ""),
    ],
)
def test_base_paths(document, path):
    assert read_base_path(document) == path


def test_other_hosts_tell_nothing():
    strangers = ["https://api.example.com/v1", "wss://x.execute-api.us-east-1.amazonaws.com/s"]
    found = read_server({"servers": [server(url) for url in strangers]})
    assert (found.api_id, found.region, found.stage) == (None, None, None)
