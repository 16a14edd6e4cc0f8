"""Follows the log: one thread polls its end; whoever needs a current replica waits for that thread."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from impactgraph.errors import StoreUnavailableError


@dataclass(frozen=True, slots=True)
class Intervals:
    """Seconds."""

    freshness: float
    """Age up to which the result of a poll counts as current."""
    poll: float
    """Between two polls when nobody waits."""
    timeout: float
    """How long a question waits for a poll."""


class Follower(Protocol):
    """Keeps a replica current."""

    @property
    def age(self) -> float:
        """Seconds since a poll began that has brought in all that there was then."""
        ...

    def wait_until_current(self) -> None:
        """Raises StoreUnavailableError where that is not possible now."""
        ...

    def close(self) -> None: ...


Follow: TypeAlias = Callable[[Callable[[], None]], Follower]
"""Starts to follow the log with a function that reads what is new."""


def follow_in_thread(intervals: Intervals) -> Follow:
    """Follows with a thread of its own."""

    def follow(poll: Callable[[], None]) -> LogFollower:
        follower = LogFollower(poll, tick=time.monotonic, intervals=intervals)
        follower.start()
        return follower

    return follow


class LogFollower:
    """Polls when a caller needs a current replica, and at intervals.

    Only its own thread waits for the network, so a database that hangs delays a question by the timeout at
    most.
    """

    def __init__(self, poll: Callable[[], None], *, tick: Callable[[], float], intervals: Intervals) -> None:
        """`tick` is a monotonic clock in seconds."""
        self._poll = poll
        self._tick = tick
        self._intervals = intervals
        self._condition = threading.Condition()
        self._started_poll_count = 0
        self._finished_poll_count = 0
        self._poll_request = 0
        """Number of the poll that somebody waits for."""
        self._polled_at = float("-inf")
        self._made_at = tick()
        self._error: Exception | None = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="following the log", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wait_until_current(self) -> None:
        """Returns when everything that was committed `freshness` ago is in the replica.

        Raises:
            StoreUnavailableError: the log could not be read in time.
        """
        with self._condition:
            age = self._tick() - self._polled_at
            if self._error is None and age <= self._intervals.freshness:
                return
            number = self._poll_request = self._started_poll_count + 1
            self._condition.notify_all()
            timeout = self._intervals.timeout
            if not self._condition.wait_for(
                lambda: self._finished_poll_count >= number or self._is_closed, timeout
            ):
                raise StoreUnavailableError(
                    f"The record did not answer within {timeout:g} seconds, "
                    "or much that others wrote is still being read."
                )
            if self._error is not None:
                raise self._copy_of(self._error)

    @property
    def age(self) -> float:
        """Seconds since a poll began that has brought in all that there was then; before the first, since
        the start.
        """
        with self._condition:
            return self._tick() - max(self._polled_at, self._made_at)

    @staticmethod
    def _copy_of(error: Exception) -> Exception:
        """A new error for each thread that raises it."""
        return StoreUnavailableError(str(error)) if isinstance(error, StoreUnavailableError) else error

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(
                    lambda: self._poll_request > self._started_poll_count or self._is_closed,
                    self._intervals.poll,
                )
                if self._is_closed:
                    return
                self._started_poll_count += 1
                number = self._started_poll_count
                started_at = self._tick()
            error: Exception | None = None
            try:
                self._poll()
            except Exception as problem:  # noqa: BLE001 - raised in the threads that wait
                error = problem
            with self._condition:
                self._finished_poll_count = number
                self._error = error
                if error is None:
                    self._polled_at = started_at
                self._condition.notify_all()

    def close(self) -> None:
        """Ends the thread; whoever waits goes on."""
        with self._condition:
            self._is_closed = True
            self._condition.notify_all()
        if self._thread.is_alive():
            self._thread.join(self._intervals.timeout)
