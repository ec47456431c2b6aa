"""Canaries: a second deployment that takes a share of a stage's calls (CanarySettings).

Source: API Gateway API reference, CanarySettings and "Patch Operations"; what a patch makes of a
stage without a canary, and the refusals, are as recorded (reference: control-plane.md section 6.3).
"""

import math
from collections.abc import Mapping
from typing import Any

from gatelodge.control import patching
from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.patching import ADD, REMOVE, REPLACE, Kind, Operation, Rule, Table
from gatelodge.published import CanarySettings

SETTINGS = "canarySettings"
_OVERRIDES = "stageVariableOverrides"
_COPIES = {
    "/deploymentId": "/canarySettings/deploymentId",
    "/variables": "/canarySettings/stageVariableOverrides",
}


def read_canary(settings: Mapping[str, Any], deployment_id: str) -> dict[str, Any]:
    """Read the canarySettings of a call; deployment_id: where they name none. Raises Fault."""
    overrides = settings.get(_OVERRIDES)
    return {
        "deploymentId": settings.get("deploymentId") or deployment_id,
        "percentTraffic": _percent(settings.get("percentTraffic") or 0.0),
        "useStageCache": bool(settings.get("useStageCache")),
        **({_OVERRIDES: dict(overrides)} if overrides else {}),
    }


def patch_canary(body: Mapping[str, Any], operation: Operation) -> dict[str, Any] | None:
    """Apply one operation to a stage's canary; None when it is about something else.

    Whatever is first replaced makes a canary of the stage's own deployment, without traffic.
    Raises Fault.
    """
    op, path = operation.get("op"), operation.get("path")
    if op == "copy":
        return _promote(body, str(path), str(operation.get("from")))
    tokens = patching.read_path(path)
    rule = None if tokens is None else PATCHES.find(tokens)
    # What cannot be removed is looked for among the settings of methods, as recorded.
    if tokens is None or rule is None or (op == REMOVE and REMOVE not in rule.operations):
        return None
    if op == ADD:
        raise bad_request(f"Invalid add operation with path: {path}")
    if len(tokens) == 1 and op != REMOVE:
        return None
    if len(tokens) > 1 and SETTINGS not in body:
        body = {**body, SETTINGS: read_canary({}, str(body["deploymentId"]))}
    changed = patching.patch(body, [operation], PATCHES)
    if not changed.get(SETTINGS, {}).get(_OVERRIDES, True):
        del changed[SETTINGS][_OVERRIDES]
    return changed


def published_canary(body: Mapping[str, Any]) -> CanarySettings | None:
    """Give the canary of a stage as the data plane serves it; None without one."""
    settings = body.get(SETTINGS)
    if settings is None:
        return None
    return CanarySettings(
        str(settings["deploymentId"]),
        float(settings["percentTraffic"]),
        dict(settings.get(_OVERRIDES, {})),
        bool(settings["useStageCache"]),
    )


def _promote(body: Mapping[str, Any], path: str, source: str) -> dict[str, Any]:
    """Let a stage have what its canary has: the deployment, or the variables."""
    if _COPIES.get(path) != source:
        raise bad_request(
            f"Invalid copy operation with path: {path} and from {source}. Valid copy:path are "
            f"[{', '.join(_COPIES)}] and valid copy:from are [{', '.join(_COPIES.values())}]"
        )
    settings = body.get(SETTINGS)
    if settings is None:
        raise bad_request("Promotion not available. Canary does not exist.")
    if path == "/deploymentId":
        return {**body, "deploymentId": settings["deploymentId"]}
    together = {**body.get("variables", {}), **settings.get(_OVERRIDES, {})}
    return {**body, "variables": together} if together else dict(body)


def _percent(value: float | str | None) -> float:
    try:
        percent = float("" if value is None else value)
    except ValueError:
        percent = math.nan
    if not 0 <= percent <= 100:
        raise bad_request("Invalid canary percentTraffic, must be between 0.0 and 100.0")
    return percent


PATCHES = Table(
    {
        "/canarySettings": Rule(frozenset({REMOVE}), patching.text),
        "/canarySettings/percentTraffic": patching.replace_only(_percent),
        "/canarySettings/deploymentId": patching.replace_only(patching.needed("Deployment id")),
        "/canarySettings/useStageCache": patching.replace_only(patching.flag),
        "/canarySettings/stageVariableOverrides": patching.replace_only(patching.texts),
        "/canarySettings/stageVariableOverrides/{}": Rule(
            frozenset({REPLACE, REMOVE}), lambda value: value or "", Kind.ENTRY
        ),
    }
)
