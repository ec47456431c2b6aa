"""OpenAPI and Swagger documents with API Gateway's extensions ↔ AWS-shaped APIs.

Knows OpenAPI 3.0, Swagger 2.0 and `x-amazon-apigateway-*` (reference: openapi-extensions.md);
does no I/O, and knows nothing of what is published or served. Whatever it does not honour is a
problem with a JSON pointer; nothing is skipped in silence.
"""

from gatelodge.openapi.problems import Problem, Problems
from gatelodge.openapi.reader import Imported, read
from gatelodge.openapi.served import can_run, check_served
from gatelodge.openapi.servers import ServerUrl, read_server
from gatelodge.openapi.status import read_status
from gatelodge.openapi.validation import Validation, ValidationError, compile_validation
from gatelodge.openapi.writer import Extension, Notation, Server, WriteError, write

__all__ = [
    "Extension",
    "Imported",
    "Notation",
    "Problem",
    "Problems",
    "Server",
    "ServerUrl",
    "Validation",
    "ValidationError",
    "WriteError",
    "can_run",
    "check_served",
    "compile_validation",
    "read",
    "read_server",
    "read_status",
    "write",
]
