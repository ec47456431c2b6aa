"""AWS's errors of IAM, by name. Texts: reference control-plane.md sections 1.5, 4.2 and 4.3."""

from gatelodge.control.fault import Fault


def no_such(message: str) -> Fault:
    """Say that something is not there."""
    return Fault("NoSuchEntity", message, 404)


def exists(message: str) -> Fault:
    """Say that a name is taken."""
    return Fault("EntityAlreadyExists", message, 409)


def limit(message: str) -> Fault:
    """Say that a quota is used up."""
    return Fault("LimitExceeded", message, 409)


def quota(name: str, allowed: int) -> Fault:
    """Say which quota is used up, in AWS's usual words."""
    return limit(f"Cannot exceed quota for {name}: {allowed}")


def conflict(message: str) -> Fault:
    """Say what stands in the way of a deletion."""
    return Fault("DeleteConflict", message, 409)


def invalid(message: str) -> Fault:
    """Say that a member has a wrong form."""
    return Fault("ValidationError", message)


def invalid_input(message: str) -> Fault:
    """Say that a member makes no sense."""
    return Fault("InvalidInput", message)


def constraint(member: str, must: str) -> Fault:
    """Say which constraint of the service's model a member fails, as newer operations print it."""
    return invalid(
        f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
        f"Member must {must}"
    )
