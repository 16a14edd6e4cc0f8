"""What a process does while its disk fails: it makes a store, fills it, saves a snapshot, opens it again.

Every step is tried until it is acknowledged, so in the end the store must have everything, once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local import store as local_store
from tests.corruption.sample import open_sample, sample_events
from tests.stores.events import DOCUMENTS, MORE, at, topology

BATCHES = 6
MOST_TRIES = 300
"""A disk that stays full longer than so many tries is a finding."""

Say = Callable[[str], None]


def batches() -> list[list[bytes]]:
    events = sample_events()
    size = -(-len(events) // BATCHES)
    return [events[start : start + size] for start in range(0, len(events), size)]


class Worker:
    """Works on the store in a folder, and opens it again wherever that is needed."""

    def __init__(self, folder: Path, say: Say) -> None:
        """`say` is called with `acknowledged N` after each step, and with `refused: ...`."""
        self._folder = folder
        self._say = say
        self._steps = 0
        self._store: EmbeddedStore | None = None

    def work(self) -> None:
        """All steps. Raises where a step fails for ever, or with another error than that of a store."""
        self._step(lambda: self._opened().apply_topology(topology(), DOCUMENTS, at(-60)))
        for number, batch in enumerate(batches()):
            self._step(lambda batch=batch: self._opened().ingest(batch))
            if number == BATCHES // 2:
                self._close()
        self._step(lambda: self._opened().apply_topology(topology(MORE), MORE, at(40)))
        self._close()
        self._step(self._opened)
        self._close()

    def _opened(self) -> EmbeddedStore:
        if self._store is None:
            self._store = open_sample(self._folder)
        return self._store

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
        self._store = None

    def _step(self, do: Callable[[], object]) -> None:
        for _ in range(MOST_TRIES):
            try:
                do()
            except StoreUnavailableError as error:
                self._say(f"refused: {error}")
            else:
                self._steps += 1
                self._say(f"acknowledged {self._steps}")
                return
        raise RuntimeError(f"Step {self._steps + 1} failed {MOST_TRIES} times.")


@contextmanager
def small_store_settings() -> Iterator[None]:
    """Snapshots of few events, and checkpoints of a small write-ahead log, so that all of it happens here."""
    save_on_close, local_store.SAVE_ON_CLOSE = local_store.SAVE_ON_CLOSE, 1
    try:
        yield
    finally:
        local_store.SAVE_ON_CLOSE = save_on_close


def events_in(folder: Path) -> list[tuple[str, str]]:
    """(source, id) of every event of the record."""
    with duckdb.connect(str(folder / "impactgraph.duckdb"), read_only=True) as connection:
        return connection.execute("select source::varchar, id from events").fetchall()
