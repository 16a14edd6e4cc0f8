"""Damages a store at random places, opens it each time, and says what came of it.

python -m tests.corruption 1000        so many times
python -m tests.corruption 1000 7      from another seed
"""

import sys
import tempfile
from pathlib import Path

from tests.corruption.run import run


def main(count: int = 1000, seed: int = 1) -> int:
    """Prints how often each outcome came, and every wrong one; the exit status."""
    with tempfile.TemporaryDirectory(prefix="impactgraph-corruption-") as folder:
        report = run(Path(folder), count, seed)
    print(report)  # noqa: T201
    return 0 if report.is_right else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
