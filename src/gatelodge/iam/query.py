"""What is asked of policies: whether this principal may do this to that."""

from gatelodge.iam.principals import Principal
from gatelodge.iam.variables import Keys


class Query:
    """One request as policies see it."""

    __slots__ = ("action", "keys", "principal", "resource", "resource_account")

    def __init__(
        self, action: str, resource: str, principal: Principal, keys: Keys, resource_account: str
    ) -> None:
        self.action = action
        """`service:Name`."""
        self.resource = resource
        """The ARN of what is acted upon."""
        self.principal = principal
        self.keys = keys
        """The condition keys of the request, the principal's own among them."""
        self.resource_account = resource_account
        """Who owns the resource: decides between same and cross account."""
