"""An answer is let go of with its last reference: arrays of a question that waited for the garbage
collector would pile up, and be fetched anew for each.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from graph_models.enums import Dimension, RecordKind
from graph_models.impact import Question
from graph_models.time import HOUR
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.single_failures import owner_shares
from impactgraph.usecases.snapshot import snapshot
from tests.demo_store import NOW, demo_store


@pytest.fixture
def store() -> EmbeddedStore:
    return demo_store(2_000)


def test_a_question_leaves_nothing_to_the_garbage_collector(store: EmbeddedStore) -> None:
    _ask_everything(store)  # what is learned is kept

    with _circles() as circles:
        _ask_everything(store)

    assert [type(each).__name__ for each in circles] == []


@contextmanager
def _circles() -> Iterator[list[object]]:
    """What only the garbage collector can let go of, of all that was made meanwhile."""
    found: list[object] = []
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield found
        gc.collect()
        found += gc.garbage
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def _ask_everything(store: EmbeddedStore) -> None:
    with snapshot(store, None, NOW) as s:
        answer = answer_question(s, Question())
        assert answer.order_totals.orders > 100
        assert answer.breakdown([Dimension.CHANNEL, Dimension.STEP])
        assert answer.orders(first=50).items
        assert any(answer.records(kind, first=50).items for kind in RecordKind)
        assert answer.forecast(HOUR) and answer.headline and owner_shares(s, answer_question, answer)
        assert answer.explain(str(answer.orders(first=1).items[0].order)).paths
