"""In which systems an order was seen, since when, and confirmed by a list when."""

from decimal import Decimal

from graph_models.enums import OrderStatus, RecordKind
from graph_models.money import Money
from graph_models.orders import Fulfillment, Order, OrderRecord, Presence, TimelineEntry
from graph_models.time import HOUR, MINUTE
from impactgraph.diagnosis.records import seen_in
from tests.listed import lists, part, row
from tests.unit.diagnosis.records.test_listings import NOON, THEN, shop

EUROS = Money(Decimal(100), "EUR")
ORDER = Order(
    "O-1",
    "web",
    "ship",
    None,
    None,
    EUROS,
    NOON,
    None,
    OrderStatus.IN_FLIGHT,
    {},
    (Fulfillment("O-1/1", "ship", "send", None, NOON, EUROS, OrderStatus.IN_FLIGHT),),
)


def entry(step: str, at: int, kind: str = "fulfillment.entered") -> TimelineEntry:
    return TimelineEntry(at, kind, f"{step} begins", element=f"step:ship/{step}", fulfillment="O-1/1")


def test_steps_records_and_lists_show_where_it_is() -> None:
    entries = [entry("pack", THEN - HOUR), entry("send", THEN), entry("pack", THEN + MINUTE, "expected")]
    records = [OrderRecord(RecordKind.POSTING, "invoice", "O-1/1", THEN - MINUTE, EUROS, "D-1")]
    listed = lists(part("erp", THEN + HOUR, row("D-1", state="booked")), part("tms", THEN, "O-2"))

    assert seen_in(shop(), ORDER, entries, records, listed) == (
        Presence("wms", THEN - HOUR, THEN - HOUR, "pack", None),
        Presence("erp", THEN - MINUTE, THEN + HOUR, "booked", THEN + HOUR),
        Presence("tms", THEN, THEN, "send", None),
    )


def test_a_list_without_a_state_keeps_the_one_that_is_known_and_the_first_list_says_since_when() -> None:
    records = [OrderRecord(RecordKind.POSTING, "invoice", "O-1/1", THEN, EUROS)]
    listed = lists(
        part("erp", THEN - HOUR, "O-1", complete=False), part("erp", THEN + HOUR, "O-1/1", "O-1", key="b")
    )

    assert seen_in(shop(), ORDER, [], records, listed) == (
        Presence("erp", THEN - HOUR, THEN + HOUR, "invoice", THEN + HOUR),
    )


def test_what_the_topology_does_not_have_is_left_out() -> None:
    records = [OrderRecord(RecordKind.TASK, "other", "O-1/1", THEN)]

    assert seen_in(shop(), ORDER, [entry("none", THEN)], records, {}) == ()
