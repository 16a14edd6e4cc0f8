"""`make accuracy`: answers every case through the public API, prints the scores and writes docs/accuracy.md."""

import argparse
import sys

from tests.accuracy.report import misses, write
from tests.accuracy.scoring import ABSORBED, answer_to, score_all, scorer


def main() -> int:
    """0 where every target is met, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-write", action="store_true", help="print only")
    chosen = parser.parse_args()
    result = score_all()
    sys.stdout.write(f"{scorer().table(result)}\n\n{ABSORBED}: {answer_to(ABSORBED)['headline']}\n")
    if not chosen.no_write:
        write(result)
    missed = misses(result)
    sys.stdout.write("\n".join(missed or ["Every target is met."]) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
