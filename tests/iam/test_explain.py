"""Explanations: every type's verdict, what determined it, and what was missing."""

import pytest

from gatelodge.iam import Policies, PolicyKind, PolicySet, Verdict, explain, parse, request

A = "111111111111"
R = f"arn:aws:execute-api:us-east-1:{A}:abc/prod/GET/pets"
BOB = f"arn:aws:iam::{A}:user/bob"
K = PolicyKind


def policy_set(effect="Allow", kind=K.IDENTITY, name="p", **elements):
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": "*", **elements}
    if kind is K.RESOURCE:
        statement.setdefault("Principal", "*")
    return PolicySet([parse({"Statement": statement}, kind, name=name)])


def why(who=BOB, identity=None, **sets):
    return explain(
        request(who, "execute-api:Invoke", R), Policies(identity or PolicySet([]), **sets)
    )


MATCHES = "action execute-api:Invoke matches execute-api:Invoke"


@pytest.mark.parametrize(
    ("who", "sets", "verdict", "because"),
    [
        (BOB, {"identity": policy_set()}, Verdict.ALLOWED,
         [f"identity policy p statement 1 allows: {MATCHES} and resource {R} matches *"]),
        (BOB, {"identity": policy_set("Deny")}, Verdict.DENIED,
         [f"identity policy p statement 1 denies: {MATCHES} and resource {R} matches *"]),
        (BOB, {}, Verdict.SILENT, ["no identity policy has an Allow statement"]),
        (BOB, {"identity": policy_set(), "boundary": policy_set(Action="s3:*", kind=K.BOUNDARY)},
         Verdict.SILENT, ["no permissions boundary allows this; nearest is permissions boundary p "
                          "statement 1: action execute-api:Invoke does not match s3:*"]),
        (BOB, {"identity": policy_set(), "service_control": [
            policy_set(kind=K.SERVICE_CONTROL, name="root"),
            policy_set(kind=K.SERVICE_CONTROL, name="unit", Action="s3:*")]}, Verdict.SILENT,
         ["no service control policy allows this; nearest is service control policy unit statement "
          "1: action execute-api:Invoke does not match s3:*"]),
        ("*", {}, Verdict.SILENT, ["there is no resource policy that could allow this"]),
        ("*", {"resource": policy_set(kind=K.RESOURCE, Action="s3:*")}, Verdict.SILENT,
         ["no resource policy allows this; nearest is resource policy p statement 1: "
          "action execute-api:Invoke does not match s3:*"]),
        (f"arn:aws:iam::{A}:root", {}, Verdict.ALLOWED, ["the root user needs no policy"]),
    ],
)  # fmt: skip
def test_because(who, sets, verdict, because):
    found = why(who, **sets)
    assert (found.outcome.verdict, found.because) == (verdict, because)
    assert str(found) == f"{verdict.value}: {'; '.join(because)}"


def test_only_the_denying_level_is_named():
    levels = [
        policy_set(kind=K.SERVICE_CONTROL, name=""),
        policy_set("Deny", K.SERVICE_CONTROL, ""),
    ]
    [sentence] = why(identity=policy_set(), service_control=levels).because
    assert sentence.startswith("service control policy statement 1 denies: ")


def test_the_first_level_that_lacks_an_allow_is_named():
    levels = [policy_set(kind=K.SERVICE_CONTROL, name=name, Action="s3:*") for name in ("a", "b")]
    [sentence] = why(identity=policy_set(), service_control=levels).because
    assert "service control policy a statement 1" in sentence


def test_every_allow_that_was_needed_is_named():
    found = why(identity=policy_set(), boundary=policy_set(kind=K.BOUNDARY))
    assert [sentence.partition(":")[0] for sentence in found.because] == [
        "identity policy p statement 1 allows",
        "permissions boundary p statement 1 allows",
    ]
    assert str(found) == f"allowed: {found.because[0]}; {found.because[1]}"


def test_all_parts_are_tried_even_after_a_deny():
    found = why(identity=policy_set("Deny"), boundary=policy_set(kind=K.BOUNDARY, Action="s3:*"))
    assert [(part.kind, part.ruling.verdict) for part in found.parts] == [
        (K.IDENTITY, Verdict.DENIED), (K.BOUNDARY, Verdict.SILENT)]  # fmt: skip
    assert [trial.matched for trial in found.parts[1].trials] == [False]
    assert found.parts[1].sentences == [
        "permissions boundary p statement 1 (Allow) does not match: "
        "action execute-api:Invoke does not match s3:*"]  # fmt: skip
