"""Orders in the graph: they stand where the store says they stand, with the records that have come, whatever
happened on the way there.
"""

import random
from collections.abc import Collection
from typing import Any

import pytest

from graph_models.money import to_micros
from graph_models.orders import Fulfillment, Order
from impactgraph.columns import Codes
from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.local.replica import Replica
from impactgraph.stores.neo4j.graph import projection
from impactgraph.stores.neo4j.graph.order_changes import OrderChanges, Window, order_changes
from tests.stores.events import MORE, at, entered, of, placed, topology
from tests.stores.graph.kept import LOG, Kept, everything, fulfillments, orders, records

HISTORY = [
    placed(
        "O-1",
        0,
        parts=2,
        customer_tier="gold",
        promised_by="2026-03-03T12:00:00Z",
        attributes={"carrier": "swift", "gift": True},
    ),
    placed("O-2", 1, workflow="ship", location="store-2"),
    placed("O-3", 2, region="emea"),
    entered("promise", 3),
    entered("pick", 5),
    entered("promise", 4, "O-1/2"),
    entered("pack", 9, "O-2/1"),
    of("posting.recorded", 10, "O-2/1", type="invoice", amount="60.00", currency="EUR", document="D-7"),
    of("posting.recorded", 11, "O-2/1", type="invoice", amount="60.00", currency="EUR", document="D-8"),
    of("notification.sent", 12, "O-2/1", type="shipped", channel="email"),
    of("supplier_order.confirmed", 12, "O-2/1", type="parcel", supplier="larkspur"),
    of("task.closed", 13, type="pick"),
    of("fulfillment.failed", 14, step="pick", code="EMPTY_SHELF", element="data:stock"),
    of("fulfillment.rerouted", 15, "O-1/2", workflow="ship", step="pack", location="store-2"),
    of("fulfillment.completed", 16, "O-2/1"),
    of("fulfillment.cancelled", 17, "O-3/1", reason="changed their mind"),
]


def told(order: Order) -> dict[str, Any]:
    said = {
        "id": order.id,
        "channel": order.channel,
        "mode": order.mode,
        "region": order.region,
        "tier": order.customer_tier,
        "currency": order.value.currency,
        "valueMicros": to_micros(order.value.amount),
        "placedAt": order.placed_at,
        "promisedBy": order.promised_by,
    }
    return {name: value for name, value in said.items() if value is not None} | {
        f"attribute_{name}": value for name, value in order.attributes.items()
    }


def stands(part: Fulfillment, order: Order) -> tuple[object, ...]:
    step = f"step:{part.workflow}/{part.step}" if part.step and part.status.value == "IN_FLIGHT" else None
    return (
        part.status.value,
        part.workflow,
        [step] * bool(step),
        [f"location:{part.location}"] * bool(part.location),
        part.entered_at,
        [order.id],
    )


def shown(part: dict[str, object]) -> tuple[object, ...]:
    return (
        part["status"],
        part["workflow"],
        part["steps"],
        part["locations"],
        part.get("enteredAt"),
        part["orders"],
    )


def agrees(kept: Kept) -> None:
    """The graph shows what the store answers."""
    keys = sorted(found["id"].removeprefix("order:") for found in orders(kept).values())
    known = kept.store.orders(["O-1", "O-2", "O-3", "O-4"])
    assert keys == sorted(known)
    assert orders(kept) == {order.id: told(order) for order in known.values()}
    assert {id_: shown(part) for id_, part in fulfillments(kept).items()} == {
        part.id: stands(part, o) for o in known.values() for part in o.fulfillments
    }


def test_orders_stand_in_the_graph_as_the_store_answers(kept: Kept):
    kept.store.ingest(HISTORY)

    kept.follow()

    agrees(kept)


@pytest.mark.parametrize("seed", range(3))
def test_following_in_steps_leads_to_the_same_graph_as_following_once(kept: Kept, seed: int):
    events = HISTORY.copy()
    random.Random(seed).shuffle(events)
    while events:
        kept.store.ingest([events.pop() for _ in range(min(4, len(events)))])
        kept.follow()
    agrees(kept)
    in_steps = everything(kept)
    kept.change(
        "match (n) where n:Order or n:Fulfillment or n:Posting or n:Notification or n:Task or "
        "n:SupplierOrder detach delete n"
    )
    kept.change("match (g:Graph) set g.watermark = 0, g.lastOrder = -1")

    kept.follow()

    assert everything(kept) == in_steps


def test_every_record_has_its_node_even_one_that_came_twice(kept: Kept):
    kept.store.ingest(HISTORY)
    kept.follow()

    found = [(who, label, dict(said)) for who, label, said in records(kept)]

    assert [(label, said["type"], said["at"] - at(0)) for _, label, said in found if label == "Posting"] == [
        ("Posting", "invoice", 10 * 60_000),
        ("Posting", "invoice", 11 * 60_000),
    ]
    assert {
        (label, said.get("document"), said.get("channel"), said.get("supplier")) for _, label, said in found
    } == {
        ("Posting", "D-7", None, None),
        ("Posting", "D-8", None, None),
        ("Notification", None, "email", None),
        ("SupplierOrder", None, None, "larkspur"),
        ("Task", None, None, None),
    }
    assert {said["amountMicros"] for _, label, said in found if label == "Posting"} == {60_000_000}


def test_a_failure_in_a_step_is_reported_until_the_step_is_left(kept: Kept):
    kept.store.ingest(HISTORY)
    kept.follow()
    before = fulfillments(kept)["fulfillment:O-1/1"]
    kept.store.ingest([entered("hand-over", 30)])
    kept.follow()
    after = fulfillments(kept)["fulfillment:O-1/1"]

    assert (before["failedCode"], before["failedElement"], before["failedAt"]) == (
        "EMPTY_SHELF",
        "data:stock",
        at(14),
    )
    assert after["steps"] == ["step:collect/hand-over"]
    assert not {"failedCode", "failedElement", "failedAt"} & after.keys()


def test_an_order_at_a_location_that_no_topology_lists_stands_there(kept: Kept):
    kept.store.ingest([placed("O-1", 0, location="opened-today")])
    kept.follow()

    assert fulfillments(kept)["fulfillment:O-1/1"]["locations"] == ["location:opened-today"]
    assert kept.one(
        "match (l:Location {id: 'location:opened-today'}) return [l.key, l.listedIn, l.retired]"
    ) == ["opened-today", None, False]


def test_an_order_in_a_step_of_a_version_to_come_stands_there_with_it(kept: Kept):
    kept.follow()
    kept.store.apply_topology(topology(MORE), MORE, at(1))
    kept.store.ingest([placed("O-1", 2, workflow="ship"), entered("wrap", 3)])

    kept.follow()

    assert fulfillments(kept)["fulfillment:O-1/1"]["steps"] == ["step:ship/wrap"]


def test_a_graph_that_does_not_say_which_orders_it_has_is_gone_on_with(kept: Kept):
    kept.store.ingest(HISTORY[:5])
    kept.follow()
    kept.change("match (g:Graph) remove g.lastOrder")
    kept.store.ingest([*HISTORY[5:], placed("O-4", 20)])

    kept.follow()

    agrees(kept)


def test_nothing_is_written_where_nothing_happened(kept: Kept):
    kept.store.ingest(HISTORY)
    first, second = kept.follow(), kept.follow()

    assert first and first.orders == 3
    assert second is not None and not second


def test_another_log_gets_a_graph_of_its_own(kept: Kept):
    kept.store.ingest(HISTORY)
    kept.follow()
    kept.change("create (:Order {id: 'order:of-the-old-log'})")

    kept.follow("another-log")

    agrees(kept)
    assert kept.one("match (g:Graph) return g.identity") == "another-log"


@pytest.mark.parametrize(
    "meanwhile", [[], [entered("hand-over", 20), placed("O-4", 21)]], ids=["nothing else", "more"]
)
def test_a_load_that_broke_off_is_gone_on_with_by_another(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, meanwhile: list[bytes]
):
    monkeypatch.setattr(projection, "ORDERS", 1)
    kept.store.ingest(HISTORY)
    left = iter([True, False])

    def lost_at_the_second(
        replica: Replica, window: Window, numbers: Codes, last: int, missing: Collection[str]
    ) -> OrderChanges:
        if not next(left):
            raise StoreUnavailableError("The database is gone.")
        return order_changes(replica, window, numbers, last, missing)

    with monkeypatch.context() as patch, pytest.raises(StoreUnavailableError):
        patch.setattr(projection, "order_changes", lost_at_the_second)
        kept.follow()
    broken_off = len(orders(kept))
    kept.store.ingest(meanwhile)
    another = kept.another("another")
    followed = another.update(LOG, kept.now)
    another.update(LOG, kept.now)

    assert broken_off == 1
    assert followed and followed.orders == 2
    agrees(kept)
    assert len(records(kept)) == 5


def test_a_process_that_stops_leaves_the_rest_to_the_next(kept: Kept):
    kept.store.ingest(HISTORY)
    kept.projection.stop()

    assert kept.follow() is None
    assert orders(kept) == {}
    assert kept.another("the-next").update(LOG, kept.now)
    agrees(kept)
