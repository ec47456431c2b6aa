"""The whole look at a policy."""

import json
from pathlib import Path

import pytest
from tests.files.lint.looked import ALLOW, look

from gatelodge.files.lint import lint_policy
from gatelodge.iam import PolicyKind

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize("kind", list(PolicyKind))
def test_plain_policies_have_no_findings(kind):
    statement = dict(ALLOW)
    if kind in (PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.RESOURCE_CONTROL):
        statement["Principal"] = "*"
    if kind is PolicyKind.RESOURCE_CONTROL:
        statement["Effect"] = "Deny"
    document = {"Version": "2012-10-17", "Statement": [statement]}
    assert (
        lint_policy(document, kind, account="111111111111", region="us-east-1", api_id="abc") == []
    )


def test_an_invalid_document_is_nothing_but_its_problems():
    [finding] = lint_policy({"Statement": {**ALLOW, "Effect": "allow"}}, PolicyKind.IDENTITY)
    assert (finding.pointer, finding.invalid) == ("/Statement/Effect", True)
    assert "refused" in finding.fix
    assert json.loads(repr(finding.pointer).replace("'", '"')) == "/Statement/Effect"
    assert repr(finding).startswith("Finding('/Statement/Effect', ")


def test_pointers_lead_into_lists_and_single_statements():
    bad = {**ALLOW, "Action": ["execute-api:Invoke", "execute-api:Call"]}
    [(pointer, _)] = look(bad, kind=PolicyKind.IDENTITY)
    assert pointer == "/Statement/0/Action/1"
    [finding] = lint_policy({"Statement": bad}, PolicyKind.IDENTITY)
    assert finding.pointer == "/Statement/Action/1"


def test_what_is_not_told_of_the_api_is_not_compared():
    statement = {"Resource": "arn:aws:execute-api:eu-west-1:222222222222:xyz/*"}
    assert look(statement, account=None, region=None, api_id=None) == []
    assert len(look(statement, account=None, api_id=None)) == 1
    assert len(look(statement, region=None, api_id=None)) == 1
    assert len(look(statement, region=None, account=None)) == 1
