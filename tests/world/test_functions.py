"""Who may have a function invoked through API Gateway, and which version of it runs."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.gateway import OTHER, OWNER, REGION, policy
from tests.household import Household, role

from gatelodge.functions.documents import ALIAS, FUNCTION, POLICY, VERSION
from gatelodge.functions.function import MAX_PAYLOAD, Result, Throttled
from gatelodge.functions.permissions import permission_statement
from gatelodge.integrate.questions import FunctionAnswer, UninvokedReason
from gatelodge.store import Document
from gatelodge.world.function_policies import policy_body
from gatelodge.world.functions import Functions
from gatelodge.world.iam_entities import ROLE, find_entity

API = f"arn:aws:execute-api:{REGION}:{OWNER}:abc123/prod/GET/pets"
SERVICE = "apigateway.amazonaws.com"
ANYBODY = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}


def function_arn(account=OWNER):
    return f"arn:aws:lambda:{REGION}:{account}:function:f"


class Floor:
    """Functions that run elsewhere, in a house without processes."""

    def __init__(self, directory):
        self.household = Household(directory)
        self.store = self.household.store
        self.ran = []
        self.outcome = Result(b"{}")
        self.functions = Functions(
            self.store, self.household.master, ThreadPoolExecutor(1), None, self.run
        )

    async def run(self, function, event, seconds):
        self.ran.append(function.version)
        return self.outcome

    def put(self, kind, body, account=OWNER, place="f"):
        old = self.store.document(account, REGION, kind, place)
        with self.store.transaction():
            self.store.put(
                Document(
                    account=account,
                    region=REGION,
                    kind=kind,
                    id=place,
                    parent="f",
                    name=place,
                    body=body,
                    version=old.version if old else 0,
                )
            )
        self.functions.forget()

    def add(self, account=OWNER, kind=FUNCTION, version="$LATEST", place="f"):
        arn = function_arn(account)
        configuration = {"FunctionArn": arn, "Version": version}
        remote = {"endpoint": "http://127.0.0.1:9", "function": "f"}
        self.put(kind, {"Configuration": configuration, "Remote": remote}, account, place)

    def permit(self, *given, account=OWNER, place="f"):
        """Add a statement to the policy, as AddPermission does."""
        old = self.store.document(account, REGION, POLICY, place)
        statements = list(old.body["Policy"]["Statement"]) if old else []
        for members in given:
            named = {"StatementId": f"s{len(statements)}", "Action": "lambda:InvokeFunction"}
            statements.append(permission_statement(function_arn(account), **(named | members)))
        body = policy_body(self.store, statements, "r", old.body if old else None)
        self.put(POLICY, body, account, place)

    def call(self, arn=None, source=API, account=OWNER, credentials=None, payload=b"{}"):
        answer = asyncio.run(
            self.functions.invoke_for_api(
                arn or function_arn(),
                payload,
                source_arn=source,
                source_account=account,
                credentials=credentials,
                seconds=5,
            )
        )
        return None if isinstance(answer, FunctionAnswer) else answer.reason

    def make_role(self, *statements, unique_id="AROAGATE", account=OWNER):
        """Make the role that API Gateway takes on, or make it anew under the same name."""
        trust = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
        inline = {"PolicyName": "p", "PolicyDocument": policy(*statements)}
        body = role(
            "gate",
            role_id=unique_id,
            account=account,
            AssumeRolePolicyDocument=policy(trust),
            RolePolicyList=[inline] if statements else [],
        )
        if find_entity(self.store, account, ROLE, "gate") is not None:
            self.household.take_away(ROLE, "gate", account)
        self.household.put(ROLE, body, account)
        self.functions.forget()
        return body["Arn"]


@pytest.fixture
def floor(tmp_path):
    floor = Floor(tmp_path)
    floor.add()
    return floor


def test_what_is_no_function_here(floor):
    assert floor.call(f"{function_arn()}x") is UninvokedReason.NOT_FOUND
    assert floor.call("arn:aws:s3:::bucket") is UninvokedReason.NOT_FOUND
    assert floor.call(payload=b"x" * (MAX_PAYLOAD + 1)) is UninvokedReason.TOO_LARGE
    assert floor.ran == []


@pytest.mark.parametrize(
    ("permission", "admitted"),
    [
        ({"Principal": SERVICE}, True),
        ({"Principal": SERVICE, "SourceArn": API}, True),
        ({"Principal": SERVICE, "SourceArn": API.replace("abc123", "*")}, True),
        ({"Principal": SERVICE, "SourceArn": API.replace("abc123", "another")}, False),
        ({"Principal": SERVICE, "SourceAccount": OWNER}, True),
        ({"Principal": SERVICE, "SourceAccount": OTHER}, False),
        ({"Principal": "s3.amazonaws.com"}, False),
        ({"Principal": OWNER}, False),
        ({"Principal": SERVICE, "Action": "lambda:GetFunction"}, False),
    ],
    ids=str,
)
def test_its_own_policy_lets_api_gateway_invoke_it(floor, permission, admitted):
    assert floor.call() is UninvokedReason.NOT_PERMITTED
    floor.permit(permission)
    assert floor.call() is (None if admitted else UninvokedReason.NOT_PERMITTED)
    assert len(floor.ran) == admitted


def test_an_api_of_another_account_needs_the_functions_policy(floor):
    """The function is of one account, the API of another: the policy tells them apart."""
    theirs = API.replace(OWNER, OTHER)
    floor.permit({"Principal": SERVICE, "SourceAccount": OWNER})
    assert floor.call() is None
    assert floor.call(source=theirs, account=OTHER) is UninvokedReason.NOT_PERMITTED
    floor.permit({"Principal": SERVICE, "SourceArn": theirs})
    assert floor.call(source=theirs, account=OTHER) is None


def test_a_role_of_the_apis_account(floor):
    assert floor.call(credentials=floor.make_role()) is UninvokedReason.NOT_PERMITTED
    assert floor.call(credentials=floor.make_role(ANYBODY)) is None
    # A function of another account asks for both, its own policy too.
    floor.add(OTHER)
    arn, gate = function_arn(OTHER), floor.make_role(ANYBODY)
    assert floor.call(arn, credentials=gate) is UninvokedReason.NOT_PERMITTED
    floor.permit({"Principal": gate}, account=OTHER)
    assert floor.call(arn, credentials=gate) is None
    assert floor.call(arn, credentials=floor.make_role()) is UninvokedReason.NOT_PERMITTED


def test_a_role_of_another_account_is_not_taken_on(floor):
    gate = floor.make_role(ANYBODY, account=OTHER)
    floor.permit({"Principal": gate})
    assert floor.call(credentials=gate) is UninvokedReason.NOT_PERMITTED


def test_a_permission_means_the_role_that_it_named(floor):
    gate = floor.make_role(unique_id="AROAFIRST")
    floor.permit({"Principal": gate})
    assert floor.call(credentials=gate) is None
    floor.make_role(unique_id="AROASECOND")
    assert floor.call(credentials=gate) is UninvokedReason.NOT_PERMITTED
    # A statement beside it means whoever has the name now, and the old one means whom it meant.
    floor.permit({"Principal": SERVICE}, {"Principal": gate})
    assert floor.call(credentials=gate) is None
    assert floor.store.document(OWNER, REGION, POLICY, "f").body["Principals"] == {
        "s0": "AROAFIRST",
        "s2": "AROASECOND",
    }


def test_an_alias_draws_a_version_for_every_call(floor):
    for version in ("1", "2"):
        floor.add(kind=VERSION, version=version, place=f"f:{version}")
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    floor.put(ALIAS, {"FunctionVersion": "1", "RoutingConfig": weights}, place="f:LIVE")
    floor.permit({"Principal": SERVICE}, place="f:LIVE")
    statement = floor.store.document(OWNER, REGION, POLICY, "f:LIVE").body
    statement["Policy"]["Statement"][0]["Resource"] = f"{function_arn()}:LIVE"
    floor.put(POLICY, statement, place="f:LIVE")
    for _ in range(64):  # the same one 64 times: once in 2 to the power of 63
        assert floor.call(f"{function_arn()}:LIVE") is None
    assert set(floor.ran) == {"1", "2"}


def until(moment, effect="Allow"):
    operator = "DateLessThan" if effect == "Allow" else "DateGreaterThan"
    return {**ANYBODY, "Effect": effect, "Condition": {operator: {"aws:CurrentTime": moment}}}


PAST, FUTURE = "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("statements", "admitted"),
    [
        ([until(FUTURE)], True),
        ([until(PAST)], False),
        ([ANYBODY, until(FUTURE, "Deny")], True),
        ([ANYBODY, until(PAST, "Deny")], False),
    ],
)
def test_what_a_role_may_for_a_time(floor, statements, admitted):
    gate = floor.make_role(*statements)
    assert floor.call(credentials=gate) is (None if admitted else UninvokedReason.NOT_PERMITTED)


def test_a_permission_for_a_time_ends_by_itself(floor, monkeypatch):
    gate = floor.make_role(until("2030-01-01T00:00:00Z"))
    monkeypatch.setattr(time, "time", lambda: 1_893_455_999.0)
    assert floor.call(credentials=gate) is None
    monkeypatch.setattr(time, "time", lambda: 1_893_456_000.0)
    assert floor.call(credentials=gate) is UninvokedReason.NOT_PERMITTED


def test_a_call_too_many(floor):
    floor.permit({"Principal": SERVICE})
    floor.outcome = Throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
    assert floor.call() is UninvokedReason.THROTTLED
