"""The AWS endpoint's door (ASGI). No operation is implemented yet: each is answered with 501."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def _not_implemented(request: Request) -> Response:
    operation = request.headers.get("x-amz-target") or f"{request.method} {request.url.path}"
    message = f"{operation} is not implemented"
    return JSONResponse(
        {"__type": "NotImplementedException", "message": message},
        status_code=501,
        headers={"x-amzn-ErrorType": "NotImplementedException"},
    )


def application() -> Starlette:
    """Make the application."""
    methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    return Starlette(routes=[Route("/{path:path}", _not_implemented, methods=methods)])
