"""Who calls: an authenticated caller with the policies of its side, or the refusal to name one."""

from gatelodge import iam


class CallerPolicies:
    """The policies of the caller's side, compiled when the caller was loaded.

    identity: inline, managed and group policies; boundary and session: None where there is none.
    """

    __slots__ = ("boundary", "identity", "session")

    def __init__(
        self,
        identity: iam.PolicySet,
        boundary: iam.PolicySet | None = None,
        session: iam.PolicySet | None = None,
    ) -> None:
        self.identity = identity
        self.boundary = boundary
        self.session = session


class Caller:
    """A caller whose credentials were verified."""

    __slots__ = ("access_key_id", "exhibit", "policies", "principal")

    def __init__(
        self,
        principal: iam.Principal,
        policies: CallerPolicies,
        access_key_id: str,
        exhibit: str,
    ) -> None:
        self.principal = principal
        self.policies = policies
        self.access_key_id = access_key_id
        self.exhibit = exhibit
        """Names the documents this caller was loaded from, so that a decision can be replayed."""
