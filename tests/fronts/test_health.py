"""The health check of the data plane, and what it says while the store is away."""

import json

import pytest
from tests.gateway import Gateway, api_document

from gatelodge.fronts.health import PATH, health


@pytest.mark.parametrize(
    ("away", "status", "said"),
    [
        (None, 200, {"status": "ok", "store": "ok"}),
        (
            12.4,
            200,
            {
                "status": "degraded",
                "store": "away",
                "storeAwaySeconds": 12,
                "servesKnownCallersForSeconds": 888,
            },
        ),
        (
            900.5,
            503,
            {
                "status": "failing",
                "store": "away",
                "storeAwaySeconds": 900,
                "servesKnownCallersForSeconds": 0,
            },
        ),
    ],
)
def test_what_it_says(away, status, said):
    response = health(away, 900)
    assert (response.status, json.loads(response.body)) == (status, said)


def test_through_the_socket(tmp_path):
    gateway = Gateway(tmp_path, [api_document("abc", "http://127.0.0.1:9")])
    answer = gateway.send("GET", f"http://{gateway.host}{PATH}", [("Host", gateway.host)])
    assert (answer.status, answer.json["status"]) == (200, "ok")
    # It is no decision.
    assert "x-gatelodge-decision" not in answer.headers
    assert gateway.stop() == 0
