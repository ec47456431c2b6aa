"""What clients carry between steps: sealed, for one step and one client, and used once."""

from base64 import b64decode, b64encode

import pytest
from tests.userpools.tools import NOW, tools

from gatelodge.userpools import Refused, sessions

VALUES = {"client": "mine", "sub": "abc"}


@pytest.fixture
def pools(tmp_path):
    return tools(tmp_path / "state")[0]


def message(call, *arguments):
    with pytest.raises(Refused) as caught:
        call(*arguments)
    return caught.value.message


def test_what_was_sealed_is_opened(pools):
    text = sessions.seal(pools, "STEP", VALUES, NOW + 180)
    opened = sessions.unseal(pools, "STEP", text, "mine", NOW + 180)
    assert VALUES.items() <= opened.items()
    assert b"abc" not in b64decode(text)


def test_its_length_tells_nothing(pools):
    lengths = {
        len(sessions.seal(pools, "STEP", {**VALUES, "sub": "a" * n}, NOW)) for n in (0, 36, 128)
    }
    assert len(lengths) == 1


@pytest.mark.parametrize("change", [
    lambda text: "",
    lambda text: None,
    lambda text: "x" * (sessions.MAX_LENGTH + 1),
    lambda text: text[:-8],
    lambda text: text + "\n",
    lambda text: "é" + text,
    lambda text: b64encode(b64decode(text)[:-1] + b"x").decode(),
])  # fmt: skip
def test_what_is_not_ours(pools, change):
    text = change(sessions.seal(pools, "STEP", VALUES, NOW + 180))
    assert message(sessions.unseal, pools, "STEP", text, "mine", NOW) == (
        "Invalid session for the user."
    )


def test_another_step_another_client_and_too_late(pools):
    text = sessions.seal(pools, "STEP", VALUES, NOW + 180)
    invalid = "Invalid session for the user."
    assert message(sessions.unseal, pools, "OTHER", text, "mine", NOW) == invalid
    assert message(sessions.unseal, pools, "STEP", text, "yours", NOW) == invalid
    late = message(sessions.unseal, pools, "STEP", text, "mine", NOW + 180.1)
    assert late == "Invalid session for the user, session is expired."


def test_used_once(pools):
    first, second = (
        sessions.unseal(pools, "STEP", sessions.seal(pools, "STEP", VALUES, NOW + 9), "mine", NOW)
        for _ in range(2)
    )
    sessions.use(pools, first, NOW)
    sessions.use(pools, second, NOW)
    assert message(sessions.use, pools, first, NOW) == "Invalid session for the user."
