"""Where an exported API was deployed: API id, region and stage from its server URL."""

import re
from collections.abc import Mapping
from typing import Any

_EXECUTE_API = re.compile(
    r"(?:https?:)?//([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.[^/]+(?:/([^/?#]*))?.*", re.IGNORECASE
)

_PATH = re.compile(r"^(?:[a-z]+:)?//[^/?]*", re.IGNORECASE)
"""What stands before the path of a URL."""
_VARIABLE = re.compile(r"(/?)\{([^{}]*)\}")


class ServerUrl:
    """What a server URL tells; None for what it does not."""

    __slots__ = ("api_id", "region", "stage")

    def __init__(self, api_id: str | None, region: str | None, stage: str | None) -> None:
        self.api_id = api_id
        self.region = region
        self.stage = stage


def read_server(document: Mapping[str, Any]) -> ServerUrl:
    """Read the servers of OpenAPI 3.0, or host and basePath of Swagger 2.0.

    The first URL of an API's own endpoint counts; others are custom domain names.
    """
    urls = [_swagger_url(document)] if "swagger" in document else _openapi_urls(document)
    for url in urls:
        match = _EXECUTE_API.fullmatch(url)
        if match is not None:
            return ServerUrl(match[1].lower(), match[2].lower(), match[3] or None)
    return ServerUrl(None, None, None)


def read_base_path(document: Mapping[str, Any]) -> str:
    """Read the path that all paths of a document stand under; empty without one.

    Swagger's basePath; of OpenAPI the default of the variable basePath, else the first URL's path
    (openapi-extensions.md section 1).
    """
    if "swagger" in document:
        path = str(document.get("basePath") or "")
    else:
        urls = _openapi_urls(document)
        path = _PATH.sub("", urls[0]).partition("?")[0] if urls else ""
        path = _base_path_variable(document) or path
    return "/" + path.strip("/") if path.strip("/") else ""


def _base_path_variable(document: Mapping[str, Any]) -> str:
    servers = document.get("servers")
    for server in servers if isinstance(servers, list) else ():
        variables = server.get("variables") if isinstance(server, Mapping) else None
        variable = variables.get("basePath") if isinstance(variables, Mapping) else None
        if isinstance(variable, Mapping):
            return str(variable.get("default") or "")
    return ""


def _swagger_url(document: Mapping[str, Any]) -> str:
    return f"https://{document.get('host', '')}/{str(document.get('basePath', '')).lstrip('/')}"


def _openapi_urls(document: Mapping[str, Any]) -> list[str]:
    servers = document.get("servers")
    return [
        _fill(server)
        for server in (servers if isinstance(servers, list) else ())
        if isinstance(server, Mapping)
    ]


def _fill(server: Mapping[str, Any]) -> str:
    """Write a server's URL with the defaults of its variables."""
    variables = server.get("variables")
    variables = variables if isinstance(variables, Mapping) else {}

    def default(match: re.Match[str]) -> str:
        variable = variables.get(match[2])
        value = variable.get("default") if isinstance(variable, Mapping) else None
        if value is None:
            return match[0]
        # API Gateway exports the base path with its slash, after one in the URL.
        return match[1] + (str(value).lstrip("/") if match[1] else str(value))

    return _VARIABLE.sub(default, str(server.get("url", "")))
