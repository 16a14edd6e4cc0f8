"""Views of a store: what a row filter and masked attributes leave of it, and when it changes."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from graph_models.access import ALL_ORDERS, MASK, RowFilter, View
from graph_models.enums import OrderSort
from graph_models.journal import NoticeLevel
from graph_models.orders import ANY_ORDER
from impactgraph.ports.ingest import IngestedFile
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.about import mark
from tests.stores.events import DOCUMENTS, MORE, at, entered, event, of, placed, reported, topology

NOW = at(600)
HERE = View(RowFilter(regions=("emea",)))
NO_MAIL = View(ALL_ORDERS, ("email",))


@pytest.fixture
def store() -> Iterator[EmbeddedStore]:
    """O-1 is of emea by its location, O-2 of apac; both of customers with an address."""
    with closing(EmbeddedStore.in_memory(now=lambda: NOW)) as made:
        made.apply_topology(topology(), DOCUMENTS, at(-60))
        made.ingest(
            [
                placed("O-1", attributes={"email": "ann@example.com", "external_id": "X-1"}),
                placed("O-2", location="store-2", attributes={"email": "bob@example.com", "gift": "yes"}),
                entered("promise", 1, "O-1/1"),
                entered("promise", 1, "O-2/1"),
                of(
                    "posting.recorded", 2, "O-2/1", type="invoice", document="D-2", amount="1", currency="EUR"
                ),
                reported(),
            ]
        )
        yield made


def _keys(store: Store) -> list[str]:
    page = store.find_orders(ANY_ORDER, OrderSort.PLACED_ASC, first=50, after=None)
    return [order.key for order in page.items]


def test_a_view_of_everything_is_the_store_itself(store: EmbeddedStore) -> None:
    assert store.view(View()) is store


def test_hidden_orders_are_in_no_answer(store: EmbeddedStore) -> None:
    view = store.view(HERE)

    assert _keys(view) == ["O-1"]
    assert view.timeline("O-2") is None and "O-2" not in view.orders(["O-1", "O-2"])
    assert view.find("O-2", 5) == view.find("D-2", 5) == []
    assert view.documents(["D-2"]) == {}
    assert view.visits().location.tolist() == store.visits().location.tolist()[:1]


def test_words_of_hidden_orders_are_not_found(store: EmbeddedStore) -> None:
    with store.view(HERE).columns() as columns:
        words = columns.dictionaries

        assert words.locations.find("store-1") is not None and words.locations.find("store-2") is None
        assert "store-2" not in words.locations.values
        assert set(words.attributes) == {"email", "external_id"}
        assert words.attributes["email"].find("bob@example.com") is None


def test_words_of_visible_orders_are_found_at_moments_before_their_orders_too(store: EmbeddedStore) -> None:
    """As in a store without the hidden orders, which knows a word once an order has it."""
    store.ingest(
        [
            placed("O-3", 30, channel="kiosk", attributes={"carrier": "dhl"}),
            placed(
                "O-4", 30, location="store-2", channel="phone", attributes={"carrier": "ups", "gift": "no"}
            ),
        ]
    )

    for moment in (at(10), at(40), None):
        with store.view(HERE).columns(moment) as columns:
            words = columns.dictionaries

            assert words.channels.find("kiosk") is not None and words.channels.find("phone") is None
            assert set(words.attributes) == {"email", "external_id", "carrier"}
            assert words.attributes["carrier"].find("dhl") is not None
            assert words.attributes["carrier"].find("ups") is None


def test_an_event_of_a_hidden_order_changes_nothing(store: EmbeddedStore) -> None:
    view = store.view(HERE)
    with view.columns() as columns:
        before, marked = columns, mark(view)

    store.ingest([entered("pick", 5, "O-2/1"), placed("O-3", 3, location="store-2")])

    with view.columns() as columns:
        assert columns is before
    assert mark(view) == marked and mark(store) != marked


def test_an_event_of_a_visible_order_changes_the_state(store: EmbeddedStore) -> None:
    view = store.view(HERE)
    marked = mark(view)

    store.ingest([placed("O-3", 3)])

    assert mark(view) != marked
    assert _keys(view) == ["O-1", "O-3"]


def test_an_order_that_moves_into_the_region_is_visible_with_its_past(store: EmbeddedStore) -> None:
    view = store.view(HERE)
    assert _keys(view) == ["O-1"]

    store.ingest([entered("pick", 9, "O-2/1", location="store-1")])

    assert _keys(view) == ["O-1", "O-2"]
    assert [each.at for each in view.timelines(["O-2"], at(1))["O-2"].entries] == [at(0), at(1)]


def test_an_order_with_a_fulfillment_in_the_region_is_visible_as_a_whole(store: EmbeddedStore) -> None:
    both = [
        {"fulfillment": "O-4/1", "workflow": "collect", "location": "store-2"},
        {"fulfillment": "O-4/2", "workflow": "collect", "location": "store-1"},
    ]
    store.ingest([placed("O-4", 4, fulfillments=both)])

    order = store.view(HERE).orders(["O-4"])["O-4"]

    assert [part.location for part in order.fulfillments] == ["store-2", "store-1"]


def test_hidden_events_before_a_moment_leave_its_cursors_valid_and_visible_ones_do_not(
    store: EmbeddedStore,
) -> None:
    view = store.view(HERE)
    with view.columns() as columns:
        watermark = columns.watermark

    store.ingest([entered("pick", 5, "O-2/1")])
    assert not view.has_events_between(watermark, NOW)
    store.ingest([entered("pick", 5, "O-1/1")])
    assert view.has_events_between(watermark, NOW)


def test_the_watermark_is_that_of_a_store_without_the_hidden_orders(store: EmbeddedStore) -> None:
    with closing(EmbeddedStore.in_memory(now=lambda: NOW)) as other:
        other.apply_topology(topology(), DOCUMENTS, at(-60))
        other.ingest([entered("promise", 1, "O-1/1"), reported()])
        other.ingest([placed("O-1", attributes={"email": "ann@example.com", "external_id": "X-1"})])

        with store.view(HERE).columns() as mine, other.view(HERE).columns() as theirs:
            assert mine.watermark == theirs.watermark


def test_what_counts_events_of_all_orders_is_empty(store: EmbeddedStore) -> None:
    number = store.begin_ingest([IngestedFile("orders.ndjson")], NOW)
    store.end_ingest(number, {"events": 7}, NOW)
    store.ingest([b"{}"])
    view = store.view(HERE)

    assert store.ingests(9) and store.quarantined()
    assert not view.ingests(9) and not view.quarantined() and not view.source_progress()


def test_notices_do_not_say_how_much_is_at_stake(store: EmbeddedStore) -> None:
    notice = {
        "notice": "n",
        "incident": "F-1",
        "rule": "r",
        "state": "sent",
        "level": "high",
        "text": "9 orders",
    }
    result = store.ingest([event("notice.changed", 5, **notice)])
    assert not result.quarantined, result.quarantined[0].reason

    (mine,) = store.view(HERE).journal().notices

    assert (mine.notice, mine.text, mine.level) == ("n", "", NoticeLevel.NONE)


def test_events_ahead_are_counted_of_visible_orders_only(store: EmbeddedStore) -> None:
    store.ingest([entered("pick", 700, "O-2/1"), entered("pick", 800, "O-1/1"), placed("O-9", 750)])

    ahead = store.view(HERE).events_ahead(NOW)

    assert (ahead.count, ahead.next_at) == (1, at(800))


def test_a_view_follows_a_new_topology_and_an_ingest_that_is_taken_back(store: EmbeddedStore) -> None:
    view = store.view(HERE)
    number = store.begin_ingest([IngestedFile("orders.ndjson")], NOW)
    store.ingest([placed("O-5", 5)], ingest=number)
    store.end_ingest(number, {}, NOW)
    assert _keys(view) == ["O-1", "O-5"]

    store.undo_ingest(number, NOW)
    assert _keys(view) == ["O-1"]

    moved = {"shop.yaml": MORE["shop.yaml"].replace("region: apac", "region: emea")}
    store.apply_topology(topology(moved), moved, at(500))
    assert _keys(view) == ["O-1", "O-2"]


def test_masked_attributes_are_shown_as_a_mask_and_not_found(store: EmbeddedStore) -> None:
    view = store.view(NO_MAIL)

    assert {key: order.attributes["email"] for key, order in view.orders(["O-1", "O-2"]).items()} == {
        "O-1": MASK,
        "O-2": MASK,
    }
    assert view.orders(["O-1"])["O-1"].attributes["external_id"] == "X-1"
    with view.columns() as columns:
        assert columns.dictionaries.attributes["email"].find("ann@example.com") is None
        assert not columns.dictionaries.attributes["email"].mask_of([MASK, "ann@example.com"]).any()


def test_a_masked_id_of_another_system_finds_no_order(store: EmbeddedStore) -> None:
    assert [match.order for match in store.find("X-1", 5)] == ["O-1"]
    assert store.view(View(ALL_ORDERS, ("external_id",))).find("X-1", 5) == []


def test_the_quarantine_shows_masked_attributes_masked(store: EmbeddedStore) -> None:
    wrong = placed("O-7", workflow="no-such", attributes={"email": "eve@example.com", "gift": "no"})
    store.ingest([wrong, b'{"email": "eve@example.com"'])

    masked, unreadable = store.view(NO_MAIL).quarantined()

    assert "eve@" not in masked.text and MASK in masked.text and "gift" in masked.text
    assert (unreadable.text, unreadable.reason) == (MASK, MASK)


def test_a_view_of_a_copy_is_cut_down_too(store: EmbeddedStore) -> None:
    with store.view(HERE).copy() as trial:
        assert _keys(trial) == ["O-1"]
