"""AWS Security Token Service: who calls, and temporary credentials (control-plane.md section 5)."""

from gatelodge.control.operations import Service, collect
from gatelodge.control.sts import (
    assume_role,
    caller_identity,
    lookups,
    users_sessions,
    web_identity,
)
from gatelodge.control.sts.permissions import checks

SERVICE = Service(
    "sts",
    collect("sts", assume_role, caller_identity, lookups, users_sessions, web_identity),
    checks,
    unsigned=frozenset({"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"}),
)
