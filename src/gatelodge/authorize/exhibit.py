"""A caller's documents in one JSON object: what a caller is compiled from, and replayed from.

    {"principal": {"kind", "arn", "account", "userId", "username", "roleArn", "tags", "keys"},
     "identity": [{"name", "document"}], "boundary": {…} | null, "session": [{…}] | null}

A managed policy has its "arn" too. Holds no secrets.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge import iam
from gatelodge.authorize.caller import Caller, CallerPolicies

Exhibit = Mapping[str, Any]


def caller_of(exhibit: Exhibit, access_key_id: str, digest: str) -> Caller:
    """Compile a caller. Raises iam.PolicyError when a policy is not valid."""
    written = exhibit["principal"]
    boundary = exhibit["boundary"]
    session = exhibit["session"]
    principal = iam.Principal(
        iam.PrincipalKind(written["kind"]),
        written["arn"],
        written["account"],
        user_id=written["userId"],
        username=written["username"],
        role_arn=written["roleArn"],
        tags=written["tags"],
        extra_keys=written["keys"],
        bounded=boundary is not None,
    )
    policies = CallerPolicies(
        _policy_set(exhibit["identity"], iam.PolicyKind.IDENTITY),
        None if boundary is None else _policy_set([boundary], iam.PolicyKind.BOUNDARY),
        None if session is None else _policy_set(session, iam.PolicyKind.SESSION),
    )
    return Caller(principal, policies, access_key_id, digest)


def _policy_set(written: Sequence[Mapping[str, Any]], kind: iam.PolicyKind) -> iam.PolicySet:
    return iam.PolicySet(
        [
            iam.parse(policy["document"], kind, name=policy["name"], arn=policy.get("arn"))
            for policy in written
        ]
    )
