"""Who follows what, and what wakes them: events that this process takes at once, those of others by a look at the store."""

import asyncio
from collections.abc import AsyncGenerator, Mapping

import structlog
from anyio import to_thread

from api.context import Contexts
from api.errors import TooComplexError
from api.live.lane import Execute, Lane
from api.live.operation import Operation
from api.live.slot import Slot, Told
from api.live.topic import Topic
from api.metrics import Metrics
from impactgraph.errors import StoreUnavailableError
from impactgraph.usecases.about import StateMark, mark

LANES: Mapping[str, int] = {"blastRadius": 1, "order": 25}
"""By the name of a topic, how many are worked out on one state of the data: while it is held, events wait."""
LOOK = 0.25
"""Seconds between two looks at the store."""
MOST = 2_000
"""Readers at the same time."""

log = structlog.get_logger("impactgraph.api")


class Hub:
    """Belongs to one event loop. What is worked out is bounded by the number of lanes, whatever the number of readers."""

    def __init__(self, contexts: Contexts, execute: Execute, metrics: Metrics) -> None:
        self._contexts = contexts
        self._sent = metrics.updates.inc
        self._lanes = {
            name: Lane(contexts.new, execute, self._sent, together) for name, together in LANES.items()
        }
        for name, lane in self._lanes.items():
            metrics.readers.labels(name).set_function(lambda lane=lane: lane.readers)
        self._looking: asyncio.Task[None] | None = None
        self._closed = False

    async def follow(self, topic: Topic, operation: Operation) -> AsyncGenerator[Told]:
        """The present answer, then each that looks different; a slow reader is given the newest. Ends with the hub. Raises TooComplexError."""
        if sum(lane.readers for lane in self._lanes.values()) >= MOST:
            raise TooComplexError(
                f"{MOST} subscriptions are open, which is the most there can be. Try again later."
            )
        if self._closed:
            return
        lane, slot = self._lanes[topic.name], Slot()
        lane.join(topic, operation, slot)
        self._look()
        try:
            while (told := await slot.take()) is not None:
                yield told
        finally:
            lane.leave(topic, operation, slot)

    def wake(self) -> None:
        """Something was changed here. From the event loop's thread only."""
        for lane in self._lanes.values():
            lane.wake()

    async def close(self) -> None:
        """Ends all that is followed."""
        self._closed = True
        if self._looking is not None:
            self._looking.cancel()
        for lane in self._lanes.values():
            await lane.close()

    def _look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking())

    async def _keep_looking(self) -> None:
        """As long as anybody follows anything."""
        while any(lane.readers for lane in self._lanes.values()):
            await asyncio.sleep(LOOK)
            if (known := await self._known()) is not None:
                for lane in self._lanes.values():
                    lane.wake(known)

    async def _known(self) -> StateMark | None:
        try:
            return await to_thread.run_sync(mark, self._contexts.store)
        except StoreUnavailableError as error:
            log.warning("the store cannot be looked at", reason=str(error))
            return None
