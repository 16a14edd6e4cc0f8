"""The comparison of a store with what was acknowledged finds what is lost, incomplete or foreign."""

import json
from pathlib import Path

import pytest

from graph_models.time import HOUR, Millis, moment, parse_moment
from impactgraph.bootstrap import open_store
from tests.soak.ledger import ORDERS_OF_A_BATCH, Comparison, Ledger, compare
from tests.soak.plan import EVENTS_OF_A_BATCH
from tests.soak.server import make_store

NOW: Millis = parse_moment("2026-03-02T09:30:00Z")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("soak") / "store"
    make_store(folder, 50, lambda: NOW)
    return folder


def found_in(folder: Path, ledger: Ledger, events: int) -> Comparison:
    return compare(str(folder), ledger, events, now=lambda: NOW)


def sent(folder: Path, ledger: Ledger, events: slice) -> None:
    """Stores these events of a new batch, and acknowledges the whole batch."""
    first, body = ledger.batch(moment(NOW - HOUR))
    store = open_store(str(folder), now=lambda: NOW)
    store.ingest([json.dumps(event).encode() for event in json.loads(body)[events]])
    store.close()
    ledger.acknowledge(first, EVENTS_OF_A_BATCH)


def test_a_store_that_has_everything_once_is_right(folder: Path) -> None:
    ledger = Ledger(next_number=1_000_000)
    sent(folder, ledger, slice(None))
    found = found_in(folder, ledger, EVENTS_OF_A_BATCH)
    assert found == Comparison(ORDERS_OF_A_BATCH, 0, 0, 0, 0, EVENTS_OF_A_BATCH, EVENTS_OF_A_BATCH)
    assert found.is_right
    assert not found_in(folder, ledger, EVENTS_OF_A_BATCH + 1).is_right

    more = Ledger(ledger.taken, next_number=2_000_000)
    sent(folder, more, slice(0, 0))
    assert found_in(folder, more, EVENTS_OF_A_BATCH).lost == ORDERS_OF_A_BATCH

    assert found_in(folder, Ledger(), 0).foreign == ORDERS_OF_A_BATCH

    cut = Ledger(ledger.taken, next_number=3_000_000)
    sent(folder, cut, slice(0, EVENTS_OF_A_BATCH - 1))
    found = found_in(folder, cut, EVENTS_OF_A_BATCH)
    assert (found.lost, found.unfinished) == (ORDERS_OF_A_BATCH, 1)
