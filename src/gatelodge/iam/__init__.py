"""IAM's policy language: parse, evaluate, explain.

    from gatelodge import iam

    policy = iam.parse(text, iam.PolicyKind.IDENTITY, name="readers")
    outcome = iam.evaluate(query, iam.Policies(iam.PolicySet([policy])))

Knows the language and the evaluation logic of the IAM User Guide (reference: iam-evaluation.md);
knows no HTTP, no API and no store. A document that it does not understand is refused when it is
parsed, with a JSON pointer, and never skipped.
"""

from gatelodge.iam.compile import PolicySet
from gatelodge.iam.document import Policy, PolicyKind, parse
from gatelodge.iam.evaluate import Outcome, Policies, evaluate
from gatelodge.iam.principals import ANONYMOUS, Principal, PrincipalKind, Reach
from gatelodge.iam.problems import PolicyError, Problem
from gatelodge.iam.query import Query
from gatelodge.iam.ruling import Doubt, Ruling, StatementRef, Verdict
from gatelodge.iam.trials import Step, Trial, nearest_miss, trials
from gatelodge.iam.variables import Keys, Value

__all__ = [
    "ANONYMOUS",
    "Doubt",
    "Keys",
    "Outcome",
    "Policies",
    "Policy",
    "PolicyError",
    "PolicyKind",
    "PolicySet",
    "Principal",
    "PrincipalKind",
    "Problem",
    "Query",
    "Reach",
    "Ruling",
    "StatementRef",
    "Step",
    "Trial",
    "Value",
    "Verdict",
    "evaluate",
    "nearest_miss",
    "parse",
    "trials",
]
