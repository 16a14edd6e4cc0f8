"""Duplicates are recognised by source and id, whatever their hash."""

import numpy as np

from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local.batch import BatchEvent, read_batch
from impactgraph.stores.local.ingest_index import IngestIndex
from impactgraph.stores.state.encoding import event_hashes
from tests.stores.events import DOCUMENTS, at, entered, placed, topology


def marked(store: EmbeddedStore, lines: list[bytes], like: list[bytes] | None = None) -> list[bool]:
    """Whether each is marked as a duplicate, where it has the hash of the line `like` it."""
    with store._reading() as replica:
        items, others = (
            read_batch(each, [""] * len(each), replica.state.validator) for each in (lines, like or lines)
        )
        IngestIndex(replica.record).mark_duplicates(
            items, event_hashes([item.source_and_id for item in others])
        )
    return [item.is_duplicate for item in items]


def test_an_id_is_a_duplicate_and_a_hash_alone_is_none() -> None:
    store = EmbeddedStore.in_memory(now=lambda: at(600))
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    taken, other, further = placed("O-1", 0), entered("promise", 3), entered("pick", 5)
    store.ingest([taken, other])

    assert marked(store, [taken, other, further]) == [True, True, False]
    assert marked(store, [further, further], like=[taken, other]) == [False, True]
    assert marked(store, [further], like=[taken]) == [False]


def test_of_ids_that_share_a_hash_each_is_recognised() -> None:
    store = EmbeddedStore.in_memory(now=lambda: at(600))
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    first, second = placed("O-1", 0), entered("promise", 3)
    store.ingest([first, second])
    with store._reading() as replica:
        replica.record.execute("update events set hash = (select min(hash) from events)")
        index = IngestIndex(replica.record)
        items: list[BatchEvent] = read_batch([first, second], ["", ""], replica.state.validator)
        index.mark_duplicates(
            items, np.full(2, replica.record.arrays("select min(hash) from events")[0][0], np.uint64)
        )

    assert [item.is_duplicate for item in items] == [True, True]
