"""The policy engine's cost per decision, beside two others in the same run.

    python bench/iam_bench.py

MiniStack's engine reads the same documents, as identity policies since it evaluates those; cedarpy
(Cedar in Rust) gets an equivalent policy set in its own language, parsed beforehand, as an upper
bound of what a compiled engine reaches. Each is the best of several runs, one after the other.
"""

import timeit

import cedarpy
from ministack.core import iam_evaluator as ministack

from gatelodge import iam

ACCOUNT = "111111111111"
ARN = f"arn:aws:execute-api:us-east-1:{ACCOUNT}"
ASKED = f"{ARN}:abc/prod/GET/pets"
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
INVOKE = "execute-api:Invoke"
ADDRESS = "123.4.5.9"
SEED = [
    {"Effect": "Allow", "Action": INVOKE, "Resource": f"{ARN}:*"},
    {
        "Effect": "Deny",
        "Action": INVOKE,
        "Resource": f"{ARN}:*",
        "Condition": {"NotIpAddress": {"aws:SourceIp": "123.4.5.6/24"}},
    },
]
QUERY = iam.request(BOB, INVOKE, ASKED, {"aws:SourceIp": ADDRESS})
CONTEXT = ministack.EvalContext(BOB, "User", ACCOUNT, INVOKE, ASKED, "us-east-1", ADDRESS)
CEDAR_REQUEST = {
    "principal": {"type": "User", "id": BOB},
    "action": {"type": "Action", "id": INVOKE},
    "resource": {"type": "Method", "id": "abc"},
    "context": {"arn": ASKED, "ip": {"__extn": {"fn": "ip", "arg": ADDRESS}}},
}
NO_ENTITIES = cedarpy.Entities.from_json_str("[]")


def allow(resource):
    """One Allow statement."""
    return {"Effect": "Allow", "Action": INVOKE, "Resource": resource}


def documents(statements, size):
    """Several policies of so many statements each."""
    return [
        {"Version": "2012-10-17", "Statement": statements[start : start + size]}
        for start in range(0, len(statements), size)
    ]


def ours(written):
    """Gatelodge: a compiled set."""
    policies = [iam.parse(document, iam.PolicyKind.IDENTITY) for document in written]
    policy_set = iam.PolicySet(policies)
    assert policy_set.judge(QUERY).verdict is iam.Verdict.ALLOWED
    return lambda: policy_set.judge(QUERY)


def theirs(written):
    """MiniStack: parsed statements."""
    parsed = [ministack.parse_policy_document(document) for document in written]
    assert ministack.evaluate(CONTEXT, parsed).decision == "Allow"
    return lambda: ministack.evaluate(CONTEXT, parsed)


def cedar(written):
    """Cedar: the same statements in its language."""
    text = "\n".join(_cedar(one) for document in written for one in document["Statement"])
    policies = cedarpy.PolicySet.from_str(text)
    assert cedarpy.is_authorized(CEDAR_REQUEST, policies, NO_ENTITIES).allowed
    return lambda: cedarpy.is_authorized(CEDAR_REQUEST, policies, NO_ENTITIES)


def _cedar(statement):
    effect = {"Allow": "permit", "Deny": "forbid"}[statement["Effect"]]
    tests = [f'context.arn like "{statement["Resource"]}"']
    if "Condition" in statement:
        tests.append('!context.ip.isInRange(ip("123.4.5.0/24"))')
    return (
        f'{effect} (principal, action == Action::"{INVOKE}", resource) '
        f"when {{ {' && '.join(tests)} }};"
    )


def microseconds(call):
    """The best of many short runs: what else the machine does disturbs some of them."""
    timer = timeit.Timer(call)
    once = timer.timeit(1)
    number = max(1, int(0.02 / once))
    return min(timer.repeat(3 if once > 0.1 else 60, number)) / number * 1e6


def main():
    """Measure what the documentation states."""
    ten = documents([allow(f"{ARN}:api{n}/*") for n in range(99)] + [allow(ASKED)], 10)
    many = documents([allow(f"{ARN}:api{n}/prod/GET/*") for n in range(9_999)] + [allow(ASKED)], 20)
    print(f"{'':42}{'gatelodge':>10}{'asked':>8}{'MiniStack':>12}{'cedarpy':>12}   microseconds")
    for name, written, asked in (
        ("seed policy: 2 statements, 1 IP condition", documents(SEED, 2), 3),
        ("ten managed policies, 100 statements", ten, 15),
        ("10,000 statements of which one can match", many, 50),
    ):
        own, mini, rust = (microseconds(make(written)) for make in (ours, theirs, cedar))
        print(f"{name:42}{own:10.2f}{asked:8}{mini:12.1f}{rust:12.1f}")
        print(f"{'':42}{'1 x':>10}{'':8}{mini / own:11.1f}x{rust / own:11.1f}x")
    start = timeit.default_timer()
    for number in range(1_000):
        document = {"Version": "2012-10-17", "Statement": [*SEED, allow(f"{ARN}:{number}/*")]}
        iam.PolicySet([iam.parse(document, iam.PolicyKind.IDENTITY)])
    print(f"compiling 1,000 policies: {timeit.default_timer() - start:.2f} s, asked 1")


if __name__ == "__main__":
    main()
