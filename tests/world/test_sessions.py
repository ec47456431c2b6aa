"""Session tokens: everything is in them, sealed to one key id and one master key."""

import base64
import json
from dataclasses import asdict

import pytest
from tests.household import Household

from gatelodge.world.sessions import Session, SessionKind, open_session, seal_session

SESSION = Session(
    access_key_id="ASIAKEY",
    secret="secret",
    kind=SessionKind.FEDERATED,
    arn="arn:aws:iam::111111111111:user/alice",
    unique_id="AIDAALICE",
    name="fred",
    issued=1,
    expires=2,
    policies=[{"name": "p", "document": {}}],
    policy_arns=("arn:aws:iam::aws:policy/p",),
    tags={"a": "b"},
    transitive=("a",),
    source_identity="x",
    provider="arn",
    keys={"i:sub": "s"},
)


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    return Household(tmp_path_factory.mktemp("sessions")).master


@pytest.mark.parametrize("at_least", [0, 500, 4096])
def test_there_and_back(master, at_least):
    token = seal_session(SESSION, master, at_least)
    assert len(token) >= at_least
    assert open_session(token, "ASIAKEY", master) == SESSION


def test_it_hides_what_it_holds(master):
    assert b"secret" not in base64.b64decode(seal_session(SESSION, master))


def test_it_belongs_to_one_key_and_one_gateway(master, tmp_path):
    token = seal_session(SESSION, master)
    assert open_session(token, "ASIAOTHER", master) is None
    assert open_session(token, "ASIAKEY", Household(tmp_path).master) is None


@pytest.mark.parametrize("change", ["first", "last", "cut", "spaces", "empty", "text", "unicode"])
def test_damaged_tokens(master, change):
    token = seal_session(SESSION, master)
    other = {
        "first": ("B" if token[0] == "A" else "A") + token[1:],
        "last": token[:-8] + ("AAAAAAAA" if token[-8:] != "AAAAAAAA" else "BBBBBBBB"),
        "cut": token[:40],
        "spaces": f" {token}",
        "empty": "",
        "text": "no token",
        "unicode": "\u20ac" * 8,
    }[change]
    assert open_session(other, "ASIAKEY", master) is None


@pytest.mark.parametrize("change", [{"more": 1}, {"tags": None}])
def test_tokens_of_other_versions_are_not_guessed(master, change):
    written = asdict(SESSION) | change
    if change == {"tags": None}:
        del written["tags"]
    sealed = master.seal(json.dumps(written).encode(), "session ASIAKEY")
    assert open_session(base64.b64encode(sealed).decode(), "ASIAKEY", master) is None
