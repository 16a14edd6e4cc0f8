"""The demo in the store that the command uses."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from impactgraph.columns import IN_FLIGHT
from impactgraph.demo.generate import HISTORY
from impactgraph.demo.load import LoadedDemo, load_demo
from impactgraph.demo.orders import LOOKBACK
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from tests.unit.demo.conftest import NOW

ORDERS = 400


@dataclass
class Loaded:
    store: Store
    demo: LoadedDemo
    progress: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    store = EmbeddedStore.open(tmp_path_factory.mktemp("demo"), now=lambda: NOW)
    progress: list[tuple[int, int]] = []
    yield Loaded(
        store,
        load_demo(store, ORDERS, NOW, 7, lambda done, blocks: progress.append((done, blocks))),
        progress,
    )
    store.close()


def test_every_event_is_taken(loaded: Loaded):
    assert (loaded.demo.quarantined, loaded.store.quarantined()) == (0, [])
    assert loaded.demo.events > ORDERS


def test_the_columns_have_every_order(loaded: Loaded):
    with loaded.store.columns() as columns:
        assert len(columns.orders) == ORDERS + round(ORDERS * HISTORY)


def test_the_columns_have_the_orders_in_flight(loaded: Loaded):
    with loaded.store.columns() as columns:
        live = columns.fulfillments.order[columns.fulfillments.status == IN_FLIGHT]

    assert len(set(live.tolist())) == ORDERS


def test_the_live_failures_are_those_of_the_demo(loaded: Loaded):
    active = [failure.key for failure in loaded.store.failures() if failure.active_at(NOW)]

    assert active == [live.failure for live in loaded.demo.live]


def test_the_topology_was_there_before_the_first_order(loaded: Loaded):
    assert loaded.demo.version.applied_at < NOW - LOOKBACK


def test_progress_is_reported_to_the_last_block(loaded: Loaded):
    assert loaded.progress[-1] == (len(loaded.progress), len(loaded.progress))


def test_loading_it_again_changes_nothing(loaded: Loaded):
    with loaded.store.columns() as columns:
        before = columns.watermark

    again = load_demo(loaded.store, ORDERS, NOW, 7)

    with loaded.store.columns() as columns:
        assert (again.events, columns.watermark) == (0, before)
