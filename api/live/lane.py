"""Works out what is followed, one topic after the other, in one thread."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from graphql import ExecutionResult, GraphQLError

from api.context import Context
from api.live.followed import Followed
from api.live.operation import Operation
from api.live.slot import Slot, Told
from api.live.topic import Topic
from impactgraph.usecases.about import StateMark, mark

SPACING = 0.9
"""Seconds between two answers to a question: with the time that working it out takes, what happens is told within a second."""
CLOCK = 20.0
"""Seconds after which a forecast is worked out again though nothing happened: time passes."""

Execute: TypeAlias = Callable[[Operation, Context, object], Awaitable[ExecutionResult]]


class Lane:
    """Belongs to one event loop. `together`: so many topics see the same state of the data, and what they look up is shared."""

    def __init__(
        self, context: Callable[[], Context], execute: Execute, sent: Callable[[int], None], together: int
    ) -> None:
        self._context, self._execute, self._sent, self._together = context, execute, sent, together
        self._followed: dict[Topic, Followed] = {}
        self._changed = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    def join(self, topic: Topic, operation: Operation, reader: Slot) -> None:
        now = _now()
        followed = self._followed.setdefault(topic, Followed(topic, due=now))
        followed.join(operation, reader)
        if followed.views[operation].told is None:
            followed.due = now
        self._changed.set()
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._run())

    def leave(self, topic: Topic, operation: Operation, reader: Slot) -> None:
        followed = self._followed[topic]
        followed.leave(operation, reader)
        if not followed.views:
            del self._followed[topic]
            self._changed.set()

    @property
    def readers(self) -> int:
        return sum(
            len(view.readers) for followed in self._followed.values() for view in followed.views.values()
        )

    def wake(self, known: StateMark | None = None) -> None:
        """Something happened; `known`: topics that were worked out when this was known already need not be again."""
        for followed in self._followed.values():
            if known is None or followed.mark != known:
                followed.due = min(followed.due, followed.rest(SPACING))
        self._changed.set()

    async def close(self) -> None:
        for followed in self._followed.values():
            followed.end()
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait([self._work])

    async def _run(self) -> None:
        while self._followed:
            self._changed.clear()
            now = _now()
            due = sorted((one for one in self._followed.values() if one.due <= now), key=lambda one: one.due)
            if due:
                await self._round(due[: self._together])
            else:
                await self._wait(min(one.due for one in self._followed.values()) - now)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            pass

    async def _round(self, due: list[Followed]) -> None:
        context = self._context()
        try:
            for followed in due:
                await self._work_out(followed, context)
        finally:
            context.close()

    async def _work_out(self, followed: Followed, context: Context) -> None:
        """A change that comes while it is worked out makes it due again."""
        now = _now()
        operations = followed.chosen(now, SPACING)
        if len(operations) == len(followed.views):
            followed.begun, followed.due = now, now + CLOCK
        else:
            followed.due = followed.rest(SPACING)
        try:
            turn = await context.next_turn()
            followed.mark = await turn.ask(mark)
            value = await followed.topic.value(turn)
        except Exception as error:  # noqa: BLE001 - whatever it is, the readers are told, and it is tried again
            followed.mark = None
            for operation in operations:
                self._tell(followed, operation, _failed(followed.topic, error))
        else:
            for operation in operations:
                self._tell(
                    followed,
                    operation,
                    Told.of(await self._execute(operation, await context.next_turn(), value)),
                )
        followed.took = _now() - now
        followed.due = max(followed.due, followed.rest(SPACING))

    def _tell(self, followed: Followed, operation: Operation, told: Told) -> None:
        if view := followed.views.get(operation):
            self._sent(view.tell(told))


def _failed(topic: Topic, error: Exception) -> Told:
    located = GraphQLError(str(error), path=[topic.name], original_error=error)
    return Told.of(ExecutionResult(None, [located]))


def _now() -> float:
    return asyncio.get_running_loop().time()
