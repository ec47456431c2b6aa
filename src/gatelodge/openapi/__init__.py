"""OpenAPI and Swagger documents with API Gateway's extensions, read into AWS-shaped documents.

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

__all__ = [
    "Imported",
    "Problem",
    "Problems",
    "ServerUrl",
    "Validation",
    "ValidationError",
    "can_run",
    "check_served",
    "compile_validation",
    "read",
    "read_server",
    "read_status",
]
