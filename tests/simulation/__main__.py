"""`python -m tests.simulation [SCHEDULES] [SEED]`: so many schedules, 10,000 by default, from a seed on.

The exit status is 1 after the first that breaks a promise. Its seed replays it:
`python -m tests.simulation 1 SEED`.
"""

import sys
import time

from tests.simulation.schedule import run_seed


def main() -> int:
    numbers = [int(each.replace(",", "")) for each in sys.argv[1:]]
    count = numbers[0] if numbers else 10_000
    first = numbers[1] if len(numbers) > 1 else 0
    started_at = time.monotonic()
    for done, seed in enumerate(range(first, first + count), 1):
        try:
            run_seed(seed)
        except AssertionError as error:
            sys.stdout.write(f"{error}\n")
            return 1
        if done % 100 == 0 or done == count:
            sys.stdout.write(f"{done:,} schedules in {time.monotonic() - started_at:,.0f} s\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
