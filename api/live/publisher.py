"""Evaluates the topics of one kind, one after another in one thread, and publishes updates to subscribers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context as Variables
from typing import TypeAlias

from graphql import ExecutionResult, GraphQLError

from api.context import Context
from api.live.active_topic import ActiveTopic
from api.live.mailbox import Mailbox, Update
from api.live.operation import Operation
from api.live.topic import Topic
from graph_models.access import Principal
from impactgraph.usecases.about import StateMark, mark

SPACING = 0.9
"""Seconds between two evaluations of a topic; with the evaluation, a change arrives within a second."""
REFRESH = 20.0
"""Seconds after which a topic is evaluated again without a change: its forecast depends on the time."""

Execute: TypeAlias = Callable[[Operation, Context, object], Awaitable[ExecutionResult]]


class Publisher:
    """Belongs to one event loop. Up to `batch_size` topics of one audience share a context: its state and its
    look-ups.
    """

    def __init__(
        self,
        new_context: Callable[[Principal], Context],
        execute: Execute,
        count_updates: Callable[[int], None],
        batch_size: int,
    ) -> None:
        self._new_context = new_context
        self._execute = execute
        self._count_updates = count_updates
        self._batch_size = batch_size
        self._topics: dict[Topic, ActiveTopic] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def subscribe(self, topic: Topic, operation: Operation, subscriber: Mailbox) -> None:
        now = _now()
        active = self._topics.setdefault(topic, ActiveTopic(topic, due_at=now))
        active.subscribe(operation, subscriber)
        if active.selections[operation].latest is None:
            active.due_at = now
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), context=Variables())  # of no single request

    def unsubscribe(self, topic: Topic, operation: Operation, subscriber: Mailbox) -> None:
        active = self._topics[topic]
        active.unsubscribe(operation, subscriber)
        if not active.selections:
            del self._topics[topic]
            self._wake.set()

    @property
    def topic_count(self) -> int:
        return len(self._topics)

    @property
    def subscriber_count(self) -> int:
        return sum(
            len(selection.subscribers)
            for active in self._topics.values()
            for selection in active.selections.values()
        )

    @property
    def audiences(self) -> set[Principal]:
        return {topic.audience for topic in self._topics}

    def notify(self, current: Mapping[Principal, StateMark] | None = None) -> None:
        """Makes topics due; with `current`, the state of the data as each audience sees it, only those that
        were evaluated on another one.
        """
        for active in self._topics.values():
            if current is None or active.mark != current.get(active.topic.audience):
                active.due_at = min(active.due_at, active.earliest(SPACING))
        self._wake.set()

    async def close(self) -> None:
        for active in self._topics.values():
            active.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while self._topics:
            self._wake.clear()
            now = _now()
            by_due_time = sorted(self._topics.values(), key=lambda active: active.due_at)
            due = [active for active in by_due_time if active.due_at <= now]
            if due:
                audience = due[0].topic.audience
                together = [active for active in due if active.topic.audience == audience]
                await self._evaluate_batch(together[: self._batch_size])
            else:
                await self._sleep(by_due_time[0].due_at - now)

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _evaluate_batch(self, batch: list[ActiveTopic]) -> None:
        context = self._new_context(batch[0].topic.audience)
        try:
            for active in batch:
                await self._evaluate(active, context)
        finally:
            context.close()

    async def _evaluate(self, active: ActiveTopic, context: Context) -> None:
        """Publishes the topic's present answer; a change that comes meanwhile makes the topic due again."""
        started_at = _now()
        operations = active.operations_to_execute(started_at, SPACING)
        if len(operations) == len(active.selections):
            active.evaluated_at = started_at
            active.due_at = started_at + REFRESH
        else:
            active.due_at = active.earliest(SPACING)
        try:
            turn = await context.next_turn()
            active.mark = await turn.ask(mark)
            value = await active.topic.value(turn)
        except Exception as error:  # noqa: BLE001 - sent to the subscribers, and tried again
            active.mark = None
            for operation in operations:
                self._publish(active, operation, {"": _error_update(active.topic, error)})
        else:
            values = active.topic.by_key(value)
            for operation in operations:
                updates = {key: await self._updates(operation, context, each) for key, each in values.items()}
                self._publish(active, operation, updates)
        active.evaluation_seconds = _now() - started_at
        active.due_at = max(active.due_at, active.earliest(SPACING))

    async def _updates(self, operation: Operation, context: Context, value: object) -> Update:
        return Update.of(await self._execute(operation, await context.next_turn(), value))

    def _publish(self, active: ActiveTopic, operation: Operation, updates: Mapping[str, Update]) -> None:
        if selection := active.selections.get(operation):
            self._count_updates(selection.publish(updates))


def _error_update(topic: Topic, error: Exception) -> Update:
    graphql_error = GraphQLError(str(error), path=[topic.name], original_error=error)
    return Update.of(ExecutionResult(None, [graphql_error]))


def _now() -> float:
    return asyncio.get_running_loop().time()
