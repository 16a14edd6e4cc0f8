"""Keeping up with the log: one thread asks, whoever needs an answer that is current waits for it."""

import threading
from collections.abc import Callable

from impactgraph.errors import StoreUnavailableError


class Following:
    """Asks whenever somebody wants to know, and every so often when nobody does.

    Nobody but its own thread waits for the network, so that a database that hangs costs a question `patience` seconds and no more.
    """

    def __init__(
        self,
        ask: Callable[[], None],
        *,
        tick: Callable[[], float],
        freshness: float,
        every: float,
        patience: float,
    ) -> None:
        """`tick` tells seconds. What was asked less than `freshness` seconds ago is current."""
        self._ask, self._tick, self._freshness, self._every, self._patience = (
            ask,
            tick,
            freshness,
            every,
            patience,
        )
        self._changed = threading.Condition()
        self._begun = self._done = self._wanted = 0
        self._asked_at = float("-inf")
        self._error: Exception | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="following the log", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def current(self) -> None:
        """Returns when all is known that was committed `freshness` ago. Raises StoreUnavailableError where that cannot be told."""
        with self._changed:
            if self._error is None and self._tick() - self._asked_at <= self._freshness:
                return
            wanted = self._wanted = self._begun + 1
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._done >= wanted or self._closed, self._patience):
                raise StoreUnavailableError(
                    f"The record did not answer within {self._patience:g} seconds, or much that others wrote is still being read."
                )
            if self._error is not None:
                raise self._again(self._error)

    @staticmethod
    def _again(error: Exception) -> Exception:
        """An error of its own for each that it is told to."""
        return StoreUnavailableError(str(error)) if isinstance(error, StoreUnavailableError) else error

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted > self._begun or self._closed, self._every)
                if self._closed:
                    return
                self._begun += 1
                begun, at = self._begun, self._tick()
            error: Exception | None = None
            try:
                self._ask()
            except Exception as problem:  # noqa: BLE001 - it is told to whoever waits
                error = problem
            with self._changed:
                self._done, self._error = begun, error
                if error is None:
                    self._asked_at = at
                self._changed.notify_all()

    def close(self) -> None:
        """Whoever waits is let go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(self._patience)
