"""Statements of a function's policy, as AddPermission writes them (control-plane.md 7.3)."""

import re
from typing import Any

from gatelodge.arn import Arn

_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", re.ASCII)


class PrincipalError(ValueError):
    """A principal that no policy can name."""


def permission_statement(
    resource: str,
    *,
    StatementId: str,  # noqa: N803 - AWS's spelling, as everywhere in documents
    Action: str,  # noqa: N803
    Principal: str,  # noqa: N803
    SourceArn: str | None = None,  # noqa: N803
    SourceAccount: str | None = None,  # noqa: N803
    PrincipalOrgID: str | None = None,  # noqa: N803
    EventSourceToken: str | None = None,  # noqa: N803
    FunctionUrlAuthType: str | None = None,  # noqa: N803
    partition: str = "aws",
) -> dict[str, Any]:
    """Write a statement; resource: the function's ARN, qualifier included.

    Raises PrincipalError.
    """
    statement: dict[str, Any] = {
        "Sid": StatementId,
        "Effect": "Allow",
        "Principal": _principal(Principal, partition),
        "Action": Action,
        "Resource": resource,
    }
    equal = {
        "AWS:SourceAccount": SourceAccount,
        "aws:PrincipalOrgID": PrincipalOrgID,
        "lambda:EventSourceToken": EventSourceToken,
        "lambda:FunctionUrlAuthType": FunctionUrlAuthType,
    }
    conditions: dict[str, Any] = {}
    given = {key: value for key, value in equal.items() if value is not None}
    if given:
        conditions["StringEquals"] = given
    if SourceArn is not None:
        conditions["ArnLike"] = {"AWS:SourceArn": SourceArn}
    if conditions:
        statement["Condition"] = conditions
    return statement


def _principal(written: str, partition: str) -> str | dict[str, str]:
    if written == "*":
        return "*"
    if _ACCOUNT.fullmatch(written):
        return {"AWS": f"arn:{partition}:iam::{written}:root"}
    if _SERVICE.fullmatch(written):
        return {"Service": written}
    arn = Arn.parse(written)
    if arn is not None and arn.service in {"iam", "sts"} and arn.account and arn.resource:
        return {"AWS": written}
    raise PrincipalError(f"{written!r} is no principal")
