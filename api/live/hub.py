"""Subscribes to topics, and notifies their publishers of changes.

A change made by this process notifies at once; one made by another process is noticed by polling the store.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextvars import Context as Variables

import structlog
from anyio import to_thread

from api.context import Contexts
from api.errors import TooComplexError
from api.live.mailbox import Mailbox, Update
from api.live.operation import Operation
from api.live.publisher import Execute, Publisher
from api.live.topic import Topic
from api.metrics import Metrics
from graph_models.access import Principal
from impactgraph.errors import StoreUnavailableError
from impactgraph.usecases.about import StateMark, mark

BATCH_SIZES: Mapping[str, int] = {"blastRadius": 1, "incidents": 1, "order": 25}
"""By the name of a topic: topics that are evaluated on one state of the data. Ingest waits meanwhile."""
POLL_SECONDS = 0.25
MAX_SUBSCRIBERS = 2_000

log = structlog.get_logger("impactgraph.api")


class Hub:
    """Belongs to one event loop. The load is bounded by the number of publishers, not of subscribers."""

    def __init__(self, contexts: Contexts, execute: Execute, metrics: Metrics) -> None:
        self._contexts = contexts
        self._publishers = {
            name: Publisher(contexts.new, execute, metrics.updates.inc, batch_size)
            for name, batch_size in BATCH_SIZES.items()
        }
        for name, publisher in self._publishers.items():
            gauge = metrics.subscribers.labels(name)
            gauge.set_function(lambda publisher=publisher: publisher.subscriber_count)
            topics = metrics.topics.labels(name)
            topics.set_function(lambda publisher=publisher: publisher.topic_count)
        self._polling: asyncio.Task[None] | None = None
        self._is_closed = False
        self._mark: StateMark | None = None
        """State of the whole store when it was last polled."""
        self._marks: dict[Principal, StateMark] = {}
        """What each audience saw then."""

    async def subscribe(
        self, topic: Topic, operation: Operation, principal: Principal
    ) -> AsyncGenerator[Update]:
        """The present answer, then each one that differs, until the hub closes; slow readers skip updates.

        It is evaluated once for all that have the roles and the row filter of the principal.

        Raises: TooComplexError.
        """
        if self._subscriber_count() >= MAX_SUBSCRIBERS:
            raise TooComplexError(
                f"The limit of {MAX_SUBSCRIBERS} open subscriptions is reached. Try again later."
            )
        if self._is_closed:
            return
        topic = topic.of(principal)
        publisher = self._publishers[topic.name]
        mailbox = Mailbox()
        publisher.subscribe(topic, operation, mailbox)
        self._start_polling()
        try:
            while (update := await mailbox.receive()) is not None:
                yield update
        finally:
            publisher.unsubscribe(topic, operation, mailbox)

    def notify(self) -> None:
        """Marks all topics as changed by this process. To be called in the event loop's thread."""
        for publisher in self._publishers.values():
            publisher.notify()

    async def close(self) -> None:
        """Ends all subscriptions."""
        self._is_closed = True
        if self._polling is not None:
            self._polling.cancel()
        for publisher in self._publishers.values():
            await publisher.close()

    def _subscriber_count(self) -> int:
        return sum(publisher.subscriber_count for publisher in self._publishers.values())

    def _start_polling(self) -> None:
        if self._polling is None or self._polling.done():
            self._polling = asyncio.create_task(self._poll(), context=Variables())  # of no single request

    async def _poll(self) -> None:
        """Runs as long as there are subscribers."""
        while self._subscriber_count():
            await asyncio.sleep(POLL_SECONDS)
            if (current := await self._current_marks()) is not None:
                for publisher in self._publishers.values():
                    publisher.notify(current)

    async def _current_marks(self) -> Mapping[Principal, StateMark] | None:
        audiences = {each for publisher in self._publishers.values() for each in publisher.audiences}
        try:
            return await to_thread.run_sync(self._marks_of, audiences)
        except StoreUnavailableError as error:
            log.warning("the store cannot be polled", reason=str(error))
            return None

    def _marks_of(self, audiences: set[Principal]) -> Mapping[Principal, StateMark]:
        """Looks at the views only where the whole store has changed, since that costs more."""
        current = mark(self._contexts.store)
        known = self._marks if current == self._mark else {}
        self._marks = {each: known.get(each) or mark(self._contexts.store_for(each)) for each in audiences}
        self._mark = current
        return self._marks
