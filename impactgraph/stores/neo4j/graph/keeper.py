"""Keeps the graph with the log while a process runs: a thread looks every so often, and at once when it is nudged."""

import threading
import time
from collections.abc import Callable

import structlog

from graph_models.time import Millis
from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.neo4j.graph.projection import Followed, Projection

EVERY = 1.0
"""Seconds after which it looks when nobody nudges, and at least between two turns: while much comes in, orders that it is about are written once."""
LAST = 15.0
"""Seconds that a process which changed something gives the graph to follow before it ends; what is left is for the next."""
RESTS = 1.0
"""It rests so many times as long as a turn took: a long load comes first, and an order that it is about again and again is written seldom."""
_log = structlog.get_logger("impactgraph.stores")


class Keeper:
    """`identity` tells of which log the process has a copy."""

    def __init__(
        self,
        projection: Projection,
        identity: Callable[[], str],
        now: Callable[[], Millis],
        *,
        every: float = EVERY,
    ) -> None:
        self._projection, self._identity, self._now, self._every = projection, identity, now, every
        self._wanted, self._ending = threading.Event(), threading.Event()
        self._turn, self._given_up = threading.Lock(), False
        self._changes = self._followed = 0
        """Of this process: how many it made, and how many of them the graph has."""
        self._thread = threading.Thread(target=self._run, name="keeping the graph", daemon=True)
        self.problem: Exception | None = None
        """Why the last turn came to nothing."""

    def start(self) -> None:
        self._thread.start()

    def nudge(self) -> None:
        """This process has changed something."""
        self._changes += 1
        self._wanted.set()

    def follow(self) -> Followed | None:
        """One turn, in the thread that asks. None where another process is at it. Raises StoreUnavailableError where the database cannot be reached."""
        with self._turn:
            return self._projection.follow(self._identity(), self._now())

    @property
    def _owing(self) -> bool:
        return self._followed < self._changes and not self._given_up

    def _run(self) -> None:
        while not self._ending.is_set() or self._owing:
            changes, began = self._changes, time.monotonic()
            try:
                self.follow()
                self.problem, self._followed = None, changes
            except (
                StoreUnavailableError
            ) as problem:  # the next turn tries again; the log of record tells its own users
                self.problem = problem
            except Exception as problem:  # noqa: BLE001 - a defect here must not end the thread, nor the process that answers without the graph
                _log.error("The graph beside the log could not be brought up to date", exc_info=problem)
                self.problem = problem
            if not self._ending.is_set() or self._owing:
                ended = time.monotonic()
                self._wanted.wait(self._every)
                self._ending.wait(max(self._every, RESTS * (ended - began)) - (time.monotonic() - ended))
                self._wanted.clear()

    def close(self) -> None:
        """What this process changed is followed yet, for some seconds."""
        self._ending.set()
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join(LAST if self._owing else 0)
            self._given_up = True
            self._projection.stop()
            self._wanted.set()
            self._thread.join()
