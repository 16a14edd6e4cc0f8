"""An error is evidence on the order that it was reported of, from then on, and on no other."""

from tests.laws.answers import affected
from tests.laws.inputs import lines, store_of

LAW = "01-one-old-error-clears-all"
NOON = "2026-04-11T12:00:00Z"
LATER = "2026-04-11T13:00:00Z"


def test_an_error_of_another_order_long_ago_changes_nothing() -> None:
    without = affected(store_of(LAW, LATER, "events"), NOON)
    with_error = affected(store_of(LAW, LATER, "events", "old-error"), NOON)

    assert len(without) == 60
    assert with_error == without


def test_an_error_that_is_reported_later_changes_nothing_about_what_was_known() -> None:
    store = store_of(LAW, LATER, "events")
    before = affected(store, NOON)

    store.ingest(lines(LAW, "later-error"))

    assert affected(store, NOON) == before
