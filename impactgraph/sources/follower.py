"""Follows one source: reads it on from its stored position, and stores events and position together."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from graph_models.time import Millis
from impactgraph.errors import BadInputError, ImpactGraphError, StoreUnavailableError
from impactgraph.ports.sources import PositionMovedError, SourceBatch, SourceProgress
from impactgraph.ports.store import Store
from impactgraph.sources.feed import Delivery, Feed, SourceUnavailableError
from impactgraph.sources.note_log import NoteLog
from impactgraph.sources.placements import drop_known_placements
from impactgraph.usecases.sources import SourceState, SourceStatus

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between tries; the last goes on."""
_TRANSIENT = (SourceUnavailableError, StoreUnavailableError, PositionMovedError)

log = structlog.get_logger("impactgraph.sources")


@dataclass
class Condition:
    """How a source is at present; any thread may read it."""

    state: SourceState = SourceState.STOPPED
    problem: str | None = None
    caught_up_at: Millis | None = None
    """When all that was there had been taken; None: not since the start."""
    behind_since: Millis | None = None
    """Since when something may be there that was not taken; None: nothing is."""
    progress: SourceProgress = SourceProgress()  # noqa: RUF009 - it is frozen

    def status(self, key: str, kind: str, now: Millis) -> SourceStatus:
        """For how long it was not caught up is its lag."""
        lag = None if self.state is SourceState.STOPPED else 0
        if lag is not None and self.behind_since is not None:
            lag = max(0, now - self.behind_since)
        return SourceStatus(key, kind, self.state, lag, self.progress, self.problem)


class Follower:
    """One source in its own thread, or in the caller's."""

    def __init__(
        self, key: str, make_feed: Callable[[], Feed], store: Store, *, now: Callable[[], Millis]
    ) -> None:
        self.key = key
        self._make_feed = make_feed
        self._store = store
        self._now = now
        self.condition = Condition()
        self._positions: dict[str, str] = {}
        self._notes = NoteLog(key)

    def run(
        self,
        stop: threading.Event,
        on_commit: Callable[[], None] = lambda: None,
        *,
        until_caught_up: bool = False,
    ) -> None:
        """Follows until `stop`, and starts over after whatever fails, later each time.

        `until_caught_up`: ends when all that is there was taken, and raises what fails.
        """
        self.condition.state, self.condition.behind_since = SourceState.WAITING, self._now()
        tries = 0
        while not stop.is_set():
            try:
                feed = self._open()
                try:
                    while not stop.is_set():
                        before = self.condition.problem
                        delivery = self._step(feed, on_commit)
                        tries = 0
                        if until_caught_up and delivery.problem:
                            raise BadInputError(delivery.problem)
                        if delivery.problem and delivery.problem != before:
                            log.warning("source is refused", source=self.key, reason=delivery.problem)
                        if until_caught_up and delivery.is_caught_up:
                            return
                finally:
                    feed.close()
            except Exception as error:
                if until_caught_up:
                    raise
                self._note_failure(error)
                stop.wait(PAUSES[min(tries, len(PAUSES) - 1)])
                tries += 1
        self.condition.state = SourceState.STOPPED

    def _open(self) -> Feed:
        """A feed that reads on from the stored positions."""
        progress = self._store.source_progress().get(self.key, SourceProgress())
        self._positions = dict(progress.positions)
        self.condition.progress = progress
        feed = self._make_feed()
        try:
            feed.open(progress.positions)
        except BaseException:
            with suppress(Exception):
                feed.close()
            raise
        return feed

    def _step(self, feed: Feed, on_commit: Callable[[], None]) -> Delivery:
        delivery = feed.poll()
        if not delivery.is_empty or delivery.translation.passed:
            self._ingest(delivery)
            on_commit()
        feed.after_commit()
        condition = self.condition
        if delivery.is_caught_up:
            condition.behind_since = None
            condition.caught_up_at = self._now()
        elif condition.behind_since is None:
            condition.behind_since = condition.caught_up_at
        condition.problem = delivery.problem or delivery.note or None
        condition.state = SourceState.FAILED if delivery.problem else SourceState.RUNNING
        return delivery

    def _ingest(self, delivery: Delivery) -> None:
        translation = delivery.translation
        drop_known_placements(translation, self._store)
        self._notes.add(translation.notes)
        batch = SourceBatch(
            self.key,
            positions=delivery.positions,
            before={part: self._positions[part] for part in delivery.positions if part in self._positions},
            refused=translation.refused,
            passed=translation.passed,
        )
        self._store.ingest_source(batch, translation.lines, places=translation.places)
        self._positions |= delivery.positions
        self.condition.progress = self._store.source_progress()[self.key]

    def _note_failure(self, error: Exception) -> None:
        condition, before = self.condition, self.condition.problem
        condition.state = SourceState.WAITING if isinstance(error, _TRANSIENT) else SourceState.FAILED
        is_known = isinstance(error, ImpactGraphError)
        condition.problem = str(error) if is_known else f"{type(error).__name__}: {error}"
        if condition.problem == before:
            pass  # it is in the log already
        elif is_known:
            log.warning("source cannot be followed", source=self.key, reason=condition.problem)
        else:
            log.error("source cannot be followed", source=self.key, exc_info=error)
        if condition.behind_since is None:
            condition.behind_since = condition.caught_up_at or self._now()
