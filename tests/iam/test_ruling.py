"""Rulings and the names of statements."""

from gatelodge.iam import Doubt, PolicyKind, Reach, Ruling, StatementRef, Verdict
from gatelodge.iam.ruling import EVERYTHING, SILENCE


def ref(kind=PolicyKind.IDENTITY, policy="p", index=1, sid="s"):
    return StatementRef(kind, policy, index, sid)


def test_references_are_values():
    assert ref() == ref()
    assert hash(ref()) == hash(ref())
    assert ref() != ref(kind=PolicyKind.SESSION)
    assert ref() != ref(policy="q")
    assert ref() != ref(index=2)
    assert ref() != ref(sid=None)
    assert ref() != ("identity", "p", 1, "s")
    assert ref().as_tuple() == ("identity", "p", 1, "s")
    assert repr(ref()) == "StatementRef('identity', 'p', 1, 's')"


def test_silence_and_everything():
    assert (SILENCE.verdict, SILENCE.determining, SILENCE.doubts) == (Verdict.SILENT, (), ())
    assert SILENCE.reach is Reach.NOTHING
    assert (EVERYTHING.verdict, EVERYTHING.reach) == (Verdict.ALLOWED, Reach.EVERYTHING)


def test_they_show_themselves():
    assert repr(Ruling(Verdict.DENIED, (ref(),))) == f"Ruling(DENIED, ({ref()!r},))"
    assert repr(Doubt(ref())) == f"Doubt({ref()!r})"
