"""Generates the whole demo from a seed: topology, past and upcoming events, failures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from graph_models.time import Millis
from impactgraph.demo.event_lines import count_blocks, event_blocks
from impactgraph.demo.failures import failure_lines, live_failures, past_failures
from impactgraph.demo.order_book import DemoSetting, generate_order_book
from impactgraph.demo.topology import documents
from impactgraph.demo.upcoming import upcoming_events
from impactgraph.topology.load import parse_topology

HISTORY = 0.1
"""Ended orders for each one in flight: durations are learned from them and from the past steps of those in
flight.
"""


@dataclass(frozen=True)
class Demo:
    """Everything that a store needs to show the retailer. The same arguments give the same bytes."""

    documents: Mapping[str, str]
    """The topology: text by file name."""
    events: Iterator[bytes]
    """Order events as blocks of CloudEvents, one a line; can be read once."""
    blocks: int
    """Number of blocks of `events`."""
    future: Iterator[tuple[Millis, bytes]]
    """Events after `as_of`, by time and without end: (moment, line). Generated as they are read."""
    failures: list[bytes]
    """Failure events, one each: past failures first, then live ones."""
    as_of: Millis


def generate(
    orders: int, now: Millis, seed: int, *, history: float = HISTORY, has_failures: bool = True
) -> Demo:
    """A retailer with exactly `orders` orders in flight at `now`, and `history` times as many ended ones.

    Without failures, nothing out of the ordinary happens to the orders.
    """
    texts = documents()
    topology = parse_topology(texts)
    setting = DemoSetting(topology, now, np.random.default_rng(seed), has_failures=has_failures)
    book, hourly = generate_order_book(setting, orders, round(orders * history))
    return Demo(
        documents=texts,
        events=event_blocks(book, topology, now),
        blocks=count_blocks(book),
        future=upcoming_events(setting, book, hourly),
        failures=failure_lines((*past_failures(now), *live_failures(now)) if has_failures else ()),
        as_of=now,
    )
