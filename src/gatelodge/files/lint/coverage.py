"""Statements that others take the effect from."""

from collections.abc import Iterator, Sequence

from gatelodge import iam
from gatelodge.files.lint.finding import Finding, Subject
from gatelodge.iam.document import Statement
from gatelodge.iam.patterns import compile_pattern, encode


def check_coverage(policy: iam.Policy, subjects: Sequence[Subject]) -> Iterator[Finding]:
    """Find Allow statements that a Deny covers whole, and fences without a gate."""
    for allowing in subjects:
        for denying in subjects:
            if (
                allowing.statement.allow
                and not denying.statement.allow
                and _covers(denying.statement, allowing.statement)
            ):
                yield Finding(
                    allowing.pointer,
                    f"statement {denying.statement.index + 1} denies everything that this allows",
                    "narrow the Deny, or delete one of them",
                )
                break
    in_resource_policy = policy.kind is iam.PolicyKind.RESOURCE
    if in_resource_policy and not any(subject.statement.allow for subject in subjects):
        yield Finding(
            "/Statement",
            "nothing is allowed here: callers without IAM credentials are denied every method but "
            "those of a Lambda authorizer",
            'add a statement that allows execute-api:Invoke to Principal "*"',
        )


def _covers(deny: Statement, allow: Statement) -> bool:
    """Tell whether a Deny surely matches whatever an Allow matches; false when in doubt."""
    if deny.not_action or deny.not_resource or deny.not_principal:
        return False
    known = {(one.name, one.key, one.values) for one in allow.conditions}
    if not all((one.name, one.key, one.values) in known for one in deny.conditions):
        return False
    return (
        _principals_covered(deny, allow)
        and _texts_covered(
            [text.lower() for text in deny.actions],
            None if allow.not_action else [text.lower() for text in allow.actions],
        )
        and _texts_covered(deny.resources, None if allow.not_resource else allow.resources)
    )


def _principals_covered(deny: Statement, allow: Statement) -> bool:
    if deny.principal is None or deny.principal.everyone:
        return True
    if allow.principal is None or allow.not_principal:
        return False
    named = {(entry.form, entry.value) for entry in deny.principal.entries}
    return all((entry.form, entry.value) in named for entry in allow.principal.entries)


def _texts_covered(wider: Sequence[str], narrower: Sequence[str] | None) -> bool:
    """narrower: None for what is not a list of patterns, which only `*` surely covers."""
    if "*" in wider:
        return True
    return narrower is not None and all(
        any(pattern_covers(wide, narrow) for wide in wider) for narrow in narrower
    )


def pattern_covers(wide: str, narrow: str) -> bool:
    """Tell whether one pattern surely matches whatever another matches.

    The narrower one's stars are tried as nothing, and as a run longer than the wider could take in
    character by character.
    """
    matches = compile_pattern(encode(wide))
    long_run = "\0" * (len(wide) + 1)
    return all(matches(narrow.replace("?", "\0").replace("*", run)) for run in ("", long_run))
