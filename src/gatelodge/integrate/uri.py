"""The URI of an HTTP integration: stage variables filled in once, path parameters for each call.

Source: API Gateway Developer Guide, "Set up HTTP integrations", "Use stage variables".
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlsplit

from gatelodge.context.call import Call
from gatelodge.integrate.questions import Origin
from gatelodge.route.path import escape_segments

_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")
_PARAMETER = re.compile(r"\{([^{}]+)\}")
_PORTS = {"http": 80, "https": 443}
# RFC 3986, 2: what a URI is written with; braces are our parameters. No fragment: a backend never
# sees one.
_URI = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%{}]+", re.ASCII)


class UriError(ValueError):
    """The text is no URI that an HTTP integration can call."""


def fill_stage_variables(uri: str, variables: Mapping[str, str]) -> str:
    """Replace `${stageVariables.x}`. Raises UriError for a variable that the stage lacks."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in variables:
            raise UriError(f"the stage has no variable {match[1]!r}")
        return variables[match[1]]

    return _STAGE_VARIABLE.sub(value, uri)


def parse_uri(uri: str, *, verify_tls: bool = True) -> tuple[Origin, str, str]:
    """Take a filled-in URI apart: origin, path template, fixed query. Raises UriError."""
    if not _URI.fullmatch(uri):
        raise UriError(f"{uri!r} has characters that a backend cannot be sent")
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError as error:
        raise UriError(f"{uri!r} is not a URI: {error}") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise UriError(f"{uri!r} is not an http or https URL with a host")
    if "{" in parts.netloc or parts.username is not None:
        raise UriError(f"{uri!r} has a parameter or a user name in its host")
    origin = Origin(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], verify_tls)
    return origin, parts.path or "/", parts.query


def host_line(origin: Origin) -> str:
    """Write the Host field of requests to a backend."""
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    return (
        f"Host: {host}" if origin.port == _PORTS[origin.scheme] else f"Host: {host}:{origin.port}"
    )


def path_parameters(path: str) -> list[str]:
    """Name the `{parameters}` of a path template, in order."""
    return _PARAMETER.findall(path)


def path_writer(
    template: str,
    values: Mapping[str, Callable[[Call], str | None]],
    from_path: Mapping[str, str],
) -> Callable[[Call], str | None]:
    """Compile a path template; the function gives the path of one call.

    values: how each parameter is read; from_path: of those that come from the path of the request,
    which is in its one spelling already, their names there. A value that is missing, or that would
    be a dot segment, gives None: what was authorized is what is sent on. Raises UriError for one
    that is not mapped.
    """
    pieces = _PARAMETER.split(template)
    for name in pieces[1::2]:
        if name not in values:
            raise UriError(f"{template!r} has a parameter {name!r} that is not mapped")
    if len(pieces) == 1:
        return lambda _: template
    if len(pieces) == 3 and pieces[1] in from_path:
        return _one_parameter(pieces[0], from_path[pieces[1]], pieces[2])

    def write(call: Call) -> str | None:
        written = []
        for position, piece in enumerate(pieces):
            if position % 2 == 0:
                written.append(piece)
                continue
            value = values[piece](call)
            if value is None or value in {"", ".", ".."}:
                return None
            written.append(escape_segments(value) if piece in from_path else quote(value, safe=""))
        return "".join(written)

    return write


def _one_parameter(before: str, name: str, after: str) -> Callable[[Call], str | None]:
    """Write the everyday template with one parameter of the path, without a loop."""

    def write(call: Call) -> str | None:
        value = call.parameters.get(name)
        if value is None:
            return None
        plain = value.isalnum() and value.isascii()
        return before + (value if plain else escape_segments(value)) + after

    return write
