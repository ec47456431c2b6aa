"""Names that nobody has are answered like names that somebody has, where the client asks for it."""

import pytest
from tests.userpools.tools import NOW, PASSWORD, make_client, make_pool, tools

from gatelodge.userpools import Refused, accounts, administration


@pytest.fixture
def place(tmp_path):
    pools, sent = tools(tmp_path / "state")
    pool = make_pool(pools, keys=False, AutoVerifiedAttributes=["email"])
    client = make_client(pools, pool, PreventUserExistenceErrors="ENABLED")
    attributes = {"email": "zoe@yonder.example", "email_verified": "true"}
    administration.create_user(pools, pool, "ann", attributes, None, NOW, action="SUPPRESS")
    administration.set_password(pools, pool, "ann", PASSWORD, NOW, permanent=True)
    return pools, pool, client, sent


def told(call, *arguments):
    try:
        return call(*arguments)
    except Refused as refused:
        return refused.code, refused.message


@pytest.mark.parametrize("name", ["ann", "nobody"])
def test_a_forgotten_password(place, name):
    pools, pool, client, sent = place
    answers = [told(accounts.forgot_password, pools, pool, client, name, None, NOW)
               for _ in range(6)]  # fmt: skip
    assert len(sent) == (5 if name == "ann" else 0)
    assert all(set(a["CodeDeliveryDetails"]) == {"AttributeName", "DeliveryMedium", "Destination"}
               for a in answers[:5])  # fmt: skip
    assert answers[5][0] == "LimitExceededException"
    assert len({a["CodeDeliveryDetails"]["Destination"] for a in answers[:5]}) == 1


def wrong_code(sent):
    return "000000" if not sent or sent[-1].code != "000000" else "111111"


@pytest.mark.parametrize("name", ["ann", "nobody"])
def test_codes_for_it(place, name):
    pools, pool, client, sent = place

    def confirm(password=PASSWORD):
        arguments = (name, wrong_code(sent), password, None, NOW)
        return told(accounts.confirm_forgot_password, pools, pool, client, *arguments)[0]

    assert confirm("short") == "InvalidPasswordException"
    assert confirm() == "ExpiredCodeException"
    accounts.forgot_password(pools, pool, client, name, None, NOW)
    assert [confirm() for _ in range(6)] == ["CodeMismatchException"] * 5 + [
        "LimitExceededException"
    ]
    accounts.forgot_password(pools, pool, client, name, None, NOW)
    assert confirm() == "CodeMismatchException"


@pytest.mark.parametrize("name", ["ann", "nobody"])
def test_another_code_for_a_sign_up(place, name):
    """ann is confirmed already: that is not told either."""
    pools, pool, client, sent = place
    answer = told(accounts.resend, pools, pool, client, name, None, NOW)
    assert "CodeDeliveryDetails" in answer
    assert sent == []


def test_addresses_are_made_up_and_not_to_be_foreseen(place):
    pools, pool, client, _ = place
    shown = {
        accounts.forgot_password(pools, pool, client, f"name{n}", None, NOW)["CodeDeliveryDetails"][
            "Destination"
        ]
        for n in range(30)
    }
    assert len(shown) > 20
    by_mail = accounts.forgot_password(pools, pool, client, "bob@there.example", None, NOW)
    assert by_mail["CodeDeliveryDetails"]["Destination"] == "b***@t***"
