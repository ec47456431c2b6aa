"""The pytest plugin: assertions about who may call what, and snapshots of an access matrix.

Loaded by pytest wherever gatelodge is installed, so nothing heavy is imported before a fixture is
used. What the fixtures ask is a rehearsal (gatelodge.expect); docs/how-to/test-access.md describes
them.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from gatelodge.expect import Circumstances, Rehearsal

Who = str | Mapping[str, Any]


class Assertion(Protocol):
    """What the fixtures assert_allows and assert_denies give."""

    def __call__(self, who: Who, *calls: str, **circumstances: Any) -> None:  # noqa: ANN401 - see Circumstances
        """Fail unless the caller may, or may not, make each of the calls."""


class MatrixAssertion(Protocol):
    """What the fixture assert_access_matrix gives."""

    def __call__(
        self,
        name: str,
        who: Sequence[Who],
        calls: Sequence[str] | None = None,
        **circumstances: Any,  # noqa: ANN401 - see Circumstances
    ) -> None:
        """Fail unless the matrix is the one that was kept."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings."""
    parser.addini(
        "gatelodge_expectations", "file whose api, iam and account the fixtures use", "paths"
    )
    parser.getgroup("gatelodge").addoption(
        "--gatelodge-update",
        action="store_true",
        help="write the access matrices anew instead of comparing them",
    )


@pytest.fixture(scope="session")
def gatelodge_rehearsal(pytestconfig: pytest.Config) -> "Iterator[Rehearsal]":
    """Give the API and the accounts that are asked; override it to choose them in Python."""
    from gatelodge.expect import read_expectations  # noqa: PLC0415 - only where it is used

    named = pytestconfig.getini("gatelodge_expectations")
    if len(named) != 1:
        pytest.fail(
            "set gatelodge_expectations in pytest's configuration to one file", pytrace=False
        )
    with read_expectations(Path(named[0])).rehearsal() as rehearsal:
        yield rehearsal


@pytest.fixture
def assert_allows(gatelodge_rehearsal: "Rehearsal") -> Assertion:
    """`assert_allows("alice", "GET /pets/7", source_ip="10.1.2.3")`."""
    return _assertion(gatelodge_rehearsal, allowed=True)


@pytest.fixture
def assert_denies(gatelodge_rehearsal: "Rehearsal") -> Assertion:
    """`assert_denies("anonymous", "GET /pets", "POST /pets")`."""
    return _assertion(gatelodge_rehearsal, allowed=False)


@pytest.fixture
def assert_access_matrix(
    gatelodge_rehearsal: "Rehearsal", request: pytest.FixtureRequest
) -> MatrixAssertion:
    """`assert_access_matrix("pets", who=["anonymous", "alice"])`: compare with what was kept.

    Matrices are kept beside the test, in `access/NAME.txt`; --gatelodge-update writes them.
    """

    def check(
        name: str,
        who: Sequence[Who],
        calls: Sequence[str] | None = None,
        **circumstances: Any,  # noqa: ANN401 - see Circumstances
    ) -> None:
        __tracebackhide__ = True
        from gatelodge.expect import access_matrix  # noqa: PLC0415 - only where it is used

        found = access_matrix(gatelodge_rehearsal, who, calls, _circumstances(circumstances))
        path = request.path.parent / "access" / f"{name}.txt"
        if request.config.getoption("--gatelodge-update"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(found, "utf-8")
            return
        if not path.exists():
            pytest.fail(
                f"{path} does not exist; run pytest --gatelodge-update, and look at it:\n{found}"
            )
        kept = path.read_text("utf-8")
        if kept != found:
            lines = difflib.unified_diff(
                kept.splitlines(), found.splitlines(), "kept", "now", lineterm=""
            )
            pytest.fail(
                "access has changed; if that is meant, run pytest --gatelodge-update\n"
                + "\n".join(lines)
            )

    return check


def _assertion(rehearsal: "Rehearsal", *, allowed: bool) -> Assertion:
    def check(who: Who, *calls: str, **circumstances: Any) -> None:  # noqa: ANN401 - see Circumstances
        __tracebackhide__ = True
        if not calls:
            pytest.fail("name at least one call, such as GET /pets")
        for call in calls:
            answer = rehearsal.ask(who, call, _circumstances(circumstances))
            if answer.allowed is not allowed:
                verb = "may not" if allowed else "may"
                pytest.fail(f"{who} {verb} {call}: {answer.reason}")

    return check


def _circumstances(given: Mapping[str, Any]) -> "Circumstances":
    from gatelodge.expect import Circumstances  # noqa: PLC0415 - only where it is used

    return Circumstances(**given)
