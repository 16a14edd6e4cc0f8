"""`make accuracy`: answers every case through the public API, prints the scores and writes
docs/accuracy.md.
"""

import argparse
import sys

from tests.accuracy import quiet, to_come
from tests.accuracy.calibration import PICTURE, measure, picture, table
from tests.accuracy.report import QUIET, TENTHS, TO_COME, WITHHELD, misses, put, write
from tests.accuracy.scoring import ABSORBED, CASES, answer_to, score_all, scorer
from tests.accuracy.withheld import FIRST, SHARE, place_of, rows, with_trace


def main() -> int:
    """0 where every target is met, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-write", action="store_true", help="print only")
    chosen = parser.parse_args()
    result = score_all()
    sys.stdout.write(f"{scorer().table(result)}\n\n{ABSORBED}: {answer_to(ABSORBED)['headline']}\n")
    measured, suspects = measure(), "\n".join(rows(CASES))
    quiet_moments = quiet.moments()
    quiet_table = "\n".join(quiet.rows(quiet_moments))
    sys.stdout.write(f"\n{table(measured)}\n\n{to_come.rows()}\n\n{suspects}\n\n{quiet_table}\n")
    if not chosen.no_write:
        write(result)
        put(TENTHS, table(measured))
        PICTURE.write_text(picture(measured))
        put(TO_COME, to_come.rows())
        put(WITHHELD, suspects)
        put(QUIET, quiet_table)
    missed = [*misses(result), *to_come.misses(), *quiet.misses(quiet_moments)]
    traced = with_trace(CASES)
    among = [case for case in traced if (place := place_of(case)) is not None and place <= FIRST]
    if len(among) < SHARE * len(traced):
        missed.append(
            f"The failed element is among the first {FIRST} suspects in {len(among)} of {len(traced)} cases, "
            f"below {SHARE:.0%}."
        )
    sys.stdout.write("\n".join(missed or ["Every target is met."]) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
