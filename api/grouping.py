"""Group commit: concurrent batches share one commit; each sender waits until its events are durable."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass

from anyio import to_thread

from api.metrics import Metrics
from impactgraph.usecases import Store
from impactgraph.usecases.receive_events import DeliveryOutcome, EventOutcome, receive_events

MAX_LINES = 50_000
"""Of one commit; further events wait for the next."""


@dataclass(frozen=True)
class _Waiting:
    lines: Sequence[bytes]
    answer: asyncio.Future[DeliveryOutcome]


class Grouping:
    """Gathers the events that arrive during a commit for the next one. Belongs to one event loop."""

    def __init__(self, store: Store, metrics: Metrics, on_commit: Callable[[], None]) -> None:
        self._store = store
        self._metrics = metrics
        self._on_commit = on_commit
        self._waiting: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None

    async def receive(self, lines: Sequence[bytes]) -> DeliveryOutcome:
        """The result of each event; accepted events are durable when it returns.

        Raises: StoreUnavailableError; then none of the events was accepted.
        """
        started_at = time.perf_counter()
        answer: asyncio.Future[DeliveryOutcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(lines, answer))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work(), context=Context())  # of no single request
        outcome = await asyncio.shield(answer)
        self._metrics.ingest_seconds.observe(time.perf_counter() - started_at)
        return outcome

    @property
    def waiting_count(self) -> int:
        """Deliveries that wait for the next commit."""
        return len(self._waiting)

    async def _work(self) -> None:
        while self._waiting:
            group = self._next()
            try:
                results = await to_thread.run_sync(
                    receive_events, self._store, [waiting.lines for waiting in group]
                )
            except Exception as error:  # noqa: BLE001 - whatever fails, nobody waits for an answer for ever
                self._fail(group, error)
                continue
            self._metrics.commits.inc()
            self._on_commit()
            for waiting, answer in zip(group, results, strict=True):
                self._count(answer)
                if not waiting.answer.done():
                    waiting.answer.set_result(answer)

    def _next(self) -> list[_Waiting]:
        """The events of at least one sender, and of more as long as the commit stays small."""
        size = 0
        lines = 0
        for waiting in self._waiting:
            lines += len(waiting.lines)
            if size and lines > MAX_LINES:
                break
            size += 1
        group = self._waiting[:size]
        self._waiting = self._waiting[size:]
        return group

    def _fail(self, group: Sequence[_Waiting], error: Exception) -> None:
        for waiting in group:
            if not waiting.answer.done():
                waiting.answer.set_exception(error)

    def _count(self, answer: DeliveryOutcome) -> None:
        for outcome in EventOutcome:
            self._metrics.events.labels(outcome.value).inc(answer.count(outcome))
