"""Where each of AWS's extensions may stand; those that mean nothing where they are are refused.

Reference: openapi-extensions.md section 1. Extensions of others mean nothing to AWS and are let
pass. So is what describes data (schemas, examples, fields of responses): there, a name that begins
with `x-amazon-` is somebody's data.
"""

from collections.abc import Mapping

from gatelodge.openapi.problems import Problems

X = "x-amazon-apigateway-"
ANY_METHOD = f"{X}any-method"
AUTH = f"{X}auth"
AUTHORIZER = f"{X}authorizer"
AUTHTYPE = f"{X}authtype"
BINARY_MEDIA_TYPES = f"{X}binary-media-types"
ENDPOINT_ACCESS_MODE = f"{X}endpoint-access-mode"
ENDPOINT_CONFIGURATION = f"{X}endpoint-configuration"
GATEWAY_RESPONSES = f"{X}gateway-responses"
INTEGRATION = f"{X}integration"
API_KEY_SOURCE = f"{X}api-key-source"
MINIMUM_COMPRESSION_SIZE = f"{X}minimum-compression-size"
REQUEST_VALIDATOR = f"{X}request-validator"
REQUEST_VALIDATORS = f"{X}request-validators"
DOCUMENTATION = f"{X}documentation"
POLICY = f"{X}policy"
SECURITY_POLICY = f"{X}security-policy"

_ROOT, _SERVER, _PATH, _OPERATION, _SCHEME, _ELSEWHERE = (
    "at the root of the document",
    "in a server",
    "in a path",
    "in an operation",
    "in a security scheme",
    "",
)
_PLACES: Mapping[str, tuple[str, ...]] = {
    POLICY: (_ROOT,),
    API_KEY_SOURCE: (_ROOT,),
    BINARY_MEDIA_TYPES: (_ROOT,),
    GATEWAY_RESPONSES: (_ROOT,),
    ENDPOINT_CONFIGURATION: (_ROOT, _SERVER),
    MINIMUM_COMPRESSION_SIZE: (_ROOT,),
    SECURITY_POLICY: (_ROOT,),
    ENDPOINT_ACCESS_MODE: (_ROOT,),
    REQUEST_VALIDATORS: (_ROOT,),
    REQUEST_VALIDATOR: (_ROOT, _OPERATION),
    # These two say nothing about how calls are served.
    f"{X}importexport-version": (_ROOT,),
    DOCUMENTATION: (_ROOT,),
    ANY_METHOD: (_PATH,),
    AUTH: (_OPERATION,),
    INTEGRATION: (_OPERATION,),
    AUTHORIZER: (_SCHEME,),
    AUTHTYPE: (_SCHEME,),
}
_OF_HTTP_APIS = {f"{X}cors", f"{X}integrations", f"{X}tag-value"}
_DATA = {"schema", "schemas", "definitions", "example", "examples", "default", "enum", "headers"}
VERBS = frozenset({"delete", "get", "head", "options", "patch", "post", "put"})
_PREFIX = "x-amazon-"


def refuse_unknown_extensions(document: Mapping[str, object], problems: Problems) -> None:
    """Look at every member of a document; what AWS would honour and nobody here reads is told."""
    waiting: list[tuple[object, str, tuple[str, ...]]] = [(document, _ROOT, ())]
    while waiting:
        value, place, tokens = waiting.pop()
        parts: list[tuple[object, str, tuple[str, ...]]] = []
        if isinstance(value, list):
            inside = _SERVER if tokens == ("servers",) else _ELSEWHERE
            parts = [(item, inside, (*tokens, str(n))) for n, item in enumerate(value)]
        elif isinstance(value, Mapping):
            for member, part in value.items():
                below = (*tokens, member)
                extension = member.lower().startswith("x-")
                if member.lower().startswith(_PREFIX):
                    _judge(member, place, below, problems)
                if member == ANY_METHOD or not (extension or member in _DATA):
                    parts.append((part, _place(below), below))
        waiting += reversed(parts)


def _place(tokens: tuple[str, ...]) -> str:
    """Say what stands at a place of a document."""
    match tokens:
        case ("paths", _):
            return _PATH
        case ("paths", _, member) if member in VERBS or member == ANY_METHOD:
            return _OPERATION
        case ("securityDefinitions", _) | ("components", "securitySchemes", _):
            return _SCHEME
        case _:
            return _ELSEWHERE


def _judge(member: str, place: str, tokens: tuple[str, ...], problems: Problems) -> None:
    places = _PLACES.get(member)
    if places is None:
        spelling = member.lower()
        if spelling in _PLACES:
            problems.add(f"the extension is spelt {spelling}", *tokens)
        elif member in _OF_HTTP_APIS:
            problems.extension_of_http_apis(member, *tokens)
        else:
            problems.not_honoured(member, *tokens)
    elif place not in places:
        problems.add(f"{member} has no effect here; it stands {' or '.join(places)}", *tokens)
