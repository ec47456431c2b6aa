"""The tables of the reference (iam-evaluation.md section 10), row by row."""

import pytest

from gatelodge.iam.case import answer

A, B = "111111111111", "222222222222"
ARN = f"arn:aws:execute-api:us-east-1:{A}:abc123"
R = f"{ARN}/prod/GET/pets/5"
BOB = f"arn:aws:iam::{A}:user/bob"
SESSION = f"arn:aws:sts::{A}:assumed-role/dev/s1"
ROLE = f"arn:aws:iam::{A}:role/dev"


def policy(*statements, version="2012-10-17"):
    document = {"Statement": list(statements)}
    return {"Version": version, **document} if version else document


def allow(**elements):
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*", **elements}
    for name in ("Action", "Resource"):
        if f"Not{name}" in elements:
            del statement[name]
    return statement


def deny(**elements):
    return {**allow(**elements), "Effect": "Deny"}


def decide(**case):
    answered = answer({"principal": BOB, "action": "execute-api:Invoke", "resource": R, **case})
    return answered.get("decision") or answered["error"]


def holds(condition, context, version="2012-10-17", principal=BOB, **case):
    """Tell whether an Allow with this condition matches."""
    statement = allow(Condition=condition)
    document = policy(statement, version=version)
    decision = decide(principal=principal, identityPolicies=[document], context=context, **case)
    assert decision in ("allowed", "implicitDeny"), decision
    return decision == "allowed"


@pytest.mark.parametrize(
    ("name", "statement", "expected"),
    [
        ("M1", allow(Resource=R), True),
        ("M2", allow(Action="EXECUTE-API:invoke"), True),
        ("M3", allow(Action="execute-api:I*"), True),
        ("M3", allow(Action="execute-api:Invok?"), True),
        ("M4", allow(Action="execute-api:"), False),
        ("M4", allow(Action=" execute-api:Invoke"), False),
        ("M5", allow(Resource=f"{ARN}/*"), True),
        ("M6", allow(Resource=f"{ARN}/prod/GET/pets"), False),
        ("M7", allow(Resource=f"{ARN}/prod/get/pets/5"), False),
        ("M8", allow(Resource=f"{ARN}/prod/*/pets/?"), True),
        ("M9", allow(Resource="arn:aws:execute-api:*:*:abc123/*"), True),
        ("M10", allow(Resource=R.replace("arn:aws:", "arn:aws-cn:")), False),
        ("M11", allow(NotAction="s3:*"), True),
        ("M11", allow(NotAction="execute-api:*"), False),
        ("M12", allow(NotResource=f"{ARN}/prod/DELETE/*"), True),
        ("M12", allow(NotResource=f"{ARN}/prod/GET/*"), False),
        ("M14", allow(Resource="execute-api:/prod/GET/pets/5"), False),
    ],
)
def test_statements(name, statement, expected):
    decision = decide(identityPolicies=[policy(statement)])
    assert decision == ("allowed" if expected else "implicitDeny")


def test_effect_has_one_spelling():
    """M13"""
    statement = {**allow(), "Effect": "allow"}
    assert "/Statement/0/Effect" in decide(identityPolicies=[policy(statement)])


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2012-10-17", "allowed"), ("2008-10-17", "implicitDeny"), (None, "implicitDeny")],
)
def test_variables_need_the_version(version, expected):
    """M15"""
    document = policy(allow(Resource=f"{ARN}/prod/GET/${{aws:username}}"), version=version)
    case = {"principal": f"arn:aws:iam::{A}:user/pets", "resource": f"{ARN}/prod/GET/pets"}
    assert decide(identityPolicies=[document], **case) == expected


NOTHING = policy(allow(Action="s3:*"))
ALLOW, DENY = policy(allow()), policy(deny())


def resource_policy(principal, effect=allow, **elements):
    return policy(effect(Principal=principal, **elements))


NO_MATCH = resource_policy("*", Action="s3:*")
SAME, IMPLICIT, EXPLICIT = "allowed", "implicitDeny", "explicitDeny"


@pytest.mark.parametrize(
    ("name", "case", "expected"),
    [
        ("C1", {"identityPolicies": [ALLOW]}, SAME),
        ("C2", {"identityPolicies": [ALLOW], "resourcePolicy": NO_MATCH}, SAME),
        ("C3", {"principal": SESSION, "identityPolicies": [ALLOW], "permissionsBoundary": ALLOW,
                "sessionPolicies": [NOTHING]}, IMPLICIT),
        ("C4", {"identityPolicies": [ALLOW], "serviceControlPolicies": [[NOTHING]]}, IMPLICIT),
        ("C5", {"resourcePolicy": resource_policy({"AWS": BOB}),
                "permissionsBoundary": NOTHING}, SAME),
        ("C6", {"principal": SESSION, "resourcePolicy": resource_policy({"AWS": ROLE}),
                "permissionsBoundary": NOTHING}, IMPLICIT),
        ("C7", {"principal": SESSION, "resourcePolicy": resource_policy({"AWS": ROLE})}, SAME),
        ("C8", {"principal": SESSION, "resourcePolicy": resource_policy({"AWS": SESSION}),
                "permissionsBoundary": NOTHING, "sessionPolicies": [NOTHING]}, SAME),
        ("C9", {"resourcePolicy": resource_policy({"AWS": A})}, IMPLICIT),
        ("C10", {"identityPolicies": [ALLOW], "permissionsBoundary": DENY}, EXPLICIT),
        ("C11", {"identityPolicies": [DENY], "resourcePolicy": resource_policy("*")}, EXPLICIT),
        ("C12", {"principal": f"arn:aws:iam::{B}:user/x", "identityPolicies": [ALLOW],
                 "resourcePolicy": resource_policy({"AWS": f"arn:aws:iam::{B}:root"})}, SAME),
        ("C13", {"principal": f"arn:aws:iam::{B}:user/x", "resourcePolicy":
                 resource_policy({"AWS": f"arn:aws:iam::{B}:user/x"})}, IMPLICIT),
        ("C14", {"principal": f"arn:aws:iam::{B}:user/x", "identityPolicies": [ALLOW],
                 "resourcePolicy": NO_MATCH}, IMPLICIT),
        ("C15", {"principal": f"arn:aws:iam::{B}:user/x", "identityPolicies": [ALLOW],
                 "resourcePolicy": resource_policy("*"), "permissionsBoundary": NOTHING}, IMPLICIT),
        ("C16", {"principal": f"arn:aws:iam::{A}:root"}, SAME),
        ("C17", {"principal": f"arn:aws:iam::{A}:root",
                 "resourcePolicy": resource_policy("*", deny)}, EXPLICIT),
        # Section 3: what an Allow for everyone spares.
        ("*user", {"resourcePolicy": resource_policy("*"), "permissionsBoundary": NOTHING}, SAME),
        ("*role", {"principal": SESSION, "resourcePolicy": resource_policy("*"),
                   "permissionsBoundary": NOTHING}, IMPLICIT),
        ("*session", {"principal": SESSION, "resourcePolicy": resource_policy("*"),
                      "sessionPolicies": [NOTHING]}, IMPLICIT),
        ("*named", {"principal": SESSION, "permissionsBoundary": NOTHING,
                    "sessionPolicies": [NOTHING], "resourcePolicy": resource_policy(
                        "*", Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}})}, SAME),
        ("levels", {"identityPolicies": [ALLOW],
                    "serviceControlPolicies": [[ALLOW], [NOTHING]]}, IMPLICIT),
        ("rcp", {"identityPolicies": [ALLOW], "resourceControlPolicies":
                 [[resource_policy("*", deny)]]}, EXPLICIT),
        ("anonymous", {"principal": "*", "resourcePolicy": resource_policy("*")}, SAME),
        ("anonymous", {"principal": "*"}, IMPLICIT),
        ("anonymous scp", {"principal": "*", "resourcePolicy": resource_policy("*"),
                           "serviceControlPolicies": [[DENY]]}, SAME),
        ("federated", {"principal": f"arn:aws:sts::{A}:federated-user/f",
                       "identityPolicies": [ALLOW]}, IMPLICIT),
        ("federated", {"principal": f"arn:aws:sts::{A}:federated-user/f",
                       "identityPolicies": [ALLOW], "sessionPolicies": [ALLOW]}, SAME),
    ],
)  # fmt: skip
def test_combinations(name, case, expected):
    assert decide(**case) == expected


@pytest.mark.parametrize(
    ("name", "element", "principal", "expected"),
    [
        ("P3", {"AWS": f"arn:aws:sts::{A}:assumed-role/dev/*"}, SESSION, False),
        ("P4", "*", "*", True),
        ("P5", {"AWS": A}, "*", False),
        ("user", {"AWS": BOB}, BOB, True),
        ("user", {"AWS": BOB.upper()}, BOB, None),
        ("service", {"Service": "events.amazonaws.com"}, "events.amazonaws.com", True),
        ("canonical", {"CanonicalUser": "79a5"}, BOB, False),
        ("several", {"AWS": [ROLE, BOB]}, BOB, True),
    ],
)
def test_principals(name, element, principal, expected):
    decision = decide(principal=principal, resourcePolicy=resource_policy(element))
    if expected is None:
        assert "names no principal" in decision
    else:
        assert decision == ("allowed" if expected else "implicitDeny")


def test_role_path_is_part_of_the_role():
    """P1, P2: the session's ARN has no path, the role's has."""
    role = f"arn:aws:iam::{A}:role/app/dev"
    named = resource_policy({"AWS": role})
    assert decide(principal=role, resourcePolicy=named) == "allowed"
    assert decide(principal=role, resourcePolicy=resource_policy({"AWS": ROLE})) == "implicitDeny"


def test_not_principal_denies_anonymous():
    """P6"""
    document = policy(allow(Principal="*"), {**deny(), "NotPrincipal": {"AWS": BOB}})
    assert decide(principal="*", resourcePolicy=document) == "explicitDeny"
    assert decide(resourcePolicy=document) == "allowed"
    assert decide(principal=SESSION, resourcePolicy=document) == "explicitDeny"


def test_principal_arn_of_a_session_is_the_role():
    """P7, P8"""
    like = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{A}:role/*"}}
    exact = {"StringEquals": {"aws:PrincipalArn": SESSION}}
    assert holds(like, {}, principal=SESSION)
    assert not holds(exact, {}, principal=SESSION)


LONG_ARN = "arn:aws:s:us-east-2:999999999999:store/abc:111122223333:finance/doc"
ARN_PATTERN = "arn:aws:s:*:111122223333:finance/*"


@pytest.mark.parametrize(
    ("name", "condition", "context", "expected"),
    [
        ("O1", {"StringEquals": {"k": ["a", "b"]}}, {"k": "b"}, True),
        ("O2", {"StringNotEquals": {"k": ["a", "b"]}}, {"k": "b"}, False),
        ("O2", {"StringNotEquals": {"k": ["a", "b"]}}, {"k": "c"}, True),
        ("O3", {"StringEquals": {"k": "a"}}, {}, False),
        ("O4", {"StringNotEquals": {"k": "a"}}, {}, True),
        ("O5", {"StringEqualsIfExists": {"k": "a"}}, {}, True),
        ("O6", {"StringLike": {"k": "a*z"}}, {"k": "a/b/z"}, True),
        ("O7", {"StringEquals": {"k": "a*"}}, {"k": "ab"}, False),
        ("O8", {"StringEqualsIgnoreCase": {"k": "ABC"}}, {"k": "abc"}, True),
        ("O9", {"NumericLessThan": {"n": "10"}}, {"n": "9.5"}, True),
        ("O10", {"NumericEquals": {"n": "10"}}, {"n": "x"}, False),
        ("O10", {"NumericNotEquals": {"n": "10"}}, {"n": "x"}, False),
        ("O11", {"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}},
         {"aws:CurrentTime": "2025-12-31T00:00:00Z"}, True),
        ("O12", {"DateGreaterThan": {"aws:EpochTime": "1767225600"}},
         {"aws:EpochTime": "1767225601"}, True),
        ("O13", {"Bool": {"aws:SecureTransport": "TRUE"}}, {"aws:SecureTransport": "true"}, True),
        ("O14", {"Bool": {"aws:MultiFactorAuthPresent": "false"}}, {}, False),
        ("O15", {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, {}, True),
        ("O16", {"Null": {"aws:MultiFactorAuthPresent": "true"}}, {}, True),
        ("O17", {"IpAddress": {"aws:SourceIp": "10.0.0.5/8"}}, {"aws:SourceIp": "10.9.9.9"}, True),
        ("O18", {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}},
         {"aws:SourceIp": "192.0.2.1"}, False),
        ("O19", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws:SourceIp": "2001:db8::1"},
         False),
        ("O19", {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws:SourceIp": "2001:db8::1"},
         True),
        ("O20", {"ArnLike": {"k": ARN_PATTERN}}, {"k": LONG_ARN}, False),
        ("O20", {"StringLike": {"k": ARN_PATTERN}}, {"k": LONG_ARN}, True),
        ("O21", {"ForAllValues:StringEquals": {"t": ["a", "b"]}}, {"t": ["a"]}, True),
        ("O21", {"ForAllValues:StringEquals": {"t": ["a", "b"]}}, {"t": ["a", "c"]}, False),
        ("O21", {"ForAllValues:StringEquals": {"t": ["a", "b"]}}, {}, True),
        ("O22", {"ForAnyValue:StringEquals": {"t": ["a", "b"]}}, {"t": ["c", "b"]}, True),
        ("O22", {"ForAnyValue:StringEquals": {"t": ["a", "b"]}}, {"t": ["c"]}, False),
        ("O22", {"ForAnyValue:StringEquals": {"t": ["a", "b"]}}, {}, False),
        ("O23", {"ForAllValues:StringNotEquals": {"t": "a"}}, {"t": ["b", "c"]}, True),
        ("O23", {"ForAllValues:StringNotEquals": {"t": "a"}}, {"t": ["a", "b"]}, False),
        ("O24", {"ForAnyValue:StringNotEquals": {"t": "a"}}, {"t": ["a", "b"]}, True),
        ("O24", {"ForAnyValue:StringNotEquals": {"t": "a"}}, {"t": ["a"]}, False),
        ("O25", {"StringEquals": {"k": "a"}, "StringLike": {"k": "b*"}}, {"k": "a"}, False),
        ("O26", {"IpAddress": {"AWS:sourceip": "10.0.0.0/8"}}, {"aws:SourceIp": "10.1.1.1"}, True),
        ("O27", {"BinaryEquals": {"k": "QQ=="}}, {"k": "QQ=="}, True),
        ("empty set", {"ForAnyValue:StringEquals": {"t": ""}}, {"t": [""]}, False),
        ("empty set", {"ForAllValues:StringEquals": {"t": "a"}}, {"t": []}, True),
        ("any if exists", {"ForAnyValue:StringEqualsIfExists": {"t": "a"}}, {}, True),
        ("any negated", {"ForAnyValue:StringNotEquals": {"t": "a"}}, {}, False),
        ("null set", {"Null": {"t": "false"}}, {"t": [""]}, False),
        ("unquoted", {"NumericEquals": {"n": 10}, "Bool": {"b": True}}, {"n": 10, "b": True}, True),
    ],
)  # fmt: skip
def test_operators(name, condition, context, expected):
    assert holds(condition, context) is expected


@pytest.mark.parametrize(
    ("name", "resource", "path", "principal", "expected"),
    [
        ("V1", "${aws:username}/*", "bob/x", BOB, True),
        ("V2", "${aws:username}/*", "bob/x", SESSION, False),
        ("V3", "${aws:username, 'guest'}/*", "guest/x", SESSION, True),
        ("V6", "a${*}", "a*", BOB, True),
        ("V6", "a${*}", "ab", BOB, False),
        ("V7", "${aws:PrincipalTag/t}", "abc", BOB, False),
        ("V7", "${aws:PrincipalTag/t}", "*", BOB, True),
        ("V9", "${AWS:USERNAME}/*", "bob/x", BOB, True),
    ],
)
def test_variables_in_resources(name, resource, path, principal, expected):
    document = policy(allow(Resource=f"{ARN}/prod/GET/{resource}"))
    decision = decide(
        principal=principal,
        identityPolicies=[document],
        resource=f"{ARN}/prod/GET/{path}",
        principalTags={"t": "*"},
    )
    assert decision == ("allowed" if expected else "implicitDeny")


def test_variables_in_conditions():
    """V4, V5: a variable without a value matches nothing, which a negated operator passes."""
    assert not holds({"StringEquals": {"k": "${aws:username}"}}, {"k": "x"}, principal=SESSION)
    assert holds({"StringNotEquals": {"k": "${aws:username}"}}, {"k": "x"}, principal=SESSION)
    assert holds({"StringEquals": {"k": "${aws:username}"}}, {"k": "bob"})
    assert not holds({"StringEquals": {"k": "${aws:username}"}}, {"k": "bob"}, version=None)


def test_variable_before_the_fifth_colon_is_text():
    """V8"""
    resource = "arn:aws:execute-api:us-east-1:${aws:PrincipalAccount}:abc123/*"
    assert decide(identityPolicies=[policy(allow(Resource=resource))]) == "implicitDeny"


def test_a_deny_with_binary_equals_applies():
    condition = {"BinaryEquals": {"k": "QQ=="}}
    document = policy(allow(), deny(Condition=condition))
    assert decide(identityPolicies=[document], context={"k": "QQ=="}) == "explicitDeny"


def test_several_ranges_under_not_ip_address_are_nor():
    condition = {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}}
    for address, expected in (("10.1.1.1", False), ("192.0.2.9", False), ("203.0.113.1", True)):
        assert holds(condition, {"aws:SourceIp": address}) is expected


def test_arns_are_case_sensitive():
    assert decide(identityPolicies=[policy(allow(Resource=R.replace("pets", "Pets")))]) == IMPLICIT
    assert not holds({"ArnEquals": {"k": R.replace("pets", "Pets")}}, {"k": R})
    assert holds({"ArnLike": {"k": "*"}}, {"k": R})


@pytest.mark.parametrize("order", [1, -1])
def test_deny_wins_in_any_order(order):
    document = policy(*[deny(Resource="*"), allow(Resource="*")][::order])
    assert decide(identityPolicies=[document]) == "explicitDeny"


def test_several_values_under_an_operator_for_one_admit_nobody():
    """No documented meaning: a doubt. The Allow does not count, the Deny does."""
    condition = {"StringEquals": {"k": "a"}}
    context = {"k": ["a", "b"]}
    assert not holds(condition, context)
    document = policy(allow(), deny(Condition=condition))
    assert decide(identityPolicies=[document], context=context) == "explicitDeny"
