"""The fence as anonymous callers meet it (reference: resource-policy.md sections 2 and 3)."""

import pytest
from tests.play import OWNER, call, policies, request, statement

from gatelodge import iam
from gatelodge.authorize.resource_policy import judge_anonymous

ALLOWED, DENIED, SILENT = iam.Verdict.ALLOWED, iam.Verdict.DENIED, iam.Verdict.SILENT


def verdict(*statements, sent=None):
    sent = sent or request()
    where = call(sent, policies(*statements))
    return judge_anonymous(where, where.resource_policy).verdict


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], SILENT),
        ([statement()], ALLOWED),
        ([statement(), statement("Deny")], DENIED),
        ([statement(Principal={"AWS": OWNER})], SILENT),
        ([statement(Principal={"AWS": f"arn:aws:iam::{OWNER}:root"})], SILENT),
        # P15: NotPrincipal names somebody else, so it means everybody else.
        (
            [
                statement(),
                statement(
                    "Deny", Principal=None, NotPrincipal={"AWS": f"arn:aws:iam::{OWNER}:user/x"}
                ),
            ],
            DENIED,
        ),
        # P7 to P9: the caller's keys are absent.
        ([statement(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})], SILENT),
        (
            [
                statement(),
                statement("Deny", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}),
            ],
            DENIED,
        ),
        ([statement(Condition={"Null": {"aws:PrincipalType": "true"}})], ALLOWED),
        # R8: ANY is no verb.
        ([statement(Resource=f"arn:aws:execute-api:us-east-1:{OWNER}:abc123/prod/ANY/*")], SILENT),
        ([statement(Action="lambda:InvokeFunction")], SILENT),
        ([statement(Action="EXECUTE-API:invoke")], ALLOWED),
    ],
)
def test_verdicts(statements, expected):
    assert verdict(*statements) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [("123.4.5.200", ALLOWED), ("123.4.6.1", DENIED), ("2001:db8::1", DENIED)],
)
def test_the_seed_policy(source, expected):
    """I3, I4 and I6: host bits are masked, and IPv6 is in no range of IPv4."""
    outside = statement("Deny", Condition={"NotIpAddress": {"aws:SourceIp": "123.4.5.6/24"}})
    assert verdict(statement(), outside, sent=request(source=source)) is expected


def test_whoever_signed_stays_anonymous_here():
    """N7: a signature on an open method names nobody."""
    only_bob = statement(Principal={"AWS": f"arn:aws:iam::{OWNER}:user/bob"})
    sent = request(fields=[("Authorization", "AWS4-HMAC-SHA256 Credential=bob/…")])
    assert verdict(only_bob, sent=sent) is SILENT
