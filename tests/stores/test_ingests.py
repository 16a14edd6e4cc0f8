"""Ingests have numbers and reports, and can be taken back, in every store."""

import pytest

from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.ports.ingest import IngestedFile
from impactgraph.ports.store import Store
from tests.stores.events import MORE, at, entered, event, placed, reported, topology
from tests.stores.seen import everything

FILE = IngestedFile("a.csv", 12, "digest", "/erp", "mapping")


def test_ingests_are_numbered_and_listed_with_their_reports(store: Store) -> None:
    first, second = store.begin_ingest([FILE], at(1)), store.begin_ingest([], at(2))
    store.end_ingest(first, {"ingest": first, "files": []}, at(3))

    latest, earlier = store.ingests(10)

    assert (latest.number, earlier.number) == (second, first) == (2, 1)
    assert (earlier.files, earlier.started_at, earlier.ended_at) == ((FILE,), at(1), at(3))
    assert (earlier.report, latest.report, latest.ended_at) == ({"ingest": 1, "files": []}, {}, None)
    assert [ingest.number for ingest in store.ingests(10, before=2)] == [1]


def test_what_is_taken_back_is_gone_with_its_quarantine(store: Store) -> None:
    store.ingest([placed("O-2"), reported("F-2")])
    expected = everything(store)
    number = store.begin_ingest([], at(1))
    store.ingest([placed(), entered("pick", 1), reported(), b"{", entered("nowhere", 2)], ingest=number)

    undone = store.undo_ingest(number, at(5))

    assert (undone.events, undone.quarantined) == (3, 2)
    assert (everything(store), list(store.quarantined())) == (expected, [])
    assert store.ingests(1)[0].undone_at == at(5)
    assert not store.find("O-1", 5)


def test_what_others_brought_too_stays(store: Store) -> None:
    """By another ingest, before it or after it, or over HTTP; refused events likewise."""
    first, second = store.begin_ingest([], at(1)), store.begin_ingest([], at(2))
    store.ingest([placed(), entered("pick", 1), b"{"], ingest=first)
    store.ingest([entered("pick", 1), entered("hand-over", 2), b"{"], ingest=second)
    store.ingest([placed()])

    store.undo_ingest(first, at(5))

    order = store.orders(["O-1"])["O-1"]
    assert (order.fulfillments[0].step, len(store.quarantined())) == ("hand-over", 1)
    store.undo_ingest(second, at(6))
    order = store.orders(["O-1"])["O-1"]
    assert (order.fulfillments[0].step, len(store.quarantined())) == (None, 0)


def test_an_event_that_was_there_before_over_http_stays(store: Store) -> None:
    store.ingest([placed()])
    number = store.begin_ingest([], at(1))
    store.ingest([placed(), entered("pick", 1)], ingest=number)

    store.undo_ingest(number, at(5))

    assert store.orders(["O-1"])["O-1"].fulfillments[0].step is None


def test_a_fulfillment_belongs_to_another_order_once_the_first_is_gone(store: Store) -> None:
    number = store.begin_ingest([], at(1))
    store.ingest([placed("O-1")], ingest=number)
    store.ingest([event("fulfillment.entered", 3, order="O-2", fulfillment="O-1/1", step="pick")])

    store.undo_ingest(number, at(5))

    assert (list(store.quarantined()), set(store.orders(["O-1", "O-2"]))) == ([], {"O-2"})


def test_a_failure_that_depends_on_what_is_gone_is_as_if_that_had_never_come(store: Store) -> None:
    store.ingest([event("failure.resolved", 3, failure="F-1", ended_at="2026-03-02T12:01:00Z")])
    number = store.begin_ingest([], at(1))
    store.ingest([reported("F-1", 2)], ingest=number)
    assert len(store.quarantined()) == 1

    store.undo_ingest(number, at(5))

    assert list(store.quarantined()) == []
    store.ingest([reported("F-1", 0)])
    assert [failure.ended_at for failure in store.failures()] == [at(1)]


def test_refused_events_that_were_accepted_later_go_with_their_ingest(store: Store) -> None:
    number = store.begin_ingest([], at(1))
    store.ingest([placed("O-1", workflow="ship"), entered("wrap", 2)], ingest=number)
    store.apply_topology(topology(MORE), MORE, at(3))
    assert store.orders(["O-1"])["O-1"].fulfillments[0].step == "wrap"

    undone = store.undo_ingest(number, at(5))

    assert (undone.events, store.orders(["O-1"])) == (2, {})


def test_an_ingest_is_taken_back_once_and_only_where_there_is_one(store: Store) -> None:
    number = store.begin_ingest([], at(1))
    store.undo_ingest(number, at(5))

    with pytest.raises(BadInputError, match="Ingest 1 was taken back already"):
        store.undo_ingest(number, at(6))
    with pytest.raises(NotFoundError, match="There is no 'ingest 7'"):
        store.undo_ingest(7, at(6))


def test_later_events_are_numbered_on_and_seen(store: Store) -> None:
    """Numbers of events that are gone are not used again: answers and snapshots are told apart by them."""
    number = store.begin_ingest([], at(1))
    store.ingest([placed()], ingest=number)
    with store.columns() as columns:
        before = columns.watermark

    store.undo_ingest(number, at(5))
    with store.columns() as columns:
        after = columns.watermark
    store.ingest([placed("O-3")])
    with store.columns() as columns:
        last = columns.watermark

    assert before < after < last
    assert store.has_events_between(before, at(600))
    assert set(store.orders(["O-1", "O-3"])) == {"O-3"}


def test_a_copy_has_the_same_content_and_changes_nothing(store: Store) -> None:
    store.ingest([placed(), entered("pick", 1), b"{"])
    expected = everything(store)

    with store.copy() as copy:
        assert everything(copy) == expected
        copy.ingest([placed("O-2"), entered("hand-over", 3)])
        assert "O-2" in everything(copy)["orders"]

    assert everything(store) == expected


def test_events_ahead_of_the_clock_go_too(store: Store) -> None:
    number = store.begin_ingest([], at(1))
    store.ingest([placed(), entered("pick", 900)], ingest=number)

    store.undo_ingest(number, at(5))

    assert store.events_ahead(at(600)).count == 0
