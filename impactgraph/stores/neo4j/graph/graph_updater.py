"""Keeps the graph up to date with the log while a process runs: one thread, at intervals and after own
changes.
"""

import threading
import time
from collections.abc import Callable

import structlog

from graph_models.time import Millis
from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.neo4j.graph.projection import GraphUpdate, Projection

INTERVAL_SECONDS = 1.0
"""Between two turns at least, so that an order with many events in a row is written once; and at most, when
idle.
"""
CLOSING_SECONDS = 15.0
"""How long a closing process goes on to project its own changes; the next process projects the rest."""
REST_RATIO = 1.0
"""Rest after a turn, in lengths of that turn: leaves the database to a long load."""
_log = structlog.get_logger("impactgraph.stores")


class GraphUpdater:
    """`identity` gives the identity of the log that the process replicates."""

    def __init__(
        self,
        projection: Projection,
        identity: Callable[[], str],
        now: Callable[[], Millis],
        *,
        interval: float = INTERVAL_SECONDS,
    ) -> None:
        self._projection = projection
        self._identity = identity
        self._now = now
        self._interval = interval
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._turn_lock = threading.Lock()
        self._is_cancelled = False
        self._changes = 0
        """Changes that this process has committed."""
        self._projected_changes = 0
        """How many of them are in the graph."""
        self._thread = threading.Thread(target=self._run, name="keeping the graph", daemon=True)
        self.problem: Exception | None = None
        """The error of the last turn."""

    def start(self) -> None:
        self._thread.start()

    def nudge(self) -> None:
        """Reports a change by this process."""
        self._changes += 1
        self._wake.set()

    def update(self) -> GraphUpdate | None:
        """One turn, in the calling thread; None where another process has the lease.

        Raises:
            StoreUnavailableError: the database cannot be reached.
        """
        with self._turn_lock:
            return self._projection.update(self._identity(), self._now())

    @property
    def _has_own_changes(self) -> bool:
        return self._projected_changes < self._changes and not self._is_cancelled

    def _run(self) -> None:
        while not self._closing.is_set() or self._has_own_changes:
            changes = self._changes
            started_at = time.monotonic()
            try:
                self.update()
                self.problem = None
                self._projected_changes = changes
            except StoreUnavailableError as problem:  # transient: the next turn tries again
                self.problem = problem
            except Exception as problem:  # noqa: BLE001 - a defect must not end the thread
                _log.error("The graph beside the log could not be brought up to date", exc_info=problem)
                self.problem = problem
            if not self._closing.is_set() or self._has_own_changes:
                ended_at = time.monotonic()
                self._wake.wait(self._interval)
                rest = max(self._interval, REST_RATIO * (ended_at - started_at))
                self._closing.wait(rest - (time.monotonic() - ended_at))
                self._wake.clear()

    def close(self) -> None:
        """Projects this process's own changes for some seconds, then ends the thread."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(CLOSING_SECONDS if self._has_own_changes else 0)
            self._is_cancelled = True
            self._projection.stop()
            self._wake.set()
            self._thread.join()
