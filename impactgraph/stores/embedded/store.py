"""The store in a folder: a DuckDB file of record, and its columns in the memory of the process."""

from collections.abc import Callable
from pathlib import Path

from graph_models.time import Millis
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.replica import Change, Replica
from impactgraph.stores.local.store import LocalStore


class EmbeddedStore(LocalStore):
    """The replica is the record itself: what is on its disk is committed."""

    @classmethod
    def open(cls, path: Path, *, now: Callable[[], Millis]) -> "EmbeddedStore":
        """The store in the folder, created where there is none.

        Raises:
            StoreUnavailableError: another process has it open, or it cannot be read.
        """
        return cls(Replica(Record(path), now), now)

    @classmethod
    def in_memory(cls, *, now: Callable[[], Millis]) -> "EmbeddedStore":
        """A store without a folder: its content ends with it."""
        return cls(Replica(Record(None), now), now)

    def _commit(self, prepare: Callable[[], Change | None]) -> None:
        with self._write_lock:
            self._mend()
            event_dictionaries = self._replica.state.event_dictionaries
            sizes = event_dictionaries.sizes()
            try:
                change = prepare()
                if change is None or not change.block:
                    return
                self._replica.persist(change.block)
            except BaseException:
                event_dictionaries.truncate(sizes)
                raise
            with self._state_lock.writing():
                self._replica.publish(change)
