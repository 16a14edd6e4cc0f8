"""The recent situation for metrics: a scrape reads the last one, and never waits for the next."""

import threading
import time
from collections.abc import Callable

import structlog

from graph_models.time import Millis
from impactgraph.errors import ImpactGraphError
from impactgraph.usecases import Store
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.situation import Situation, situation

LEAST_SECONDS = 30.0
"""Between the end of one computation and the start of the next."""
SHARE = 20
"""The same, in lengths of the computation: it takes at most a twentieth of one processor."""

log = structlog.get_logger("impactgraph.api")


class RecentSituation:
    """Computes the situation in a thread of its own where somebody reads it; nobody, nothing.

    A process that is not scraped pays nothing, and one that is scraped often no more than one that is not.
    """

    def __init__(
        self,
        store: Store,
        ask: Ask,
        clock: Callable[[], Millis],
        *,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        """`tick` is a monotonic clock in seconds."""
        self._store = store
        self._ask = ask
        self._clock = clock
        self._tick = tick
        self._lock = threading.Lock()
        self._latest: Situation | None = None
        self._due_at = float("-inf")
        self._thread: threading.Thread | None = None

    def read(self) -> Situation | None:
        """The latest; None before the first. Starts the computation of the next where it is due."""
        with self._lock:
            if self._thread is None and self._tick() >= self._due_at:
                self._thread = threading.Thread(target=self._compute, name="situation", daemon=True)
                self._thread.start()
            return self._latest

    @property
    def computing(self) -> threading.Thread | None:
        """The thread that computes the next one; None where none does."""
        return self._thread

    def wait(self) -> None:
        """Returns when no computation is in progress: a store must not be closed under one."""
        with self._lock:
            thread, self._due_at = self._thread, float("inf")
        if thread is not None:
            thread.join()

    def _compute(self) -> None:
        started_at = self._tick()
        latest: Situation | None = None
        try:
            latest = situation(self._store, self._ask, self._clock())
        except ImpactGraphError as error:
            log.warning("the situation for metrics cannot be read", reason=str(error))
        except Exception as error:
            log.error("the situation for metrics cannot be read", exc_info=error)
        ended_at = self._tick()
        with self._lock:
            self._latest = latest
            pause = max(LEAST_SECONDS, SHARE * (ended_at - started_at))
            self._due_at = max(self._due_at, ended_at + pause)
            self._thread = None
