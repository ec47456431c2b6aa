"""The store away under a running gateway: what is known is served for a while, and nothing else."""

import time
from contextlib import contextmanager

import pytest
from tests.gateway import Backend, Gateway, api_document, identity, user

SECONDS = 4
HEALTH = "/_aws/health"


@contextmanager
def spoiled(state):
    """Overwrite the database under everybody who has it open, and put it back."""
    files = [state / "store.db", state / "store.db-wal"]
    index = state / "store.db-shm"
    kept = {path: path.read_bytes() for path in files}

    def write(path, data):
        # In place: a file of the same name would be another file.
        with path.open("r+b") as opened:
            opened.write(data)

    try:
        for path, data in kept.items():
            write(path, b"gone" * (len(data) // 4))
        write(index, bytes(136))  # the index's two headers and marks: nobody trusts it any more
        yield
    finally:
        for path, data in kept.items():
            write(path, data)
        write(index, bytes(136))


@pytest.fixture
def gateway(tmp_path):
    backend = Backend()
    users = [user("alice", identity()), user("bob", identity())]
    gateway = Gateway(
        tmp_path,
        [api_document("abc123", backend.url)],
        [{"UserDetailList": users}],
        options=["--stale-seconds", str(SECONDS)],
    )
    yield gateway
    assert gateway.stop() == 0
    backend.close()


def health(gateway):
    answer = gateway.send("GET", f"http://{gateway.host}{HEALTH}", [("Host", gateway.host)])
    return answer.status, answer.json


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_from_going_away_to_coming_back(gateway):
    alice, bob = ("--user", "alice"), ("--user", "bob")

    def call(path="/pets", who=None):
        answer = gateway.call("abc123", path, who=who)
        return answer.status, answer.error

    gateway.key(*bob)
    assert call("/signed", alice) == (200, None)
    assert call() == (200, None)
    assert health(gateway) == (200, {"status": "ok", "store": "ok"})
    with spoiled(gateway.state):
        until(lambda: health(gateway)[1]["status"] == "degraded")
        status, said = health(gateway)
        assert (status, said["store"]) == (200, "away")
        assert said["storeAwaySeconds"] + said["servesKnownCallersForSeconds"] == SECONDS
        # Who and what is known is served on.
        assert call("/signed", alice) == (200, None)
        assert call() == (200, None)
        # Who is not known is not admitted, and what is not known is not found.
        assert call("/signed", bob) == (500, "InternalServerErrorException")
        assert gateway.call("other99").status == 403
        until(lambda: health(gateway)[1]["status"] == "failing")
        status, said = health(gateway)
        assert (status, said["servesKnownCallersForSeconds"]) == (503, 0)
        assert said["storeAwaySeconds"] >= SECONDS
        # Too long: nobody any more, whatever was known.
        until(lambda: call() == (503, "ServiceUnavailableException"))
        assert call("/signed", alice) == (503, "ServiceUnavailableException")
        assert call("/signed", bob) == (503, "ServiceUnavailableException")
        assert gateway.why(gateway.call("abc123"))["reason"] == (
            "the store has been away for too long"
        )
    until(lambda: health(gateway)[1]["status"] == "ok")
    assert call() == (200, None)
    assert call("/signed", alice) == (200, None)
    assert call("/signed", bob) == (200, None)
    # What is written from now on is followed as before.
    iam = gateway.client("iam")
    (name,) = iam.list_user_policies(UserName="bob")["PolicyNames"]
    iam.delete_user_policy(UserName="bob", PolicyName=name)
    assert call("/signed", bob) == (403, "AccessDeniedException")
