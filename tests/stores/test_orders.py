from dataclasses import replace

import pytest

from graph_models.enums import OrderSort, OrderStatus
from graph_models.orders import ANY_ORDER, OrderFilter
from impactgraph.errors import BadInputError
from impactgraph.ports.store import Store
from tests.stores.events import at, entered, event, of, placed


@pytest.fixture
def several(store: Store) -> Store:
    store.ingest(
        [
            placed("O-1", 1, value="10.00", promised_by="2026-03-02T18:00:00Z"),
            entered("pick", 3, "O-1/1"),
            placed("O-2", 2, value="30.00", channel="app", parts=2, workflow="ship", location="store-2"),
            placed("O-3", 3, value="20.00", promised_by="2026-03-02T17:00:00Z"),
            of("fulfillment.completed", 9, "O-3/1"),
            placed("O-4", 4, value="20.00"),
            event("order.cancelled", 5, order="O-4"),
        ]
    )
    return store


def keys(store: Store, where: OrderFilter = ANY_ORDER, sort: OrderSort = OrderSort.PLACED_ASC) -> list[str]:
    return [order.key for order in store.find_orders(where, sort, first=50, after=None).items]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (OrderSort.PLACED_ASC, ["O-1", "O-2", "O-3", "O-4"]),
        (OrderSort.VALUE_DESC, ["O-2", "O-3", "O-4", "O-1"]),
        (OrderSort.PROMISE_ASC, ["O-3", "O-1", "O-2", "O-4"]),
        (OrderSort.DELAY_DESC, ["O-1", "O-2", "O-3", "O-4"]),
    ],
)
def test_orders_come_sorted_and_then_by_id(several: Store, sort: OrderSort, expected: list[str]) -> None:
    assert keys(several, sort=sort) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (OrderFilter(ids=("O-3", "O-9")), ["O-3"]),
        (OrderFilter(channels=("app",)), ["O-2"]),
        (OrderFilter(workflows=("ship",)), ["O-2"]),
        (OrderFilter(locations=("store-2",)), ["O-2"]),
        (OrderFilter(steps=("collect/pick",)), ["O-1"]),
        (OrderFilter(systems=("oms",)), ["O-1"]),
        (OrderFilter(systems=("erp",)), []),
        (OrderFilter(statuses=(OrderStatus.IN_FLIGHT,)), ["O-1", "O-2"]),
        (OrderFilter(statuses=(OrderStatus.COMPLETED, OrderStatus.CANCELLED)), ["O-3", "O-4"]),
        (OrderFilter(placed_from=at(2), placed_to=at(4)), ["O-2", "O-3"]),
        (OrderFilter(promised_before=at(330)), ["O-3"]),
    ],
)
def test_only_those_asked_for_are_found(several: Store, where: OrderFilter, expected: list[str]) -> None:
    assert keys(several, where) == expected


def test_pages_go_on_where_the_cursor_says_and_meet_every_order_once(several: Store) -> None:
    found, after = list[str](), None
    for _ in range(4):
        page = several.find_orders(ANY_ORDER, OrderSort.VALUE_DESC, first=1, after=after)
        found += [order.key for order in page.items]
        after = page.cursors[-1]

    assert (found, page.has_next, page.total_count) == (["O-2", "O-3", "O-4", "O-1"], False, 4)


def test_a_page_holds_still_when_orders_come_in(several: Store) -> None:
    first = several.find_orders(ANY_ORDER, OrderSort.VALUE_DESC, first=2, after=None)

    several.ingest([placed("O-5", value="99.00")])

    assert [
        order.key
        for order in several.find_orders(
            ANY_ORDER, OrderSort.VALUE_DESC, first=2, after=first.cursors[-1]
        ).items
    ] == ["O-4", "O-1"]


def test_a_cursor_that_is_none_is_refused(several: Store) -> None:
    with pytest.raises(BadInputError):
        several.find_orders(ANY_ORDER, OrderSort.VALUE_DESC, first=2, after="xyz")


def test_a_past_moment_has_the_orders_of_then(several: Store) -> None:
    page = several.find_orders(ANY_ORDER, OrderSort.PLACED_ASC, first=9, after=None, as_of=at(2))

    assert [(order.key, order.status) for order in page.items] == [
        ("O-1", OrderStatus.IN_FLIGHT),
        ("O-2", OrderStatus.IN_FLIGHT),
    ]


def test_an_order_is_in_flight_completed_or_cancelled(several: Store) -> None:
    found = several.orders(["O-1", "O-3", "O-4"])

    assert [found[key].status for key in found] == [
        OrderStatus.IN_FLIGHT,
        OrderStatus.COMPLETED,
        OrderStatus.CANCELLED,
    ]


def test_orders_that_are_not_known_are_left_out(several: Store) -> None:
    assert list(several.orders(["O-9", "O-2"])) == ["O-2"]


def test_an_order_shows_its_parts(several: Store) -> None:
    order = several.orders(["O-2"])["O-2"]

    assert [(part.key, str(part.value.amount), part.step) for part in order.fulfillments] == [
        ("O-2/1", "15.00", None),
        ("O-2/2", "15.00", None),
    ]


def test_a_story_has_every_event_in_the_order_of_time(several: Store) -> None:
    several.ingest(
        [of("notification.sent", 2, "O-1/1", type="thanks", channel="email"), entered("promise", 1, "O-1/1")]
    )

    story = several.timeline("O-1")

    assert story is not None
    assert [(entry.kind, entry.at) for entry in story.entries] == [
        ("order.placed", at(1)),
        ("fulfillment.entered", at(1)),
        ("notification.sent", at(2)),
        ("fulfillment.entered", at(3)),
    ]


def test_a_story_names_the_step_of_the_workflow_it_was_in(several: Store) -> None:
    several.ingest([of("fulfillment.rerouted", 4, "O-1/1", workflow="ship", step="pack")])

    story = several.timeline("O-1")

    assert story is not None
    assert [entry.element for entry in story.entries] == [None, "step:collect/pick", "step:ship/pack"]


def test_a_story_has_the_records_as_they_were_written(several: Store) -> None:
    several.ingest(
        [of("posting.recorded", 4, "O-1/1", type="invoice", amount="10.005", currency="EUR", document="D-1")]
    )

    story = several.timeline("O-1")

    assert story is not None
    assert [
        (record.type, str(record.amount and record.amount.amount), record.document)
        for record in story.records
    ] == [("invoice", "10.005", "D-1")]


def test_the_story_of_a_past_moment_ends_then(several: Store) -> None:
    story = several.timeline("O-1", at(2))

    assert story is not None
    assert ([entry.kind for entry in story.entries], replace(story.order, fulfillments=()).status) == (
        ["order.placed"],
        OrderStatus.IN_FLIGHT,
    )


def test_there_is_no_story_of_an_order_that_is_not_known(several: Store) -> None:
    assert several.timeline("O-9") is None
