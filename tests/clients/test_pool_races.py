"""Many at once: what counts once counts once, and what was acknowledged is there after kill -9."""

import os
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError, HTTPClientError
from pycognito.aws_srp import AWSSRP
from tests.doors.test_processes import children
from tests.gateway import Gateway
from tests.pools import PASSWORD, Town

from gatelodge.control.cognito_idp import SERVICE

AT_ONCE = 6
PATIENCE = 4.0
"""Seconds; a writer that has to wait gives up later."""
INVALID_SESSION = ("NotAuthorizedException", "Invalid session for the user.")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("races"))
    yield Town(gateway)
    assert gateway.stop() == 0


@pytest.fixture(scope="module")
def pool(town):
    return town.pool(AutoVerifiedAttributes=["email"])


@pytest.fixture(scope="module")
def client(town, pool):
    return town.client(pool)["ClientId"]


def all_at_once(call, arguments):
    """Call with each of the arguments at the same time: the answers, and (code, message)."""
    barrier = threading.Barrier(len(arguments))

    def one(members):
        barrier.wait(30)
        try:
            return call(**members)
        except ClientError as error:
            return error.response["Error"]["Code"], error.response["Error"]["Message"]

    with ThreadPoolExecutor(len(arguments)) as threads:
        answers = list(threads.map(one, arguments))
    good = [position for position, answer in enumerate(answers) if isinstance(answer, dict)]
    return good, [answer for answer in answers if not isinstance(answer, dict)], answers


def test_a_proof_counts_once(town, pool, client):
    town.user(pool, "una")
    srp = AWSSRP("una", PASSWORD, pool, client, client=town.public)
    challenge = town.public.initiate_auth(
        ClientId=client, AuthFlow="USER_SRP_AUTH", AuthParameters=srp.get_auth_params()
    )
    responses = srp.process_challenge(challenge["ChallengeParameters"], {"USERNAME": "una"})
    answer = {
        "ClientId": client,
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": responses,
    }
    good, refused, _ = all_at_once(town.public.respond_to_auth_challenge, [answer] * AT_ONCE)
    assert len(good) == 1
    assert refused == [INVALID_SESSION] * (AT_ONCE - 1)


def test_a_new_password_is_set_once(town, pool, client):
    town.idp.admin_create_user(
        UserPoolId=pool, Username="neo", TemporaryPassword="Temp0rary!", MessageAction="SUPPRESS"
    )
    session = town.sign_in(client, "neo", "Temp0rary!")["Session"]
    answers = [
        {
            "ClientId": client,
            "ChallengeName": "NEW_PASSWORD_REQUIRED",
            "Session": session,
            "ChallengeResponses": {"USERNAME": "neo", "NEW_PASSWORD": f"An0ther!word{n}"},
        }
        for n in range(AT_ONCE)
    ]
    good, refused, _ = all_at_once(town.public.respond_to_auth_challenge, answers)
    assert len(good) == 1
    assert refused == [INVALID_SESSION] * (AT_ONCE - 1)
    assert town.tokens(client, "neo", f"An0ther!word{good[0]}")


def test_a_refresh_token_is_renewed_once(town, pool):
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    client = town.client(pool, ExplicitAuthFlows=flows, RefreshTokenRotation=rotation)["ClientId"]
    town.user(pool, "ray")
    token = town.tokens(client, "ray")["RefreshToken"]
    call = {"ClientId": client, "RefreshToken": token}
    good, refused, answers = all_at_once(
        town.public.get_tokens_from_refresh_token, [call] * AT_ONCE
    )
    assert len(good) == 1
    assert {code for code, _ in refused} <= {"NotAuthorizedException", "RefreshTokenReuseException"}
    renewed = answers[good[0]]["AuthenticationResult"]["RefreshToken"]
    assert town.public.get_tokens_from_refresh_token(ClientId=client, RefreshToken=renewed)


def test_a_name_is_given_once(town, pool, client):
    call = {"ClientId": client, "Username": "only", "Password": PASSWORD}
    good, refused, _ = all_at_once(town.public.sign_up, [call] * AT_ONCE)
    assert len(good) == 1
    assert {code for code, _ in refused} == {"UsernameExistsException"}


class Stream:
    """One client that goes on until the gateway is gone: what was asked for and acknowledged."""

    def __init__(self, step):
        self.asked = 0
        self.acknowledged = 0
        self._step = step
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        while self.asked < 500:
            self.asked += 1
            try:
                self._step(self.asked)
            except HTTPClientError:
                return
            self.acknowledged = self.asked

    def join(self):
        self._thread.join(60)
        assert not self._thread.is_alive()
        assert self.acknowledged in {self.asked, self.asked - 1}


def test_what_was_acknowledged_outlives_the_house(town):
    """kill -9 amid sign-ups, changes of passwords and recoveries, and all of them are there."""
    pool = town.pool(AutoVerifiedAttributes=["email"])
    client = town.client(pool)["ClientId"]
    town.user(pool, "changes")
    for number in range(1, 41):
        town.user(pool, f"lost{number}", email=f"l{number}@x.example", email_verified="true")
    token = town.tokens(client, "changes")["AccessToken"]

    def word(number):
        return f"An0ther!word{number}" if number else PASSWORD

    def sign_up(number):
        town.public.sign_up(ClientId=client, Username=f"u{number}", Password=word(number))

    def change(number):
        town.public.change_password(
            AccessToken=token, PreviousPassword=word(number - 1), ProposedPassword=word(number)
        )

    def recover(number):
        name = f"lost{number}"
        town.public.forgot_password(ClientId=client, Username=name)
        code = next(m["code"] for m in town.messages() if m["username"] == name)
        town.public.confirm_forgot_password(
            ClientId=client, Username=name, ConfirmationCode=code, Password=word(number)
        )

    ups, changes, recoveries = streams = [Stream(step) for step in (sign_up, change, recover)]
    deadline = time.time() + 60
    while min(stream.acknowledged for stream in streams) < 4:
        assert time.time() < deadline
        time.sleep(0.005)
    for pid in children(town.gateway.process.pid):
        os.kill(pid, signal.SIGKILL)
    for stream in streams:
        stream.join()
    patiently(town.idp.list_users, UserPoolId=pool, Limit=1)
    for number in range(1, ups.acknowledged + 1):
        town.idp.admin_confirm_sign_up(UserPoolId=pool, Username=f"u{number}")
        assert town.tokens(client, f"u{number}", word(number))
    for number in range(1, recoveries.acknowledged + 1):
        assert town.tokens(client, f"lost{number}", word(number))
    # The change that was under way may have been made, or not.
    tried = []
    for number in range(changes.acknowledged, changes.asked + 1):
        try:
            tried.append(bool(town.tokens(client, "changes", word(number))))
        except ClientError:
            tried.append(False)
    assert tried.count(True) == 1


def patiently(call, **arguments):
    """Call until the processes are there again."""
    deadline = time.time() + 30
    while True:
        try:
            return call(**arguments)
        except (HTTPClientError, ClientError):
            assert time.time() < deadline
            time.sleep(0.1)


def test_reading_waits_for_no_writer(town, pool, client):
    """Somebody writes all the while; whoever only reads is answered."""
    town.user(pool, "read")
    town.idp.create_group(UserPoolId=pool, GroupName="readers")
    server = {"UserPoolId": pool, "Identifier": "reads"}
    town.idp.create_resource_server(**server, Name="reads", Scopes=[])
    arn = town.idp.describe_user_pool(UserPoolId=pool)["UserPool"]["Arn"]
    token = town.tokens(client, "read")["AccessToken"]
    of_user, of_pool = {"UserPoolId": pool, "Username": "read"}, {"UserPoolId": pool}
    calls = {
        "admin_get_user": of_user,
        "admin_list_groups_for_user": of_user,
        "describe_resource_server": server,
        "describe_user_pool": of_pool,
        "describe_user_pool_client": {**of_pool, "ClientId": client},
        "describe_user_pool_domain": {"Domain": "nowhere"},
        "get_group": {**of_pool, "GroupName": "readers"},
        "get_user": {"AccessToken": token},
        "get_user_pool_mfa_config": of_pool,
        "list_groups": of_pool,
        "list_resource_servers": {**of_pool, "MaxResults": 5},
        "list_tags_for_resource": {"ResourceArn": arn},
        "list_user_pool_clients": {**of_pool, "MaxResults": 5},
        "list_user_pools": {"MaxResults": 5},
        "list_users": of_pool,
        "list_users_in_group": {**of_pool, "GroupName": "readers"},
    }
    reading = {
        name
        for name in SERVICE.operations
        if name.removeprefix("Admin").startswith(("Get", "List", "Describe"))
    } - {"GetTokensFromRefreshToken", "GetUserAttributeVerificationCode"}
    assert {town.idp.meta.method_to_api_mapping[name] for name in calls} == reading
    writer = sqlite3.connect(town.gateway.state / "store.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        for name, members in calls.items():
            begun = time.monotonic()
            assert getattr(town.idp, name)(**members)
            assert time.monotonic() - begun < PATIENCE, name
    finally:
        writer.execute("ROLLBACK")
        writer.close()
