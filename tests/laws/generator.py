"""Random cases from small vocabularies, so that matches, near misses and flips are common."""

import random

A, B = "111111111111", "222222222222"
API = f"arn:aws:execute-api:us-east-1:{A}:abc"
PRINCIPALS = (
    f"arn:aws:iam::{A}:user/bob",
    f"arn:aws:iam::{A}:user/team/eve",
    f"arn:aws:iam::{B}:user/bob",
    f"arn:aws:sts::{A}:assumed-role/dev/s1",
    f"arn:aws:sts::{B}:assumed-role/dev/s1",
    f"arn:aws:sts::{A}:federated-user/fred",
    f"arn:aws:iam::{A}:root",
    f"arn:aws:iam::{B}:root",
    "events.amazonaws.com",
    "*",
)
NAMED = (
    *PRINCIPALS[:-2],
    A,
    B,
    "*",
    f"arn:aws:iam::{A}:role/dev",
    f"arn:aws:iam::{B}:role/dev",
    f"arn:aws:iam::{A}:role/team/dev",
    f"arn:aws:sts::{A}:assumed-role/dev/*",
)
ACTIONS = (
    "execute-api:Invoke",
    "EXECUTE-API:invoke",
    "execute-api:*",
    "execute-api:I?voke",
    "*",
    "*:*",
    "execute-api:",
    " execute-api:Invoke",
    "s3:*",
    "e*:I*e",
    "execute-api:ManageConnections",
)
PATHS = (
    "prod/GET/pets",
    "prod/GET/pets/5",
    "prod/GET/bob/x",
    "prod/POST/pets",
    "dev/GET/a*",
    "prod/GET/",
    "prod/GET/red",
)
RESOURCES = (
    "*",
    "arn:aws:execute-api:*",
    "arn:*",
    "arn:aws:execute-api",
    "prod",
    "arn:aws:execute-api:*:*:abc/*",
    f"arn:aws:execute-api:us-east-1:{A}:*",
    f"arn:aws:execute-api:eu-west-1:{A}:*",
    f"arn:aws:execute-api:us-east-1:{A}:other/*",
    f"arn:aws:execute-api:us-east-1:{A[:-1]}?:abc/prod/*/pets",
    *(f"{API}/{path}" for path in PATHS),
    f"{API}/prod/get/pets",
    f"{API}/*/GET/*/?",
    f"{API}/**pets*",
    f"{API}/prod/GET/${{aws:username}}/*",
    f"{API}/prod/GET/${{AWS:UserName, 'guest'}}/x",
    f"{API}/prod/GET/${{aws:PrincipalTag/team}}",
    f"{API}/dev/GET/a${{*}}",
    f"{API}/dev/GET/a${{?}}",
    "arn:aws:execute-api:us-east-1:${aws:PrincipalAccount}:abc/*",
)
TEXTS = ("a", "b", "ab", "A", "a*", "", "a/b/z", "bob", "$", "*")
PATTERNS = (*TEXTS, "a*z", "?", "a?", "${aws:username}", "${k, 'a'}", "${*}", "*${aws:username}*")
ARNS = (
    f"arn:aws:iam::{A}:user/bob",
    f"arn:aws:iam::{A}:role/dev",
    "arn:aws:s:us-east-2:999999999999:store/abc:111122223333:finance/doc",
    "nonsense",
)
ARN_PATTERNS = (
    *ARNS[:3],
    f"arn:aws:iam::{A}:role/*",
    "arn:aws:s:*:111122223333:finance/*:x",
    "arn:*:iam:*:*:*",
    f"arn:aws:iam::{A}:us?r/bob",
    f"arn:aws:iam::{A}:user/${{aws:username}}",
    "arn:aws:iam::${aws:PrincipalAccount}:user/${k, 'bob'}",
    "arn:aws:iam::*:*/${*}",
    "arn:*:*:*:*:${k}",
)
NUMBERS = ("1", "9.5", "10", "-3", "1e2", "x", "010")
DATES = (
    "2026-01-01T00:00:00Z",
    "2026-01-01T01:00:00+01:00",
    "2025-12-31",
    "2026",
    "1767225600",
    "1767225601",
    "2026-01-01T00:00Z",
    "soon",
)
ADDRESSES = ("10.9.9.9", "192.0.2.1", "203.0.113.9", "2001:db8::5", "::1", "nonsense")
RANGES = ("10.0.0.5/8", "192.0.2.0/24", "192.0.2.1", "2001:db8::/32", "0.0.0.0/0", "::/0")
FAMILIES = {
    "String": (("Equals", "NotEquals"), "k", TEXTS, (*TEXTS, "${aws:username}", "${k}", "${*}")),
    "StringIgnore": (
        ("EqualsIgnoreCase", "NotEqualsIgnoreCase"), "k", TEXTS, (*TEXTS, "${aws:username}")),
    "StringL": (("Like", "NotLike"), "k", TEXTS, PATTERNS),
    "Arn": (("Equals", "NotEquals", "Like", "NotLike"), "r", ARNS, ARN_PATTERNS),
    "Numeric": (
        ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
        "n", NUMBERS, tuple(n for n in NUMBERS if n != "x")),
    "Date": (
        ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
        "aws:CurrentTime", DATES, DATES[:-1]),
}  # fmt: skip


def case(seed):
    """One case; equal seeds give equal cases."""
    return {"id": seed, **random_case(random.Random(seed))}


def random_case(r):
    """One case as a source of randomness says."""
    made = {
        "principal": r.choice(PRINCIPALS),
        "action": "execute-api:Invoke",
        "resource": f"{API}/{r.choice(PATHS)}",
        "context": context(r),
        "identityPolicies": [document(r) for _ in range(r.choice((0, 1, 1, 1, 2)))],
    }
    if r.random() < 0.05:
        made["resourceAccount"] = r.choice((A, B))
    if r.random() < 0.5:
        made["principalTags"] = {"Team": r.choice(("red", "*"))}
    if r.random() < 0.55:
        made["resourcePolicy"] = document(r, principal=True)
    if r.random() < 0.1:
        made["resourceControlPolicies"] = [[control(r)] for _ in range(r.choice((1, 2)))]
    if made["principal"] == "events.amazonaws.com":
        return {**made, "identityPolicies": []}  # what belongs to a principal, a service lacks
    if r.random() < 0.25 and made["principal"] != "*" and not made["principal"].endswith("root"):
        made["permissionsBoundary"] = document(r)
    if r.random() < 0.2 and ":sts:" in made["principal"]:
        made["sessionPolicies"] = [document(r) for _ in range(r.choice((0, 1, 1, 1, 2)))]
    if r.random() < 0.15:
        made["serviceControlPolicies"] = [
            [document(r) for _ in range(r.choice((1, 1, 2)))] for _ in range(r.choice((1, 2)))
        ]
    return made


def control(r):
    """A resource control policy: the one that AWS attaches, or one that denies."""
    if r.random() < 0.3:
        return {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}
    made = document(r, principal=True)
    statements = made["Statement"] if isinstance(made["Statement"], list) else [made["Statement"]]
    for one in statements:
        one.pop("NotPrincipal", None)
        one |= {"Effect": "Deny", "Principal": "*"}
    return made


def context(r):
    keys = {}
    for key, values in (("k", TEXTS), ("r", ARNS), ("n", NUMBERS), ("aws:CurrentTime", DATES),
                        ("aws:SourceIp", ADDRESSES), ("b", ("true", "false", "TRUE", "maybe")),
                        ("bin", ("QQ==", "QUI=", "?"))):  # fmt: skip
        if r.random() < 0.6:
            several = r.random() < 0.2 and not key.startswith("aws:")
            keys[r.choice((key, key.upper()))] = (
                [r.choice(values) for _ in range(r.randint(0, 3))] if several else r.choice(values)
            )
    return keys


def document(r, *, principal=False):
    statements = [statement(r, principal=principal) for _ in range(r.choice((1, 1, 2, 3)))]
    made = {"Statement": statements if len(statements) > 1 or r.random() < 0.5 else statements[0]}
    version = r.choice(("2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17", None))
    return {"Version": version, **made} if version else made


def statement(r, *, principal):
    made = {"Effect": r.choice(("Allow", "Allow", "Allow", "Deny"))}
    if principal:
        name = r.choice(("Principal", "Principal", "Principal", "NotPrincipal"))
        made[name] = "*" if r.random() < 0.4 else {"AWS": some(r, NAMED)}
        if made[name] != "*" and r.random() < 0.2:
            made[name]["Service"] = some(r, ("events.amazonaws.com", "s3.amazonaws.com"))
    broad = r.random() < 0.5
    made[r.choice(("Action", "Action", "Action", "NotAction"))] = (
        "execute-api:Invoke" if broad else some(r, ACTIONS)
    )
    made[r.choice(("Resource", "Resource", "Resource", "NotResource"))] = some(r, RESOURCES)
    if r.random() < 0.5:
        made["Condition"] = dict(condition(r) for _ in range(r.choice((1, 1, 2))))
    return made


def some(r, values):
    return r.choice(values) if r.random() < 0.6 else [r.choice(values) for _ in range(2)]


def condition(r):
    kind = r.choice((*FAMILIES, "Ip", "Bool", "Null", "Binary", "PrincipalArn"))
    prefix = r.choice(("", "", "", "ForAnyValue:", "ForAllValues:"))
    suffix = r.choice(("", "", "IfExists"))
    if kind == "Null":
        return "Null", {r.choice(("k", "n", "aws:SourceIp")): r.choice(("true", "false"))}
    if kind == "Ip":
        operator = f"{prefix}{r.choice(('IpAddress', 'NotIpAddress'))}{suffix}"
        return operator, {r.choice(("aws:SourceIp", "AWS:sourceip")): some(r, RANGES)}
    if kind == "Bool":
        return f"{prefix}Bool{suffix}", {"b": r.choice(("true", "False", True))}
    if kind == "Binary":
        return f"{prefix}BinaryEquals{suffix}", {"bin": some(r, ("QQ==", "QUI="))}
    if kind == "PrincipalArn":
        operator = r.choice(("ArnEquals", "ArnLike", "StringEquals", "StringLike", "ArnNotEquals"))
        return operator, {"aws:PrincipalArn": some(r, ARN_PATTERNS[:2] + ARN_PATTERNS[3:4])}
    operators, key, _, values = FAMILIES[kind]
    name = {"StringIgnore": "String", "StringL": "String"}.get(kind, kind)
    return f"{prefix}{name}{r.choice(operators)}{suffix}", {key: some(r, values)}
