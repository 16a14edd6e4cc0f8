"""Documents that a mapping refused are mapped again once it was mended."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest

from impactgraph.ingest.record_mapper import MappedRecord
from impactgraph.ports.sources import SourceBatch
from impactgraph.ports.store import Store
from impactgraph.sources.documents import Document, translate
from impactgraph.sources.replay import replay_documents
from tests.sources.shop import MAPPED, ShopMapper, document, orders_in, small_store


class MendedMapper(ShopMapper):
    """Knows that orders may be called `nr`."""

    def map_document(self, document: Any, place: str) -> Sequence[MappedRecord]:
        return super().map_document({"order": document.get("nr"), **document}, place)


@pytest.fixture
def store() -> Iterator[Store]:
    store = small_store()
    translation = MAPPED(
        [
            Document(document(nr="O-1"), "shop@1"),
            Document(document(nr="O-2"), "shop@2"),
            Document(b"{", "shop@3"),
        ]
    )
    store.ingest_source(SourceBatch("shop", refused=translation.refused), [])
    yield store
    store.close()


def test_corrected_documents_are_events_and_leave_the_quarantine(store: Store) -> None:
    result = replay_documents(store, {"shop": partial(translate, mapper=MendedMapper())})

    assert orders_in(store, ["O-1", "O-2"]) == ["O-1", "O-2"]
    assert (result.accepted_count, [entry.place for entry in result.quarantined]) == (2, ["shop@3"])
    assert [entry.place for entry in store.quarantined()] == ["shop@3"]


def test_numbers_choose_documents(store: Store) -> None:
    replay_documents(
        store, {"shop": partial(translate, mapper=MendedMapper())}, [store.quarantined()[1].number]
    )

    assert orders_in(store, ["O-1", "O-2"]) == ["O-2"]


def test_documents_of_sources_that_are_not_given_stay(store: Store) -> None:
    result = replay_documents(store, {})

    assert (len(result.quarantined), len(store.quarantined())) == (3, 3)


def test_documents_that_are_refused_again_are_not_counted_twice(store: Store) -> None:
    replay_documents(store, {"shop": partial(translate, mapper=ShopMapper())})
    replay_documents(store, {"shop": partial(translate, mapper=ShopMapper())})

    assert (len(store.quarantined()), store.source_progress()["shop"].quarantined) == (3, 3)
