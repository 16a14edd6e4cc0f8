"""Edits of an order: what a later order.placed changed, and what it did not."""

from graph_models.orders import OrderEdit
from graph_models.time import parse_moment
from impactgraph.ports.store import Store
from tests.stores.events import at, placed


def edits(store: Store, as_of: int | None = None) -> tuple[OrderEdit, ...]:
    timeline = store.timeline("O-1", as_of)
    assert timeline is not None
    return timeline.edits


def test_an_order_that_is_placed_again_with_another_value_promise_and_part_was_edited(store: Store) -> None:
    first, later = "2026-03-02T18:00:00Z", "2026-03-03T18:00:00Z"
    store.ingest(
        [
            placed("O-1", 1, value="10.00", promised_by=first),
            placed("O-1", 9, value="12.00", parts=2, promised_by=later),
        ]
    )

    (edit,) = edits(store)

    assert (edit.at, edit.added, edit.left_out) == (at(9), ("O-1/2",), ())
    assert edit.value is not None and [str(each.amount) for each in edit.value] == ["10.00", "12.00"]
    assert edit.promised_by == (parse_moment(first), parse_moment(later))


def test_an_edit_is_a_line_of_the_timeline_with_what_changed(store: Store) -> None:
    store.ingest([placed("O-1", 1, value="10.00", parts=2), placed("O-1", 9, value="12.00")])

    timeline = store.timeline("O-1")

    assert timeline is not None
    assert [(entry.title, entry.detail) for entry in timeline.entries][1:] == [
        ("Order changed", "value 12.00 EUR instead of 10.00 EUR, O-1/2 left out")
    ]


def test_an_order_that_is_placed_twice_alike_was_not_edited(store: Store) -> None:
    """Nor by an event that leaves the promise out: the one before stays."""
    store.ingest([placed("O-1", 1, promised_by="2026-03-02T18:00:00Z"), placed("O-1", 9)])

    assert edits(store) == ()


def test_an_edit_is_not_known_before_it(store: Store) -> None:
    store.ingest([placed("O-1", 1, value="10.00"), placed("O-1", 9, value="12.00")])

    assert edits(store, at(8)) == ()
    assert len(edits(store, at(9))) == 1
