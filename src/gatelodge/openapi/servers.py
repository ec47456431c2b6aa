"""Where an exported API was deployed: API id, region and stage from its server URL."""

import re
from collections.abc import Mapping
from typing import Any

_EXECUTE_API = re.compile(
    r"(?:https?:)?//([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.[^/]+(?:/([^/?#]*))?.*", re.IGNORECASE
)


class ServerUrl:
    """What a server URL tells; None for what it does not."""

    __slots__ = ("api_id", "region", "stage")

    def __init__(self, api_id: str | None, region: str | None, stage: str | None) -> None:
        self.api_id = api_id
        self.region = region
        self.stage = stage


def read_server(document: Mapping[str, Any]) -> ServerUrl:
    """Read the first server of OpenAPI 3.0, or host and basePath of Swagger 2.0."""
    url = _swagger_url(document) if "swagger" in document else _openapi_url(document)
    match = _EXECUTE_API.fullmatch(url)
    if match is None:
        return ServerUrl(None, None, None)
    return ServerUrl(match[1].lower(), match[2].lower(), match[3] or None)


def _swagger_url(document: Mapping[str, Any]) -> str:
    return f"https://{document.get('host', '')}/{str(document.get('basePath', '')).lstrip('/')}"


def _openapi_url(document: Mapping[str, Any]) -> str:
    servers = document.get("servers")
    server = servers[0] if isinstance(servers, list) and servers else {}
    if not isinstance(server, Mapping):
        return ""
    url = str(server.get("url", ""))
    variables = server.get("variables")
    for name, variable in variables.items() if isinstance(variables, Mapping) else ():
        default = variable.get("default", "") if isinstance(variable, Mapping) else ""
        # API Gateway exports the base path with its slash, after one in the URL.
        url = url.replace(f"/{{{name}}}", "/" + str(default).lstrip("/"))
        url = url.replace(f"{{{name}}}", str(default))
    return url
