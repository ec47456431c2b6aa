"""From security schemes to a method's authorization.

Reference: openapi-extensions.md section 2. A scheme that is named and not understood is refused,
and no such problem can be tolerated: ignoring it would open the method.
"""

from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.authorizers import AUTHORIZATION_TYPES, authorizer_type
from gatelodge.openapi.extensions import AUTH, AUTHORIZER, AUTHTYPE
from gatelodge.openapi.problems import Problems, read_object

_TYPES = ("NONE", "AWS_IAM")


def read_schemes(document: Mapping[str, Any], problems: Problems) -> Mapping[str, Any]:
    """Read a document's security schemes by name."""
    if "swagger" in document:
        return read_object(document, "securityDefinitions", problems)
    components = read_object(document, "components", problems)
    return read_object(components, "securitySchemes", problems.at("components"))


def read_security(
    operation: Mapping[str, Any],
    document: Mapping[str, Any],
    schemes: Mapping[str, Any],
    problems: Problems,
) -> dict[str, Any]:
    """Work out an operation's authorization, as members of a Method; an authorizer by its name.

    What is wrong goes to `problems`. The extension of the operation wins over `security`, and that
    over the document's own. API keys are asked for besides the authorization type, so `security`
    counts for them in any case.
    """
    wins = _read_extension(operation, problems) if AUTH in operation else None
    # Root-level security applies where an operation has none; mistakes are shown where they act.
    own = "security" in operation
    security = operation["security"] if own else document.get("security", [])
    demands = _Demands(schemes, problems.at("security") if own else problems, wins)
    if not isinstance(security, list):
        demands.problems.add("security is a list of requirements; [] asks for nothing")
        security = []
    for requirement in security:
        if isinstance(requirement, Mapping):
            for name, scopes in requirement.items():
                demands.read(name, scopes)
        else:
            demands.problems.add("a security requirement is an object")
    return demands.as_members()


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


class _Demands:
    """What the requirements of one operation ask for, all together: an OR becomes an AND."""

    __slots__ = ("_authorizer", "_kind", "_schemes", "_scopes", "_wins", "api_key", "problems")

    def __init__(self, schemes: Mapping[str, Any], problems: Problems, wins: str | None) -> None:
        self._schemes = schemes
        self.problems = problems
        self._wins = wins
        """The authorization type where it is settled already: only API keys count then."""
        self._kind: str | None = None
        self._authorizer: str | None = None
        self._scopes: list[str] = []
        self.api_key = False

    def as_members(self) -> dict[str, Any]:
        """Give the members of a Method."""
        return {
            "authorizationType": self._wins or self._kind or "NONE",
            "authorizerId": self._authorizer,
            "authorizationScopes": self._scopes,
            "apiKeyRequired": self.api_key,
        }

    def read(self, name: str, scopes: object) -> None:
        """Read what one scheme of a requirement asks for."""
        scheme = self._schemes.get(name)
        if scheme is None and name == "NONE":
            return  # SAM writes this where a default authorizer is switched off
        if not isinstance(scheme, Mapping):
            self.problems.add(f"there is no security scheme {name!r}")
            return
        signed = str(scheme.get(AUTHTYPE, "")).lower() == "awssigv4"
        keyed = str(scheme.get("name", "")).lower() == "x-api-key"
        if keyed and not signed and AUTHORIZER not in scheme:
            self.api_key = True
        elif self._wins is not None:
            return
        elif AUTHORIZER in scheme:
            self._ask_authorizer(name, scheme, scopes)
        elif signed:
            self._settle("AWS_IAM", None, scopes)
        else:
            self.problems.add(
                f"API Gateway ignores security scheme {name!r} and leaves the method open; if that "
                f'is what you want, say so in the operation with {AUTH}: {{"type": "NONE"}}'
            )

    def _ask_authorizer(self, name: str, scheme: Mapping[str, Any], scopes: object) -> None:
        kind = authorizer_type(scheme)
        if kind is None:
            self.problems.add(f"security scheme {name!r} has no authorizer that a REST API can use")
            return
        self._settle(AUTHORIZATION_TYPES[kind], name, scopes)

    def _settle(self, kind: str, authorizer: str | None, scopes: object) -> None:
        if not isinstance(scopes, list) or not all(isinstance(s, str) and s for s in scopes):
            self.problems.add("a requirement holds a list of scopes; [] asks for none")
            scopes = []
        if scopes and kind != "COGNITO_USER_POOLS":
            self.problems.add(f"scopes {', '.join(scopes)}: only user pools know scopes")
        asked = (kind, authorizer, scopes)
        if self._kind is not None and asked != (self._kind, self._authorizer, self._scopes):
            self.problems.add("a method has one authorizer, and one list of scopes for it")
        self._kind, self._authorizer, self._scopes = asked
