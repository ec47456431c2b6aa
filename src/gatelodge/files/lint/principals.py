"""Principals that name nobody, or more people than they seem to."""

from collections.abc import Iterator

from gatelodge.files.lint.finding import Finding, Subject
from gatelodge.iam.principals import Form, PrincipalElement


def check_principals(subject: Subject) -> Iterator[Finding]:
    """Find principals that do not do what they seem to."""
    statement = subject.statement
    element = statement.principal
    if element is None:
        return
    member = "NotPrincipal" if statement.not_principal else "Principal"
    pointer = f"{subject.pointer}/{member}"
    for entry in element.entries:
        if entry.form is Form.SESSION and "*" in entry.text:
            yield Finding(
                pointer,
                f"{entry.text} matches nobody: a session's name takes no wildcard",
                "use the condition key aws:PrincipalArn with ArnLike",
            )
        if entry.form is Form.CANONICAL:
            yield Finding(
                pointer,
                f"{entry.text} matches nobody: canonical users are known to S3 only",
                'name an account or an ARN under "AWS"',
            )
    if statement.not_principal and statement.allow:
        yield Finding(
            pointer,
            "Allow with NotPrincipal admits everyone else, anonymous callers included",
            "name who may call in Principal",
        )
    if statement.not_principal and not statement.allow and not element.everyone:
        yield from _not_spared(element, pointer)


def _not_spared(element: PrincipalElement, pointer: str) -> Iterator[Finding]:
    """A Deny with NotPrincipal spares a role session if account, role and session are listed."""
    forms = {entry.form for entry in element.entries}
    for entry in element.entries:
        roles = entry.form in (Form.ROLE, Form.SESSION)
        if roles and not forms >= {Form.ACCOUNT, Form.ROLE, Form.SESSION}:
            yield Finding(
                pointer,
                f"{entry.text} is denied too: a role session is spared only where its account, its "
                "role and the session are all listed",
                'use Principal "*" with ArnNotEquals on aws:PrincipalArn',
            )
