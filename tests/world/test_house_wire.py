"""The line between workers and the house: who may speak on it, and how much."""

import stat
import struct

import pytest
from tests.household import Household

from gatelodge.world import house_wire
from gatelodge.world.house_wire import (
    MAX_HEAD,
    MAX_PAYLOAD,
    SOCKET,
    Messages,
    WireError,
    connect,
    hello,
    is_hello,
    listen,
    write_message,
)


@pytest.mark.parametrize("piece", [1, 3, 7, 1000])
def test_messages_in_pieces(piece):
    sent = [({"id": 1, "kind": "a"}, b""), ({"id": 2, "text": "\u20ac"}, bytes(range(256)))]
    octets = b"".join(write_message(*message) for message in sent)
    messages, got = Messages(), []
    for start in range(0, len(octets), piece):
        got += messages.feed(octets[start : start + piece])
    assert got == sent


@pytest.mark.parametrize(
    ("head", "payload"),
    [(MAX_HEAD + 1, 0), (0, MAX_PAYLOAD + 1), (2**32 - 1, 2**32 - 1)],
)
def test_lengths_are_bounded_before_anything_is_kept(head, payload):
    with pytest.raises(WireError):
        list(Messages().feed(struct.pack("!II", head, payload)))


@pytest.mark.parametrize("octets", [b"{", b"\xff"])
def test_a_head_that_is_no_json(octets):
    with pytest.raises(ValueError, match=r".*"):
        list(Messages().feed(struct.pack("!II", len(octets), 0) + octets))


def test_only_who_has_the_master_key_says_hello(tmp_path):
    ours = Household(tmp_path / "a").master
    theirs = Household(tmp_path / "b").master
    ((head, payload),) = Messages().feed(hello(ours))
    assert is_hello(head, payload, ours)
    assert not is_hello(head, payload, theirs)
    assert not is_hello({**head, "kind": "invoke"}, payload, ours)
    for forged in (b"", b"x" * 44, payload[:-1], payload + b"x"):
        assert not is_hello(head, forged, ours)
    # What is sealed for something else is no hello.
    assert not is_hello(head, ours.seal(b"x" * 16, "session ASIA"), ours)


def test_the_socket_is_for_its_own_user_alone(tmp_path):
    sock = listen(tmp_path)
    with sock:
        assert stat.S_IMODE((tmp_path / SOCKET).stat().st_mode) & 0o077 == 0
        connect(tmp_path).close()
        # One that stayed behind is no obstacle.
        listen(tmp_path).close()


def test_a_state_directory_with_a_long_name(tmp_path):
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    with listen(deep):
        connect(deep).close()


def test_nobody_listens(tmp_path):
    with pytest.raises(OSError, match=r".*"):
        connect(tmp_path)
    assert house_wire.SOCKET not in {path.name for path in tmp_path.iterdir()}
