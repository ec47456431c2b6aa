"""A code on its way: what is counted, what is kept before it is sent, and what fails."""

import dataclasses

import pytest
from structlog.testing import capture_logs
from tests.userpools.tools import NOW, PASSWORD, make_client, make_pool, tools

from gatelodge.userpools import Refused, accounts, administration
from gatelodge.userpools.delivery import DeliveryError

ADDRESS = {"email": "ann@example.com", "email_verified": "true"}


class Place:
    def __init__(self, directory, **members):
        self.pools, self.sent = tools(directory)
        self.pool = make_pool(self.pools, AutoVerifiedAttributes=["email"])
        self.client = make_client(self.pools, self.pool, **members)
        administration.create_user(
            self.pools, self.pool, "ann", ADDRESS, None, NOW, action="SUPPRESS"
        )
        administration.set_password(self.pools, self.pool, "ann", PASSWORD, NOW, permanent=True)

    def forgot(self, now=NOW, name="ann"):
        return accounts.forgot_password(self.pools, self.pool, self.client, name, None, now)

    def recover(self, code, now=NOW):
        return accounts.confirm_forgot_password(
            self.pools, self.pool, self.client, "ann", code, PASSWORD, None, now
        )


def away(message):
    raise DeliveryError("the mail server is away")


@pytest.fixture(params=["LEGACY", "ENABLED"])
def place(request, tmp_path):
    return Place(tmp_path / "state", PreventUserExistenceErrors=request.param)


def test_five_within_an_hour(place):
    for _ in range(5):
        place.forgot()
    with pytest.raises(Refused, match="LimitExceededException"):
        place.forgot()
    assert len(place.sent) == 5
    assert place.forgot(NOW + 3_601)


def test_the_last_code_counts(place):
    place.forgot()
    place.forgot()
    first, last = (message.code for message in place.sent)
    if first != last:
        with pytest.raises(Refused, match="CodeMismatchException"):
            place.recover(first)
    assert place.recover(last) == {}


def test_a_code_is_good_for_an_hour(place):
    place.forgot()
    with pytest.raises(Refused, match="ExpiredCodeException"):
        place.recover(place.sent[-1].code, NOW + 3_601)


def test_nobody_learns_from_full_messengers_who_is_there(tmp_path):
    place = Place(tmp_path / "state", PreventUserExistenceErrors="ENABLED")
    place.pools.messengers.full = True
    for name in ("ann", "nobody"):
        with pytest.raises(Refused, match="TooManyRequestsException"):
            place.forgot(name=name)
    assert place.sent == []


def test_what_cannot_be_delivered(tmp_path):
    place = Place(tmp_path / "state")
    place.pools = dataclasses.replace(place.pools, deliver=away)
    with pytest.raises(Refused, match="CodeDeliveryFailureException"):
        place.forgot()


def broken(message):
    raise ZeroDivisionError


@pytest.mark.parametrize("deliver", [away, broken])
def test_what_cannot_be_delivered_in_secret(tmp_path, deliver):
    place = Place(tmp_path / "state", PreventUserExistenceErrors="ENABLED")
    place.pools = dataclasses.replace(place.pools, deliver=deliver)
    with capture_logs() as logs:
        assert place.forgot()["CodeDeliveryDetails"]["Destination"] == "a***@e***"
    assert {"a code was not sent"} <= {line["event"] for line in logs}
    assert all("code" not in line for line in logs)
