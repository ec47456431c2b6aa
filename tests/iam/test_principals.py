"""Principals: who calls, how an element names them, and what an Allow spares them."""

import pytest

from gatelodge.iam import ANONYMOUS, PolicyError, Principal, PrincipalKind, Reach
from gatelodge.iam.principals import Form, read_principal
from gatelodge.iam.problems import Problems

A, B = "111111111111", "222222222222"
USER_ARN = f"arn:aws:iam::{A}:user/team/bob"
ROLE_ARN = f"arn:aws:iam::{A}:role/app/dev"
SESSION_ARN = f"arn:aws:sts::{A}:assumed-role/dev/s1"
FEDERATED_ARN = f"arn:aws:sts::{A}:federated-user/fred"
ROOT_ARN = f"arn:aws:iam::{A}:root"
PROVIDER = f"arn:aws:iam::{A}:saml-provider/idp"

USER = Principal(PrincipalKind.USER, USER_ARN, A, user_id="AIDA1234", username="bob")
SESSION = Principal(
    PrincipalKind.ROLE_SESSION, SESSION_ARN, A, user_id="AROA1234:s1", role_arn=ROLE_ARN,
    federated=PROVIDER,
)  # fmt: skip
FEDERATED = Principal(PrincipalKind.FEDERATED_USER, FEDERATED_ARN, A, user_id=f"{A}:fred")
ROOT = Principal(PrincipalKind.ROOT, ROOT_ARN, A, user_id=A)
SERVICE = Principal(PrincipalKind.SERVICE, "events.amazonaws.com", None)
OTHER = Principal(PrincipalKind.USER, USER_ARN.replace(A, B), B, username="bob")
EVERYBODY = {
    "user": USER, "session": SESSION, "federated": FEDERATED, "root": ROOT, "service": SERVICE,
    "other": OTHER, "anonymous": ANONYMOUS,
}  # fmt: skip
OF_A = {"user", "session", "federated", "root"}


def element(written):
    problems = Problems()
    found = read_principal(written, problems)
    problems.raise_if_any()
    return found


def named(written):
    found = element(written)
    return {name for name, principal in EVERYBODY.items() if found.names(principal)}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("*", set(EVERYBODY)),
        ({"AWS": "*"}, set(EVERYBODY)),
        ({"AWS": [ROLE_ARN, "*"]}, set(EVERYBODY)),
        ({"AWS": A}, OF_A),
        ({"AWS": ROOT_ARN}, OF_A),
        ({"AWS": B}, {"other"}),
        ({"AWS": USER_ARN}, {"user"}),
        ({"AWS": USER_ARN.replace("bob", "BOB")}, set()),
        ({"AWS": f"arn:aws:iam::{A}:user/bob"}, set()),
        ({"AWS": ROLE_ARN}, {"session"}),
        ({"AWS": f"arn:aws:iam::{A}:role/dev"}, set()),
        ({"AWS": SESSION_ARN}, {"session"}),
        ({"AWS": SESSION_ARN.replace("s1", "s2")}, set()),
        ({"AWS": f"arn:aws:sts::{A}:assumed-role/dev/*"}, set()),
        ({"AWS": FEDERATED_ARN}, {"federated"}),
        ({"AWS": "AIDA1234"}, {"user"}),
        ({"AWS": "AROA1234"}, {"session"}),
        ({"AWS": "AIDA9999"}, set()),
        ({"Federated": PROVIDER}, {"session"}),
        ({"Federated": "accounts.google.com"}, set()),
        ({"Service": "events.amazonaws.com"}, {"service"}),
        ({"Service": "s3.amazonaws.com"}, set()),
        ({"Service": USER_ARN}, set()),
        (
            {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},
            set(),
        ),
        ({"AWS": [USER_ARN, ROLE_ARN]}, {"user", "session"}),
        ({"AWS": USER_ARN, "Service": "events.amazonaws.com"}, {"user", "service"}),
    ],
)
def test_whom_an_element_names(written, expected):
    assert named(written) == expected


@pytest.mark.parametrize(
    ("written", "pointer", "message"),
    [
        (None, "", 'a principal is "*" or an object such as {"AWS": "account or ARN"}'),
        ("", "", 'a principal is "*" or an object'),
        ({}, "", 'a principal is "*" or an object'),
        (["*"], "", 'a principal is "*" or an object'),
        ({"aws": A}, "/aws", "the kinds are AWS, Federated, Service and CanonicalUser"),
        ({"AWS": []}, "/AWS", "the list is empty"),
        ({"AWS": ""}, "/AWS", "expected a string"),
        ({"AWS": 111111111111}, "/AWS", "expected a string"),
        ({"AWS": [A, None]}, "/AWS/1", "expected a string"),
        ({"AWS": "1111"}, "/AWS", "names no principal"),
        ({"AWS": "AIDA1"}, "/AWS", "names no principal"),
        ({"AWS": f"arn:aws:iam::{A}:user/*"}, "/AWS", "names no principal"),
        ({"AWS": f"arn:aws:iam::{A}:user/b?b"}, "/AWS", "names no principal"),
        ({"AWS": f"arn:aws:iam::{A}:role/d*"}, "/AWS", "names no principal"),
        ({"AWS": f"arn:aws:iam::{A}:group/g"}, "/AWS", "names no principal"),
        ({"AWS": f"arn:aws:sts::{A}:assumed-role/dev"}, "/AWS", "names no principal"),
        ({"AWS": f"arn:aws:sts::{A}:assumed-role/*/s"}, "/AWS", "names no principal"),
        ({"AWS": f"arn:aws:iam::{A[:-1]}:root"}, "/AWS", "names no principal"),
        ({"AWS": f"arn:aws:iam::{A}:root "}, "/AWS", "names no principal"),
        ({"Service": "*"}, "/Service", "a Service principal takes no wildcard"),
        ({"Federated": ["*"]}, "/Federated/0", "a Federated principal takes no wildcard"),
    ],
)
def test_elements_that_are_refused(written, pointer, message):
    with pytest.raises(PolicyError) as raised:
        element(written)
    [problem] = raised.value.problems
    assert problem.pointer == pointer
    assert message in problem.message


NO_PRINCIPAL = (
    "'x' names no principal; use an account, or the ARN of a user, role or session without "
    "wildcards (for a pattern, use the condition key aws:PrincipalArn)"
)


def test_every_mistake_is_told_in_these_words():
    with pytest.raises(PolicyError) as raised:
        element({"aws": A, "AWS": ["x", 5], "Federated": [], "Service": "*"})
    assert [(problem.pointer, problem.message) for problem in raised.value.problems] == [
        ("/aws", "the kinds are AWS, Federated, Service and CanonicalUser"),
        ("/AWS/0", NO_PRINCIPAL),
        ("/AWS/1", "expected a string"),
        ("/Federated", "the list is empty"),
        ("/Service", "a Service principal takes no wildcard"),
    ]
    with pytest.raises(PolicyError) as raised:
        element(5)
    words = 'a principal is "*" or an object such as {"AWS": "account or ARN"}'
    assert raised.value.problems[0].message == words


N, I, U, E = Reach.NOTHING, Reach.IDENTITY, Reach.BOUNDARY, Reach.EVERYTHING  # noqa: E741


@pytest.mark.parametrize(
    ("written", "principal", "expected"),
    [
        ("*", USER, U), ("*", ROOT, U), ("*", SESSION, I), ("*", FEDERATED, I),
        ({"AWS": A}, USER, N), ({"AWS": ROOT_ARN}, SESSION, N), ({"AWS": A}, ROOT, N),
        ({"AWS": USER_ARN}, USER, U),
        ({"AWS": ROLE_ARN}, SESSION, I),
        ({"AWS": SESSION_ARN}, SESSION, E),
        ({"AWS": FEDERATED_ARN}, FEDERATED, E),
        ({"AWS": "AIDA1234"}, USER, I), ({"AWS": "AROA1234"}, SESSION, I),
        ({"Federated": PROVIDER}, SESSION, I),
        ({"Service": "events.amazonaws.com"}, SERVICE, E),
        ({"AWS": [A, ROLE_ARN]}, SESSION, I),
        ({"AWS": [A, "*"]}, USER, U), ({"AWS": [B, "*"]}, SESSION, I),
        ({"AWS": [SESSION_ARN, ROLE_ARN, A]}, SESSION, E),
        ({"AWS": [SESSION_ARN, ROLE_ARN]}, USER, N),
    ],
)  # fmt: skip
def test_what_an_allow_spares(written, principal, expected):
    """The table of iam-evaluation.md section 3."""
    assert element(written).reach(principal) is expected


BOUNDED = Principal(PrincipalKind.USER, USER_ARN, A, bounded=True)


@pytest.mark.parametrize(
    ("written", "principal", "expected"),
    [
        ({"AWS": USER_ARN}, USER, True),
        ({"AWS": USER_ARN}, OTHER, False),
        ({"AWS": USER_ARN}, ANONYMOUS, False),
        ({"AWS": A}, USER, True),
        ({"AWS": USER_ARN}, BOUNDED, False),
        ("*", BOUNDED, True),
        ("*", ANONYMOUS, True),
        ({"AWS": ROLE_ARN}, SESSION, False),
        ({"AWS": SESSION_ARN}, SESSION, False),
        ({"AWS": [ROLE_ARN, SESSION_ARN]}, SESSION, False),
        ({"AWS": [A, SESSION_ARN]}, SESSION, False),
        ({"AWS": [A, ROLE_ARN]}, SESSION, False),
        ({"AWS": [A, ROLE_ARN, SESSION_ARN]}, SESSION, True),
        ({"AWS": [B, ROLE_ARN, SESSION_ARN]}, SESSION, False),
        ({"AWS": FEDERATED_ARN}, FEDERATED, True),
    ],
)
def test_whom_a_deny_with_not_principal_spares(written, principal, expected):
    assert element(written).spares(principal) is expected


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (ANONYMOUS, {}),
        (USER, {"aws:principaltype": "User", "aws:principalarn": USER_ARN,
                "aws:principalaccount": A, "aws:userid": "AIDA1234", "aws:username": "bob"}),
        (SESSION, {"aws:principaltype": "AssumedRole", "aws:principalarn": ROLE_ARN,
                   "aws:principalaccount": A, "aws:userid": "AROA1234:s1"}),
        (FEDERATED, {"aws:principaltype": "FederatedUser", "aws:principalarn": FEDERATED_ARN,
                     "aws:principalaccount": A, "aws:userid": f"{A}:fred"}),
        (ROOT, {"aws:principaltype": "Account", "aws:principalarn": ROOT_ARN,
                "aws:principalaccount": A, "aws:userid": A}),
        (SERVICE, {"aws:principaltype": "Service", "aws:principalarn": "events.amazonaws.com"}),
    ],
)  # fmt: skip
def test_keys_by_kind_of_caller(principal, expected):
    """The table of iam-evaluation.md section 4.1."""
    assert dict(principal.keys) == expected


def test_a_caller_keeps_what_it_is_made_of():
    made = Principal(
        PrincipalKind.ROLE_SESSION, SESSION_ARN, A, user_id="AROA1:s", username="n",
        role_arn=ROLE_ARN, federated=PROVIDER, bounded=True,
    )  # fmt: skip
    assert (made.kind, made.arn, made.account) == (PrincipalKind.ROLE_SESSION, SESSION_ARN, A)
    assert (made.user_id, made.username, made.role_arn) == ("AROA1:s", "n", ROLE_ARN)
    assert (made.federated, made.bounded, made.is_session) == (PROVIDER, True, True)
    assert dict(made.keys) == {
        "aws:principaltype": "AssumedRole", "aws:principalarn": ROLE_ARN,
        "aws:principalaccount": A, "aws:userid": "AROA1:s", "aws:username": "n"}  # fmt: skip
    assert not Principal(PrincipalKind.USER, USER_ARN, A).bounded


def test_tags_and_further_keys():
    principal = Principal(
        PrincipalKind.USER, USER_ARN, A, tags={"Team": "Red"},
        extra_keys={"aws:tokenissuetime": "1", "aws:userid": "x"},
    )  # fmt: skip
    assert principal.keys["aws:principaltag/team"] == "Red"
    assert principal.keys["aws:tokenissuetime"] == "1"
    assert principal.keys["aws:userid"] == "x"


@pytest.mark.parametrize(
    ("principal", "is_session"),
    [(USER, False), (ROOT, False), (ANONYMOUS, False), (SERVICE, False), (SESSION, True),
     (FEDERATED, True)],
)  # fmt: skip
def test_sessions(principal, is_session):
    assert principal.is_session is is_session


def test_entries_keep_what_was_written():
    found = element({"AWS": [ROOT_ARN, A, "*"]})
    assert found.texts == (ROOT_ARN, A, "*")
    assert [entry.form for entry in found.entries] == [Form.ACCOUNT, Form.ACCOUNT, Form.EVERYONE]
    assert [entry.value for entry in found.entries] == [A, A, "*"]
    assert found.everyone
    assert not element({"AWS": A}).everyone
    others = element({"AWS": "AIDA1234", "Service": "s3.amazonaws.com", "Federated": PROVIDER})
    assert others.texts == ("AIDA1234", "s3.amazonaws.com", PROVIDER)


ANEW = Principal(PrincipalKind.USER, USER_ARN, A, user_id="AIDA5678", username="bob")
RENAMED = Principal(PrincipalKind.USER, USER_ARN + "by", A, user_id="AIDA1234", username="bobby")
ROLE_ANEW = Principal(
    PrincipalKind.ROLE_SESSION, SESSION_ARN, A, user_id="AROA5678:s1", role_arn=ROLE_ARN
)
IDS = {USER_ARN: "AIDA1234", ROLE_ARN: "AROA1234"}


@pytest.mark.parametrize(
    ("written", "principal", "expected", "mistaken"),
    [
        (USER_ARN, USER, True, None),
        (USER_ARN, RENAMED, True, None),
        (USER_ARN, ANEW, False, ("AIDA1234", "AIDA5678")),
        (USER_ARN, OTHER, False, None),
        (USER_ARN, FEDERATED, False, None),
        (USER_ARN, ANONYMOUS, False, None),
        (ROLE_ARN, SESSION, True, None),
        (ROLE_ARN, ROLE_ANEW, False, ("AROA1234", "AROA5678")),
        ([ROLE_ARN, A], ROLE_ANEW, True, ("AROA1234", "AROA5678")),
        (SESSION_ARN, ROLE_ANEW, True, None),  # a session's ARN is no user's or role's
        ("*", ANEW, True, None),
    ],
)
def test_an_arn_that_is_held_to_a_unique_id(written, principal, expected, mistaken):
    found = element({"AWS": written}).bound(IDS)
    assert found.names(principal) is expected
    assert found.mistaken(principal) == mistaken
    assert found.texts == element({"AWS": written}).texts
    # Who is not known by an id is told by the ARN, and what was read once is not changed by it.
    alone = element({"AWS": written}).bound({})
    assert alone.mistaken(principal) is None
    assert alone.names(principal) is element({"AWS": written}).names(principal)


def test_a_held_arn_spares_what_it_did():
    assert element({"AWS": USER_ARN}).bound(IDS).reach(USER) is Reach.BOUNDARY
    both = element({"AWS": [USER_ARN, A]}).bound(IDS)
    assert (both.reach(USER), both.reach(ANEW)) == (Reach.BOUNDARY, Reach.NOTHING)
    spared = element({"AWS": [A, ROLE_ARN, SESSION_ARN]}).bound(IDS)
    assert (spared.spares(SESSION), spared.spares(ROLE_ANEW)) == (True, False)
