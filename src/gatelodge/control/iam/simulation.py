"""Simulations: what policies would say of calls that nobody makes.

The engine that judges real calls judges these. Reference: control-plane.md section 4.5.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gatelodge import iam
from gatelodge.arn import Arn
from gatelodge.control.call import Call
from gatelodge.control.iam import faults
from gatelodge.control.iam.context_keys import context_keys
from gatelodge.control.iam.pages import DEFAULT, page
from gatelodge.control.iam.simulated_policies import (
    Exclusion,
    Source,
    boundary_of,
    check_exclusions,
    find_source,
    given,
    is_excluded,
    policies_of,
)
from gatelodge.control.operations import Output, operation
from gatelodge.store import Document
from gatelodge.world.iam_entities import GROUP, ROLE, USER

_ANY = "*"
MOST_RESOURCES = 1000
MOST_JUDGED = 10_000
_DECISIONS = {
    iam.Verdict.ALLOWED: "allowed",
    iam.Verdict.DENIED: "explicitDeny",
    iam.Verdict.SILENT: "implicitDeny",
}
_TYPES = {iam.PolicyKind.RESOURCE: "Resource Policy"}
_IAM_POLICY = "IAM Policy"
_SEVERITY = ("explicitDeny", "implicitDeny", "allowed")
Entry = Mapping[str, Any]


class _Simulation:
    """Everything that is the same for all calls of one simulation."""

    __slots__ = ("asked", "keys", "owner", "policies", "principal", "sources")

    def __init__(
        self,
        identity: Sequence[Source],
        boundary: Sequence[Source],
        principal: iam.Principal,
        *,
        ResourcePolicy: str | None = None,
        ResourceOwner: str | None = None,
        ContextEntries: Sequence[Entry] = (),
        OrderedOrganizationPolicyInputList: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        resource = given(
            "ResourcePolicy", [ResourcePolicy] if ResourcePolicy else [], iam.PolicyKind.RESOURCE
        )
        levels = [
            given(
                f"OrderedOrganizationPolicyInputList.{number}.ServiceControlPolicyInputList",
                level.get("ServiceControlPolicyInputList", ()),
                iam.PolicyKind.SERVICE_CONTROL,
            )
            for number, level in enumerate(OrderedOrganizationPolicyInputList, 1)
        ]
        sources = [*identity, *boundary, *resource, *(s for level in levels for s in level)]
        self.sources = [(source, _set([source])) for source in sources]
        self.principal = principal
        self.owner = _owner(ResourceOwner)
        self.keys = _keys(ContextEntries)
        self.asked = context_keys(sources)
        self.policies = iam.Policies(
            _set(identity),
            _set(boundary) if boundary else None,
            resource=_set(resource) if resource else None,
            service_control=[_set(level) for level in levels],
        )

    def result(self, action: str, resources: Sequence[str]) -> dict[str, Any]:
        """Judge one action on every resource: one member of EvaluationResults."""
        judged = [(resource, self._judge(action, resource)) for resource in resources]
        missing = [key for key in self.asked if key.lower() not in self.keys]
        worst = min((details["decision"] for _, details in judged), key=_SEVERITY.index)
        specific = [resource for resource in resources if resource != _ANY]
        result: dict[str, Any] = {
            "EvalActionName": action,
            "EvalResourceName": resources[0] if len(resources) == 1 else _ANY,
            "EvalDecision": worst,
            "MatchedStatements": _unique(
                match
                for _, details in judged
                if details["decision"] == worst
                for match in details["matched"]
            ),
            "MissingContextValues": [] if specific else missing,
            "OrganizationsDecisionDetail": {
                "AllowedByOrganizations": all(d["organizations"] for _, d in judged)
            },
        }
        if self.policies.boundary is not None:
            allowed = all(details["boundary"] for _, details in judged)
            result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": allowed}
        if specific:
            result["EvalDecisionDetails"] = judged[0][1]["details"] if len(judged) == 1 else {}
            result["ResourceSpecificResults"] = [
                self._specific(resource, details, missing) for resource, details in judged
            ]
        return result

    def _specific(
        self, resource: str, details: Mapping[str, Any], missing: Sequence[str]
    ) -> dict[str, Any]:
        specific: dict[str, Any] = {
            "EvalResourceName": resource,
            "EvalResourceDecision": details["decision"],
            "MatchedStatements": details["matched"],
            "MissingContextValues": list(missing),
        }
        if details["details"]:
            specific["EvalDecisionDetails"] = details["details"]
        if self.policies.boundary is not None:
            specific["PermissionsBoundaryDecisionDetail"] = {
                "AllowedByPermissionsBoundary": details["boundary"]
            }
        return specific

    def _judge(self, action: str, resource: str) -> dict[str, Any]:
        account = self._account_of(resource)
        query = iam.Query(action, resource, self.principal, self.keys, account)
        outcome = iam.evaluate(query, self.policies)
        decision = _DECISIONS[outcome.verdict]
        boundary = self.policies.boundary
        details = {}
        if self.policies.resource is not None and account != self.principal.account:
            details = {
                _IAM_POLICY: _DECISIONS[self.policies.identity.judge(query).verdict],
                "Resource Policy": _DECISIONS[self.policies.resource.judge(query).verdict],
            }
        return {
            "decision": decision,
            "matched": self._matched(query, outcome.verdict),
            "boundary": boundary is not None
            and boundary.judge(query).verdict is iam.Verdict.ALLOWED,
            "organizations": all(
                level.judge(query).verdict is iam.Verdict.ALLOWED
                for level in self.policies.service_control
            ),
            "details": details,
        }

    def _matched(self, query: iam.Query, verdict: iam.Verdict) -> list[dict[str, Any]]:
        """Give the statements that determine a verdict: the denies, or the allows."""
        if verdict is iam.Verdict.SILENT:
            return []
        allow = verdict is iam.Verdict.ALLOWED
        matched = []
        for source, alone in self.sources:
            for trial in iam.trials(alone, query):
                # A Deny that cannot be judged denies (a doubt never admits).
                counts = trial.matched is True or (not allow and trial.matched is None)
                if counts and trial.allow is allow:
                    matched.append(_statement(source, trial.ref.index))
        return matched

    def _account_of(self, resource: str) -> str:
        """Tell whose a resource is; without a resource policy, it is the caller's."""
        own = self.principal.account or ""
        if self.policies.resource is None:
            return own
        arn = Arn.parse(resource)
        return (arn.account if arn is not None else "") or self.owner or own


@operation("iam", "SimulateCustomPolicy")
def simulate_custom_policy(
    call: Call,
    *,
    PolicyInputList: Sequence[str],
    ActionNames: Sequence[str],
    ResourceArns: Sequence[str] = (),
    PermissionsBoundaryPolicyInputList: Sequence[str] = (),
    CallerArn: str | None = None,
    ResourceHandlingOption: str | None = None,
    MaxItems: int | None = None,
    Marker: str | None = None,
    **rest: Any,
) -> Output:
    """Judge calls by policies that the request brings."""
    if CallerArn is None and rest.get("ResourcePolicy"):
        raise faults.invalid_input("CallerArn is required with ResourcePolicy.")
    identity = given("PolicyInputList", PolicyInputList, iam.PolicyKind.IDENTITY)
    boundary = _given_boundary(PermissionsBoundaryPolicyInputList)
    nobody = iam.Principal(iam.PrincipalKind.USER, None, call.account, bounded=bool(boundary))
    principal = _caller(CallerArn, bounded=bool(boundary)) or nobody
    simulation = _Simulation(identity, boundary, principal, **rest)
    return _results(simulation, ActionNames, ResourceArns, MaxItems=MaxItems, Marker=Marker)


@operation("iam", "SimulatePrincipalPolicy")
def simulate_principal_policy(
    call: Call,
    *,
    PolicySourceArn: str,
    ActionNames: Sequence[str],
    PolicyInputList: Sequence[str] = (),
    ResourceArns: Sequence[str] = (),
    PermissionsBoundaryPolicyInputList: Sequence[str] = (),
    PolicyExclusionList: Sequence[Exclusion] = (),
    CallerArn: str | None = None,
    ResourceHandlingOption: str | None = None,
    MaxItems: int | None = None,
    Marker: str | None = None,
    **rest: Any,
) -> Output:
    """Judge calls by the policies of a user, group or role, and more that the request brings."""
    check_exclusions(PolicyExclusionList)
    entity = find_source(call, PolicySourceArn)
    if CallerArn is None and entity.kind != USER and rest.get("ResourcePolicy"):
        raise faults.invalid_input(
            "CallerArn is required with ResourcePolicy when PolicySourceArn is not a user."
        )
    identity = [
        source
        for source in policies_of(call, entity)
        if not is_excluded(source, PolicyExclusionList)
    ]
    identity += given("PolicyInputList", PolicyInputList, iam.PolicyKind.IDENTITY)
    boundary = _given_boundary(PermissionsBoundaryPolicyInputList) or [
        source
        for source in boundary_of(call, entity)
        if not is_excluded(source, PolicyExclusionList)
    ]
    own = _principal(call, entity, bounded=bool(boundary))
    principal = _caller(CallerArn, bounded=bool(boundary)) or own
    simulation = _Simulation(identity, boundary, principal, **rest)
    return _results(simulation, ActionNames, ResourceArns, MaxItems=MaxItems, Marker=Marker)


def _results(
    simulation: _Simulation,
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    MaxItems: int | None,
    Marker: str | None,
) -> Output:
    named = list(dict.fromkeys(resources)) or [_ANY]
    if len(named) > MOST_RESOURCES:
        raise faults.invalid_input(f"At most {MOST_RESOURCES} ResourceArns can be simulated.")
    numbered = list(enumerate(dict.fromkeys(actions)))
    return page(
        "EvaluationResults",
        numbered,
        lambda item: f"{item[0]:08}",
        lambda item: simulation.result(item[1], named),
        # Fewer than MaxItems may come back: one request must not keep the others waiting.
        MaxItems=min(MaxItems or DEFAULT, max(1, MOST_JUDGED // len(named))),
        Marker=Marker,
    )


def _given_boundary(texts: Sequence[str]) -> list[Source]:
    if len(texts) > 1:
        raise faults.invalid_input("Only one permissions boundary policy can be given.")
    return given("PermissionsBoundaryPolicyInputList", texts, iam.PolicyKind.BOUNDARY)


def _caller(text: str | None, *, bounded: bool) -> iam.Principal | None:
    """Read CallerArn: only a user can be named."""
    if text is None:
        return None
    arn = Arn.parse(text)
    if arn is None or arn.service != "iam" or not arn.resource.startswith("user/"):
        raise faults.invalid_input(f"Invalid CallerArn {text}: it must be the ARN of a user.")
    return iam.Principal(iam.PrincipalKind.USER, text, arn.account, bounded=bounded)


def _principal(call: Call, entity: Document, *, bounded: bool) -> iam.Principal:
    if entity.kind == GROUP:
        return iam.Principal(iam.PrincipalKind.USER, None, call.account, bounded=bounded)
    arn = str(entity.body["Arn"])
    if entity.kind == ROLE:
        session = f"arn:{call.partition}:sts::{call.account}:assumed-role/{entity.name}/simulated"
        return iam.Principal(
            iam.PrincipalKind.ROLE_SESSION,
            session,
            call.account,
            user_id=f"{entity.parent}:simulated",
            role_arn=arn,
            bounded=bounded,
        )
    return iam.Principal(
        iam.PrincipalKind.USER, arn, call.account, user_id=entity.parent, bounded=bounded
    )


def _keys(entries: Sequence[Entry]) -> dict[str, iam.Value]:
    keys: dict[str, iam.Value] = {}
    for entry in entries:
        values: Sequence[str] = entry.get("ContextKeyValues") or ()
        name = str(entry.get("ContextKeyName", "")).lower()
        if not name:
            raise faults.invalid_input("A context entry has no ContextKeyName.")
        if str(entry.get("ContextKeyType", "")).endswith("List") or len(values) != 1:
            keys[name] = tuple(values)
        else:
            keys[name] = values[0]
    return keys


def _owner(text: str | None) -> str | None:
    """Read ResourceOwner: the ARN of an account, or its number."""
    if text is None:
        return None
    arn = Arn.parse(text)
    return arn.account if arn is not None else text


def _set(sources: Sequence[Source]) -> iam.PolicySet:
    return iam.PolicySet([source.policy for source in sources])


def _statement(source: Source, index: int) -> dict[str, Any]:
    (start_line, start_column), (end_line, end_column) = source.positions[index]
    return {
        "SourcePolicyId": source.id,
        "SourcePolicyType": _TYPES.get(source.kind, _IAM_POLICY),
        "StartPosition": {"Line": start_line, "Column": start_column},
        "EndPosition": {"Line": end_line, "Column": end_column},
    }


def _unique(matches: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for match in matches:
        if match not in found:
            found.append(match)
    return found
