"""The processes behind the proxy: one ingests, another reads. Each says what it did, and how long it took."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from impactgraph.bootstrap import suit_process
from impactgraph.errors import ImpactGraphError
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.stores.events import at, entered, placed
from tests.stores.seen import orders

BETWEEN = 0.02
"""Seconds between two calls."""


@dataclass(frozen=True)
class Said:
    """What came of one call."""

    who: str
    seconds: float
    error: str = ""
    """Of a call that was refused; empty: it was answered."""
    wrong: str = ""
    """What is wrong with the answer."""


@dataclass(frozen=True)
class Shared:
    """Numbers that both processes see."""

    begun: "Synchronized[int]"
    """Orders that the writer has begun to send."""
    acknowledged: "Synchronized[int]"
    """Orders that were acknowledged: the writer goes on to the next one only then."""
    is_over: "Synchronized[int]"


def events_of(number: int) -> list[bytes]:
    """Of one order."""
    return [placed(f"O-{number}"), entered("promise", 1, f"O-{number}/1")]


def write(url: str, cache: Path, shared: Shared, said: "Queue[Said]") -> None:
    """Sends the events of one order after another, each until it is acknowledged."""

    def next_order(store: Neo4jStore) -> str:
        number = shared.acknowledged.value
        shared.begun.value = number + 1
        result = store.ingest(events_of(number))
        if result.accepted_count + result.duplicate_count != 2:
            return f"order {number}: {result}"
        shared.acknowledged.value = number + 1
        return ""

    _repeat("writer", next_order, url, cache, shared, said)


def read(url: str, cache: Path, shared: Shared, said: "Queue[Said]") -> None:
    """Asks for all orders again and again: an answer has what was acknowledged before it was asked for, and
    nothing that was never sent.
    """

    def question(store: Neo4jStore) -> str:
        least = shared.acknowledged.value
        found = {int(order.removeprefix("O-")) for order in orders(store)}
        most = shared.begun.value
        missing = set(range(least)) - found
        unknown = found - set(range(most))
        return f"{len(missing)} missing, {len(unknown)} unknown" if missing or unknown else ""

    _repeat("reader", question, url, cache, shared, said)


def _repeat(
    who: str,
    call: Callable[[Any], str],
    url: str,
    cache: Path,
    shared: Shared,
    said: "Queue[Said]",
) -> None:
    suit_process()
    store = Neo4jStore.open(read_address(url), now=lambda: at(600), cache=cache, freshness=0, graph=False)
    while not shared.is_over.value:
        start, wrong, error = time.monotonic(), "", ""
        try:
            wrong = call(store)
        except ImpactGraphError as refused:
            error = refused.code
        except Exception as defect:  # noqa: BLE001 - whatever it is, the test says so
            wrong = f"{type(defect).__name__}: {defect}"
        said.put(Said(who, time.monotonic() - start, error, wrong))
        time.sleep(BETWEEN)
    store.close()
