"""The whole demo from a seed: topology, events until now and from now on, failures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from graph_models.time import Millis
from impactgraph.demo.book import Setting, order_book
from impactgraph.demo.failures import failure_lines, live_failures, past_failures
from impactgraph.demo.future import events_after
from impactgraph.demo.landscape import documents
from impactgraph.demo.lines import blocks_of, event_blocks
from impactgraph.topology.load import parse_topology

HISTORY = 0.1
"""Ended orders for each one in flight: what durations are learned from, beside the steps that those in flight have behind them."""


@dataclass(frozen=True)
class Demo:
    """All that a store needs to show the retailer. The same arguments give the same bytes."""

    documents: Mapping[str, str]
    """The topology: text by file name."""
    events: Iterator[bytes]
    """Order events as blocks of CloudEvents, one a line; can be read once."""
    blocks: int
    """How many blocks `events` gives."""
    future: Iterator[tuple[Millis, bytes]]
    """What happens after `as_of`, by time and without end: (moment, line). Made as it is read."""
    failures: list[bytes]
    """Failure events, one each: those that are live, after those that have ended."""
    as_of: Millis


def generate(orders: int, now: Millis, seed: int, *, history: float = HISTORY) -> Demo:
    """A retailer with exactly `orders` orders in flight at `now`, and `history` times as many that have ended."""
    texts = documents()
    topology = parse_topology(texts)
    setting = Setting(topology, now, np.random.default_rng(seed))
    book, hourly = order_book(setting, orders, round(orders * history))
    failures = failure_lines((*past_failures(now), *live_failures(now)))
    return Demo(
        texts,
        event_blocks(book, topology, now),
        blocks_of(book),
        events_after(setting, book, hourly),
        failures,
        now,
    )
