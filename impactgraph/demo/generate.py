"""The whole demo from a seed: topology, events, failures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from graph_models.time import Millis
from impactgraph.demo.book import order_book
from impactgraph.demo.failures import failure_lines, live_failures, past_failures
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
    failures: list[bytes]
    """Failure events, one each: those that are live, after those that have ended."""
    as_of: Millis


def generate(orders: int, now: Millis, seed: int, *, history: float = HISTORY) -> Demo:
    """A retailer with exactly `orders` orders in flight at `now`, and `history` times as many that have ended."""
    texts = documents()
    topology = parse_topology(texts)
    book = order_book(topology, orders, round(orders * history), now, np.random.default_rng(seed))
    return Demo(texts, event_blocks(book, topology, now), blocks_of(book), failure_lines((*past_failures(now), *live_failures(now))), now)
