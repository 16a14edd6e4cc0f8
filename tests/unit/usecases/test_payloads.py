"""Trouble in what messages say, asked of a store."""

from collections.abc import Iterator
from typing import Any

import pytest

from graph_models.diagnosis import PayloadFinding, PayloadKind
from graph_models.enums import Band
from graph_models.orders import ANY_ORDER, OrderFilter
from impactgraph.errors import BadInputError
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.topology.load import parse_topology
from impactgraph.usecases.payloads import PayloadsQuestion, list_payload_findings
from tests.stores.events import TOPOLOGY, at, event, of, placed, reported
from tests.stores.test_payload import stock

NOW = at(600)
_MORE = TOPOLOGY.replace(
    "  oms-to-erp: {",
    "  sales: {from: pos, to: oms, transport: queue, carries: [sale]}\n  counts: {from: erp, to: wms, "
    "transport: queue}\n  oms-to-erp: {",
).replace("  erp: {", "  pos: {name: Tills, owner: shop}\n  wms: {name: Warehouse, owner: shop}\n  erp: {")


@pytest.fixture
def store() -> Iterator[EmbeddedStore]:
    made = EmbeddedStore.in_memory(now=lambda: NOW)
    made.apply_topology(parse_topology({"shop.yaml": _MORE}), {"shop.yaml": _MORE}, at(-60))
    yield made
    made.close()


def found(store: EmbeddedStore, kind: PayloadKind, where: OrderFilter = ANY_ORDER) -> list[PayloadFinding]:
    return list(list_payload_findings(store, PayloadsQuestion(where, (kind,)), NOW).items)


def bought(order: str, minutes: float, **attributes: Any) -> bytes:
    return placed(order, minutes, attributes=attributes)


def duplicates(store: EmbeddedStore) -> list[tuple[str, ...]]:
    return [tuple(sorted(each.orders)) for each in found(store, PayloadKind.DUPLICATE_ORDER)]


def test_orders_under_one_external_id_are_one_that_was_sent_twice(store: EmbeddedStore) -> None:
    store.ingest(
        [
            bought("O-1", 0, external_id="X-1"),
            bought("O-2", 300, external_id="X-1"),
            bought("O-3", 1, external_id="X-2"),
        ]
    )

    (told,) = found(store, PayloadKind.DUPLICATE_ORDER)

    assert (sorted(told.orders), told.key, told.count, told.since, told.until) == (
        ["O-1", "O-2"],
        {"external_id": "X-1", "channel": "web"},
        2,
        at(0),
        at(300),
    )
    assert [(str(money.amount), money.currency) for money in told.value] == [("60.00", "EUR")]


def test_a_customer_who_orders_the_same_for_the_same_money_within_minutes_ordered_once(
    store: EmbeddedStore,
) -> None:
    store.ingest(
        [
            bought("O-1", 0, customer="C-1"),
            bought("O-2", 4, customer="C-1"),
            bought("O-3", 12, customer="C-1"),
            bought("O-4", 4, customer="C-2"),
        ]
    )

    assert duplicates(store) == [("O-1", "O-2", "O-3")]


def test_the_same_customer_later_or_for_other_goods_ordered_again(store: EmbeddedStore) -> None:
    store.ingest(
        [
            bought("O-1", 0, customer="C-1", basket="a"),
            bought("O-2", 4, customer="C-1", basket="b"),
            bought("O-3", 40, customer="C-1", basket="a"),
        ]
    )

    assert duplicates(store) == []


def test_an_order_that_was_cancelled_is_no_duplicate_any_more(store: EmbeddedStore) -> None:
    store.ingest(
        [
            bought("O-1", 0, external_id="X-1"),
            bought("O-2", 1, external_id="X-1"),
            event("order.cancelled", 5, order="O-2"),
        ]
    )

    assert duplicates(store) == []


def test_orders_without_the_attribute_are_not_alike(store: EmbeddedStore) -> None:
    store.ingest(
        [
            placed("O-1", 0),
            placed("O-2", 0),
            bought("O-3", 0, external_id="X-1"),
            bought("O-4", 0, customer="C-1"),
        ]
    )

    assert duplicates(store) == []


def test_an_order_that_lacks_what_nearly_all_others_say_is_incomplete(store: EmbeddedStore) -> None:
    store.ingest([*(bought(f"O-{n}", n, carrier="a") for n in range(99)), placed("O-99", 100)])

    (told,) = found(store, PayloadKind.INCOMPLETE)

    assert told.key == {"attribute": "carrier", "channel": "web", "workflow": "collect"}
    assert (told.orders, told.count, told.total) == (("O-99",), 1, 100)


def test_a_sender_that_broke_for_everybody_in_the_last_day_is_seen(store: EmbeddedStore) -> None:
    days = 24 * 60
    store.ingest(
        [
            *(bought(f"O-{n}", n - 2 * days, carrier="a") for n in range(80)),
            *(placed(f"N-{n}", n) for n in range(80)),
        ]
    )

    assert [(each.key["attribute"], each.count) for each in found(store, PayloadKind.INCOMPLETE)] == [
        ("carrier", 80)
    ]


def test_what_many_leave_out_may_be_left_out(store: EmbeddedStore) -> None:
    store.ingest(
        [*(bought(f"O-{n}", n, gift="yes") for n in range(90)), *(placed(f"N-{n}", n) for n in range(10))]
    )

    assert found(store, PayloadKind.INCOMPLETE) == []


def test_what_is_usual_in_one_workflow_is_not_asked_of_another(store: EmbeddedStore) -> None:
    store.ingest(
        [
            *(bought(f"O-{n}", n, carrier="a") for n in range(60)),
            *(placed(f"N-{n}", n, workflow="ship") for n in range(60)),
        ]
    )

    assert found(store, PayloadKind.INCOMPLETE) == []


def test_a_few_orders_make_no_habit(store: EmbeddedStore) -> None:
    store.ingest([*(bought(f"O-{n}", n, carrier="a") for n in range(20)), placed("O-99")])

    assert found(store, PayloadKind.INCOMPLETE) == []


def test_stock_figures_that_differ_suspect_the_feeds_between_the_systems(store: EmbeddedStore) -> None:
    store.ingest([stock("pos", 5, 10), stock("oms", 9, 2)])

    (told,) = found(store, PayloadKind.STOCK_DIFFERENCE)

    assert (told.count, told.key, told.samples[0]) == (
        4,
        {"location": "store-1", "item": "shirt", "systems": "oms+pos"},
        "Tills: 5 at 2026-03-02 12:10:00 UTC",
    )
    assert [cause.element for cause in told.suspects] == ["integration:sales"]


def test_a_feed_that_a_failure_impairs_is_the_first_suspect(store: EmbeddedStore) -> None:
    store.ingest(
        [stock("pos", 5, 10), stock("erp", 9, 2), reported("F-1", 5, target="integration:oms-to-erp")]
    )

    (told,) = found(store, PayloadKind.STOCK_DIFFERENCE)

    assert [(cause.element, cause.failure) for cause in told.suspects] == [
        ("integration:oms-to-erp", "F-1"),
        ("integration:sales", None),
    ]


def test_a_system_that_agrees_brings_no_feed_under_suspicion(store: EmbeddedStore) -> None:
    store.ingest([stock("pos", 5, 1), stock("oms", 9, 2), stock("wms", 9, 3)])

    (told,) = found(store, PayloadKind.STOCK_DIFFERENCE)

    assert "integration:counts" not in [cause.element for cause in told.suspects if cause.likelihood >= 0.5]


def test_errors_are_grouped_by_what_they_say(store: EmbeddedStore) -> None:
    def failed(order: str, minutes: float, message: str, **more: str) -> list[bytes]:
        return [
            placed(order),
            of("fulfillment.failed", minutes, f"{order}/1", step="pick", message=message, **more),
        ]

    store.ingest(
        [
            *failed("O-1", 1, "Item 'shirt' is not on shelf 12", code="SHORT"),
            *failed("O-2", 2, "Item 'hat' is not on shelf 7", code="SHORT"),
            *failed("O-3", 3, "Connection refused", element="integration:oms-to-erp"),
        ]
    )

    first, second = found(store, PayloadKind.ERROR_TEMPLATE)

    assert (first.count, first.total, first.key) == (
        2,
        3,
        {"template": "Item <text> is not on shelf <n>", "code": "SHORT", "step": "pick"},
    )
    assert (
        first.samples == ("Item 'hat' is not on shelf 7", "Item 'shirt' is not on shelf 12")
        and "2 fulfillments still stopped" in first.sentence
    )
    assert [(cause.kind, cause.element) for cause in second.suspects] == [("error", "integration:oms-to-erp")]


def test_errors_that_say_nothing_are_grouped_by_their_code(store: EmbeddedStore) -> None:
    store.ingest([placed(), of("fulfillment.failed", 1, step="pick", code="DEAD_LETTERED")])

    assert [each.key["template"] for each in found(store, PayloadKind.ERROR_TEMPLATE)] == [
        "(no message) DEAD_LETTERED"
    ]


def test_a_filter_narrows_the_orders_and_of_stock_the_places(store: EmbeddedStore) -> None:
    store.ingest(
        [
            *(placed(f"O-{n}", channel=channel) for n, channel in enumerate(("web", "app"))),
            of("fulfillment.failed", 1, "O-0/1", message="a"),
            of("fulfillment.failed", 1, "O-1/1", message="b"),
            stock("pos", 1),
            stock("oms", 2),
            stock("pos", 1, location="store-2"),
            stock("oms", 2, location="store-2"),
        ]
    )

    assert [
        each.key["template"]
        for each in found(store, PayloadKind.ERROR_TEMPLATE, OrderFilter(channels=("app",)))
    ] == ["b"]
    assert [
        each.key["location"]
        for each in found(store, PayloadKind.STOCK_DIFFERENCE, OrderFilter(locations=("store-2",)))
    ] == ["store-2"]
    assert [
        each.key["location"]
        for each in found(store, PayloadKind.STOCK_DIFFERENCE, OrderFilter(regions=("emea",)))
    ] == ["store-1"]
    assert found(store, PayloadKind.STOCK_DIFFERENCE, OrderFilter(channels=("app",))) == []


def test_pages_follow_each_other(store: EmbeddedStore) -> None:
    store.ingest(
        [
            placed(),
            *(of("fulfillment.failed", n, message=word) for n, word in enumerate(("a", "b", "c", "b"))),
        ]
    )
    asked = PayloadsQuestion()

    first = list_payload_findings(store, asked, NOW, 2)
    second = list_payload_findings(store, asked, NOW, 2, first.cursors[-1])

    assert [each.key["template"] for each in (*first.items, *second.items)] == ["b", "a", "c"]
    assert (first.total_count, first.has_next, second.has_next) == (3, True, False)


def test_how_orders_stand_to_failures_is_not_asked_of_payloads(store: EmbeddedStore) -> None:
    with pytest.raises(BadInputError, match="bands"):
        found(store, PayloadKind.INCOMPLETE, OrderFilter(bands=(Band.STUCK,)))
