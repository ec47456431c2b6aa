"""From security schemes to a method's authorization type.

Reference: openapi-extensions.md section 2. A scheme that is named and not understood is refused:
ignoring it would open the method.
"""

from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.problems import Problem, Problems

_AUTHORIZER = "x-amazon-apigateway-authorizer"
_AUTHTYPE = "x-amazon-apigateway-authtype"
_AUTH = "x-amazon-apigateway-auth"
_TYPES = ("NONE", "AWS_IAM")


def authorization_type(
    operation: Mapping[str, Any],
    root_security: object,
    schemes: Mapping[str, Any],
    problems: Problems,
) -> str:
    """Work out an operation's authorization type; what is wrong goes to `problems`.

    The extension of the operation wins over `security`, and that over the document's own.
    """
    if _AUTH in operation:
        extension = operation[_AUTH]
        written = extension.get("type") if isinstance(extension, Mapping) else None
        kind = str(written).upper()
        if kind not in _TYPES:
            problems.add(f"the type is NONE or AWS_IAM, not {written!r}", _AUTH, "type")
        return kind
    own = "security" in operation
    security = operation["security"] if own else root_security
    # Root-level security applies where an operation has none; mistakes are shown where they act.
    place = problems.at("security") if own else problems
    if security is None:
        return "NONE"
    if not isinstance(security, list):
        place.add("security is a list of requirements")
        return "NONE"
    kinds = set()
    for requirement in security:
        if not isinstance(requirement, Mapping):
            place.add("a security requirement is an object")
            continue
        kinds |= {_scheme_type(str(name), schemes, place) for name in requirement}
    return "AWS_IAM" if "AWS_IAM" in kinds else "NONE"


def _scheme_type(name: str, schemes: Mapping[str, Any], problems: Problems) -> str:
    scheme = schemes.get(name)
    if scheme is None and name == "NONE":
        return "NONE"  # SAM writes this where a default authorizer is switched off
    if not isinstance(scheme, Mapping):
        problems.add(f"there is no security scheme {name!r}")
    elif _AUTHORIZER in scheme:
        authorizer = scheme[_AUTHORIZER]
        kind = authorizer.get("type") if isinstance(authorizer, Mapping) else None
        problems.add(
            f"security scheme {name!r} is a {kind} authorizer, which is not supported; "
            "a method is never opened instead, so remove it from the API"
        )
    elif str(scheme.get(_AUTHTYPE, "")).lower() == "awssigv4":
        return "AWS_IAM"
    elif scheme.get("type") == "apiKey" and str(scheme.get("name", "")).lower() == "x-api-key":
        problems.add(
            f"security scheme {name!r} asks for API keys, which are not supported; "
            "a method is never opened instead, so remove it from the API"
        )
    else:
        problems.found.append(
            Problem(
                problems.pointer(),
                f"API Gateway ignores security scheme {name!r}, which leaves the method open; "
                f"if that is what you want, list it with --tolerate {name}",
                name,
            )
        )
    return "NONE"
