"""All policy types together: the order in which IAM reaches its decision.

Source: IAM User Guide, "Policy evaluation logic"; reference: iam-evaluation.md sections 2 and 3.
"""

from collections.abc import Sequence

from gatelodge.iam.compile import PolicySet
from gatelodge.iam.document import PolicyKind
from gatelodge.iam.principals import PrincipalKind, Reach
from gatelodge.iam.query import Query
from gatelodge.iam.ruling import EVERYTHING, SILENCE, Doubt, Ruling, StatementRef, Verdict

# Members of enumerations, looked up once: each look-up costs as much as judging a statement.
_DENIED = Verdict.DENIED
_SILENT = Verdict.SILENT
_ALLOWED = Verdict.ALLOWED
_IDENTITY = PolicyKind.IDENTITY
_RESOURCE_CONTROL = PolicyKind.RESOURCE_CONTROL
_RESOURCE = PolicyKind.RESOURCE
_BOUNDARY = PolicyKind.BOUNDARY
_SESSION = PolicyKind.SESSION
_SERVICE_CONTROL = PolicyKind.SERVICE_CONTROL
_ANONYMOUS = PrincipalKind.ANONYMOUS
_ROOT = PrincipalKind.ROOT
_SERVICE = PrincipalKind.SERVICE
_SPARES_NOTHING = Reach.NOTHING
_SPARES_IDENTITY = Reach.IDENTITY
_SPARES_BOUNDARY = Reach.BOUNDARY
_SPARES_EVERYTHING = Reach.EVERYTHING


class Policies:
    """Everything that applies to one request; None and empty where nothing of a type is there."""

    __slots__ = (
        "boundary",
        "identity",
        "resource",
        "resource_control",
        "service_control",
        "session",
    )

    def __init__(
        self,
        identity: PolicySet,
        boundary: PolicySet | None = None,
        session: PolicySet | None = None,
        *,
        service_control: Sequence[PolicySet] = (),
        resource: PolicySet | None = None,
        resource_control: Sequence[PolicySet] = (),
    ) -> None:
        self.identity = identity
        self.boundary = boundary
        self.session = session
        """None: no session policy was passed. An empty set allows nothing."""
        self.service_control = service_control
        """A set for each level, from the organization's root to the account."""
        self.resource = resource
        self.resource_control = resource_control


class Outcome:
    """The decision of all policy types together."""

    __slots__ = ("decisive", "rulings", "verdict")

    def __init__(
        self,
        verdict: Verdict,
        decisive: PolicyKind | None,
        rulings: tuple[tuple[PolicyKind, Ruling], ...],
    ) -> None:
        self.verdict = verdict
        """ALLOWED; DENIED by a statement; SILENT: an Allow was missing."""
        self.decisive = decisive
        """Whose Deny it was, or whose Allow was missing; None when allowed."""
        self.rulings = rulings
        """What each type said, as far as it was asked."""

    @property
    def determining(self) -> tuple[StatementRef, ...]:
        """The statements that determined the decision: a Deny, or the Allows that admitted.

        None for silence, and for a root user that needs no policy.
        """
        if self.verdict is _DENIED:
            return self.rulings[-1][1].determining  # the Deny ended the evaluation
        if self.verdict is _SILENT:
            return ()
        return tuple(ref for _, ruling in self.rulings for ref in ruling.determining)

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """Every doubt that was met."""
        return tuple(doubt for _, ruling in self.rulings for doubt in ruling.doubts)

    def __repr__(self) -> str:
        return f"Outcome({self.verdict.name}, {self.decisive})"


def evaluate(query: Query, policies: Policies) -> Outcome:
    """Decide a request: explicit denies first, then every Allow that is needed."""
    rulings: list[tuple[PolicyKind, Ruling]] = []
    for kind, policy_set in applying(query, policies):
        ruling = policy_set.judge(query)
        rulings.append((kind, ruling))
        if ruling.verdict is _DENIED:
            return Outcome(_DENIED, kind, tuple(rulings))
    missing = _missing_allow(query, rulings)
    if missing is not None:
        return Outcome(_SILENT, missing, tuple(rulings))
    return Outcome(_ALLOWED, None, tuple(rulings))


def applying(query: Query, policies: Policies) -> list[tuple[PolicyKind, PolicySet]]:
    """List the sets that apply to this caller; a Deny in any of them is final."""
    applying: list[tuple[PolicyKind, PolicySet]] = []
    kind = query.principal.kind
    if kind is not _ANONYMOUS:
        applying.append((_IDENTITY, policies.identity))
    if policies.resource is not None:
        applying.append((_RESOURCE, policies.resource))
    if kind is not _ANONYMOUS:
        if policies.boundary is not None and kind is not _ROOT:
            applying.append((_BOUNDARY, policies.boundary))
        if policies.session is not None:
            applying.append((_SESSION, policies.session))
        if kind is not _SERVICE:
            applying += ((_SERVICE_CONTROL, level) for level in policies.service_control)
    applying += ((_RESOURCE_CONTROL, level) for level in policies.resource_control)
    return applying


def _missing_allow(query: Query, rulings: Sequence[tuple[PolicyKind, Ruling]]) -> PolicyKind | None:
    """Name the first policy type whose Allow is needed and missing.

    Resource control policies are not among them: RCPFullAWSAccess is attached at every level.
    """
    by_kind = dict(rulings)
    for kind, ruling in rulings:
        if kind is _SERVICE_CONTROL and ruling.verdict is not _ALLOWED:
            return kind
    principal = query.principal
    resource = by_kind.get(_RESOURCE, SILENCE)
    if principal.kind in (_ANONYMOUS, _SERVICE):
        return None if resource.verdict is _ALLOWED else _RESOURCE
    spared = _SPARES_NOTHING
    if principal.account == query.resource_account:
        if resource.verdict is _ALLOWED:
            spared = resource.reach
    elif resource.verdict is not _ALLOWED:
        return _RESOURCE
    identity = by_kind[_IDENTITY]
    if principal.kind is _ROOT:
        identity = EVERYTHING
    if spared < _SPARES_IDENTITY and identity.verdict is not _ALLOWED:
        return _IDENTITY
    boundary = by_kind.get(_BOUNDARY)
    if boundary is not None and spared < _SPARES_BOUNDARY and boundary.verdict is not _ALLOWED:
        return _BOUNDARY
    session = by_kind.get(_SESSION)
    if session is not None and spared < _SPARES_EVERYTHING and session.verdict is not _ALLOWED:
        return _SESSION
    return None
