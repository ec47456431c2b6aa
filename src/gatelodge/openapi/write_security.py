"""Authorizers, IAM and API keys as security schemes, and what each method asks of them."""

import re
from collections.abc import Mapping
from typing import Any

from gatelodge.openapi.extensions import AUTHORIZER, AUTHTYPE
from gatelodge.openapi.write_methods import WriteError

_SIGV4 = {"type": "apiKey", "name": "Authorization", "in": "header"}
_API_KEY = {"type": "apiKey", "name": "x-api-key", "in": "header"}
_SOURCE = re.compile(r"method\.request\.(header|querystring)\.([^,]+)")
_POSITIONS = {"header": "header", "querystring": "query"}
_MEMBERS = (
    "authorizerUri",
    "authorizerCredentials",
    "identityValidationExpression",
    "authorizerResultTtlInSeconds",
    "providerARNs",
)


class Schemes:
    """The security schemes of one API; those that no method uses are written as well."""

    __slots__ = ("_authorizers", "_defined", "_extended", "_names")

    def __init__(self, api: Mapping[str, Any], *, extended: bool) -> None:
        self._extended = extended
        self._names: dict[str, str] = {}
        self._authorizers = {
            authorizer.get("id", authorizer["name"]): authorizer
            for authorizer in api.get("authorizers", ())
        }
        self._defined = {
            authorizer["name"]: self._scheme(authorizer)
            for authorizer in self._authorizers.values()
        }

    def defined(self) -> dict[str, Any]:
        """Give the schemes that were asked for so far, and all authorizers."""
        return self._defined

    def requirements(self, method: Mapping[str, Any]) -> list[dict[str, list[str]]]:
        """Write what a method asks of its callers; all of it applies. Raises WriteError."""
        asked: list[dict[str, list[str]]] = []
        kind = method["authorizationType"]
        if kind == "AWS_IAM":
            extension = {AUTHTYPE: "awsSigv4"} if self._extended else {}
            asked.append({self._name("sigv4", _SIGV4 | extension): []})
        elif kind != "NONE":
            authorizer = self._authorizers.get(method.get("authorizerId"))
            if authorizer is None:
                raise WriteError(f"there is no authorizer {method.get('authorizerId')!r}")
            asked.append({authorizer["name"]: list(method.get("authorizationScopes") or ())})
        if method.get("apiKeyRequired"):
            asked.append({self._name("api_key", _API_KEY): []})
        return asked

    def _name(self, wanted: str, scheme: dict[str, str]) -> str:
        """Name a scheme of the gateway's own; an authorizer may have its usual name."""
        if wanted not in self._names:
            name = wanted
            while name in self._defined:
                name += "_"
            self._names[wanted] = name
            self._defined[name] = dict(scheme)
        return self._names[wanted]

    def _scheme(self, authorizer: Mapping[str, Any]) -> dict[str, Any]:
        source = str(authorizer.get("identitySource") or "")
        match = _SOURCE.fullmatch(source)
        scheme = {
            "type": "apiKey",
            # What AWS writes where the identity stands in several places, or in none.
            "name": match[2] if match else "Unused",
            "in": _POSITIONS[match[1]] if match else "header",
        }
        if not self._extended:
            return scheme
        if authorizer.get("authType") is not None:
            scheme[AUTHTYPE] = authorizer["authType"]
        written = {"type": authorizer["type"].lower()}
        # A name of "Unused" would say that there is none.
        if source and (match is None or authorizer["type"] == "REQUEST" or match[2] == "Unused"):
            written["identitySource"] = source
        written |= {
            member: authorizer[member] for member in _MEMBERS if authorizer.get(member) is not None
        }
        return scheme | {AUTHORIZER: written}
