"""Look through one statement, as an API's owner would."""

from gatelodge.files.lint import lint_policy
from gatelodge.iam import PolicyKind

A = "111111111111"
API = f"arn:aws:execute-api:us-east-1:{A}:abc"
ALLOW = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"{API}/*"}


def look(*statements, kind=PolicyKind.RESOURCE, version="2012-10-17", **options):
    """Findings as (pointer, message); statements complete themselves."""
    whole = []
    for statement in statements:
        made = {**ALLOW, **statement}
        for name in ("Action", "Resource"):
            if f"Not{name}" in statement:
                del made[name]
        if kind is PolicyKind.RESOURCE and "NotPrincipal" not in statement:
            made.setdefault("Principal", "*")
        whole.append(made)
    document = {"Version": version, "Statement": whole} if version else {"Statement": whole}
    known = {"account": A, "region": "us-east-1", "api_id": "abc", **options}
    return [(one.pointer, one.message) for one in lint_policy(document, kind, **known)]


def messages(*statements, **options):
    return [message for _, message in look(*statements, **options)]
