"""An ingest that is taken back leaves the state of a store that never had it."""

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from impactgraph.stores.embedded import EmbeddedStore
from tests.properties.test_events_commute import EVENTS
from tests.stores.events import DOCUMENTS, at, topology
from tests.stores.seen import everything

_TOPOLOGY = topology()
_BATCHES = st.lists(
    st.tuples(st.integers(0, 3), st.lists(EVENTS, min_size=1, max_size=8)), min_size=1, max_size=6
)
"""(ingest, events): 0 stands for events over HTTP; batches of one ingest need not follow each other."""


def _store() -> EmbeddedStore:
    store = EmbeddedStore.in_memory(now=lambda: at(600))
    store.apply_topology(_TOPOLOGY, DOCUMENTS, at(-60))
    for number in range(1, 4):
        assert store.begin_ingest([], at(number)) == number
    return store


def _fill(store: EmbeddedStore, batches: Sequence[tuple[int, list[bytes]]]) -> None:
    for ingest, events in batches:
        store.ingest(events, ingest=ingest)


def _seen(store: EmbeddedStore) -> dict[str, Any]:
    return everything(store) | {
        "aside": sorted((json.loads(entry.text)["id"], entry.reason) for entry in store.quarantined())
    }


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_BATCHES, st.permutations([1, 2, 3]), st.integers(1, 3), st.booleans())
def test_an_ingest_taken_back_leaves_the_state_of_a_store_that_never_had_it(
    batches: list[tuple[int, list[bytes]]], order: list[int], count: int, again: bool
) -> None:
    """Also after a restart, and where the events of an ingest that is taken back come again."""
    undone = order[:count]
    rest = [batch for batch in batches if batch[0] not in undone]
    store, expected = _store(), _store()
    _fill(expected, rest)

    _fill(store, batches)
    for ingest in undone:
        store.undo_ingest(ingest, at(500))

    assert _seen(store) == _seen(expected)
    store.reload()
    assert _seen(store) == _seen(expected)
    if again:
        gone = [(0, events) for ingest, events in batches if ingest in undone]
        _fill(store, gone)
        _fill(expected, gone)
        assert _seen(store) == _seen(expected)
    store.close()
    expected.close()
