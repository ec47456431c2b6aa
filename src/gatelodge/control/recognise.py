"""Which service a request is for: by its signature's scope, its target, its version, its path."""

import re
from urllib.parse import unquote

from gatelodge.control.models import protocol, service_model
from gatelodge.control.services import SERVICES
from gatelodge.control.wire import aws_json, query
from gatelodge.control.wire.paths import paths_of
from gatelodge.messages import Request

_SCOPE = re.compile(r"Credential=[^/,\s]+/\d+/([^/,\s]+)/([^/,\s]+)/", re.ASCII)
_PRESIGNED_SCOPE = re.compile(r"(?:^|&)X-Amz-Credential=([^&]+)", re.ASCII)
_IN_CREDENTIAL = re.compile(r"[^/]+/\d+/([^/]+)/([^/]+)/", re.ASCII)


class Scope:
    """Region and service as the signature claims them."""

    __slots__ = ("region", "service")

    def __init__(self, region: str, service: str) -> None:
        self.region = region
        self.service = service


def scope_of(request: Request) -> Scope | None:
    """Read the scope of a signature, unverified; None without one."""
    authorization = request.headers.get("authorization")
    if authorization is not None:
        found = _SCOPE.search(authorization)
    else:
        presigned = _PRESIGNED_SCOPE.search(request.raw_query)
        found = _IN_CREDENTIAL.match(unquote(presigned[1])) if presigned else None
    return Scope(found[1], found[2]) if found else None


def service_of(request: Request, scope: Scope | None) -> str | None:
    """Tell which service is called, by botocore's name; None for one that is not here.

    The scope of a signature is believed first: whether it is right is what verifying is about.
    """
    if scope is not None:
        # All services that we know sign with the name that botocore gives them.
        return scope.service if scope.service in SERVICES else None
    target = request.headers.get(aws_json.TARGET)
    if target is not None:
        return _by_target(target.rpartition(".")[0])
    if request.raw_path == "/":
        version = query.fields(request).get("Version")
        return next((name for name in _speaking("query") if _version(name) == version), None)
    return next(
        (
            name
            for name in _speaking("rest-json")
            if paths_of(name).match(request.method, request.raw_path, request.raw_query)
        ),
        None,
    )


def _by_target(prefix: str) -> str | None:
    for name in _speaking("json"):
        if service_model(name).metadata["targetPrefix"] == prefix:
            return name
    return None


def _speaking(wanted: str) -> list[str]:
    return [name for name in SERVICES if protocol(name) == wanted]


def _version(name: str) -> str:
    return str(service_model(name).api_version)
