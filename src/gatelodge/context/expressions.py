"""Mapping expressions: `method.request.header.X`, `context.X`, `stageVariables.X`, `'text'`.

Compiled when an API is loaded, evaluated over one call. Knows nothing of where a value goes.
Source: API Gateway Developer Guide, "API Gateway mapping template reference", request parameters.
"""

from collections.abc import Callable

from gatelodge.context.call import Call
from gatelodge.context.query import read_query
from gatelodge.context.variables import read_variable

Expression = Callable[[Call], str | None]
"""Gives the value for one call, None when there is none."""


class ExpressionError(ValueError):
    """The text is not a mapping expression that gatelodge knows."""


def compile_expression(text: str) -> Expression:
    """Turn the text of a mapping expression into a function. Raises ExpressionError."""
    if len(text) > 1 and text[0] == text[-1] == "'":
        static = text[1:-1]
        return lambda _: static
    source, _, name = text.partition(".")
    if source == "context" and name:
        return lambda call: read_variable(call, name)
    if source == "stageVariables" and name:
        return lambda call: call.stage.variables.get(name)
    for prefix, compile_named in _METHOD_REQUEST.items():
        if text.startswith(prefix) and len(text) > len(prefix):
            return compile_named(text[len(prefix) :])
    raise ExpressionError(
        f"{text!r} is not a mapping expression; use method.request.header.NAME, "
        "method.request.querystring.NAME, method.request.path.NAME, context.NAME, "
        "stageVariables.NAME or a 'static text' in single quotes"
    )


def _header(name: str) -> Expression:
    lower = name.lower()
    return lambda call: call.request.headers.get(lower)


def _multi_value_header(name: str) -> Expression:
    lower = name.lower()

    def join(call: Call) -> str | None:
        values = call.request.headers.all(lower)
        return ",".join(values) if values else None

    return join


def _query(name: str) -> Expression:
    def last(call: Call) -> str | None:
        found = [v for key, v in read_query(call.request.raw_query) if key == name]
        return found[-1] if found else None

    return last


def _multi_value_query(name: str) -> Expression:
    def join(call: Call) -> str | None:
        found = [v for key, v in read_query(call.request.raw_query) if key == name]
        return ",".join(found) if found else None

    return join


def _path(name: str) -> Expression:
    return lambda call: call.parameters.get(name)


_METHOD_REQUEST: dict[str, Callable[[str], Expression]] = {
    "method.request.header.": _header,
    "method.request.multivalueheader.": _multi_value_header,
    "method.request.querystring.": _query,
    "method.request.multivaluequerystring.": _multi_value_query,
    "method.request.path.": _path,
}
