"""Which TLS an API's own endpoint speaks, on paper: securityPolicy and endpointAccessMode.

TLS ends where the operator lets it end, so they are kept and shown; a deployment refuses what they
would promise (openapi/served.py).
Source: API Gateway Developer Guide, "Security policies for REST APIs", "Supported security
policies"; the two refusals about the access mode are AWS's own words.
"""

from collections.abc import Mapping
from typing import Any

from gatelodge.control.apigateway.documents import bad_request
from gatelodge.openapi.tls_policies import ACCESS_MODES, EDGE_POLICIES, OTHER_POLICIES, POLICIES

POLICY, MODE = "securityPolicy", "endpointAccessMode"
_ENHANCED = "SecurityPolicy_"


def default_policy(types: object) -> str:
    """Name the policy that an API has by itself."""
    return "TLS_1_2" if types == ["PRIVATE"] else "TLS_1_0"


def check_tls(body: Mapping[str, Any]) -> None:
    """Check what an API says of TLS. Raises Fault."""
    types = body["endpointConfiguration"]["types"]
    policy, mode = body.get(POLICY) or default_policy(types), body.get(MODE)
    if policy not in POLICIES:
        raise bad_request(f"Invalid securityPolicy specified. Valid options are {_all(POLICIES)}")
    if mode and mode not in ACCESS_MODES:
        raise bad_request(
            f"Invalid endpointAccessMode specified. Valid options are {_all(ACCESS_MODES)}"
        )
    enhanced = policy.startswith(_ENHANCED)
    if enhanced and not mode:
        raise bad_request("Endpoint access mode is required for the specified security policy")
    if mode and not enhanced:
        raise bad_request("Endpoint access mode is not supported for this security policy")
    possible = EDGE_POLICIES if types == ["EDGE"] else OTHER_POLICIES
    if policy not in possible:
        raise bad_request(
            f"The security policy {policy} is not possible for {types[0]} APIs. Valid options are "
            f"{_all(possible)}"
        )


def check_tls_change(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Check a change of what an API says of TLS. Raises Fault."""
    check_tls(after)
    types, new_types = (body["endpointConfiguration"]["types"] for body in (before, after))
    was = before.get(POLICY) or default_policy(types)
    if (was, after.get(POLICY)) == ("TLS_1_0", "TLS_1_2"):
        raise bad_request("The security policy of an API cannot be changed from TLS_1_0 to TLS_1_2")
    if before.get(MODE) == "STRICT" and new_types != types:
        raise bad_request(
            "The endpoint type cannot be changed while endpointAccessMode is STRICT: set it to "
            "BASIC first"
        )


def _all(words: tuple[str, ...]) -> str:
    return ",".join(words)
