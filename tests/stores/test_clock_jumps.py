"""The clock of the machine jumps while a store is open: nothing is lost, and in the end the answers are those
of a store whose clock never jumped.
"""

from contextlib import closing
from pathlib import Path

import pytest

from graph_models.time import Millis
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from tests.stores.events import DOCUMENTS, at, entered, placed, reported, topology
from tests.stores.seen import everything

BATCHES = [
    [placed("O-1", 0), entered("promise", 1)],
    [placed("O-2", 30), entered("pick", 200), reported("F-1", 90)],
    [entered("hand-over", 250), entered("promise", 31, "O-2/1")],
    [placed("O-3", 400), entered("pick", 401, "O-3/1")],
]
JUMPS: dict[str, list[float]] = {
    "forth": [10, 5_000_000, 5_000_001, 5_000_002],
    "back": [300, 20, -5_000_000, 25],
    "to and fro": [300, -100, 260, 20],
}


class Clock:
    def __init__(self) -> None:
        self.moment: Millis = at(0)

    def __call__(self) -> Millis:
        return self.moment


def _ask(store: Store) -> None:
    everything(store)
    everything(store, at(100))
    store.events_ahead(at(0))


@pytest.mark.parametrize("jumps", JUMPS.values(), ids=JUMPS)
def test_a_clock_that_jumps_loses_and_changes_nothing(jumps: list[float], tmp_path: Path) -> None:
    end, clock = at(6_000_000), Clock()
    with closing(EmbeddedStore.open(tmp_path / "store", now=clock)) as store:
        store.apply_topology(topology(), DOCUMENTS, at(-60))
        for batch, minutes in zip(BATCHES, jumps, strict=True):
            clock.moment = at(minutes)
            _ask(store)
            assert store.ingest(batch).accepted_count == len(batch)
            _ask(store)
        clock.moment = end
        seen = everything(store)

    with closing(EmbeddedStore.in_memory(now=lambda: end)) as steady:
        steady.apply_topology(topology(), DOCUMENTS, at(-60))
        for batch in BATCHES:
            steady.ingest(batch)
        assert seen == everything(steady)
    with closing(EmbeddedStore.open(tmp_path / "store", now=lambda: end)) as again:
        assert everything(again) == seen
