"""`python -m tests.hostile [REQUESTS] [SEED]`: so many hostile requests, 100,000 by default.

The exit status is 1 after the first that is answered with a defect.
"""

import sys
import tempfile

from hypothesis import Phase, given, seed, settings

from impactgraph.bootstrap import open_store
from tests.functional.http.shop import NOW, fill
from tests.hostile.door import REQUESTS, SLOW, Door
from tests.hostile.request import Request

BATCH = 2_000
"""Requests to one store: then a new one, so that the questions stay as fast as at the beginning."""


def run(number: int, first_seed: int) -> None:
    """Raises AssertionError with the request that was answered with a defect."""
    for batch in range(-(-number // BATCH)):
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(folder, now=lambda: NOW)
            fill(store, 20)
            door = Door(store)

            _send(door, min(BATCH, number), first_seed + batch)
            door.check_store()
            door.close()
            store.close()
        statuses = dict(sorted(door.statuses.items()))
        sys.stdout.write(f"{(batch + 1) * min(BATCH, number):,} requests: {statuses}\n")
        sys.stdout.flush()


def _send(door: Door, number: int, first_seed: int) -> None:
    """Raises AssertionError with the request that was answered with a defect, as small as it can be."""

    @seed(first_seed)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=SLOW,
    )
    @given(REQUESTS)
    def answered(request: Request) -> None:
        door.send(request)

    answered()


if __name__ == "__main__":
    arguments = [int(each.replace(",", "")) for each in sys.argv[1:]]
    run(arguments[0] if arguments else 100_000, arguments[1] if len(arguments) > 1 else 0)
