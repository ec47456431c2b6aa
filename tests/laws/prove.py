"""Compare the engine with the second evaluator on many cases: `python -m tests.laws.prove N`."""

import multiprocessing
import os
import sys

from tests.laws.test_against_oracle import disagreement

_PIECE = 10_000


def piece(start):
    """The first disagreement among some cases, None without one."""
    found = (disagreement(seed) for seed in range(start, start + _PIECE))
    return next((one for one in found if one is not None), None)


def main(count):
    starts = range(1_000_000, 1_000_000 + count, _PIECE)
    with multiprocessing.Pool(os.cpu_count()) as pool:
        for number, found in enumerate(pool.imap(piece, starts), 1):
            if found is not None:
                sys.stdout.write(f"they disagree: {found}\n")
                return 1
            sys.stdout.write(f"\r{number * _PIECE} cases agree")
            sys.stdout.flush()
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
