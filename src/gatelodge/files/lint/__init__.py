"""What a policy will probably not do as it was meant: findings with a pointer and a way to mend it.

Invalid documents are findings too. Nothing here decides anything; the engine is asked what matches.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gatelodge import iam
from gatelodge.arn import Arn
from gatelodge.files.lint.actions import check_actions
from gatelodge.files.lint.conditions import check_conditions
from gatelodge.files.lint.coverage import check_coverage
from gatelodge.files.lint.finding import Finding, Subject
from gatelodge.files.lint.principals import check_principals
from gatelodge.files.lint.resources import check_resources
from gatelodge.files.lint.variables import check_variables

__all__ = ["DEFAULT_TTL", "Finding", "lint_policy"]

DEFAULT_TTL = 300
"""Seconds that API Gateway keeps an authorizer's answer when nothing else is said."""


def lint_policy(
    document: Any,  # noqa: ANN401 - any JSON value
    kind: iam.PolicyKind,
    *,
    account: str | None = None,
    region: str | None = None,
    api_id: str | None = None,
    ttl: int = DEFAULT_TTL,
) -> list[Finding]:
    """Look through one policy; what is not told of the API (None) is not compared.

    ttl: for how many seconds the answer of the authorizer that returns the policy is kept.
    """
    try:
        policy = iam.parse(document, kind)
    except iam.PolicyError as error:
        return [
            Finding(p.pointer, p.message, "mend it: the document is refused", invalid=True)
            for p in error.problems
        ]
    owner = Arn("*", "execute-api", region or "*", account or "*", api_id or "*")
    subjects = list(_subjects(policy))
    findings: list[Finding] = []
    for subject in subjects:
        findings += check_actions(subject)
        findings += check_resources(subject, owner, ttl)
        findings += check_conditions(subject)
        findings += check_principals(subject)
        findings += check_variables(subject)
    findings += check_coverage(policy, subjects)
    return findings


def _subjects(policy: iam.Policy) -> Iterator[Subject]:
    written = policy.document["Statement"]
    listed = written if isinstance(written, list) else [written]
    for statement in policy.statements:
        pointer = f"/Statement/{statement.index}" if isinstance(written, list) else "/Statement"
        text: Mapping[str, Any] = listed[statement.index]
        yield Subject(policy, statement, text, pointer)
