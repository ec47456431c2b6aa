"""Sealed secrets, and secrets that are derived."""

import pytest

from gatelodge.store import MasterKey, SealError

KEY, OTHER = MasterKey(bytes(32)), MasterKey(bytes(31) + b"1")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_master_key_has_32_octets(length):
    with pytest.raises(SealError, match="32 bytes"):
        MasterKey(bytes(length))


def test_the_same_secret_is_never_sealed_alike():
    assert KEY.seal(b"s", "a") != KEY.seal(b"s", "a")
    assert KEY.open(KEY.seal(b"", "a"), "a") == b""


def test_every_octet_counts():
    sealed = KEY.seal(b"secret", "a")
    for position in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[position] ^= 1
        with pytest.raises(SealError):
            KEY.open(bytes(damaged), "a")
        with pytest.raises(SealError):
            KEY.open(sealed[:position], "a")


def test_another_key_is_told_from_damage():
    with pytest.raises(SealError, match="another master key"):
        OTHER.open(KEY.seal(b"s", "a"), "a")
    with pytest.raises(SealError, match="belongs to something else"):
        KEY.open(KEY.seal(b"s", "a"), "b")


def test_derived_secrets_differ_by_key_and_purpose_and_stay():
    assert KEY.derive("a") == KEY.derive("a")
    assert len({KEY.derive("a"), KEY.derive("b"), OTHER.derive("a"), KEY.name}) == 4
    assert len(KEY.derive("a")) == 32
