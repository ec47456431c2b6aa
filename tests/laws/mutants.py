"""Mutation testing of the policy engine: `python -m tests.laws.mutants`.

Tries every mutant (every_mutant.py; mutmut is configured in pyproject.toml) and compares what
survives with what is reasoned about in surviving-mutants.md. A survivor is known by its function
and the line that it changes. With --report only compares, the results of the last run.
"""

import os
import re
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

from mutmut.__main__ import collect_source_file_mutation_data
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from tests.laws import every_mutant

ROOT = Path(__file__).parents[2]
REASONED = Path(__file__).parent / "surviving-mutants.md"
BOUND = 2 * 60 * 60
NOT_NOTICED = {"survived", "no tests", "suspicious"}


def survivors(results):
    """The mutants that were not noticed: (function, changed lines)."""
    for path, name, status in results:
        if status in NOT_NOTICED:
            diff = get_diff_for_mutant(name, path=path)
            lines = re.findall(r"^([-+])(?![-+]{2} )(.*)$", diff, re.MULTILINE)
            yield function_of(name), tuple(f"{sign} {text.strip()}" for sign, text in lines)


def function_of(name):
    """`gatelodge.iam.match.x_compile_action__mutmut_3` → `match.compile_action`."""
    whole = name.removeprefix("gatelodge.iam.").partition("__mutmut_")[0]
    module, _, function = whole.partition(".")
    return f"{module}.{re.sub('^xǁ|^x_', '', function).replace('ǁ', '.')}"


def main():
    begun = time.monotonic()
    shutil.rmtree(every_mutant.MUTANTS, ignore_errors=True)
    every_mutant.make()
    every_mutant.try_all(BOUND)
    sys.stdout.write(f"{(time.monotonic() - begun) / 60:.0f} minutes\n")
    return report()


def report():
    """Print the score and the survivors that nobody has reasoned about.

    1 when there are any, or when not every mutant was tried.
    """
    mutants, _ = collect_source_file_mutation_data(mutant_names=())
    found = [(data.path, name, status_by_exit_code[code]) for data, name, code in mutants]
    reasoned = REASONED.read_text("utf-8")
    unknown = [
        (function, lines)
        for function, lines in survivors(found)
        if not all(f"`{function}`" in reasoned and line in reasoned for line in lines)
    ]
    for function, lines in unknown:
        sys.stdout.write("\n".join([f"not noticed: {function}", *lines, ""]))
    counted = Counter(status for *_, status in found)
    tried = len(found) - counted["not checked"]
    noticed = tried - sum(counted[status] for status in NOT_NOTICED)
    score = f"{noticed} of {tried} mutants noticed ({noticed / max(tried, 1):.1%})"
    sys.stdout.write(f"{score}, {len(found)} in all; {dict(counted)}\n")
    return 1 if unknown or tried < len(found) or not found else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(report() if "--report" in sys.argv else main())
