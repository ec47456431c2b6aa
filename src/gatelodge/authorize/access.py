"""What authorization needs to know of the addressed method, made once for every request."""

from gatelodge import iam


class Access:
    """One attempt to use one method of one deployed API."""

    __slots__ = ("account", "authorization_type", "method_arn", "region", "resource_policy")

    def __init__(
        self,
        method_arn: str,
        authorization_type: str | None,
        resource_policy: iam.PolicySet | None,
        account: str,
        region: str,
    ) -> None:
        self.method_arn = method_arn
        """The actual verb and path, never ANY or a template."""
        self.authorization_type = authorization_type
        """AWS's word for the method's mechanism; None for an unknown route."""
        self.resource_policy = resource_policy
        self.account = account
        """The account that owns the API."""
        self.region = region
