"""What was taken before is known by its name, whatever its hash."""

import numpy as np

from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local.items import Item, read_items
from impactgraph.stores.local.memory import Memory
from impactgraph.stores.state.coding import hashes
from tests.stores.events import DOCUMENTS, at, entered, placed, topology


def marked(store: EmbeddedStore, lines: list[bytes], like: list[bytes] | None = None) -> list[bool]:
    """Whether each is taken for a repeat, where it has the hash of the line `like` it."""
    with store._reading() as copy:
        items, others = (
            read_items(each, [""] * len(each), copy.state.fits) for each in (lines, like or lines)
        )
        Memory(copy.record).mark_repeats(items, hashes([item.name for item in others]))
    return [item.repeated for item in items]


def test_a_name_is_a_repeat_and_a_hash_alone_is_none() -> None:
    store = EmbeddedStore.in_memory(now=lambda: at(600))
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    taken, other, further = placed("O-1", 0), entered("promise", 3), entered("pick", 5)
    store.ingest([taken, other])

    assert marked(store, [taken, other, further]) == [True, True, False]
    assert marked(store, [further, further], like=[taken, other]) == [False, True]
    assert marked(store, [further], like=[taken]) == [False]


def test_of_names_that_share_a_hash_each_is_known() -> None:
    store = EmbeddedStore.in_memory(now=lambda: at(600))
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    first, second = placed("O-1", 0), entered("promise", 3)
    store.ingest([first, second])
    with store._reading() as copy:
        copy.record.execute("update events set hash = (select min(hash) from events)")
        memory = Memory(copy.record)
        items: list[Item] = read_items([first, second], ["", ""], copy.state.fits)
        memory.mark_repeats(
            items, np.full(2, copy.record.arrays("select min(hash) from events")[0][0], np.uint64)
        )

    assert [item.repeated for item in items] == [True, True]
