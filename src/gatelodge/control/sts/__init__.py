"""AWS Security Token Service: who calls, and temporary credentials (control-plane.md section 5)."""

from gatelodge.control.operations import Service, collect
from gatelodge.control.sts import caller_identity
from gatelodge.control.sts.permissions import checks

SERVICE = Service("sts", collect("sts", caller_identity), checks)
