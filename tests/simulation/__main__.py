"""`python -m tests.simulation [SCHEDULES] [SEED] [--minutes M]`: so many schedules, 10,000 by default, from a
seed on.

The exit status is 1 after the first that breaks a promise. Its seed replays it:
`python -m tests.simulation 1 SEED`.
"""

import sys

from tests.long_runs import options, trials
from tests.simulation.schedule import run_seed


def main() -> int:
    arguments = options(__doc__, "SCHEDULES", 10_000, seed=0).parse_args()
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    for seed in trials(seeds, arguments.minutes, lambda: "no promise broken"):
        try:
            run_seed(seed)
        except AssertionError as error:
            sys.stdout.write(f"{error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
