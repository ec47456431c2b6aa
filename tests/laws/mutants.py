"""Mutation testing of the policy engine: `python -m tests.laws.mutants`.

Runs mutmut (configured in pyproject.toml) and compares what survives with what is reasoned about in
surviving-mutants.md. A survivor is known by its function and the line that it changes.
"""

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
REASONED = Path(__file__).parent / "surviving-mutants.md"
MUTMUT = [sys.executable, "-m", "mutmut"]
BOUND = 2 * 60 * 60
NOT_NOTICED = {"survived", "no tests", "suspicious"}


def survivors(results):
    """The mutants that were not noticed: (function, changed lines)."""
    for name, status in results:
        if status in NOT_NOTICED:
            done = subprocess.run(
                [*MUTMUT, "show", name], cwd=ROOT, capture_output=True, text=True, check=False
            )
            lines = re.findall(r"^([-+])(?![-+]{2} )(.*)$", done.stdout, re.MULTILINE)
            yield function_of(name), tuple(f"{sign} {text.strip()}" for sign, text in lines)


def function_of(name):
    """`gatelodge.iam.match.x_compile_action__mutmut_3` → `match.compile_action`."""
    whole = name.removeprefix("gatelodge.iam.").partition("__mutmut_")[0]
    module, _, function = whole.partition(".")
    return f"{module}.{re.sub('^xǁ|^x_', '', function).replace('ǁ', '.')}"


def results():
    """All mutants: (name, status)."""
    done = subprocess.run(
        [*MUTMUT, "results", "--all", "true"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return re.findall(r"^\s+(\S+): (.+)$", done.stdout, re.MULTILINE)


def main():
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    try:
        subprocess.run([*MUTMUT, "run"], cwd=ROOT, check=True, timeout=BOUND)
    except subprocess.TimeoutExpired:
        sys.stdout.write(f"not every mutant was tried within {BOUND} s\n")
        return report() or 1
    return report()


def report():
    """Print the score and the survivors that nobody has reasoned about; 1 when there are any."""
    found = results()
    reasoned = REASONED.read_text("utf-8")
    unknown = [
        (function, lines)
        for function, lines in survivors(found)
        if not all(f"`{function}`" in reasoned and line in reasoned for line in lines)
    ]
    for function, lines in unknown:
        sys.stdout.write("\n".join([f"not noticed: {function}", *lines, ""]))
    counted = Counter(status for _, status in found)
    tried = len(found) - counted["not checked"]
    noticed = tried - sum(counted[status] for status in NOT_NOTICED)
    sys.stdout.write(f"{noticed} of {tried} mutants noticed; {dict(counted)}\n")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(report() if "--report" in sys.argv else main())
