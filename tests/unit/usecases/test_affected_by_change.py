"""Which orders in flight still have to pass what two versions of a topology have differently.

capture -> promise -(release)-> pick -> pack -> ship pack needs labels, ship emits an invoice over to-erp
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from graph_models.time import MINUTE, parse_moment
from impactgraph.bootstrap import open_store
from impactgraph.ports.store import Store
from impactgraph.topology.load import parse_topology
from impactgraph.usecases.apply_topology import apply_documents

NOW = parse_moment("2026-03-02T09:30:00Z")
STEPS = ("capture", "promise", "pick", "pack", "ship")

TOPOLOGY = """
teams: {a: {name: A}, b: {name: B}}
locations: {s1: {kind: store}, s2: {kind: store}}
systems: {oms: {name: OMS}, app: {name: App}, tms: {name: TMS}, erp: {name: ERP}, idle: {name: Idle}}
integrations:
  release: {from: oms, to: app, transport: queue, dead_letter: r.dlq}
  labels: {from: app, to: tms, transport: sync, timeout: 20s}
  to-erp: {from: oms, to: erp, transport: batch, every: 15m}
workflows:
  w:
    steps:
      capture: {runs_on: oms, takes: 1m, then: [promise]}
      promise: {runs_on: oms, takes: 1m, then: [{step: pick, via: release}]}
      pick: {runs_on: app, takes: 1m, then: [pack]}
      pack: {runs_on: app, takes: 1m, needs: [labels], then: [ship]}
      ship: {runs_on: app, takes: 1m, emits: {postings: [{type: invoice, via: to-erp, due: 1h}]}}
"""


def line(event_type: str, minute: int, data: Mapping[str, object], number: str) -> bytes:
    time = f"2026-03-02T09:{minute:02d}:00Z"
    return json.dumps(
        {"specversion": "1.0", "id": number, "source": "/t", "type": event_type, "time": time, "data": data}
    ).encode()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An order in each step, named after it; that in `ship` is at s2, the others at s1."""
    store = open_store(str(tmp_path / "store"), now=lambda: NOW)
    apply_documents(store, {"t.yaml": TOPOLOGY}, NOW - 60 * MINUTE)
    for step in STEPS:
        place = "s2" if step == "ship" else "s1"
        parts = [{"fulfillment": step, "workflow": "w", "location": place, "value": "1.00"}]
        placed = {
            "order": step,
            "channel": "web",
            "mode": "m",
            "currency": "EUR",
            "value": "1.00",
            "fulfillments": parts,
        }
        entered = {"order": step, "fulfillment": step, "step": step}
        assert not store.ingest(
            [
                line("order.placed", 0, placed, f"p-{step}"),
                line("fulfillment.entered", 1, entered, f"e-{step}"),
            ]
        ).quarantined
    yield store
    store.close()


def touched(store: Store, before: str, after: str) -> int:
    assert before in TOPOLOGY
    change = apply_documents(store, {"t.yaml": TOPOLOGY.replace(before, after)}, NOW, dry_run=True).change
    assert change is not None
    assert not change.difference.nothing
    return change.affected_orders


@pytest.mark.parametrize(
    ("before", "after", "orders"),
    [
        (
            "labels: {from: app, to: tms, transport: sync, timeout: 20s}",
            "labels: {from: app, to: tms, transport: sync, timeout: 30s}",
            4,
        ),
        ("tms: {name: TMS}", "tms: {name: TMS 2}", 4),
        ("dead_letter: r.dlq", "dead_letter: r2.dlq", 2),
        ("every: 15m", "every: 30m", 5),
        ("due: 1h", "due: 2h", 5),
        ("capture: {runs_on: oms, takes: 1m", "capture: {runs_on: oms, takes: 2m", 1),
        ("idle: {name: Idle}", "idle: {name: Idler}", 0),
        ("b: {name: B}", "b: {name: Bee}", 0),
        ("s2: {kind: store}", "s2: {kind: dc}", 1),
        (", s2: {kind: store}", "", 1),
    ],
    ids=[
        "a need",
        "behind a need",
        "a handoff ahead",
        "a record ahead",
        "the last step",
        "the first step",
        "used by nothing",
        "a team",
        "a place",
        "a place that is gone",
    ],
)
def test_orders_are_touched_that_still_have_to_pass_it(
    store: Store, before: str, after: str, orders: int
) -> None:
    assert touched(store, before, after) == orders


def test_a_topology_that_says_the_same_otherwise_touches_nothing(store: Store) -> None:
    outcome = apply_documents(store, {"t.yaml": "# a comment\n" + TOPOLOGY}, NOW, dry_run=True)

    assert outcome.is_unchanged
    assert outcome.change is not None
    assert outcome.change.affected_orders == 0


def test_the_first_topology_touches_nothing_since_nothing_is_in_flight(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "empty"), now=lambda: NOW)

    change = apply_documents(store, {"t.yaml": TOPOLOGY}, NOW, dry_run=True).change
    store.close()

    assert change is not None
    assert (change.affected_orders, set(change.difference.added)) == (
        0,
        set(parse_topology({"t.yaml": TOPOLOGY}).elements),
    )
