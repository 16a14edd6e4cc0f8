"""States of past moments stay in memory while events come that do not change them."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.time import Millis
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.state.instances import Instances
from tests.stores.events import DOCUMENTS, MORE, at, entered, event, placed, topology
from tests.stores.seen import everything

NOW: Millis = at(600)
STEPS = ("promise", "pick", "pack", "hand-over")


@pytest.fixture
def store() -> Iterator[EmbeddedStore]:
    with closing(EmbeddedStore.in_memory(now=lambda: NOW)) as store:
        store.apply_topology(topology(), DOCUMENTS, at(-60))
        store.ingest([placed(), entered("promise", 1), entered("pick", 100)])
        yield store


def _past(store: EmbeddedStore) -> Instances:
    return store._replica.instances(at(50))  # pyright: ignore[reportPrivateUsage] - what is in memory


def test_later_events_leave_it(store: EmbeddedStore) -> None:
    past = _past(store)

    store.ingest([entered("hand-over", 60), placed("O-2", 70, channel="fax")])

    assert _past(store) is past


def test_it_counts_as_one_of_the_present_events(store: EmbeddedStore) -> None:
    _past(store)
    store.ingest([entered("hand-over", 60)])

    with store.columns() as live, store.columns(at(50)) as past:
        assert past.watermark == live.watermark


@pytest.mark.parametrize("minutes", [50, 20])
def test_an_event_of_its_moment_or_before_drops_it(store: EmbeddedStore, minutes: int) -> None:
    past = _past(store)

    store.ingest([placed("O-2", minutes)])

    assert _past(store) is not past
    assert set(everything(store, at(50))["orders"]) == {"O-1", "O-2"}


def test_other_workflows_drop_it(store: EmbeddedStore) -> None:
    past = _past(store)

    store.apply_topology(topology(MORE), MORE, at(590))

    assert _past(store) is not past


def test_an_ingest_that_is_taken_back_drops_it(store: EmbeddedStore) -> None:
    number = store.begin_ingest([], at(590))
    store.ingest([placed("O-2", 20)], ingest=number)
    assert _orders(store, 50) == [{"O-1", "O-2"}]

    store.undo_ingest(number, at(595))

    assert _orders(store, 50) == [{"O-1"}]


def test_a_future_moment_has_what_is_ahead_of_the_clock_before_and_after_it_is_due() -> None:
    clock = [NOW]
    with closing(EmbeddedStore.in_memory(now=lambda: clock[0])) as store:
        store.apply_topology(topology(), DOCUMENTS, at(-60))
        store.ingest([placed(), placed("O-2", 700)])
        assert _orders(store, 650, 720) == [{"O-1"}, {"O-1", "O-2"}]

        store.ingest([placed("O-3", 710)])
        assert _orders(store, 650, 720) == [{"O-1"}, {"O-1", "O-2", "O-3"}]

        clock[0] = at(730)
        assert _orders(store, 650, 720) == [{"O-1"}, {"O-1", "O-2", "O-3"}]


def _orders(store: EmbeddedStore, *minutes: float) -> list[set[str]]:
    """The orders at each of these moments."""
    return [set(everything(store, at(each))["orders"]) for each in minutes]


EVENTS = st.one_of(
    st.builds(
        placed,
        st.sampled_from(("O-1", "O-2", "O-3")),
        st.integers(0, 90),
        workflow=st.sampled_from(("collect", "ship")),
        channel=st.sampled_from("abc"),
        attributes=st.dictionaries(st.sampled_from("xy"), st.sampled_from("12"), max_size=1),
    ),
    st.builds(
        entered, st.sampled_from(STEPS), st.integers(0, 90), st.sampled_from(("O-1/1", "O-2/1", "O-3/1"))
    ),
    st.builds(
        event, st.just("order.cancelled"), st.integers(0, 90), order=st.sampled_from(("O-1", "O-2", "O-3"))
    ),
)


@settings(max_examples=15)  # each opens two stores
@given(
    st.lists(st.lists(EVENTS, min_size=1, max_size=4), min_size=2, max_size=6),
    st.lists(st.integers(0, 90), min_size=1, max_size=3),
    st.booleans(),
)
def test_answers_about_the_past_are_those_of_a_store_that_was_never_asked_before(
    batches: list[list[bytes]], moments: list[int], applies: bool
) -> None:
    with (
        closing(EmbeddedStore.in_memory(now=lambda: NOW)) as asked,
        closing(EmbeddedStore.in_memory(now=lambda: NOW)) as fresh,
    ):
        for each in (asked, fresh):
            each.apply_topology(topology(), DOCUMENTS, at(-60))
        for number, batch in enumerate(batches):
            asked.ingest(batch)
            fresh.ingest(batch)
            for minutes in moments:
                everything(asked, at(minutes))
            if applies and number == 1:
                for each in (asked, fresh):
                    each.apply_topology(topology(MORE), MORE, at(590))

        for minutes in moments:
            assert everything(asked, at(minutes)) == everything(fresh, at(minutes))
