"""From security schemes to a method's authorization type.

Reference: openapi-extensions.md section 2. A scheme that is named and not understood is refused,
and no such problem can be tolerated: ignoring it would open the method.
"""

from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.extensions import AUTH, AUTHORIZER, AUTHTYPE
from gatelodge.openapi.problems import Problems, read_object

_TYPES = ("NONE", "AWS_IAM")
_NEVER_OPENED = "a method is never opened instead, so remove it from the API"


def read_schemes(document: Mapping[str, Any], problems: Problems) -> Mapping[str, Any]:
    """Read a document's security schemes by name."""
    if "swagger" in document:
        return read_object(document, "securityDefinitions", problems)
    components = read_object(document, "components", problems)
    return read_object(components, "securitySchemes", problems.at("components"))


def authorization_type(
    operation: Mapping[str, Any],
    document: Mapping[str, Any],
    schemes: Mapping[str, Any],
    problems: Problems,
) -> str:
    """Work out an operation's authorization type; what is wrong goes to `problems`.

    The extension of the operation wins over `security`, and that over the document's own. API keys
    are asked for besides the authorization type, so `security` counts for them in any case.
    """
    wins = _read_extension(operation, problems) if AUTH in operation else None
    # Root-level security applies where an operation has none; mistakes are shown where they act.
    own = "security" in operation
    security = operation["security"] if own else document.get("security", [])
    place = problems.at("security") if own else problems
    if not isinstance(security, list):
        place.add("security is a list of requirements; [] asks for nothing")
        return "NONE"
    kinds = set()
    for requirement in security:
        if not isinstance(requirement, Mapping):
            place.add("a security requirement is an object")
            continue
        for name in requirement:
            kinds.add(_scheme_type(name, schemes, place, only_keys=wins is not None))
    return wins or ("AWS_IAM" if "AWS_IAM" in kinds else "NONE")


def _read_extension(operation: Mapping[str, Any], problems: Problems) -> str:
    extension = operation[AUTH]
    written = extension.get("type") if isinstance(extension, Mapping) else None
    kind = written.upper() if isinstance(written, str) else None
    if kind not in _TYPES:
        problems.add(f"the type is NONE or AWS_IAM, not {written!r}", AUTH, "type")
    if isinstance(extension, Mapping):
        for member in sorted(set(extension) - {"type"}):
            problems.add(f"unknown member {member!r}", AUTH, member)
    return "AWS_IAM" if kind is None else kind


def _scheme_type(
    name: str, schemes: Mapping[str, Any], problems: Problems, *, only_keys: bool
) -> str:
    """Say what one scheme asks for; only_keys where the authorization type is settled already."""
    scheme = schemes.get(name)
    if scheme is None and name == "NONE":
        return "NONE"  # SAM writes this where a default authorizer is switched off
    if not isinstance(scheme, Mapping):
        problems.add(f"there is no security scheme {name!r}")
        return "NONE"
    signed = str(scheme.get(AUTHTYPE, "")).lower() == "awssigv4"
    keyed = str(scheme.get("name", "")).lower() == "x-api-key"
    if keyed and not signed and AUTHORIZER not in scheme:
        problems.add(
            f"security scheme {name!r} asks for API keys, which are not supported; {_NEVER_OPENED}"
        )
    elif only_keys:
        return "NONE"
    elif AUTHORIZER in scheme:
        authorizer = scheme[AUTHORIZER]
        kind = authorizer.get("type") if isinstance(authorizer, Mapping) else None
        problems.add(
            f"security scheme {name!r} is a {kind} authorizer, which is not supported; "
            f"{_NEVER_OPENED}"
        )
    elif signed:
        return "AWS_IAM"
    else:
        problems.add(
            f"API Gateway ignores security scheme {name!r} and leaves the method open; if that is "
            f'what you want, say so in the operation with {AUTH}: {{"type": "NONE"}}'
        )
    return "NONE"
