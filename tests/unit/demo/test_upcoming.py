"""What happens after the moment that a demo is made for."""

from collections import Counter
from itertools import takewhile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.time import DAY, HOUR, Millis
from impactgraph.demo.event_lines import TimeWindow, event_blocks, events_within
from impactgraph.demo.generate import Demo, generate
from impactgraph.demo.order_book import DemoSetting, OrderBook, generate_order_book, next_hour
from impactgraph.demo.orders import LOOKBACK
from impactgraph.demo.topology import documents
from impactgraph.ingest.events import Event, OrderPlaced
from impactgraph.ingest.read import read_event
from impactgraph.topology.load import parse_topology
from tests.unit.demo.conftest import NOW

ORDERS, HOURS = 500, 3
TOPOLOGY = parse_topology(documents())
BOOK, _ = generate_order_book(DemoSetting(TOPOLOGY, NOW, np.random.default_rng(7)), ORDERS, ORDERS // 10)


def _until(demo: Demo, until: Millis) -> list[tuple[Millis, bytes]]:
    return list(takewhile(lambda event: event[0] <= until, demo.future))


def _cut(until: Millis) -> list[bytes]:
    """The history of all orders of the book that has come by then."""
    return [line for block in event_blocks(BOOK, TOPOLOGY, until) for line in block.splitlines() if line]


@pytest.fixture(scope="module")
def demo() -> Demo:
    return generate(ORDERS, NOW, seed=7)


@pytest.fixture(scope="module")
def future(demo: Demo) -> list[tuple[Millis, bytes]]:
    return _until(demo, NOW + HOURS * HOUR)


@pytest.fixture(scope="module")
def events(future: list[tuple[Millis, bytes]]) -> list[Event]:
    return [read_event(line)[0] for _, line in future]


@settings(max_examples=30, deadline=None)
@given(st.integers(NOW - LOOKBACK, NOW + 2 * DAY), st.integers(0, 2 * DAY))
def test_what_has_come_and_what_follows_are_what_has_come_later(since: Millis, span: Millis):
    follows = [line for _, line in events_within(BOOK, TOPOLOGY, TimeWindow(since, since + span))]

    assert Counter([*_cut(since), *follows]) == Counter(_cut(since + span))


def test_orders_that_were_in_flight_go_on_as_the_book_has_it(demo: Demo, future: list[tuple[Millis, bytes]]):
    history = [line for block in demo.events for line in block.splitlines()]
    known = {f"O-{number:06}" for number in range(1, len(BOOK.orders) + 1)}
    theirs = [line for _, line in future if _order(line) in known]

    assert Counter([*history, *theirs]) == Counter(_cut(NOW + HOURS * HOUR))


def _order(line: bytes) -> str:
    return str(getattr(read_event(line)[0].data, "order", ""))


def test_it_comes_by_time_and_nothing_of_it_is_past(future: list[tuple[Millis, bytes]], events: list[Event]):
    moments = [at for at, _ in future]

    assert moments == sorted(moments) == [event.millis for event in events]
    assert moments[0] > NOW


def test_the_same_seed_has_the_same_future(future: list[tuple[Millis, bytes]]):
    assert _until(generate(ORDERS, NOW, seed=7), NOW + HOURS * HOUR) == future


def test_every_order_has_its_own_id(events: list[Event]):
    placed = [event.data.order for event in events if isinstance(event, OrderPlaced)]

    assert placed
    assert len(set(placed)) == len(placed)
    assert min(placed) > f"O-{len(BOOK.orders):06}"


def test_every_event_of_an_order_has_its_own_id_and_comes_after_it_was_placed(events: list[Event]):
    placed = {event.data.order: event.millis for event in events if isinstance(event, OrderPlaced)}
    theirs = [event for event in events if getattr(event.data, "order", None) in placed]

    assert len({(event.source, event.id) for event in events}) == len(events)
    assert all(event.millis >= placed[getattr(event.data, "order", "")] for event in theirs)


def test_as_many_orders_are_placed_as_keep_so_many_in_flight():
    """A day on, about as many are open as there were: they do not run dry and do not pile up."""
    setting = DemoSetting(TOPOLOGY, NOW, np.random.default_rng(2))
    book, hourly = generate_order_book(setting, 3_000, 0)
    hours = [next_hour(setting, hourly, since, 0) for since in range(NOW, NOW + DAY, HOUR)]

    assert _open(book, NOW) == 3_000
    assert 0.85 < sum(_open(each, NOW + DAY) for each in (book, *hours)) / 3_000 < 1.15


def _open(book: OrderBook, at: Millis) -> int:
    """Orders with a fulfillment that has not ended."""
    rows = np.concatenate([runs.rows[runs.ended_at > at] for runs in book.runs])
    return len(np.unique(book.fulfillments.order[rows]))


def test_more_is_placed_by_day_than_by_night():
    setting = DemoSetting(TOPOLOGY, NOW, np.random.default_rng(2))
    evening, night = (next_hour(setting, 1_000.0, NOW + hours * HOUR, 0) for hours in (1, 9))

    assert len(evening.orders) > 2 * len(night.orders)


def test_a_book_is_through_when_its_last_event_has_come():
    assert [at for at, _ in events_within(BOOK, TOPOLOGY, TimeWindow(NOW, BOOK.last_moment))][
        -1
    ] == BOOK.last_moment
    assert not list(events_within(BOOK, TOPOLOGY, TimeWindow(BOOK.last_moment, BOOK.last_moment + DAY)))
