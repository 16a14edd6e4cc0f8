"""A small shop for the tests of the HTTP API: the retailer's topology, a few dozen orders, a failure that
holds some of them.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from graph_models.time import HOUR, MINUTE, Millis, moment, parse_moment
from impactgraph.ports.store import Store
from impactgraph.usecases.apply_topology import apply_path

TOPOLOGY = Path(__file__).parents[3] / "fixtures" / "topologies" / "retailer.yaml"
NOW: Millis = parse_moment("2026-03-02T09:30:00Z")
STORES = ("store-001", "store-002", "store-101")
REGIONS = {"store-001": "emea", "store-002": "emea", "store-101": "amer"}

FAILURE = {
    "failure": "F-1",
    "target": "integration:pick-confirm",
    "class": "outage",
    "started_at": "2026-03-02T09:10:00Z",
    "expected_end": "2026-03-02T14:00:00Z",
    "scope": {"regions": ["emea"]},
    "summary": "Pick confirmations stopped in EMEA",
}


def event(event_type: str, at: Millis, data: object, number: str) -> bytes:
    told = {
        "specversion": "1.0",
        "id": number,
        "source": "/test",
        "type": event_type,
        "time": moment(at).isoformat(),
        "data": data,
    }
    return json.dumps(told).encode()


def orders(count: int) -> Iterator[bytes]:
    """O-0000 on: every third at each store, each placed a minute after the one before, all in `pick`,
    those of EMEA caught by F-1.
    """
    for n in range(count):
        order, place, at = f"O-{n:04d}", STORES[n % 3], NOW - 2 * HOUR + n % 60 * MINUTE
        placed = {
            "order": order,
            "channel": "web" if n % 2 else "app",
            "mode": "ship_from_store",
            "region": REGIONS[place],
            "customer_tier": "gold",
            "currency": "EUR",
            "value": f"{100 + n}.90",
            "promised_by": moment(at + 6 * HOUR).isoformat(),
            "attributes": {"payload_version": "7"},
            "fulfillments": [
                {
                    "fulfillment": f"{order}/1",
                    "workflow": "ship-from-store",
                    "location": place,
                    "value": f"{100 + n}.90",
                }
            ],
        }
        yield event("order.placed", at, placed, f"p{n}")
        for m, step in enumerate(("promise", "pick")):
            yield event(
                "fulfillment.entered",
                at + m * MINUTE + 5000,
                {"order": order, "fulfillment": f"{order}/1", "step": step},
                f"e{n}-{m}",
            )


def fill(store: Store, count: int) -> None:
    """The topology, the orders, and the failure."""
    assert apply_path(store, TOPOLOGY, NOW - 24 * HOUR).problems == ()
    intake = store.ingest([*orders(count), event("failure.reported", NOW - 15 * MINUTE, FAILURE, "f1")])
    assert intake.quarantined == []
