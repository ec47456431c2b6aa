"""How callers name functions: by name, by partial or full ARN, each with a qualifier.

Reference: control-plane.md section 7.1.
"""

import re

from gatelodge.arn import partition_of
from gatelodge.control.call import Call
from gatelodge.control.fault import Fault
from gatelodge.functions.documents import FUNCTION, find_document, function_arn
from gatelodge.functions.function import LATEST
from gatelodge.store import Document

_NAME = re.compile(
    r"(?:arn:[a-z-]+:lambda:(?P<region>[a-z0-9-]+):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[A-Za-z0-9_-]+)(?::(?P<qualifier>\$LATEST|[A-Za-z0-9_-]+))?",
    re.ASCII,
)
MAX_NAME = 64


class Named:
    """A function as a call names it."""

    __slots__ = ("account", "arn", "name", "qualifier", "region")

    def __init__(self, call: Call, name: str, qualifier: str | None) -> None:
        self.account = call.account
        self.region = call.region
        self.name = name
        self.qualifier = qualifier
        self.arn = function_arn(partition_of(call.region), call.region, call.account, name)
        """Without the qualifier."""

    @property
    def qualified_arn(self) -> str:
        """The ARN with the qualifier, if there is one."""
        return self.arn if self.qualifier is None else f"{self.arn}:{self.qualifier}"


def read_name(call: Call, text: str, qualifier: str | None = None) -> Named:
    """Read a name and a qualifier beside it. Raises Fault."""
    match = _NAME.fullmatch(text)
    if match is None:
        raise invalid(f"{text!r} is not a name of a function")
    region, account, name = match["region"], match["account"], match["name"]
    if len(name) > MAX_NAME:
        raise invalid(f"The function name is longer than {MAX_NAME} characters")
    if region is not None and region != call.region:
        raise Fault(
            "ResourceNotFoundException",
            f"Functions from '{region}' are not reachable in this region ('{call.region}')",
            404,
        )
    inside = match["qualifier"]
    if inside is not None and qualifier is not None and inside != qualifier:
        raise invalid(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    named = Named(call, name, inside or qualifier)
    if account is not None and account != call.account:
        raise not_found(named.qualified_arn.replace(call.account, account))
    return named


def function(call: Call, named: Named) -> Document:
    """Read what is common to all versions of a function. Raises Fault."""
    found = call.store.document(named.account, named.region, FUNCTION, named.name)
    if found is None:
        raise not_found(named.qualified_arn)
    return found


def version(call: Call, named: Named) -> Document:
    """Read the version that a qualifier means. Raises Fault."""
    found = find_document(call.store, named.account, named.region, named.name, named.qualifier)
    if found is None:
        raise not_found(named.qualified_arn)
    return found


def without_qualifier(named: Named) -> None:
    """Refuse a qualifier where only $LATEST can be meant. Raises Fault."""
    if named.qualifier not in (None, LATEST):
        raise invalid("This operation is permitted on $LATEST and on unqualified functions only")


def not_found(arn: str) -> Fault:
    """Make the error for a function that does not exist."""
    return Fault("ResourceNotFoundException", f"Function not found: {arn}", 404, {"Type": "User"})


def invalid(message: str) -> Fault:
    """Make the error for a value that cannot be."""
    return Fault("InvalidParameterValueException", message, 400, {"Type": "User"})


def conflict(message: str) -> Fault:
    """Make the error for something that stands in the way."""
    return Fault("ResourceConflictException", message, 409, {"Type": "User"})
