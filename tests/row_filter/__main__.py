"""`python -m tests.row_filter [WORLDS] [SEED] [--minutes M]`: so many random worlds, 10,000 by default.

The exit status is 1 where a surface shows something else than it should.
"""

import sys

from tests.long_runs import options, trials
from tests.row_filter.compare import FILTERS, Comparison


def run(worlds: int, first_seed: int, minutes: float) -> int:
    """The number of differences."""
    comparison = Comparison()
    differences = 0

    def state() -> str:
        asked = sum(comparison.surfaces.values())
        return f"{comparison.worlds:,} worlds, {asked:,} answers: {differences} differences"

    for seed in trials(range(first_seed, first_seed + -(-worlds // FILTERS)), minutes, state):
        for each in comparison.differences(seed):
            differences += 1
            sys.stdout.write(f"{each.world}: {each.surface}\n  {each.mine}\n  {each.expected}\n")
    comparison.close()
    return differences


if __name__ == "__main__":
    arguments = options(__doc__, "WORLDS", 10_000, seed=0).parse_args()
    sys.exit(1 if run(arguments.count, arguments.seed, arguments.minutes) else 0)
