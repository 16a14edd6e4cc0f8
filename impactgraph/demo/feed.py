"""Events that reach a store when their time comes, while it is served."""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

import structlog

from graph_models.time import Millis
from impactgraph.ports.store import Store

BEAT = 1.0
"""Seconds between two looks at what is due."""
MOST = 500
"""Events at once: requests hardly wait for them where a computer has slept and much is due."""
_log = structlog.get_logger("impactgraph.demo")


class Feed:
    """Gives each of `events` (moment, line), which come by time, once: when it is due."""

    def __init__(self, events: Iterator[tuple[Millis, bytes]]) -> None:
        self._events = events
        self._next: tuple[Millis, bytes] | None = None
        """The first one that was not due when it was looked at."""

    def due(self, at: Millis, most: int = MOST) -> list[bytes]:
        """The next lines up to and with the moment; `most` of them where there are more."""
        lines: list[bytes] = []
        while len(lines) < most and (event := self._next or next(self._events, None)) is not None:
            self._next = event if event[0] > at else None
            if self._next is not None:
                break
            lines.append(event[1])
        return lines


@contextmanager
def fed(store: Store, feed: Feed, now: Callable[[], Millis], *, beat: float = BEAT) -> Generator[None]:
    """The store takes what is due by the clock for as long as the context is open, in a thread of its own."""
    ended = threading.Event()
    thread = threading.Thread(
        target=_keep_feeding, args=(store, feed, now, ended, beat), name="feeding the demo", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _keep_feeding(
    store: Store, feed: Feed, now: Callable[[], Millis], ended: threading.Event, beat: float
) -> None:
    try:
        while not ended.is_set():
            lines = feed.due(now())
            if lines:
                store.ingest(lines)
            if len(lines) < MOST:
                ended.wait(beat)
    except Exception as problem:  # noqa: BLE001 - what is there is served on, whatever became of its future
        _log.error("no more events of the demo follow", exc_info=problem)
