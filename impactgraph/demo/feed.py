"""Feeds the demo's upcoming events to a store when they are due, while it is served."""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

import structlog

from graph_models.time import Millis
from impactgraph.ports.store import Store

INTERVAL = 1.0
"""Seconds between two checks for due events."""
MOST = 500
"""Events per ingest: few enough that requests hardly wait, even where a computer has slept and many are due.
"""
_log = structlog.get_logger("impactgraph.demo")


class Feed:
    """Yields each of `events` (moment, line), which are ordered by time, once it is due."""

    def __init__(self, events: Iterator[tuple[Millis, bytes]]) -> None:
        self._events = events
        self._next: tuple[Millis, bytes] | None = None
        """The first event that was not due at the last check."""

    def due(self, at: Millis, most: int = MOST) -> list[bytes]:
        """The next lines up to and including the moment, at most `most`."""
        lines: list[bytes] = []
        while len(lines) < most and (event := self._next or next(self._events, None)) is not None:
            self._next = event if event[0] > at else None
            if self._next is not None:
                break
            lines.append(event[1])
        return lines


@contextmanager
def running_feed(
    store: Store, feed: Feed, now: Callable[[], Millis], *, interval: float = INTERVAL
) -> Generator[None]:
    """Ingests due events in a thread of its own while the context is open."""
    stop = threading.Event()
    thread = threading.Thread(
        target=_run, args=(store, feed, now, stop, interval), name="feeding the demo", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _run(store: Store, feed: Feed, now: Callable[[], Millis], stop: threading.Event, interval: float) -> None:
    try:
        while not stop.is_set():
            lines = feed.due(now())
            if lines:
                store.ingest(lines)
            if len(lines) < MOST:
                stop.wait(interval)
    except Exception as problem:  # noqa: BLE001 - the store is served on, even if its events end
        _log.error("the demo has no more events", exc_info=problem)
