"""AssumeRole: credentials of a role, for whom its trust policy and its own policies let.

Reference: control-plane.md sections 3.3 and 5.1.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge import iam
from gatelodge.arn import Arn
from gatelodge.control.call import Call, Check
from gatelodge.control.fault import Fault
from gatelodge.control.operations import Output, operation
from gatelodge.control.sts.credentials import refuse_mfa
from gatelodge.control.sts.passed import Tags, read_passed, read_tags, resource_tags, tag_keys
from gatelodge.control.sts.role_sessions import DEFAULT_SECONDS, check_duration, give_out
from gatelodge.control.sts.trust import find_role, trust_of
from gatelodge.store import Document
from gatelodge.world.sessions import Session

ROLE_ARN = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/[\x21-\x7e]+", re.ASCII)


@operation("sts", "AssumeRole")
def assume_role(
    call: Call,
    *,
    RoleArn: str,
    RoleSessionName: str,
    DurationSeconds: int = DEFAULT_SECONDS,
    Policy: str | None = None,
    PolicyArns: Sequence[Mapping[str, str]] = (),
    Tags: Tags = (),
    TransitiveTagKeys: Sequence[str] = (),
    ExternalId: str | None = None,
    SourceIdentity: str | None = None,
    SerialNumber: str | None = None,
    TokenCode: str | None = None,
    ProvidedContexts: Sequence[Any] = (),
    MinimumSessionTokenSize: int = 0,
) -> Output:
    """Give out credentials of a role session."""
    _check(call, RoleArn, ProvidedContexts)
    refuse_mfa(SerialNumber, TokenCode)
    tags, transitive = merged_tags(call.session, read_tags(Tags), TransitiveTagKeys)
    source_identity = _source_identity(call.session, SourceIdentity)
    role = find_role(call.store, RoleArn)
    keys: dict[str, iam.Value] = {"sts:rolesessionname": RoleSessionName}
    if ExternalId is not None:
        keys["sts:externalid"] = ExternalId
    _require(call, RoleArn, role, tags, transitive, source_identity, keys)
    if role is None:
        raise RuntimeError("a role that is not there trusts nobody")
    check_duration(role, DurationSeconds, chained=_is_role_session(call))
    arn = Arn.parse(RoleArn)
    passed = read_passed(call, arn.account if arn else "", Policy, PolicyArns, Tags)
    now = int(call.now.timestamp())
    session = Session(
        arn=RoleArn,
        unique_id=role.body["RoleId"],
        name=RoleSessionName,
        issued=now,
        expires=now + DurationSeconds,
        policies=passed.policies,
        policy_arns=passed.policy_arns,
        tags=tags,
        transitive=transitive,
        source_identity=source_identity,
    )
    return give_out(call, role, session, passed.packed, MinimumSessionTokenSize)


def _check(call: Call, arn: str, contexts: Sequence[Any]) -> None:
    """Check what needs no look at the role. Raises Fault."""
    if not ROLE_ARN.fullmatch(arn):
        raise Fault("ValidationError", f"{arn} is invalid")
    if contexts:
        raise Fault("NotImplemented", "ProvidedContexts of AssumeRole is not implemented", 501)
    if call.signer.principal.kind is iam.PrincipalKind.ROOT:
        raise Fault("AccessDenied", "Roles may not be assumed by root accounts.", 403)


def merged_tags(
    calling: Session | None, tags: dict[str, str], transitive: Sequence[str]
) -> tuple[dict[str, str], list[str]]:
    """Put the transitive tags of the calling session beside those asked for. Raises Fault."""
    inherited = {key: calling.tags[key] for key in calling.transitive} if calling else {}
    asked = {key.lower(): key for key in tags}
    for key in transitive:
        if key.lower() not in asked:
            raise Fault(
                "InvalidParameterValue",
                "The specified transitive tag key must be included in the requested tags.",
            )
    if {key.lower() for key in inherited} & asked.keys():
        raise Fault(
            "InvalidParameterValue",
            "One of the specified transitive tag keys can't be set because it conflicts with a "
            "transitive tag key from the calling session.",
        )
    kept = [asked[key.lower()] for key in transitive]
    return {**inherited, **tags}, [*inherited, *kept]


def _source_identity(calling: Session | None, asked: str | None) -> str | None:
    """Give the source identity, which stays when roles are chained. Raises Fault."""
    inherited = calling.source_identity if calling else None
    if inherited is not None and asked not in (None, inherited):
        raise Fault(
            "AccessDenied", "The source identity of the calling session cannot be changed.", 403
        )
    return inherited or asked


def _is_role_session(call: Call) -> bool:
    return call.signer.principal.kind is iam.PrincipalKind.ROLE_SESSION


def _require(
    call: Call,
    arn: str,
    role: Document | None,
    tags: Mapping[str, str],
    transitive: Sequence[str],
    source_identity: str | None,
    keys: dict[str, iam.Value],
) -> None:
    """Demand all that the call needs, of the caller's side and of the role's. Raises Fault."""
    trust = trust_of(call.store, role)
    keys |= tag_keys(tags) | resource_tags(role.body.get("Tags", ()) if role else ())
    actions = ["sts:AssumeRole"]
    if tags:
        actions.append("sts:TagSession")
        if transitive:
            keys["sts:transitivetagkeys"] = tuple(transitive)
    if source_identity is not None:
        actions.append("sts:SetSourceIdentity")
        keys["sts:sourceidentity"] = source_identity
    for action in actions:
        call.require(Check(action, arn, keys, trust=trust))
