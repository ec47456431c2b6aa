"""The phases of authorization in access logs (gateway-responses.md section 4.2)."""

import pytest

from gatelodge import iam
from gatelodge.authorize.caller import Caller, CallerPolicies
from gatelodge.authorize.decision import Allow, Deny
from gatelodge.authorize.evidence import Evidence
from gatelodge.published import GatewayResponseType
from gatelodge.respond.phases import PHASES, read_phases

CALLER = Caller(iam.ANONYMOUS, CallerPolicies(iam.PolicySet([])), "AKIA", "exhibit")
SAYS = {"principalId": "user-1", "integrationLatency": 12}
CLAIMS = {"claims": {"sub": "s"}}
DENIED = iam.Ruling(iam.Verdict.DENIED)
ANSWERED = {
    "authorizer.status": "200",
    "authorizer.integrationStatus": "200",
    "authorizer.latency": "12",
}


def refused(kind, message="no", **more):
    return Deny(GatewayResponseType[kind], "Exception", message, detail="a secret", **more)


def ended(phase, status, error=None):
    return {f"{phase}.status": status} | ({} if error is None else {f"{phase}.error": error})


@pytest.mark.parametrize(
    ("mechanism", "decision", "told"),
    [
        ("NONE", Allow(None, None), {}),
        ("NONE", refused("ACCESS_DENIED", verdicts=DENIED), {}),
        (None, refused("MISSING_AUTHENTICATION_TOKEN"), {}),
        (None, None, {}),
        (
            "AWS_IAM",
            Allow(CALLER, None),
            ended("authenticate", "200") | ended("authorize", "200"),
        ),
        (
            "AWS_IAM",
            refused("ACCESS_DENIED", caller=CALLER),
            ended("authenticate", "200") | ended("authorize", "403", "no"),
        ),
        ("AWS_IAM", refused("INVALID_SIGNATURE"), ended("authenticate", "403", "no")),
        ("AWS_IAM", refused("DEFAULT_5XX"), ended("authenticate", "500", "no")),
        ("CUSTOM", Allow(None, None, authorizer=SAYS), ANSWERED | ended("authorize", "200")),
        (
            "CUSTOM",
            Allow(None, None, authorizer=SAYS, evidence=Evidence({"requestId": "r1"})),
            ANSWERED | {"authorizer.requestId": "r1"} | ended("authorize", "200"),
        ),
        (
            "CUSTOM",
            Allow(None, None, authorizer=SAYS, evidence=Evidence({"fresh": False})),
            ANSWERED | ended("authorize", "200"),
        ),
        (
            "CUSTOM",
            refused("ACCESS_DENIED", authorizer=SAYS),
            ANSWERED | ended("authorize", "403", "no"),
        ),
        # A resource policy denied, and the authorizer was not asked.
        ("CUSTOM", refused("ACCESS_DENIED", verdicts=DENIED), ended("authorize", "403", "no")),
        ("CUSTOM", refused("UNAUTHORIZED"), ended("authorizer", "401", "no")),
        (
            "CUSTOM",
            refused("AUTHORIZER_FAILURE", None),
            ended("authorizer", "500", "AUTHORIZER_FAILURE"),
        ),
        (
            "COGNITO_USER_POOLS",
            Allow(None, None, authorizer=CLAIMS),
            ended("authorizer", "200"),
        ),
        (
            "COGNITO_USER_POOLS",
            refused("ACCESS_DENIED", verdicts=DENIED, authorizer=CLAIMS),
            ended("authorizer", "200"),
        ),
        ("COGNITO_USER_POOLS", refused("UNAUTHORIZED"), ended("authorizer", "401", "no")),
    ],
)
def test_phases(mechanism, decision, told):
    assert read_phases(mechanism, decision) == told
    assert told.keys() <= PHASES
