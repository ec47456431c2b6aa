"""IAM's policy language: parse, evaluate, explain.

    from gatelodge import iam

    policy = iam.parse(text, iam.PolicyKind.IDENTITY, name="readers")
    policies = iam.Policies(iam.PolicySet([policy]))
    query = iam.request("arn:aws:iam::111111111111:user/bob", "execute-api:Invoke", method_arn)
    iam.evaluate(query, policies).verdict       # iam.Verdict.ALLOWED, DENIED or SILENT
    print(iam.explain(query, policies))         # and why

Knows the language and the evaluation logic of the IAM User Guide (reference: iam-evaluation.md);
knows no HTTP, no API and no store. A document that it does not understand is refused when it is
parsed, with a JSON pointer, and never skipped. docs/reference/library.md describes the surface.
"""

from gatelodge.iam.asked import RequestError, principal_of, request
from gatelodge.iam.compile import PolicySet
from gatelodge.iam.document import Policy, PolicyKind, parse
from gatelodge.iam.evaluate import Outcome, Policies, evaluate
from gatelodge.iam.explain import Explanation, Part, explain
from gatelodge.iam.principals import ANONYMOUS, Principal, PrincipalKind, Reach
from gatelodge.iam.problems import PolicyError, Problem
from gatelodge.iam.query import Query
from gatelodge.iam.ruling import Doubt, Ruling, StatementRef, Verdict
from gatelodge.iam.trials import Step, Trial, nearest_miss, trials
from gatelodge.iam.variables import Keys, Value

__all__ = [
    "ANONYMOUS",
    "Doubt",
    "Explanation",
    "Keys",
    "Outcome",
    "Part",
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
    "RequestError",
    "Ruling",
    "StatementRef",
    "Step",
    "Trial",
    "Value",
    "Verdict",
    "evaluate",
    "explain",
    "nearest_miss",
    "parse",
    "principal_of",
    "request",
    "trials",
]
