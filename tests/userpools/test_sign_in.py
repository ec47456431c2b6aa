"""Sign-in with a clock of the test's own: locks, expiry, what is kept and what is not."""

import pytest
from tests.userpools.tools import NOW, PASSWORD, make_client, make_pool, tools

from gatelodge.userpools import Refused, administration, attempts, sign_in, tokens

LOCKED = "Password attempts exceeded"
WRONG = "Incorrect username or password."


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    pools, _ = tools(tmp_path_factory.mktemp("pools") / "state")
    pool = make_pool(pools)
    return pools, pool, make_client(pools, pool)


def user(place, name):
    pools, pool, _ = place
    administration.create_user(pools, pool, name, {}, None, NOW, action="SUPPRESS")
    administration.set_password(pools, pool, name, PASSWORD, NOW, permanent=True)


def enter(place, name, password=PASSWORD, now=NOW):
    parameters = {"USERNAME": name, "PASSWORD": password}
    result = sign_in.initiate(*place, "USER_PASSWORD_AUTH", parameters, now)
    return result["AuthenticationResult"]


def refusal(call, *arguments, **named):
    with pytest.raises(Refused) as caught:
        call(*arguments, **named)
    return caught.value.message


def test_locks_grow_and_end(place):
    """Five free, then 1, 2, 4 … seconds, 900 at most; a right password ends it."""
    user(place, "lock")
    now = NOW
    for _ in range(attempts.FREE):
        assert refusal(enter, place, "lock", "wrong", now) == WRONG
    expected = 1
    for _ in range(12):
        assert refusal(enter, place, "lock", PASSWORD, now + expected - 0.01) == LOCKED
        now += expected
        assert refusal(enter, place, "lock", "wrong", now) == WRONG
        expected = min(expected * 2, attempts.MAX_LOCK_SECONDS)
    assert expected == attempts.MAX_LOCK_SECONDS
    assert enter(place, "lock", now=now + expected)
    assert refusal(enter, place, "lock", "wrong", now + expected) == WRONG


def test_while_locked_nothing_is_computed(place):
    pools = place[0]
    for _ in range(attempts.FREE):
        refusal(enter, place, "nobody", "wrong", NOW)
    computed = pools.powers.computed
    client = make_client(pools, place[1], "hides", PreventUserExistenceErrors="ENABLED")
    for _ in range(attempts.FREE):
        refusal(enter, (*place[:2], client), "nobody", "wrong", NOW)
    computed = pools.powers.computed
    assert refusal(enter, (*place[:2], client), "nobody", "wrong", NOW) == LOCKED
    assert pools.powers.computed == computed


def test_attempts_are_forgotten_in_time(place):
    """An hour after the last lock they count no more, and a sweep takes them away."""
    user(place, "forget")
    store, pool = place[0].store, place[1].id
    for _ in range(attempts.FREE - 1):
        refusal(enter, place, "forget", "wrong", NOW)
    assert store.failures(pool, "forget", NOW + 3_600)[0] == attempts.FREE - 1
    assert store.failures(pool, "forget", NOW + 3_601) == (0, 0.0)
    later = NOW + 86_400
    store.set_failures("another", "pool", 1, 0, later + 1, later)
    assert store.failures(pool, "forget", NOW) == (0, 0.0)


def test_refresh_tokens_expire_and_are_kept_hashed(place):
    pools = place[0]
    user(place, "ref")
    token = enter(place, "ref")["RefreshToken"]
    for file in pools.store.path.parent.glob("store.db*"):
        assert token.encode() not in file.read_bytes()
    parameters = {"REFRESH_TOKEN": token}
    assert sign_in.initiate(*place, "REFRESH_TOKEN_AUTH", parameters, NOW + 29 * 86_400)
    late = NOW + 30 * 86_400 + 1
    told = refusal(sign_in.initiate, *place, "REFRESH_TOKEN_AUTH", parameters, late)
    assert told == "Refresh Token has expired"
    told = refusal(sign_in.initiate, *place, "REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": "x"}, NOW)
    assert told == "Invalid Refresh Token"


def test_access_tokens_expire(place):
    user(place, "exp")
    token = enter(place, "exp")["AccessToken"]
    assert tokens.read_access(place[0], token, NOW + 3599).user.username == "exp"
    assert refusal(tokens.read_access, place[0], token, NOW + 3600) == "Access Token has expired"


def test_temporary_passwords_expire(place):
    pools, pool, _ = place
    administration.create_user(pools, pool, "temp", {}, PASSWORD, NOW, action="SUPPRESS")
    parameters = {"USERNAME": "temp", "PASSWORD": PASSWORD}
    challenge = sign_in.initiate(*place, "USER_PASSWORD_AUTH", parameters, NOW + 6 * 86_400)
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    late = NOW + 8 * 86_400
    told = refusal(sign_in.initiate, *place, "USER_PASSWORD_AUTH", parameters, late)
    assert told == "Temporary password has expired and must be reset by an administrator."


def test_challenges_expire_and_belong_to_one_client(place):
    pools, pool, _ = place
    administration.create_user(pools, pool, "late", {}, PASSWORD, NOW, action="SUPPRESS")
    parameters = {"USERNAME": "late", "PASSWORD": PASSWORD}
    session = sign_in.initiate(*place, "USER_PASSWORD_AUTH", parameters, NOW)["Session"]
    responses = {"USERNAME": "late", "NEW_PASSWORD": "An0ther!word"}
    arguments = ("NEW_PASSWORD_REQUIRED", responses, session)
    told = refusal(sign_in.respond, *place, *arguments, NOW + 181)
    assert told == "Invalid session for the user, session is expired."
    other = make_client(pools, pool, "other")
    told = refusal(sign_in.respond, pools, pool, other, *arguments, NOW)
    assert told == "Invalid session for the user."
    for damaged in ("", "x", session[:-4], session[::-1], "A" * 9000):
        told = refusal(sign_in.respond, *place, "NEW_PASSWORD_REQUIRED", responses, damaged, NOW)
        assert told == "Invalid session for the user."
    assert sign_in.respond(*place, *arguments, NOW + 179)


def test_passwords_are_kept_sealed_and_for_one_user(place):
    pools, pool, _ = place
    user(place, "one")
    user(place, "two")
    one, two = (pools.store.pool_user(pool.id, name) for name in ("one", "two"))
    assert PASSWORD.encode() not in one.verifier
    # A verifier that was moved to another user opens for nobody.
    import dataclasses  # noqa: PLC0415 - for this one use

    pools.store.change_pool_user(dataclasses.replace(two, verifier=one.verifier))
    with pytest.raises(ValueError, match="damaged, or belongs to something else"):
        enter(place, "two")


@pytest.mark.parametrize("flow", ["CUSTOM_AUTH", "USER_AUTH", "ADMIN_USER_PASSWORD_AUTH"])
def test_flows_that_are_not_enabled(place, flow):
    assert "not enabled for this client" in refusal(sign_in.initiate, *place, flow, {}, NOW)
