"""`python -m tests.row_filter [WORLDS] [SEED]`: so many random worlds, 10,000 by default.

The exit status is 1 where a surface shows something else than it should.
"""

import sys

from tests.row_filter.compare import FILTERS, Comparison

_EVERY = 50
"""Shops after which it says how far it is."""


def run(worlds: int, first_seed: int) -> int:
    """The number of differences."""
    comparison = Comparison()
    differences = 0
    for number, seed in enumerate(range(first_seed, first_seed + -(-worlds // FILTERS)), 1):
        for each in comparison.differences(seed):
            differences += 1
            sys.stdout.write(f"{each.world}: {each.surface}\n  {each.mine}\n  {each.expected}\n")
        if number % _EVERY == 0 or number * FILTERS >= worlds:
            asked = sum(comparison.surfaces.values())
            sys.stdout.write(f"{comparison.worlds:,} worlds, {asked:,} answers: {differences} differences\n")
            sys.stdout.flush()
    comparison.close()
    return differences


if __name__ == "__main__":
    arguments = [int(each.replace(",", "")) for each in sys.argv[1:]]
    found = run(arguments[0] if arguments else 10_000, arguments[1] if len(arguments) > 1 else 0)
    sys.exit(1 if found else 0)
