"""Roles as AWS services take them on: whether a role trusts a service, and what it may do then.

Source: IAM User Guide, "Using IAM roles", role trust policies; reference: lambda-authorizer.md
section 9.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from gatelodge import iam
from gatelodge.authorize.caller import Caller
from gatelodge.authorize.exhibit import caller_of
from gatelodge.store import Document, Store
from gatelodge.world.iam_entities import ROLE, find_by_arn, read_document
from gatelodge.world.identities import session_exhibit
from gatelodge.world.sessions import Session

API_GATEWAY = "apigateway.amazonaws.com"
LAMBDA = "lambda.amazonaws.com"
_ASSUME = "sts:AssumeRole"
_TIMES = frozenset({"aws:currenttime", "aws:epochtime", "aws:tokenissuetime"})


class TimedKeys:
    """The condition keys of a call that a service makes: encrypted, and now. Satisfies iam.Keys."""

    __slots__ = ("_given", "asked_time")

    def __init__(self, given: Mapping[str, iam.Value], now: int) -> None:
        self._given = {
            **given,
            "aws:currenttime": f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ}",
            "aws:epochtime": str(now),
            "aws:securetransport": "true",
        }
        self.asked_time = False
        """Whether a policy asked for the time: what was judged may not hold later."""

    def get(self, key: str, /) -> iam.Value | None:
        """Return the value of a key (lower case), None when it is absent."""
        if key in _TIMES:
            self.asked_time = True
        return self._given.get(key)


def service_keys(service: str, now: int, given: Mapping[str, str] = {}) -> TimedKeys:
    """Give the keys of a call that a service makes as itself."""
    return TimedKeys({**service_principal(service).keys, **given}, now)


def trusting_role(store: Store, role_arn: str, service: str, keys: TimedKeys) -> Document | None:
    """Find a role that lets a service assume it; None when there is none, or it does not."""
    document = find_by_arn(store, ROLE, role_arn)
    if document is None:
        return None
    try:
        trust = iam.parse(
            read_document(document.body["AssumeRolePolicyDocument"]),
            iam.PolicyKind.TRUST,
            name="trust policy",
        )
    except (iam.PolicyError, ValueError):
        return None
    principal = service_principal(service)
    query = iam.Query(_ASSUME, role_arn, principal, keys, document.account)
    ruling = iam.PolicySet([trust]).judge(query)
    return document if ruling.verdict is iam.Verdict.ALLOWED else None


def assumed_by(
    store: Store, role_arn: str, service: str, session: str, keys: TimedKeys, now: int
) -> Caller | None:
    """Let a service assume a role; gives the caller that it then is, None when it may not."""
    document = trusting_role(store, role_arn, service, keys)
    if document is None:
        return None
    exhibit = session_exhibit(
        store,
        Session(
            arn=role_arn,
            unique_id=document.body["RoleId"],
            name=session,
            issued=now,
            expires=now + 3600,
        ),
    )
    if exhibit is None:
        return None
    return caller_of(exhibit, "", "")


def service_principal(service: str) -> iam.Principal:
    """Name a service as policies see it."""
    return iam.Principal(
        iam.PrincipalKind.SERVICE,
        service,
        None,
        extra_keys={"aws:principalisawsservice": "true", "aws:principalservicename": service},
    )
