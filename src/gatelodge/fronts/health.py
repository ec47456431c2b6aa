"""What a data worker says of itself: that it serves, and how long it has not met the store."""

import json

from gatelodge.messages import Response

PATH = "/_aws/health"
"""Wherever no stage of an API is under it."""


def health(away_seconds: float | None, stale_seconds: float) -> Response:
    """Answer a health check.

    away_seconds: since the store answered last; None while it answers. Until stale_seconds, what
    is known is served on; then nobody who has to be looked up is admitted, and the check fails.
    """
    said: dict[str, object] = {"status": "ok", "store": "ok"}
    status = 200
    if away_seconds is not None:
        stale = away_seconds > stale_seconds
        said = {
            "status": "failing" if stale else "degraded",
            "store": "away",
            "storeAwaySeconds": round(away_seconds),
            "servesKnownCallersForSeconds": max(0, round(stale_seconds - away_seconds)),
        }
        status = 503 if stale else 200
    body = json.dumps(said).encode()
    return Response(
        status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")], body
    )
