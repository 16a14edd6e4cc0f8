"""A store with everything that a record can hold, and all that it answers.

Its file has a checkpoint, a snapshot beside it, and commits that are in the write-ahead log only.
"""

import random
from pathlib import Path
from typing import Any

from impactgraph.ports.ingest import IngestedFile
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local import store as local_store
from tests.corruption.clean_child import in_clean_child
from tests.stores.events import DOCUMENTS, at, entered, event, of, placed, reported, topology
from tests.stores.seen import everything

ORDERS = 120
BATCH = 40
PAST = at(60)
NOW = at(600)
_WRITTEN = "written"
_OPEN: list[EmbeddedStore] = []


def sample_events() -> list[bytes]:
    """Of every kind, in no order; some are refused, some come twice."""
    lines = [line for number in range(ORDERS) for line in _order(number)]
    lines += [reported("F-1", 9), event("failure.resolved", 90, failure="F-1")]
    lines.append(event("list.reported", 10, system="erp", list="a", rows=[{"id": "O-1"}, {"id": "O-2"}]))
    random.Random(5).shuffle(lines)
    return lines


def _order(number: int) -> list[bytes]:
    order = f"O-{number}"
    fulfillment = f"{order}/1"
    lines = [
        placed(order, number, workflow="ship" if number % 3 else "collect"),
        entered("promise", number + 1, fulfillment),
        entered("pack", number + 3, fulfillment),
        of(
            "posting.recorded",
            number + 4,
            fulfillment,
            type="invoice",
            amount={"currency": "EUR", "value": "60.00"},
        ),
        of("fulfillment.failed", number + 2, fulfillment, step="promise", code=f"E-{number % 4}"),
    ]
    if number % 7 == 0:
        lines += [b"{broken " + order.encode(), entered("pick", 5, f"X-{number}/1"), lines[0]]
    return lines


def open_sample(folder: Path) -> EmbeddedStore:
    """Raises StoreUnavailableError."""
    return EmbeddedStore.open(folder, now=lambda: NOW)


def write_sample(folder: Path) -> None:
    """Makes the store in a new folder, by a process that ends without closing it."""
    if (found := in_clean_child(_write, folder)) != _WRITTEN:
        raise RuntimeError(f"The process that wrote the sample {found}.")


def _write(folder: Path) -> str:
    """Leaves the store open: if it were closed, its last commits would leave the write-ahead log."""
    local_store.SAVE_ON_CLOSE = 1  # pyright: ignore[reportPrivateUsage, reportConstantRedefinition]
    events = sample_events()
    half = len(events) // 2
    store = open_sample(folder)
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    number = store.begin_ingest([IngestedFile("events.ndjson", 12)], at(0))
    store.ingest(events[:half], ingest=number)
    store.end_ingest(number, {}, at(1))
    store.close()
    store = open_sample(folder)
    for start in range(half, len(events), BATCH):
        store.ingest(events[start : start + BATCH])
    _OPEN.append(store)
    return _WRITTEN


def answers(store: Store) -> dict[str, Any]:
    """All that questions are answered from, now and at a past moment."""
    with store.columns() as columns:
        orders = sorted(str(key) for key in columns.orders.ids)
    return {
        "now": everything(store),
        "past": everything(store, PAST),
        "timelines": dict(store.timelines(orders)),
        "quarantine": store.quarantined_documents(),
        "topologies": store.topologies(),
        "topology": store.topology(),
        "journal": store.journal(),
        "ingests": store.ingests(10),
        "sources": store.source_progress(),
        "search": store.find("O-1", 20),
        "orders": dict(store.orders(orders)),
    }
