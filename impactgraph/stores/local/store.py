"""Base of all stores: questions and changes over a local replica of the record."""

import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from graph_models.access import EVERYTHING, View
from graph_models.time import Millis
from impactgraph.ports.store import Store
from impactgraph.stores.local.administration_store import AdministrationStore
from impactgraph.stores.local.ingest_store import IngestStore
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.replica import Change, Replica
from impactgraph.stores.local.state_store import StateStore
from impactgraph.stores.local.views import Views

SAVE_ON_CLOSE = 50_000
"""Events since the last snapshot from which on one is saved on closing: fewer are folded as fast as
loaded.
"""


class LocalStore(StateStore, IngestStore, AdministrationStore):
    """Implements `impactgraph.ports.store.Store`; a subclass says how a change is committed."""

    def _use(self, replica: Replica) -> None:
        super()._use(replica)
        self._views = Views(self, self._reading, self._now)

    def _forget_since(self, earliest: Millis) -> None:
        super()._forget_since(earliest)
        self._views.forget_since(earliest)

    @property
    def shown(self) -> View:
        return EVERYTHING

    def view(self, view: View) -> Store:
        return self if view.shows_everything else self._views.get(view)

    @contextmanager
    def copy(self) -> "Generator[LocalStore]":
        with tempfile.TemporaryDirectory(prefix="impactgraph-") as folder:
            with self._write_lock, self._reading() as replica:
                replica.record.copy_to(Path(folder))
            store = CopiedStore(Replica(Record(Path(folder)), self._now), self._now)
            try:
                yield store
            finally:
                store.discard()

    def close(self) -> None:
        with self._write_lock, self._state_lock.writing():
            if not self._replica.record.is_broken:
                self._replica.save(least=SAVE_ON_CLOSE, arrange_rows=True)
            self._replica.record.close()


class CopiedStore(LocalStore):
    """A copy of a store, to try changes on: what is on its disk is committed."""

    def _commit(self, prepare: Callable[[], Change | None]) -> None:
        with self._write_lock:
            change = prepare()
            if change is None or not change.block:
                return
            self._replica.persist(change.block)
            with self._state_lock.writing():
                self._replica.publish(change)

    def discard(self) -> None:
        """Closes it without saving anything."""
        self._replica.record.close()
