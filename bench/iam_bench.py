"""The policy engine's cost per decision, in microseconds: `python bench/iam_bench.py`."""

import timeit

from gatelodge import iam

ACCOUNT = "111111111111"
ARN = f"arn:aws:execute-api:us-east-1:{ACCOUNT}"
SEED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": f"{ARN}:*",
        },
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": f"{ARN}:*",
            "Condition": {"NotIpAddress": {"aws:SourceIp": "123.4.5.6/24"}},
        },
    ],
}
USER = iam.Principal(
    iam.PrincipalKind.USER, f"arn:aws:iam::{ACCOUNT}:user/bob", ACCOUNT, username="bob"
)


def policy(first, count, resource):
    """An identity policy with some Allow statements."""
    statements = [
        {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource(number)}
        for number in range(first, first + count)
    ]
    return iam.parse({"Version": "2012-10-17", "Statement": statements}, iam.PolicyKind.IDENTITY)


def measure(name, policy_set, principal, asked):
    """Print the best of five runs."""
    keys = {"aws:sourceip": "123.4.5.9", **principal.keys}
    query = iam.Query("execute-api:Invoke", f"{ARN}:abc/prod/GET/pets", principal, keys, ACCOUNT)
    assert policy_set.judge(query).verdict is iam.Verdict.ALLOWED
    runs = timeit.repeat(lambda: policy_set.judge(query), number=5_000, repeat=5)
    print(f"{name:46} {min(runs) / 5_000 * 1e6:8.2f}  asked {asked}")


def main():
    """Measure what the documentation states."""
    seed = iam.PolicySet([iam.parse(SEED, iam.PolicyKind.RESOURCE)])
    measure("seed policy", seed, iam.ANONYMOUS, 3)
    hundred = [policy(10 * n, 10, lambda k: f"{ARN}:api{k}/*") for n in range(9)]
    hundred.append(policy(0, 10, lambda k: f"{ARN}:abc/prod/GET/{'pets' if k == 9 else k}"))
    measure("ten managed policies, 100 statements", iam.PolicySet(hundred), USER, 15)
    many = [policy(20 * n, 20, lambda k: f"{ARN}:api{k}/prod/GET/*") for n in range(500)]
    many.append(policy(0, 1, lambda _: f"{ARN}:abc/*"))
    measure("10,000 statements of which one can match", iam.PolicySet(many), USER, 50)
    start = timeit.default_timer()
    for number in range(1_000):
        document = {**SEED, "Id": str(number)}
        iam.PolicySet([iam.parse(document, iam.PolicyKind.RESOURCE)])
    print(
        f"{'compiling 1,000 policies, seconds':46} {timeit.default_timer() - start:8.2f}  asked 1"
    )


if __name__ == "__main__":
    main()
