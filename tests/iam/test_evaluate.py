"""All policy types together; the combinations of the reference are in test_tables.py."""

import itertools

import pytest

from gatelodge.iam import Policies, PolicyKind, PolicySet, Verdict, evaluate, parse, request
from gatelodge.iam.evaluate import applying

K = PolicyKind
A, B = "111111111111", "222222222222"
R = f"arn:aws:execute-api:us-east-1:{A}:abc/prod/GET/pets"
BOB = f"arn:aws:iam::{A}:user/bob"
SESSION = f"arn:aws:sts::{A}:assumed-role/dev/s1"
ROOT = f"arn:aws:iam::{A}:root"
FOREIGN = f"arn:aws:iam::{B}:user/bob"
SERVICE = "events.amazonaws.com"


def policy_set(kind, effect):
    """A set that says Allow, Deny, or (None) nothing."""
    statement = {"Effect": effect or "Allow", "Action": "*" if effect else "s3:*", "Resource": "*"}
    if kind in (K.RESOURCE, K.RESOURCE_CONTROL):
        statement["Principal"] = "*"
    if kind is K.RESOURCE_CONTROL and effect is None:
        statement["Effect"] = "Deny"
    return PolicySet([parse({"Statement": statement}, kind, name=kind.value)])


def policies(identity=None, boundary="-", session="-", resource="-", scp=(), rcp=()):
    def one(kind, effect):
        return None if effect == "-" else policy_set(kind, effect)

    return Policies(
        policy_set(K.IDENTITY, identity),
        one(K.BOUNDARY, boundary),
        one(K.SESSION, session),
        resource=one(K.RESOURCE, resource),
        service_control=[policy_set(K.SERVICE_CONTROL, effect) for effect in scp],
        resource_control=[policy_set(K.RESOURCE_CONTROL, effect) for effect in rcp],
    )


def decide(who, **sets):
    outcome = evaluate(request(who, "execute-api:Invoke", R), policies(**sets))
    return outcome.verdict, outcome.decisive


ALLOWED, SILENT, DENIED = Verdict.ALLOWED, Verdict.SILENT, Verdict.DENIED
Y, N = "Allow", "Deny"


@pytest.mark.parametrize(
    ("who", "sets", "expected"),
    [
        (BOB, {}, (SILENT, K.IDENTITY)),
        (BOB, {"identity": Y}, (ALLOWED, None)),
        (BOB, {"identity": N}, (DENIED, K.IDENTITY)),
        (BOB, {"identity": Y, "boundary": None}, (SILENT, K.BOUNDARY)),
        (BOB, {"identity": Y, "boundary": Y}, (ALLOWED, None)),
        (BOB, {"identity": Y, "boundary": N}, (DENIED, K.BOUNDARY)),
        (BOB, {"boundary": Y}, (SILENT, K.IDENTITY)),
        (BOB, {"identity": Y, "session": None}, (SILENT, K.SESSION)),
        (BOB, {"identity": Y, "session": Y}, (ALLOWED, None)),
        (BOB, {"identity": Y, "session": N}, (DENIED, K.SESSION)),
        (BOB, {"identity": Y, "scp": [Y]}, (ALLOWED, None)),
        (BOB, {"identity": Y, "scp": [None]}, (SILENT, K.SERVICE_CONTROL)),
        (BOB, {"identity": Y, "scp": [Y, None]}, (SILENT, K.SERVICE_CONTROL)),
        (BOB, {"identity": Y, "scp": [None, Y]}, (SILENT, K.SERVICE_CONTROL)),
        (BOB, {"identity": Y, "scp": [Y, N]}, (DENIED, K.SERVICE_CONTROL)),
        (BOB, {"identity": Y, "rcp": [None]}, (ALLOWED, None)),
        (BOB, {"identity": Y, "rcp": [None, N]}, (DENIED, K.RESOURCE_CONTROL)),
        (BOB, {"identity": Y, "resource": None}, (ALLOWED, None)),
        (BOB, {"identity": Y, "resource": N}, (DENIED, K.RESOURCE)),
        (BOB, {"resource": Y}, (ALLOWED, None)),
        (BOB, {"resource": Y, "boundary": None}, (ALLOWED, None)),
        (BOB, {"resource": Y, "scp": [None]}, (SILENT, K.SERVICE_CONTROL)),
        (SESSION, {"resource": Y}, (ALLOWED, None)),
        (SESSION, {"resource": Y, "boundary": None}, (SILENT, K.BOUNDARY)),
        (SESSION, {"resource": Y, "session": None}, (SILENT, K.SESSION)),
        (SESSION, {"resource": Y, "session": Y, "boundary": Y}, (ALLOWED, None)),
        (FOREIGN, {"identity": Y}, (SILENT, K.RESOURCE)),
        (FOREIGN, {"identity": Y, "resource": None}, (SILENT, K.RESOURCE)),
        (FOREIGN, {"identity": Y, "resource": Y}, (ALLOWED, None)),
        (FOREIGN, {"resource": Y}, (SILENT, K.IDENTITY)),
        (FOREIGN, {"identity": Y, "resource": Y, "boundary": None}, (SILENT, K.BOUNDARY)),
        (FOREIGN, {"identity": Y, "resource": Y, "session": None}, (SILENT, K.SESSION)),
        (FOREIGN, {"identity": Y, "resource": Y, "scp": [None]}, (SILENT, K.SERVICE_CONTROL)),
        (ROOT, {}, (ALLOWED, None)),
        (ROOT, {"identity": N}, (DENIED, K.IDENTITY)),
        (ROOT, {"boundary": N}, (ALLOWED, None)),
        (ROOT, {"boundary": None}, (ALLOWED, None)),
        (ROOT, {"session": None}, (SILENT, K.SESSION)),
        (ROOT, {"scp": [None]}, (SILENT, K.SERVICE_CONTROL)),
        (ROOT, {"resource": N}, (DENIED, K.RESOURCE)),
        (f"arn:aws:iam::{B}:root", {}, (SILENT, K.RESOURCE)),
        (f"arn:aws:iam::{B}:root", {"resource": Y}, (ALLOWED, None)),
        ("*", {"identity": Y}, (SILENT, K.RESOURCE)),
        ("*", {"resource": Y}, (ALLOWED, None)),
        (
            "*",
            {"resource": Y, "identity": N, "boundary": N, "session": N, "scp": [N]},
            (ALLOWED, None),
        ),
        ("*", {"resource": Y, "rcp": [N]}, (DENIED, K.RESOURCE_CONTROL)),
        (SERVICE, {"resource": Y}, (ALLOWED, None)),
        (SERVICE, {"resource": None}, (SILENT, K.RESOURCE)),
        (SERVICE, {"identity": Y}, (SILENT, K.RESOURCE)),
        (SERVICE, {"resource": Y, "scp": [N]}, (ALLOWED, None)),
    ],
)
def test_decisions(who, sets, expected):
    assert decide(who, **sets) == expected


EFFECTS = (Y, N, None)


@pytest.mark.parametrize("who", [BOB, SESSION, FOREIGN, ROOT])
def test_one_deny_anywhere_denies(who):
    for identity, resource, session, scp, rcp in itertools.product(EFFECTS, repeat=5):
        sets = {
            "identity": identity,
            "resource": resource,
            "session": session,
            "scp": [scp],
            "rcp": [rcp],
        }
        verdict, _ = decide(who, **sets)
        assert (verdict is DENIED) is (N in (identity, resource, session, scp, rcp))


def test_which_sets_apply():
    sets = policies(identity=Y, boundary=Y, session=Y, resource=Y, scp=[Y, Y], rcp=[None])

    def kinds(who):
        return [kind for kind, _ in applying(request(who, "a:b", R), sets)]

    rcp = K.RESOURCE_CONTROL
    scps = [K.SERVICE_CONTROL] * 2
    assert kinds(BOB) == [K.IDENTITY, K.RESOURCE, K.BOUNDARY, K.SESSION, *scps, rcp]
    assert kinds(ROOT) == [K.IDENTITY, K.RESOURCE, K.SESSION, *scps, rcp]
    assert kinds(SERVICE) == [K.IDENTITY, K.RESOURCE, K.BOUNDARY, K.SESSION, rcp]
    assert kinds("*") == [K.RESOURCE, rcp]
    assert [kind for kind, _ in applying(request(BOB, "a:b", R), policies())] == [K.IDENTITY]


def test_what_an_outcome_tells():
    query = request(BOB, "execute-api:Invoke", R)
    allowed = evaluate(query, policies(identity=Y, boundary=Y))
    assert [ref.kind for ref in allowed.determining] == [K.IDENTITY, K.BOUNDARY]
    assert [(kind, ruling.verdict) for kind, ruling in allowed.rulings] == [
        (K.IDENTITY, ALLOWED), (K.BOUNDARY, ALLOWED)]  # fmt: skip
    denied = evaluate(query, policies(identity=Y, scp=[Y, N]))
    assert [ref.kind for ref in denied.determining] == [K.SERVICE_CONTROL]
    assert denied.determining == denied.rulings[-1][1].determining
    silent = evaluate(query, policies(identity=Y, boundary=None))
    assert silent.determining == ()
    assert repr(silent) == "Outcome(SILENT, boundary)"
    assert evaluate(request(ROOT, "execute-api:Invoke", R), policies()).determining == ()


def test_doubts_of_all_types_are_kept():
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringEquals": {"k": "a"}},
    }
    doubtful = PolicySet([parse({"Statement": statement}, K.IDENTITY)])
    outcome = evaluate(request(BOB, "a:b", R, {"k": ["a", "b"]}), Policies(doubtful, doubtful))
    assert (outcome.verdict, outcome.decisive, len(outcome.doubts)) == (SILENT, K.IDENTITY, 2)
