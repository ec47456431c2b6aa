"""What a Lambda authorizer's function answered: a policy with its context, or why that is none.

Reference: lambda-authorizer.md sections 4 and 5. An answer that is not exactly of the documented
shape admits nobody.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from gatelodge import iam

MAX_OUTPUT = 256 * 1024
"""Octets; AWS publishes no limit, and what is kept has to have one."""
MAX_RESOURCE = 512
_UNAUTHORIZED = "Unauthorized"
POLICY_NAME = ""  # of an authorizer there is only one


class AuthorizerProblem(StrEnum):
    """Why there is no policy to judge by."""

    UNAUTHORIZED = "the function says that the caller is not authenticated"
    FAILED = "the function failed"
    MALFORMED = "the function's answer is not that of an authorizer"
    UNINVOKED = "the function could not be invoked"


class AuthorizerRefused:
    """No policy; `detail` is for the operator, not the caller."""

    __slots__ = ("detail", "reason")

    def __init__(self, reason: AuthorizerProblem, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail

    def __repr__(self) -> str:
        return f"AuthorizerRefused({self.reason.name}, {self.detail!r})"


class AuthorizerOutput:
    """A valid answer, compiled."""

    __slots__ = (
        "context",
        "policies",
        "policy_document",
        "principal_id",
        "unconditional",
        "usage_identifier_key",
    )

    def __init__(
        self,
        principal_id: str,
        policy_document: Mapping[str, Any],
        context: Mapping[str, str],
        usage_identifier_key: str | None,
    ) -> None:
        """Compile it. Raises iam.PolicyError."""
        self.principal_id = principal_id
        self.policy_document = policy_document
        policy = iam.parse(policy_document, iam.PolicyKind.AUTHORIZER, name=POLICY_NAME)
        self.policies = iam.PolicySet([policy])
        self.unconditional = not any(
            statement.conditions or any("$" in text for text in statement.resources)
            for statement in policy.statements
        )
        """Whether what it says of a method is the same for every request."""
        self.context = context
        """Every value as text, as API Gateway hands it on."""
        self.usage_identifier_key = usage_identifier_key


def read_output(payload: bytes, *, failed: bool) -> AuthorizerOutput | AuthorizerRefused:
    """Read what a function answered; failed: the payload describes an error."""
    if len(payload) > MAX_OUTPUT:
        return _malformed(f"it has {len(payload)} octets, {MAX_OUTPUT} are allowed")
    try:
        value = json.loads(payload, parse_constant=_no_constant)
        if b"\\u" in payload:
            # A lone surrogate is no text: nothing that is written of it could be read.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        return _malformed(f"it is not JSON: {str(error)[:200]}")
    if failed:
        return _failure(value)
    if not isinstance(value, dict):
        return _malformed("it is not an object")
    principal_id = value.get("principalId")
    if principal_id is None:
        principal_id = ""  # documented as required, and not asked for (UNCERTAIN)
    if not isinstance(principal_id, str):
        return _malformed("principalId is not a text")
    context = _read_context(value.get("context"))
    if context is None:
        return _malformed("context is not an object of texts, numbers and booleans")
    key = value.get("usageIdentifierKey")
    if key is not None and not isinstance(key, str):
        return _malformed("usageIdentifierKey is not a text")
    document = value.get("policyDocument")
    if not isinstance(document, dict):
        return _malformed("it has no policyDocument")
    try:
        output = AuthorizerOutput(principal_id, document, context, key)
    except iam.PolicyError as error:
        problem = error.problems[0]
        return _malformed(f"policyDocument{problem.pointer}: {problem.message}")
    if _names_too_much(document):
        return _malformed(f"a Resource has more than {MAX_RESOURCE} characters")
    return output


def _failure(value: object) -> AuthorizerRefused:
    message = value.get("errorMessage") if isinstance(value, dict) else None
    if message == _UNAUTHORIZED:
        return AuthorizerRefused(AuthorizerProblem.UNAUTHORIZED)
    kind = value.get("errorType") if isinstance(value, dict) else None
    # Both are the function's own words: bounded, and shown to the operator only.
    return AuthorizerRefused(AuthorizerProblem.FAILED, f"{kind}: {message}"[:500])


def _malformed(detail: str) -> AuthorizerRefused:
    return AuthorizerRefused(AuthorizerProblem.MALFORMED, detail[:500])


def _read_context(written: object) -> dict[str, str] | None:
    """Read the context; None for what API Gateway does not take: anything nested, or null."""
    if written is None:
        return {}
    if not isinstance(written, dict):
        return None
    context = {}
    for name, value in written.items():
        if isinstance(value, bool):
            context[name] = "true" if value else "false"
        elif isinstance(value, str):
            context[name] = value
        elif isinstance(value, int | float):
            context[name] = json.dumps(value)
        else:
            return None
    return context


def _names_too_much(document: Mapping[str, Any]) -> bool:
    statements = document.get("Statement")
    for statement in statements if isinstance(statements, list) else [statements]:
        for member in ("Resource", "NotResource"):
            written = statement.get(member, []) if isinstance(statement, Mapping) else []
            texts = written if isinstance(written, list) else [written]
            if any(isinstance(text, str) and len(text) > MAX_RESOURCE for text in texts):
                return True
    return False


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
