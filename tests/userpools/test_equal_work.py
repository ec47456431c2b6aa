"""Who asks for somebody learns nothing by time: the work for every name is the same.

Counted is what costs: modular powers, messages that are waited for, what is read and written.
"""

import base64
from typing import NamedTuple

import pytest
from tests.userpools.tools import NOW, PASSWORD, make_client, make_pool, tools

from gatelodge import srp
from gatelodge.userpools import Refused, accounts, administration, sign_in, users

ADDRESS = {"email": "zoe@yonder.example", "email_verified": "true"}
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]
NOBODY = "nobody"


class Later:
    """A messenger whose work nobody waits for."""

    full = False

    def __init__(self):
        self.jobs = []

    def submit(self, send):
        self.jobs.append(send)

    def run(self):
        jobs, self.jobs = self.jobs, []
        for send in jobs:
            send()


class Work(NamedTuple):
    """What one call cost."""

    powers: int
    sent: int
    reads: int
    commits: int
    writes: bool


class Place:
    def __init__(self, directory):
        self.pools, self.sent = tools(directory)
        self.later = Later()
        self.pools = type(self.pools)(
            self.pools.store, self.pools.master, self.pools.powers, self.sent.append, self.later,
            self.pools.url,
        )  # fmt: skip
        self.pool = make_pool(
            self.pools, AutoVerifiedAttributes=["email"], AliasAttributes=["email"]
        )
        self.client = make_client(
            self.pools, self.pool, PreventUserExistenceErrors="ENABLED", ExplicitAuthFlows=FLOWS
        )

    def people(self):
        """Everybody who must look like nobody."""
        self.user("ann", ADDRESS)
        self.user("homeless", {})
        self.user("disabled", {**ADDRESS, "email": "dis@yonder.example"})
        administration.set_enabled(self.pools, self.pool, "disabled", NOW, enabled=False)
        email = {**ADDRESS, "email": "new@yonder.example"}
        administration.create_user(
            self.pools, self.pool, "new", email, PASSWORD, NOW, action="SUPPRESS"
        )
        accounts.sign_up(
            self.pools, self.pool, self.client, "waiting", PASSWORD,
            {"email": "w@yonder.example"}, None, NOW,
        )  # fmt: skip
        self.sent.clear()
        return ["ann", "homeless", "disabled", "new", "waiting"]

    def user(self, name, attributes):
        administration.create_user(
            self.pools, self.pool, name, attributes, None, NOW, action="SUPPRESS"
        )
        administration.set_password(self.pools, self.pool, name, PASSWORD, NOW, permanent=True)

    def measure(self, call, *arguments):
        """Call; gives what the caller is told, less what differs by name, and the work."""
        statements = []
        connection = self.pools.store._connection()
        powers, sent = self.pools.powers.computed, len(self.sent)
        connection.set_trace_callback(statements.append)
        try:
            told = call(self.pools, self.pool, self.client, *arguments)
            told = sorted(told.get("ChallengeParameters") or told)
        except Refused as refused:
            told = refused.code, refused.message
        finally:
            connection.set_trace_callback(None)
        verbs = [statement.split()[0].upper() for statement in statements]
        work = Work(
            self.pools.powers.computed - powers,
            len(self.sent) - sent,
            verbs.count("SELECT"),
            verbs.count("COMMIT"),
            not {"INSERT", "UPDATE", "DELETE"}.isdisjoint(verbs),
        )
        self.later.run()
        return told, work


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "state")


def by_password(*where, flow="USER_PASSWORD_AUTH"):
    *place, name = where
    return sign_in.initiate(*place, flow, {"USERNAME": name, "PASSWORD": "Wr0ng!word"}, NOW)


def by_administrator(*where):
    return by_password(*where, flow="ADMIN_USER_PASSWORD_AUTH")


def by_srp(*where):
    *place, name = where
    public = f"{pow(srp.GENERATOR, 2**200 + 3, srp.PRIME):x}"
    return sign_in.initiate(*place, "USER_SRP_AUTH", {"USERNAME": name, "SRP_A": public}, NOW)


def proof(*where):
    *place, name = where
    parameters = by_srp(*where)["ChallengeParameters"]
    responses = {
        "USERNAME": name,
        "PASSWORD_CLAIM_SECRET_BLOCK": parameters["SECRET_BLOCK"],
        "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(b"x" * 32).decode(),
        "TIMESTAMP": "Fri Jan 2 03:04:05 UTC 2026",
    }
    return sign_in.respond(*place, "PASSWORD_VERIFIER", responses, None, NOW)


def forgot(*where):
    return accounts.forgot_password(*where, None, NOW)


def recover(*where):
    return accounts.confirm_forgot_password(*where, "no code", PASSWORD, None, NOW)


def resend(*where):
    return accounts.resend(*where, None, NOW)


def confirm(*where):
    return accounts.confirm_sign_up(*where, "no code", None, NOW)


@pytest.mark.parametrize("call", [by_password, by_administrator, by_srp, proof, forgot, resend])
def test_every_name_costs_the_same(place, call):
    people = place.people()
    told, expected = place.measure(call, NOBODY)
    assert expected.sent == 0
    for name in people:
        also, work = place.measure(call, name)
        assert (also, work) == (told, expected), name


def test_a_code_for_a_new_password(place):
    """Before one was asked for, and after; until it was tried too often."""
    people = place.people()
    for attempts in ("before", "after"):
        for _ in range(6):
            told, expected = place.measure(recover, NOBODY)
            for name in people:
                also, work = place.measure(recover, name)
                assert (also, work.powers, work.commits, work.writes) == (
                    told, expected.powers, expected.commits, expected.writes,
                ), (attempts, name)  # fmt: skip
        assert told[0] == ("ExpiredCodeException", "LimitExceededException")[attempts == "after"]
        for name in (NOBODY, *people):
            forgot(place.pools, place.pool, place.client, name)
        place.later.run()


def test_a_code_for_a_sign_up(place):
    place.people()
    for name in (NOBODY, "waiting"):
        resend(place.pools, place.pool, place.client, name)
    place.later.run()
    for _ in range(6):
        told, expected = place.measure(confirm, NOBODY)
        also, work = place.measure(confirm, "waiting")
        assert (also, work.commits, work.writes) == (told, expected.commits, expected.writes)


def test_what_was_sent_in_secret_is_good(place):
    place.people()
    answer = forgot(place.pools, place.pool, place.client, "ann")
    assert answer["CodeDeliveryDetails"]["Destination"] == "z***@y***"
    assert place.sent == []
    place.later.run()
    arguments = (place.sent[-1].code, "An0ther!word", None, NOW)
    accounts.confirm_forgot_password(place.pools, place.pool, place.client, "ann", *arguments)
    assert users.get(place.pools.store, place.pool, "ann").status == users.CONFIRMED


def test_who_is_gone_meanwhile_is_sent_nothing(place):
    place.people()
    forgot(place.pools, place.pool, place.client, "ann")
    administration.delete_user(place.pools, place.pool, "ann")
    place.later.run()
    assert place.sent == []
