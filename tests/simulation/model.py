"""What must be in the record: the lines that were brought and not taken back, told apart from the store."""

from collections.abc import Sequence
from contextlib import closing
from typing import Any, TypeAlias

from graph_models.time import Millis
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from tests.stores.events import DOCUMENTS, MORE, at, topology
from tests.stores.seen import everything

Content: TypeAlias = dict[str, Any]


def content_of(store: Store) -> Content:
    """What answers are made of, and what was refused."""
    return everything(store) | {"quarantine": sorted(each.text for each in store.quarantined())}


class Model:
    def __init__(self) -> None:
        self._ingests: dict[bytes, set[int]] = {}
        """Of each line: the ingests that brought it; 0: what was sent otherwise."""
        self._has_more = False
        self.finished: list[int] = []
        """Numbers of ingests of files."""
        self.position = 0
        """How far the source was read."""

    def bring(self, lines: Sequence[bytes], ingest: int) -> None:
        for line in lines:
            self._ingests.setdefault(line, set()).add(ingest)

    def take_back(self, ingest: int) -> None:
        for ingests in self._ingests.values():
            ingests.discard(ingest)

    def apply(self) -> None:
        self._has_more = True

    def content(self, now: Millis) -> Content:
        """Of a store that gets all lines at once."""
        lines = [line for line, ingests in self._ingests.items() if ingests]
        with closing(EmbeddedStore.in_memory(now=lambda: now)) as store:
            store.apply_topology(topology(), DOCUMENTS, at(-60))
            if self._has_more:
                store.apply_topology(topology(MORE), MORE, at(-50))
            store.ingest(lines)
            return content_of(store)
