"""Damages a store at random places, opens it each time, and says what came of it.

python -m tests.corruption 1000               so many times
python -m tests.corruption 1000 7             from another seed
python -m tests.corruption 1000 --minutes 5   and no longer
"""

import sys
import tempfile
from pathlib import Path

from tests.corruption.run import run
from tests.long_runs import options


def main() -> int:
    """Prints how often each outcome came, and every wrong one; the exit status."""
    arguments = options(__doc__, "DAMAGES", 1000, seed=1).parse_args()
    with tempfile.TemporaryDirectory(prefix="impactgraph-corruption-") as folder:
        report = run(Path(folder), arguments.count, arguments.seed, arguments.minutes)
    print(report)  # noqa: T201
    return 0 if report.is_right else 1


if __name__ == "__main__":
    sys.exit(main())
