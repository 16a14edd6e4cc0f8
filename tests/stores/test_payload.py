"""What events say in words and figures, as a store gives it."""

from decimal import Decimal
from typing import Any

from graph_models.diagnosis import StockFigure
from impactgraph.ports.store import Store
from tests.stores.events import at, entered, event, of, placed


def stock(
    system: str,
    on_hand: float | str,
    minutes: float = 0,
    *,
    item: str = "shirt",
    location: str = "store-1",
    **more: Any,
) -> bytes:
    return event(
        "inventory.reported", minutes, location=location, item=item, system=system, on_hand=on_hand, **more
    )


def test_the_last_figure_of_each_system_counts_in_whatever_order_they_came(store: Store) -> None:
    store.ingest([stock("oms", 7, 2), stock("pos", 5, 1), stock("oms", 4, 1), stock("pos", 3, 0)])

    assert store.differing_stock() == [
        StockFigure("store-1", "shirt", "oms", Decimal(7), at(2)),
        StockFigure("store-1", "shirt", "pos", Decimal(5), at(1)),
    ]


def test_of_two_figures_of_one_moment_the_last_by_source_and_id_counts(store: Store) -> None:
    said = {"location": "store-1", "item": "shirt", "system": "pos"}
    lines = [
        event("inventory.reported", 1, source=source, id=name, on_hand=number, **said)
        for source, name, number in (("/b", "1", 3), ("/b", "2", 4), ("/a", "9", 5))
    ]

    store.ingest([*lines, stock("oms", 7, 1)])

    assert [figure.on_hand for figure in store.differing_stock()] == [Decimal(7), Decimal(4)]


def test_figures_that_agree_are_no_difference_however_they_are_written(store: Store) -> None:
    store.ingest(
        [
            stock("oms", 5),
            stock("pos", "5.0"),
            stock("oms", 1, item="hat"),
            stock("pos", 2, item="hat", location="store-2"),
        ]
    )

    assert store.differing_stock() == []


def test_stock_as_of_a_moment_is_what_was_reported_by_then(store: Store) -> None:
    store.ingest([stock("oms", 5, 0), stock("pos", 6, 1), stock("pos", 5, 2)])

    assert (len(store.differing_stock(at(1))), store.differing_stock()) == (2, [])


def test_the_text_of_errors_is_reported_with_the_row_of_its_fulfillment(store: Store) -> None:
    failed = {"step": "pick", "code": "OUT", "message": "No 'shirt' left", "element": "system:oms"}
    store.ingest(
        [
            placed(),
            entered("pick", 1),
            of("fulfillment.failed", 2, **failed),
            placed("O-2"),
            of("fulfillment.failed", 4, "O-2/1"),
        ]
    )

    with store.columns() as columns:
        told = store.error_texts(at(0))
        rows = [str(columns.fulfillments.ids[row]) for row in told.fulfillment]

    found = sorted(zip(rows, told.at.tolist(), told.step, told.code, told.element, told.message, strict=True))
    assert found == [
        ("O-1/1", at(2), "pick", "OUT", "system:oms", "No 'shirt' left"),
        ("O-2/1", at(4), "", "", "", ""),
    ]


def test_errors_are_read_from_one_moment_to_another(store: Store) -> None:
    store.ingest(
        [
            placed(),
            *(of("fulfillment.failed", minute, step="pick", message=str(minute)) for minute in range(5)),
        ]
    )

    assert sorted(store.error_texts(at(1), at(3)).message) == ["1", "2", "3"]
