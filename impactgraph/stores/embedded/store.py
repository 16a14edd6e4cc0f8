"""The store in a folder: a DuckDB file of record, and its columns in the memory of the process."""

from collections.abc import Callable
from pathlib import Path

from graph_models.time import Millis
from impactgraph.stores.local.copy import Change, Copy
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.store import LocalStore


class EmbeddedStore(LocalStore):
    """The copy is the record itself: what is on its disk is committed."""

    @classmethod
    def open(cls, path: Path, *, now: Callable[[], Millis]) -> "EmbeddedStore":
        """The store in the folder, made where there is none. Raises StoreUnavailableError where another process holds it, or it cannot be read."""
        return cls(Copy(Record(path)), now)

    @classmethod
    def in_memory(cls, *, now: Callable[[], Millis]) -> "EmbeddedStore":
        """Nothing is kept when it is closed."""
        return cls(Copy(Record(None)), now)

    def _commit(self, prepare: Callable[[], Change | None]) -> None:
        with self._writing:
            lexicon = self._copy.state.lexicon
            sizes = lexicon.sizes()
            try:
                change = prepare()
                if change is None or not change.block:
                    return
                self._copy.keep(change.block)
            except BaseException:
                lexicon.cut(sizes)
                raise
            with self._sharing.writing():
                self._copy.show(change)

    def reload(self) -> None:
        """Forgets what is in memory and folds the record anew."""
        with self._writing, self._sharing.writing():
            self._copy.load()

    @property
    def identity(self) -> str:
        """Of this folder's record, whatever its path."""
        return self._copy.record.identity
