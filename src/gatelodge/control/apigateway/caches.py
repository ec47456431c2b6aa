"""The cache of a stage for replies: whether there is one, and how large (Stage).

Here it is there as soon as it is asked for; AWS takes some minutes to make one.
"""

from collections.abc import Mapping
from typing import Any

from gatelodge.control.apigateway.canaries import SETTINGS
from gatelodge.control.apigateway.documents import bad_request

BUILT_IN = {"cacheClusterEnabled": False, "cacheClusterStatus": "NOT_AVAILABLE"}
_SIZES = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
_CACHING = ("cachingEnabled", "cacheTtlInSeconds", "cacheDataEncrypted")


def read_size(value: str | None) -> str | None:
    """Read the size of a cache, in gigabytes. Raises Fault."""
    if value and value not in _SIZES:
        raise bad_request(
            f"Invalid cacheClusterSize specified. Valid options are {','.join(_SIZES)}"
        )
    return value or None


def settled(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give a stage with the status of its cache, which has the least size if nobody chose one."""
    if not body.get("cacheClusterEnabled"):
        return {**body, **BUILT_IN}
    size = body.get("cacheClusterSize") or _SIZES[0]
    return {**body, "cacheClusterSize": size, "cacheClusterStatus": "AVAILABLE"}


def published_size(body: Mapping[str, Any]) -> float | None:
    """Give the gigabytes of a stage's cache, as the data plane keeps them; None without one."""
    return float(body["cacheClusterSize"]) if body.get("cacheClusterEnabled") else None


def cache_terms(body: Mapping[str, Any]) -> object:
    """Give what replies are kept by: they are forgotten when it changes.

    AWS says so of the size. Variables and a client certificate make another backend, as a rule.
    """
    return (
        published_size(body),
        {
            name: [one[member] for member in _CACHING]
            for name, one in body["methodSettings"].items()
        },
        body.get("variables", {}),
        body.get("clientCertificateId"),
        body.get(SETTINGS, {}).get("stageVariableOverrides", {}),
    )
