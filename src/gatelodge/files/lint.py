"""What a policy will probably not do as it was meant: findings with a pointer and a way to mend it.

Invalid documents are findings too. Nothing here decides anything; the engine is asked what matches.
"""

from collections.abc import Iterator
from typing import Any

from gatelodge import iam
from gatelodge.arn import Arn
from gatelodge.iam.conditions import Condition
from gatelodge.iam.document import Policy, Statement
from gatelodge.iam.match import action_matcher
from gatelodge.iam.operators import Family, read_network
from gatelodge.route.policy_arns import never_matches

# Every action of execute-api (Service Authorization Reference).
_ACTIONS = ("execute-api:Invoke", "execute-api:InvalidateCache", "execute-api:ManageConnections")


class Finding:
    """One thing to look at."""

    __slots__ = ("fix", "invalid", "message", "pointer")

    def __init__(self, pointer: str, message: str, fix: str, *, invalid: bool = False) -> None:
        self.pointer = pointer
        """A JSON pointer (RFC 6901) into the document."""
        self.message = message
        self.fix = fix
        """What to do about it."""
        self.invalid = invalid
        """True when the document is refused because of it."""


def lint_policy(
    document: Any,  # noqa: ANN401 - any JSON value
    kind: iam.PolicyKind,
    *,
    account: str | None = None,
    region: str | None = None,
    api_id: str | None = None,
) -> list[Finding]:
    """Look through one policy; what is not told of the API (None) is not compared."""
    try:
        policy = iam.parse(document, kind)
    except iam.PolicyError as error:
        return [
            Finding(p.pointer, p.message, "mend it: the document is refused", invalid=True)
            for p in error.problems
        ]
    listed = isinstance(document["Statement"], list)
    findings: list[Finding] = []
    for statement in policy.statements:
        pointer = f"/Statement/{statement.index}" if listed else "/Statement"
        findings += _actions(statement, pointer)
        findings += _resources(
            policy,
            statement,
            pointer,
            Arn("*", "execute-api", region or "*", account or "*", api_id or "*"),
        )
        findings += _conditions(statement, pointer)
        findings += _principals(statement, pointer)
    findings += _shadowed(policy, "/Statement" if listed else "")
    return findings


def _actions(statement: Statement, pointer: str) -> Iterator[Finding]:
    for text in statement.actions:
        service, _, _ = text.lower().partition(":")
        if service != "execute-api":
            continue
        matches = action_matcher(text)
        if not any(matches(action.lower()) for action in _ACTIONS):
            yield Finding(
                f"{pointer}/{'NotAction' if statement.not_action else 'Action'}",
                f"{text} is no action of execute-api",
                f"use one of {', '.join(_ACTIONS)}",
            )


def _resources(policy: Policy, statement: Statement, pointer: str, owner: Arn) -> Iterator[Finding]:
    name = "NotResource" if statement.not_resource else "Resource"
    for text in statement.resources:
        shorthand = text.startswith("execute-api:/")
        if shorthand and policy.kind is iam.PolicyKind.RESOURCE:
            continue  # expanded when the policy is saved
        if shorthand:
            yield Finding(
                f"{pointer}/{name}",
                f"{text} is a shorthand that only resource policies know",
                "write the full ARN",
            )
            continue
        reason = never_matches(text, owner)
        if reason:
            yield Finding(f"{pointer}/{name}", f"{text} never matches: {reason}", "correct the ARN")
        elif "{" in text.replace("${", ""):
            yield Finding(
                f"{pointer}/{name}",
                f"{text} holds a path template, and policies see the real path",
                "use * in its place",
            )
        elif "/ANY/" in text:
            yield Finding(
                f"{pointer}/{name}",
                f"{text} names ANY, and policies see the real verb",
                "use * in its place",
            )


def _conditions(statement: Statement, pointer: str) -> Iterator[Finding]:
    for condition in statement.conditions:
        place = f"{pointer}/Condition/{condition.name}/{condition.key_written}"
        if condition.operator.family is Family.IP:
            for value in condition.values:
                network = read_network(value)
                plain = (value, f"{value}/32", f"{value}/128")
                if network is not None and network not in plain:
                    yield Finding(place, f"{value} has host bits set", f"it means {network}")
        if _private(condition):
            yield Finding(
                place,
                f"{condition.key_written} is present for private APIs only",
                "use aws:SourceIp for regional and edge APIs",
            )
        absent_denies = not statement.allow and condition.operator.negated
        if absent_denies and condition.key.startswith("aws:principal"):
            yield Finding(
                place,
                f"{condition.key_written} is absent for callers without IAM credentials, and a "
                "negated operator holds then: this denies all of them",
                "put such methods under AWS_IAM, or add a Null condition",
            )


def _private(condition: Condition) -> bool:
    return condition.key in {"aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"}


def _principals(statement: Statement, pointer: str) -> Iterator[Finding]:
    element = statement.principal
    if element is None:
        return
    for text in element.texts:
        if text != "*" and "*" in text:
            yield Finding(
                f"{pointer}/Principal",
                f"{text} matches nobody: a session's name takes no wildcard",
                "use the condition key aws:PrincipalArn with ArnLike",
            )
    if statement.not_principal and statement.allow:
        yield Finding(
            f"{pointer}/NotPrincipal",
            "Allow with NotPrincipal admits everyone else, anonymous callers included",
            "name who may call in Principal",
        )


def _shadowed(policy: Policy, pointer: str) -> Iterator[Finding]:
    """Find Allow statements that an unconditional Deny covers whole."""
    for denying in policy.statements:
        if denying.allow or denying.conditions or not _covers_everything(denying):
            continue
        for allowing in policy.statements:
            if allowing.allow:
                yield Finding(
                    f"{pointer}/{allowing.index}" if pointer else "/Statement",
                    f"statement {denying.index + 1} denies everything that this allows",
                    "narrow the Deny, or delete one of them",
                )


def _covers_everything(statement: Statement) -> bool:
    everyone = statement.principal is None or (
        statement.principal.everyone and not statement.not_principal
    )
    actions = not statement.not_action and any(
        action_matcher(text)("execute-api:invoke") for text in statement.actions
    )
    return everyone and actions and not statement.not_resource and "*" in statement.resources
