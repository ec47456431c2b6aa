"""Access keys: whose they are, which are refused, and what is kept until something changes."""

import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import pytest
from tests.gateway import OTHER, OWNER, identity, user
from tests.household import ALICE, Household, away, inline, managed, question, role

from gatelodge import sigv4
from gatelodge.authorize.questions import KeyHolder, KeyProblem
from gatelodge.store import AccessKey
from gatelodge.world import keys
from gatelodge.world.answers import PENDING
from gatelodge.world.issue_keys import issue_session


class ByHand(Executor):
    """Work is done when the test says so."""

    def __init__(self):
        self.waiting = []

    def submit(self, function, /, *arguments):
        future = Future()
        self.waiting.append(lambda: future.set_result(function(*arguments)))
        return future

    def work(self):
        self.waiting.pop(0)()


class Door:
    """Asks as a door does: at once, or later through `resume`."""

    def __init__(self, directory):
        self.hand = ByHand()
        self.loop = []
        self.home = Household(directory, self.hand, self.loop.append)

    def ask(self, issued):
        """Give the list that the answer will be in."""
        got = []
        answer = self.home.keys.find(question(issued), got.append)
        if answer is not PENDING:
            got.append(answer)
        return got

    def work(self):
        """Do the oldest look-up, and what it leaves for the loop."""
        self.hand.work()
        self.back()

    def back(self):
        while self.loop:
            self.loop.pop(0)()


@pytest.fixture
def home(tmp_path):
    home = Household(tmp_path / "state")
    home.put("iam/user", ALICE)
    home.put("iam/role", role(RolePolicyList=[inline("p", identity())]))
    return home


@pytest.fixture
def door(tmp_path):
    door = Door(tmp_path / "state")
    door.home.put("iam/user", ALICE)
    return door


def session(home, seconds=3600, name="here"):
    found = home.store.document(OWNER, "", "iam/role", "dev")
    return issue_session(home.master, found.body, name, seconds)


def reason(answer):
    assert not isinstance(answer, KeyHolder)
    return answer.reason


def test_the_holder_of_a_key(home):
    issued = home.key()
    holder = home.look_up(issued)
    assert holder.caller.principal.arn == f"arn:aws:iam::{OWNER}:user/alice"
    assert holder.caller.access_key_id == issued.access_key_id
    assert [policy.name for policy in holder.caller.policies.identity.policies] == ["inline"]
    assert home.exhibits.find(holder.caller.exhibit)["principal"]["username"] == "alice"


def test_the_signing_key_is_that_of_the_day_and_region_asked_for(home):
    issued = home.key()

    def signature(key):
        return key.sign("text")

    for date, region in (("20260102", "us-east-1"), ("20260103", "eu-west-1")):
        holder = home.look_up(issued, date=date, region=region)
        expected = sigv4.derive(issued.secret, date, region, "execute-api")
        assert signature(holder.signing_key) == signature(expected)
    assert signature(home.look_up(issued, date="20260104").signing_key) != signature(expected)


def test_the_secret_is_nowhere_to_be_read(home):
    issued = home.key()
    made = session(home)
    home.look_up(issued)
    home.look_up(made)
    for path in home.directory.rglob("*"):
        if path.is_file():
            assert issued.secret.encode() not in path.read_bytes(), path
            assert made.secret.encode() not in path.read_bytes(), path
    assert made.secret not in made.session_token


def test_long_term_keys_that_are_refused(home):
    issued = home.key()
    assert reason(home.look_up(issued, token="x")) is KeyProblem.TOKEN_UNEXPECTED
    home.store.delete_access_key(issued.access_key_id)
    assert reason(home.look_up(issued)) is KeyProblem.UNKNOWN
    nobody = home.key("nobody")
    assert reason(home.look_up(nobody)) is KeyProblem.UNKNOWN


def test_an_inactive_key_is_refused(home):
    issued = home.key()
    stored = home.store.access_key(issued.access_key_id)
    home.store.add_access_key(
        AccessKey(
            id="AKIAINACTIVE",
            account=OWNER,
            principal=stored.principal,
            principal_id=stored.principal_id,
            secret=home.master.seal(b"x", "access key AKIAINACTIVE"),
            active=False,
            created="",
        )
    )
    issued.access_key_id = "AKIAINACTIVE"
    assert reason(home.look_up(issued)) is KeyProblem.INACTIVE


def test_a_sealed_secret_in_another_row_opens_nothing(home):
    """Whoever can write to the store cannot make one key's secret that of another's."""
    home.put("iam/user", user("bob"))
    issued = home.key("bob")
    stored = home.store.access_key(issued.access_key_id)
    home.store.add_access_key(
        AccessKey(
            id="AKIAALICE",
            account=OWNER,
            principal=f"arn:aws:iam::{OWNER}:user/alice",
            principal_id="AIDAALICE",
            secret=stored.secret,
            active=True,
            created="",
        )
    )
    issued.access_key_id = "AKIAALICE"
    assert reason(home.look_up(issued)) is KeyProblem.UNAVAILABLE


def test_a_user_made_anew_under_another_path_is_somebody_else(home):
    issued = home.key()
    home.put("iam/user", ALICE | {"Arn": f"arn:aws:iam::{OWNER}:user/new/alice"})
    assert reason(home.look_up(issued)) is KeyProblem.UNKNOWN


def test_a_user_made_anew_under_the_same_name_finds_no_key_of_before(home):
    issued = home.key()
    home.take_away("iam/user", "alice")
    home.put("iam/user", ALICE | {"UserId": "AIDAANOTHER"})
    assert reason(home.look_up(issued)) is KeyProblem.UNKNOWN
    assert home.look_up(home.key()).caller.principal.user_id == "AIDAANOTHER"


def test_an_account_sees_its_own_users_only(home):
    home.put("iam/user", user("alice", account=OTHER), OTHER)
    theirs = home.look_up(home.key("alice", OTHER))
    assert theirs.caller.principal.account == OTHER
    assert theirs.caller.policies.identity.policies == ()
    assert home.look_up(home.key()).caller.principal.account == OWNER


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-8] + "AAAAAAA=",
        lambda token: token[4:],
        lambda token: "A" * 8 + token[8:],
        lambda token: token + "AAAA",
        lambda _: "not base64!",
        lambda _: "ü",
        lambda _: "",
    ],
)
def test_damaged_tokens(home, spoil):
    made = session(home)
    assert isinstance(home.look_up(made), KeyHolder)
    assert reason(home.look_up(made, token=spoil(made.session_token))) is KeyProblem.TOKEN_INVALID


def test_tokens_of_others(home, tmp_path):
    made, other = session(home), session(home)
    assert reason(home.look_up(made, token=None)) is KeyProblem.TOKEN_MISSING
    assert reason(home.look_up(made, token=other.session_token)) is KeyProblem.TOKEN_INVALID
    # Sealed under the master key of another gatelodge.
    elsewhere = Household(tmp_path / "elsewhere")
    elsewhere.put("iam/role", role(RolePolicyList=[inline("p", identity())]))
    assert reason(elsewhere.look_up(made)) is KeyProblem.TOKEN_INVALID


def test_expired_tokens(home):
    assert reason(home.look_up(session(home, seconds=0))) is KeyProblem.EXPIRED


def test_a_kept_session_expires_too(door, monkeypatch):
    door.home.put("iam/role", role())
    made = session(door.home, seconds=60)
    waiting = door.ask(made)
    door.work()
    assert isinstance(waiting[0], KeyHolder)
    assert isinstance(door.ask(made)[0], KeyHolder)
    later = time.time() + 60
    monkeypatch.setattr(keys.time, "time", lambda: later)
    assert reason(door.ask(made)[0]) is KeyProblem.EXPIRED
    assert not door.hand.waiting


def test_keys_and_sessions_outlive_a_restart(home):
    issued, made = home.key(), session(home)
    home.store.close()
    again = Household(home.directory)
    for credentials in (issued, made):
        holder = again.look_up(credentials)
        expected = sigv4.derive(credentials.secret, "20260102", "us-east-1", "execute-api")
        assert holder.signing_key.sign("text") == expected.sign("text")


def test_what_cannot_be_told_is_unavailable_and_never_an_admission(home):
    issued = home.key()
    boundary = {"PermissionsBoundaryArn": f"arn:aws:iam::{OWNER}:policy/gone"}
    home.put("iam/user", ALICE | {"PermissionsBoundary": boundary})
    refused = home.look_up(issued)
    assert refused.reason is KeyProblem.UNAVAILABLE
    assert refused.detail == f"policy arn:aws:iam::{OWNER}:policy/gone is missing"
    home.put("iam/user", ALICE | {"UserPolicyList": [inline("p", {"Effect": "Perhaps"})]})
    assert reason(home.look_up(issued)) is KeyProblem.UNAVAILABLE
    with away(home.store):
        assert reason(home.look_up(issued)) is KeyProblem.UNAVAILABLE


def test_a_bug_is_told_to_whoever_waits(door):
    issued = door.home.key()
    door.home.put("iam/user", {"UserName": "alice"})
    waiting = door.ask(issued)
    door.work()
    assert reason(waiting[0]) is KeyProblem.UNAVAILABLE


def test_found_keys_are_answered_at_once(door):
    issued = door.home.key()
    waiting = door.ask(issued)
    assert waiting == []
    door.work()
    (holder,) = waiting
    assert door.ask(issued) == [holder]
    assert not door.hand.waiting


def test_refused_keys_are_kept_as_well(door):
    issued = door.home.key("nobody")
    waiting = door.ask(issued)
    door.work()
    assert door.ask(issued) == waiting
    assert not door.hand.waiting


def test_what_was_unavailable_is_asked_again(door):
    issued = door.home.key()
    with away(door.home.store):
        waiting = door.ask(issued)
        door.work()
    assert reason(waiting[0]) is KeyProblem.UNAVAILABLE
    waiting = door.ask(issued)
    door.work()
    assert isinstance(waiting[0], KeyHolder)


def test_callers_that_ask_at_once_share_one_look_up(door):
    issued = door.home.key()
    lists = [door.ask(issued) for _ in range(5)]
    assert len(door.hand.waiting) == 1
    door.work()
    assert {id(waiting[0]) for waiting in lists} == {id(lists[0][0])}
    assert [len(waiting) for waiting in lists] == [1] * 5


def test_a_deleted_key_is_refused_once_it_is_forgotten(door):
    issued = door.home.key()
    waiting = door.ask(issued)
    door.work()
    door.home.store.delete_access_key(issued.access_key_id)
    assert isinstance(door.ask(issued)[0], KeyHolder)
    door.home.keys.forget()
    waiting = door.ask(issued)
    door.work()
    assert reason(waiting[0]) is KeyProblem.UNKNOWN


def test_who_asks_after_a_change_never_gets_what_was_read_before_it(door):
    issued = door.home.key()
    before = door.ask(issued)
    door.hand.work()  # read, and on its way to the loop
    door.home.store.delete_access_key(issued.access_key_id)
    door.home.keys.forget()
    after = door.ask(issued)
    door.back()
    assert isinstance(before[0], KeyHolder)
    assert after == []
    also = door.ask(issued)
    door.work()
    assert reason(after[0]) is KeyProblem.UNKNOWN
    assert also == after
    assert reason(door.ask(issued)[0]) is KeyProblem.UNKNOWN


def test_the_store_may_be_away(door):
    issued, unknown = door.home.key(), door.home.key("nobody")
    door.ask(issued)
    door.work()
    with away(door.home.store):
        assert isinstance(door.ask(issued)[0], KeyHolder)
        waiting = door.ask(unknown)
        door.work()
        assert reason(waiting[0]) is KeyProblem.UNAVAILABLE
        door.home.keys.forget()
        waiting = door.ask(issued)
        door.work()
        assert reason(waiting[0]) is KeyProblem.UNAVAILABLE
    waiting = door.ask(issued)
    door.work()
    assert isinstance(waiting[0], KeyHolder)


def test_the_cache_is_bounded(door, monkeypatch):
    monkeypatch.setattr(keys, "MAX_KEPT", 3)
    monkeypatch.setattr(keys, "MAX_REFUSED", 3)
    for issued in [door.home.key() for _ in range(10)] + [door.home.key("x") for _ in range(10)]:
        waiting = door.ask(issued)
        door.work()
        assert door.ask(issued) == waiting
        assert len(door.home.keys._held) <= 3
        assert len(door.home.keys._refused) <= 3


def test_a_caller_is_read_at_one_moment(home):
    """Policies before a change and policies after it never judge together."""
    home.put("iam/policy", managed("a", {"Version": "2012-10-17", "Statement": []}))
    issued = home.key()
    other = Household(home.directory)
    # Both documents say the same number at any moment.
    read = home.store.document
    turns = []

    def change(*arguments):
        found = read(*arguments)
        if not turns:
            turns.append(1)
            with other.store.transaction():
                other.put("iam/user", ALICE | {"GroupList": []})
                other.take_away("iam/group", "g")
        return found

    home.put("iam/user", ALICE | {"GroupList": ["g"]})
    home.put("iam/group", {"GroupName": "g", "GroupPolicyList": [inline("of-g", identity())]})
    home.store.document = change
    holder = home.look_up(issued)
    assert turns
    assert [p.name for p in holder.caller.policies.identity.policies] == ["inline", "of-g"]
    home.store.document = read
    holder = home.look_up(issued)
    assert [p.name for p in holder.caller.policies.identity.policies] == ["inline"]


def test_many_threads_look_up_at_once(home):
    credentials = [home.key() for _ in range(4)] + [session(home) for _ in range(4)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(home.look_up, credentials * 20))
    assert all(isinstance(answer, KeyHolder) for answer in answers)
