"""The library door, used as a stranger would: the documentation's example and a typed program."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gatelodge import iam

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "library.md"
EXAMPLE = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1]
SURFACE = {
    "parse", "PolicyKind", "Policy", "PolicySet", "PolicyError", "Problem",
    "request", "principal_of", "RequestError", "Query", "Principal", "PrincipalKind", "ANONYMOUS",
    "evaluate", "Policies", "Outcome", "Ruling", "Verdict", "Reach", "StatementRef", "Doubt",
    "explain", "Explanation", "Part", "Trial", "Step", "trials", "nearest_miss", "Keys", "Value",
}  # fmt: skip


def run(*command, **options):
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, check=False, **options
    )


def test_the_example_says_what_the_page_says():
    promised = " ".join(re.findall(r"^# (.*)$", EXAMPLE, re.MULTILINE))
    done = run("-c", EXAMPLE)
    assert (done.returncode, done.stdout.strip()) == (0, promised), done.stderr


def test_the_example_is_typed(tmp_path):
    (tmp_path / "program.py").write_text(
        f"{EXAMPLE}\nreveal_type(iam.evaluate(query, policies).verdict)\n"
        "reveal_type(iam.explain(query, policies).because)\niam.evaluate(policies, query)\n"
    )
    done = run(
        "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "program.py", cwd=tmp_path
    )
    assert 'Revealed type is "gatelodge.iam.ruling.Verdict"' in done.stdout
    assert 'Revealed type is "list[str]"' in done.stdout.replace("builtins.", "")
    errors = [line for line in done.stdout.splitlines() if " error: " in line]
    assert len(errors) == 2, done.stdout
    assert all("Argument" in line and 'to "evaluate"' in line for line in errors)


def test_the_surface_is_small_and_whole():
    assert set(iam.__all__) == SURFACE
    assert all(hasattr(iam, name) for name in SURFACE)


@pytest.mark.parametrize("name", sorted(SURFACE - {"Keys", "Value", "ANONYMOUS"}))
def test_everything_has_a_docstring(name):
    assert getattr(iam, name).__doc__


def test_it_brings_nothing_of_the_gateway_along():
    code = "import sys; from gatelodge import iam; print(*sys.modules)"
    ours = [name.split(".") for name in run("-c", code).stdout.split() if "gatelodge." in name]
    assert {name[1] for name in ours} == {"iam"}
