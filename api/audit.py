"""Audit entries of the API: entries that come at the same time are written in one batch."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import structlog
from anyio import to_thread
from starlette.requests import Request

from api.access import principal_of, sender_of
from graph_models.time import Millis
from impactgraph.errors import ImpactGraphError, StoreUnavailableError
from impactgraph.usecases.access import AuditLog
from impactgraph.usecases.audit import BEGUN, DONE, AuditEntry, AuditEvent, Invocation

log = structlog.get_logger("impactgraph.audit")

T = TypeVar("T")


def invocation_of(request: Request, operation: str, arguments: Mapping[str, Any]) -> Invocation:
    """What the sender of a request does."""
    return Invocation(principal_of(request), operation, arguments, sender_of(request).address)


class Auditing:
    """Belongs to one event loop."""

    def __init__(
        self, audit: AuditLog, now: Callable[[], Millis], *, questions: bool, webhooks: bool = True
    ) -> None:
        self.log = audit
        self._now = now
        self.questions = questions
        """Whether questions are recorded, too."""
        self.webhooks = webhooks
        """Whether deliveries of webhooks are recorded."""
        self._waiting: list[tuple[AuditEvent, asyncio.Future[AuditEntry] | None]] = []
        self._writing: asyncio.Task[None] | None = None

    async def begin(self, invocation: Invocation) -> AuditEntry:
        """Before a change, which must not be made where this raises StoreUnavailableError."""
        return await self._record(invocation.event(self._now(), BEGUN))

    async def end(self, invocation: Invocation, entry: AuditEntry, outcome: str) -> None:
        """After it. That this fails is logged: the change has been made, and its entry says that it began."""
        try:
            await self._record(invocation.event(self._now(), outcome, entry.number))
        except StoreUnavailableError as error:
            log.error("an outcome is not in the audit log", operation=invocation.operation, reason=str(error))

    async def change(
        self,
        invocation: Invocation,
        work: Callable[[], Awaitable[T]],
        outcome_of: Callable[[T], str] = lambda _: DONE,
    ) -> T:
        """The result of a change that is recorded before and after; `outcome_of` its result is recorded."""
        number = await self.begin(invocation)
        outcome = "INTERNAL"
        try:
            result = await work()
            outcome = outcome_of(result)
        except ImpactGraphError as error:
            outcome = error.code
            raise
        finally:
            await self.end(invocation, number, outcome)
        return result

    def note(self, invocation: Invocation, outcome: str = DONE) -> None:
        """Records without waiting: of questions, of deliveries, and of what was refused."""
        self._put(invocation.event(self._now(), outcome), None)

    async def close(self) -> None:
        """Writes what waits."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def _record(self, event: AuditEvent) -> AuditEntry:
        future: asyncio.Future[AuditEntry] = asyncio.get_running_loop().create_future()
        self._put(event, future)
        return await asyncio.shield(future)

    def _put(self, event: AuditEvent, future: "asyncio.Future[AuditEntry] | None") -> None:
        self._waiting.append((event, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                entries = await to_thread.run_sync(self.log.append, [event for event, _ in batch])
            except Exception as error:  # noqa: BLE001 - whoever waits for an entry must not wait for ever
                log.error("the audit log cannot be written", entries=len(batch), reason=str(error))
                for _, future in batch:
                    if future is not None and not future.done():
                        future.set_exception(error)
                continue
            for entry, (_, future) in zip(entries, batch, strict=True):
                if future is not None and not future.done():
                    future.set_result(entry)
