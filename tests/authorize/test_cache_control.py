"""Who may have a kept reply renewed, and what happens to who may not."""

import pytest
from tests.play import OTHER, call, drive, identity, policies, request, statement, user

from gatelodge.authorize.cache_control import (
    INVALIDATE_CACHE,
    KeepingAllow,
    asks_for_renewal,
    heed_cache_control,
)
from gatelodge.authorize.combine import with_caller
from gatelodge.authorize.decision import Allow, Deny
from gatelodge.authorize.evidence import Evidence
from gatelodge.authorize.questions import FindKey
from gatelodge.published import GatewayResponseType, MethodSetting

ASKED = FindKey("AKIA", None, "20260102", "us-east-1", "execute-api")
RENEW = ("Cache-Control", "max-age=0")
INVOKE = identity()
BOTH = INVOKE, identity(Action=INVALIDATE_CACHE)
FAIL, SILENT = "FAIL_WITH_403", "SUCCEED_WITHOUT_RESPONSE_HEADER"
WARN = "SUCCEED_WITH_RESPONSE_HEADER"


def decided(mechanism, *fields, strategy=WARN, required=True, fence=None):
    setting = MethodSetting(0, None, True, 300, required, strategy)
    asked = call(request(fields=fields), fence)
    _, decision = drive(heed_cache_control(mechanism, setting)(asked))
    return decision


def signed_by(*statements, account="111111111111"):
    caller = user(*statements, account=account)
    return lambda asked: with_caller(asked, caller)


def anonymous(_):
    return Allow(None, None, authorizer={"principalId": "p"}, evidence=Evidence({"exhibit": "e"}))


@pytest.mark.parametrize(
    ("fields", "asks"),
    [
        ([], False),
        ([RENEW], True),
        ([("cache-control", " MAX-AGE=0 ")], True),
        ([("Cache-Control", "no-transform, max-age=0")], True),
        ([("Cache-Control", "no-transform"), RENEW], True),
        ([("Cache-Control", "no-cache")], False),
        ([("Cache-Control", "no-store")], False),
        ([("Cache-Control", "max-age=00")], False),
        ([("Cache-Control", "max-age=10")], False),
        ([("Cache-Control", 'x="max-age=0"')], False),
        ([("Cache-Control", "s-max-age=0")], False),
        ([("Pragma", "no-cache")], False),
    ],
)
def test_what_asks_for_a_renewal(fields, asks):
    assert asks_for_renewal(request(fields=fields)) is asks


def test_a_call_that_asks_for_nothing_is_admitted_as_it_was():
    decision = decided(anonymous)
    assert isinstance(decision, KeepingAllow)
    assert not decision.renews
    assert not decision.warns
    assert decision.evidence.found == {"exhibit": "e"}
    assert decision.authorizer == {"principalId": "p"}
    assert decision.caller is None


def test_a_permitted_caller_renews():
    decision = decided(signed_by(*BOTH), RENEW)
    assert isinstance(decision, KeepingAllow)
    assert decision.renews
    assert decision.caller.principal.username == "alice"
    assert decision.evidence.found == {"cache": {"renewal": "granted"}}


@pytest.mark.parametrize(
    "mechanism",
    [
        anonymous,
        signed_by(INVOKE),
        signed_by(*BOTH, identity("Deny", Action=INVALIDATE_CACHE)),
        signed_by(INVOKE, identity(Action=INVALIDATE_CACHE, Resource="arn:aws:execute-api:::x/*")),
    ],
)
@pytest.mark.parametrize(("strategy", "warns"), [(WARN, True), (SILENT, False), ("OTHER", False)])
def test_who_is_not_permitted_is_served_what_is_kept(mechanism, strategy, warns):
    decision = decided(mechanism, RENEW, strategy=strategy)
    assert isinstance(decision, KeepingAllow)
    assert (decision.renews, decision.warns) == (False, warns)
    assert decision.evidence.found["cache"] == {"renewal": "ignored"}


def test_who_is_not_permitted_may_be_refused():
    decision = decided(signed_by(INVOKE), RENEW, strategy=FAIL)
    assert isinstance(decision, Deny)
    assert decision.kind is GatewayResponseType.ACCESS_DENIED
    assert decision.message == (
        "User: arn:aws:iam::111111111111:user/alice is not authorized to perform: "
        "execute-api:InvalidateCache on resource: arn:aws:execute-api:us-east-1:********1111:"
        "abc123/prod/GET/pets because no identity-based policy allows the "
        "execute-api:InvalidateCache action"
    )
    assert decision.caller.principal.username == "alice"
    assert decision.evidence.found == {"cache": {"renewal": "refused"}}


def test_a_refusal_keeps_what_an_authorizer_said():
    decision = decided(anonymous, RENEW, strategy=FAIL)
    assert isinstance(decision, Deny)
    assert decision.authorizer == {"principalId": "p"}
    assert decision.evidence.found == {"exhibit": "e", "cache": {"renewal": "refused"}}
    assert decision.message.startswith(
        "User: anonymous is not authorized to perform: execute-api:I"
    )
    assert decision.verdicts is None


def test_a_resource_policy_permits_callers_of_its_own_account_and_fences_others_in():
    fence = policies(statement(), statement(Action=INVALIDATE_CACHE))
    assert decided(signed_by(), RENEW, fence=fence).renews
    assert decided(signed_by(*BOTH, account=OTHER), RENEW, fence=fence).renews
    alone = policies(statement())
    assert not decided(signed_by(*BOTH, account=OTHER), RENEW, fence=alone).renews
    denied = policies(statement(), statement("Deny", Action=INVALIDATE_CACHE))
    assert not decided(signed_by(*BOTH), RENEW, fence=denied).renews


def test_a_resource_policy_permits_nobody_who_did_not_sign():
    fence = policies(statement(), statement(Action=INVALIDATE_CACHE))
    assert not decided(anonymous, RENEW, fence=fence).renews


def test_without_required_authorization_everybody_renews():
    assert decided(anonymous, RENEW, required=False).renews
    assert not decided(anonymous, required=False).renews


def test_who_may_not_call_is_refused_as_ever():
    refused = Deny(GatewayResponseType.UNAUTHORIZED, "UnauthorizedException", "Unauthorized")
    assert decided(lambda _: refused, RENEW, required=False) is refused
    assert isinstance(decided(signed_by(identity(Action=INVALIDATE_CACHE)), RENEW), Deny)


def test_a_mechanism_may_ask():
    def asks(_):
        yield ASKED
        return Allow(None, None)

    setting = MethodSetting(caching_enabled=True)
    questions, decision = drive(heed_cache_control(asks, setting)(call(request())), None)
    assert questions == [ASKED]
    assert isinstance(decision, KeepingAllow)


def test_a_decision_that_serves_many_calls_stays_as_it_is():
    shared = Allow(None, None)
    first = decided(lambda _: shared, RENEW)
    first.serves(5.0)
    assert shared.evidence is None
    assert first.since == 5.0
    assert first.evidence.found == {"cache": {"renewal": "ignored", "since": 5.0}}
