"""Run the engine again on a record, exhaustively: every stage, every statement, what decided.

The evaluation is the one that decided; if it comes to another verdict than the record, that is said
too, since it would be a bug.
"""

import difflib
from collections.abc import Mapping
from typing import Any

from gatelodge import iam
from gatelodge.authorize.caller import Caller
from gatelodge.context.call import Call
from gatelodge.context.keys import RequestKeys, anonymous_keys
from gatelodge.explain import authorizers, caching, tokens
from gatelodge.explain.part import Part
from gatelodge.explain.record import Record
from gatelodge.iam.words import kind_words, silence_words, statement_words, trial_words
from gatelodge.published import Api, GatewayResponseType
from gatelodge.route.hosts import HostNames
from gatelodge.route.path import PathRefused, read_path
from gatelodge.serve import StagePlan


class Explanation:
    """A decision, explained."""

    __slots__ = ("parts", "reason", "record", "replayed", "who")

    def __init__(self, record: Record, who: str, reason: str, parts: list[Part]) -> None:
        self.record = record
        self.who = who
        """The caller in a word: a user's name, a session, anonymous."""
        self.reason = reason
        """One sentence: what decided."""
        self.parts = parts
        self.replayed: str | None = None
        """The verdict of running again; None where no policy was involved."""

    @property
    def agrees(self) -> bool:
        """Whether running again came to the recorded verdict."""
        return self.replayed is None or self.replayed == self.record["verdict"]

    def as_dict(self) -> dict[str, Any]:
        """Give everything as JSON values."""
        return {
            "status": self.record["status"],
            "who": self.who,
            "reason": self.reason,
            "agrees": self.agrees,
            "stages": [
                {"stage": part.title, "verdict": part.verdict, "lines": part.lines}
                for part in self.parts
            ],
            "record": self.record.as_dict(),
        }


def explain(
    record: Record,
    plan: StagePlan | None,
    caller: Caller | None,
    authorizer: iam.PolicySet | None = None,
) -> Explanation:
    """Explain a record; what it refers to is None where it is no longer kept.

    authorizer: the policy that a Lambda authorizer gave.
    """
    who = short_name(caller.principal.arn if caller else None)
    parts: list[Part] = []
    if record["api_id"] is None:
        parts.append(Part("route", "refused", [record["detail"]]))
        return Explanation(record, who, record["detail"], parts)
    if plan is None:
        reason = f"the deployment {record['deployment']} of {record['api_id']} is no longer kept"
        return Explanation(record, who, reason, parts)
    request = record.request()
    segments = read_path(request.raw_path)
    address = (
        None
        if isinstance(segments, PathRefused)
        else HostNames().address(record["host"] or "", segments)
    )
    if address is None:
        return Explanation(record, who, "the recorded path is not complete", parts)
    _, _, rest, _ = address
    parts.append(_route(record, plan, rest))
    if record["kind"] == GatewayResponseType.THROTTLED:
        parts.append(Part("throttling", "refused", [record["detail"]]))
        return Explanation(record, who, f"too many calls: {record['detail']}", parts)
    arn = Call(request, plan.api, plan.stage, rest, None, {}, None, plan.arn_prefix).method_arn
    account, action = plan.api.account, caching.action_of(record)
    if caller is not None and record["kind"] not in _UNAUTHENTICATED:
        query = iam.Query(
            action, arn, caller.principal, RequestKeys(request, caller.principal.keys), account
        )
        return _with_caller(record, who, parts, query, plan, caller)
    if caching.refused(record):
        why = caching.refusal(record)
        parts.append(Part("cache", "refused", [why]))
        return Explanation(record, caching.asker(record), f"{caching.ASKED}, and {why}", parts)
    query = iam.Query(action, arn, iam.ANONYMOUS, anonymous_keys(request), account)
    if record["authorization_type"] == tokens.TYPE:
        return _with_token(record, parts, query, plan, rest)
    if record["authorization_type"] == authorizers.TYPE:
        return _with_authorizer(record, parts, query, plan, authorizer)
    return _anonymous(record, who, parts, query, plan)


def short_name(arn: str | None) -> str:
    """Name a caller in a word."""
    if arn is None:
        return "anonymous"
    return arn.rpartition(":")[2].removeprefix("user/").removeprefix("assumed-role/")


def nearest_routes(api: Api, verb: str, segments: list[str], count: int = 3) -> list[str]:
    """Find the declared routes most like one that does not exist."""
    wanted = f"{verb} /{'/'.join(segments)}"
    routes = {
        f"{name} {resource.path}".replace("ANY ", f"{verb} ", 1): f"{name} {resource.path}"
        for resource in api.resources
        for name in resource.methods
    }
    return [routes[key] for key in difflib.get_close_matches(wanted, routes, count, cutoff=0.0)]


_UNAUTHENTICATED = frozenset(
    {"MISSING_AUTHENTICATION_TOKEN", "INVALID_SIGNATURE", "EXPIRED_TOKEN", "DEFAULT_5XX"}
)


def _route(record: Record, plan: StagePlan, segments: list[str]) -> Part:
    found = plan.tree.match(segments)
    verb = record["method"]
    if found is None:
        lines = [f"no resource matches /{'/'.join(segments)}"]
    else:
        resource = found[0].resource
        declared = [name for name in (verb, "ANY") if name in resource.methods]
        if declared:
            kind = resource.methods[declared[0]].authorization_type
            return Part("route", "found", [f"{declared[0]} {resource.path}, authorization {kind}"])
        verbs = ", ".join(resource.methods) or "no verbs"
        lines = [f"{resource.path} declares {verbs}, not {verb}"]
    nearest = nearest_routes(plan.api, verb, segments)
    if nearest:
        lines.append(f"nearest: {', '.join(nearest)}")
    return Part("route", "unknown", lines)


def _with_token(
    record: Record, parts: list[Part], query: iam.Query, plan: StagePlan, segments: list[str]
) -> Explanation:
    """Explain a call with a user pool's token: the token first, then the policy as anonymous."""
    who = tokens.token_owner(record) or "anonymous"
    part = tokens.token_part(record)
    parts.append(part)
    found = plan.tree.match(segments)
    by_verb = found[0].by_verb if found else {}
    method = by_verb.get(record["method"]) or by_verb.get("ANY")
    passes = tokens.check_again(record, plan.api, plan.stage, method.method) if method else None
    if part.verdict == "verified" and plan.resource_policy is not None:
        explanation = _anonymous(record, who, parts, query, plan)
    else:
        reason = tokens.token_reason(record) + _outside(record)
        explanation = Explanation(record, who, reason, parts)
        explanation.replayed = iam.Verdict.ALLOWED.value if passes else None
    if passes is False and part.verdict == "verified":
        explanation.replayed = "refused"
    return explanation


def _with_authorizer(
    record: Record,
    parts: list[Part],
    query: iam.Query,
    plan: StagePlan,
    policies: iam.PolicySet | None,
) -> Explanation:
    """Explain a call that a Lambda authorizer judged, or was not asked about."""
    fence = plan.resource_policy
    who = authorizers.principal_of(record)
    if record["evidence"] is None and record["error_type"] == "AccessDeniedException":
        return _anonymous(record, who, parts, query, plan)  # the fence ended it
    parts.append(authorizers.asked_part(record))
    if record["evidence"] is None:
        return Explanation(record, who, str(record["detail"]) + _outside(record), parts)
    source = authorizers.source_words(record)
    if policies is None:
        said = "allowed" if record["kind"] is None else "denied"
        return Explanation(record, who, f"{said} by the authorizer's policy; {source}", parts)
    if fence is not None:
        lines = [trial_words(trial) for trial in iam.trials(fence, query)]
        verdict = fence.judge(query).verdict.value
        parts.append(Part("resource policy, caller anonymous", verdict, lines))
    parts.append(authorizers.policy_part(policies, query))
    outcome = authorizers.judge_again(policies, fence, query)
    reason = authorizers.outcome_words(outcome, policies, fence, query)
    explanation = Explanation(record, who, f"{reason}; {source}{_outside(record)}", parts)
    explanation.replayed = outcome.verdict.value
    return explanation


def _anonymous(
    record: Record, who: str, parts: list[Part], query: iam.Query, plan: StagePlan
) -> Explanation:
    policy = plan.resource_policy
    ruling = None
    if policy is not None:
        ruling = policy.judge(query)
        tried = iam.trials(policy, query)
        lines = [trial_words(trial) for trial in tried]
        parts.append(Part("resource policy, caller anonymous", ruling.verdict.value, lines))
    fenced = ruling is not None and record["error_type"] == "AccessDeniedException"
    if ruling is not None and policy is not None and (fenced or record["kind"] is None):
        reason = _ruling_reason(iam.PolicyKind.RESOURCE, policy, query, ruling)
    elif record["kind"] is None:
        reason = "the method is open, and the API has no resource policy"
    else:
        reason = _authentication_reason(record, parts)
    explanation = Explanation(record, who, reason + _outside(record), parts)
    if ruling is not None and (fenced or record["kind"] is None):
        explanation.replayed = ruling.verdict.value
    return explanation


def _authentication_reason(record: Record, parts: list[Part]) -> str:
    """Say why nobody was authenticated."""
    unknown = parts[0].verdict == "unknown"
    message = str(record["message"])
    lines = message.rstrip("\n").split("\n")
    detail = record["detail"]
    if detail:
        lines.append(detail)
    parts.append(Part("authentication", "refused", lines))
    if unknown and record["kind"] == "MISSING_AUTHENTICATION_TOKEN":
        return "; ".join(parts[0].lines)
    if record["kind"] == "MISSING_AUTHENTICATION_TOKEN":
        return "the method needs a signed request (AWS_IAM), and this one is not signed"
    first = message.partition("\n")[0]
    return f"{first} ({detail})" if detail else first


def _with_caller(
    record: Record,
    who: str,
    parts: list[Part],
    query: iam.Query,
    plan: StagePlan,
    caller: Caller,
) -> Explanation:
    policies = caller.policies
    together = iam.Policies(
        policies.identity, policies.boundary, policies.session, resource=plan.resource_policy
    )
    outcome = iam.evaluate(query, together)
    same = query.principal.account == query.resource_account
    sides = (
        "same account as the API: its own policies or the resource policy can allow"
        if same
        else "another account than the API's: both sides must allow"
    )
    named = f"{caller.principal.arn} by access key {caller.access_key_id}"
    parts.append(Part("caller", "authenticated", [named, sides]))
    sets = {
        iam.PolicyKind.IDENTITY: policies.identity,
        iam.PolicyKind.RESOURCE: plan.resource_policy,
        iam.PolicyKind.BOUNDARY: policies.boundary,
        iam.PolicyKind.SESSION: policies.session,
    }
    for kind, policy_set in sets.items():
        if policy_set is None:
            continue
        tried = iam.trials(policy_set, query)
        lines = [trial_words(trial) for trial in tried] or [f"no {kind_words(kind)} is attached"]
        parts.append(Part(kind_words(kind), policy_set.judge(query).verdict.value, lines))
    reason = _outcome_reason(outcome, sets, query)
    if caching.refused(record):
        reason = f"{caching.ASKED}: {reason}"
    elif caching.asked(record):
        renewal = caching.renewal(query)
        judged = iam.evaluate(renewal, together)
        parts.append(caching.judged_part(record, judged, _outcome_reason(judged, sets, renewal)))
    explanation = Explanation(record, who, reason + _outside(record), parts)
    explanation.replayed = outcome.verdict.value
    return explanation


def _outcome_reason(
    outcome: iam.Outcome, sets: Mapping[iam.PolicyKind, iam.PolicySet | None], query: iam.Query
) -> str:
    decisive = outcome.decisive
    if decisive is None:
        names = [statement_words(ref) for ref in outcome.determining]
        return f"allowed by {' and '.join(names)}" if names else "root of the API's own account"
    policy_set = sets.get(decisive)
    if policy_set is None:
        return f"no {kind_words(decisive)} allows a caller of another account"
    return _ruling_reason(decisive, policy_set, query, policy_set.judge(query))


def _ruling_reason(
    kind: iam.PolicyKind, policy_set: iam.PolicySet, query: iam.Query, ruling: iam.Ruling
) -> str:
    tried = iam.trials(policy_set, query)
    if ruling.verdict is iam.Verdict.SILENT:
        return silence_words(kind, tried)
    determining = set(ruling.determining)
    return "; ".join(trial_words(trial) for trial in tried if trial.ref in determining)


def _outside(record: Record) -> str:
    """Add what is known beyond the policies: an ignored header, a backend that failed."""
    added = caching.words(record)
    if record["failure"]:
        added += f"; the integration failed: {record['failure']}"
    forwarded = record["forwarded_for"]
    if forwarded and record["source_ip"] == record["peer_ip"] and record.denied:
        added += f"; X-Forwarded-For {forwarded} was ignored: the peer is no trusted proxy"
    return added
