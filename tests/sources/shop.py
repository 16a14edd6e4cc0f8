"""A small shop for tests of live sources: its topology, its documents and a mapper for them."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from impactgraph.ingest.mapped import Skipped
from impactgraph.ingest.record_mapper import MappedRecord
from impactgraph.ports.store import Store
from impactgraph.sources.documents import Document, Translation, translate
from impactgraph.stores.embedded import EmbeddedStore
from tests.stores.events import DOCUMENTS, at, placed, topology

NOW = at(600)


class ShopMapper:
    """Maps `{"order": "O-1"}` to order.placed; "noise" is not asked for; others are refused."""

    source = "/shop"

    def map_document(self, document: Any, place: str) -> Sequence[MappedRecord]:
        if not isinstance(document, Mapping):
            return [MappedRecord("", (), Skipped("it is no object", "", place))]
        activity = str(document.get("activity", "placed"))
        if activity == "noise":
            return [
                MappedRecord(activity, (), Skipped("unmapped activity", activity, place, is_expected=True))
            ]
        order = document.get("order")
        if not order:
            return [MappedRecord(activity, (), Skipped("row without id", activity, place))]
        return [MappedRecord(activity, [placed(order, id=f"{order}/placed", source=self.source)])]


MAPPED: Callable[[Sequence[Document]], Translation] = partial(translate, mapper=ShopMapper())
PLAIN: Callable[[Sequence[Document]], Translation] = partial(translate, mapper=None)


def document(order: str | None = None, **more: Any) -> bytes:
    return json.dumps(({"order": order} if order else {}) | more).encode()


def small_store() -> EmbeddedStore:
    """In memory, with the topology of tests/stores/events.py."""
    store = EmbeddedStore.in_memory(now=lambda: NOW)
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    return store


def orders_in(store: Store, keys: Sequence[str]) -> list[str]:
    """Those of the orders that the store has."""
    return sorted(store.orders(keys))
