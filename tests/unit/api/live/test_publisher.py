"""When a publisher evaluates a topic, and which subscribers get an update, on a simulated clock."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from graphql import ExecutionResult, parse

from api.live.mailbox import Mailbox, Update
from api.live.operation import Operation
from api.live.publisher import REFRESH, SPACING, Publisher
from api.live.topic import Topic
from api.volatile import VolatileText
from graph_models.access import LOCAL, Principal, RowFilter
from impactgraph.errors import NotFoundError
from impactgraph.usecases.about import StateMark

Play = Callable[["World"], Awaitable[None]]


class Clock(asyncio.SelectorEventLoop):
    """An event loop whose time jumps to the next timer."""

    def __init__(self) -> None:
        super().__init__(_Skip(self))
        self.now = 0.0

    def time(self) -> float:
        return self.now


class _Skip(selectors.DefaultSelector):
    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> Any:
        if timeout:
            self._clock.now += timeout
        return super().select(0)


def play(work: Play) -> None:
    async def run() -> None:
        world = World()
        await work(world)
        await world.publisher.close()

    def in_a_loop() -> None:
        with asyncio.Runner(loop_factory=Clock) as runner:
            runner.run(run())

    with ThreadPoolExecutor(1) as apart:  # tests that open a page leave a loop running in this thread
        apart.submit(in_a_loop).result()


@dataclass
class World:
    """A state that changes, the context that reads it, and a publisher of it."""

    state: object = 0
    seconds: float = 0.0
    evaluations: list[float] = field(default_factory=list[float])
    executed: list[str] = field(default_factory=list[str])
    sent: int = 0
    watermark: int = 0

    def __post_init__(self) -> None:
        self.publisher = Publisher(lambda _: cast(Any, self), self._execute, self._count, batch_size=1)
        self.topic = Topic("order", "O-1", lambda _: self.value())

    async def value(self) -> object:
        self.evaluations.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.seconds)
        if isinstance(self.state, Exception):
            raise self.state
        return self.state

    async def _execute(self, operation: Operation, _: object, value: object) -> ExecutionResult:
        self.executed.append(operation.text)
        return ExecutionResult(
            {operation.text: value, "asOf": VolatileText(asyncio.get_running_loop().time())}
        )

    def _count(self, subscribers: int) -> None:
        self.sent += subscribers

    def subscribe(self, text: str = "a") -> Mailbox:
        subscriber = Mailbox()
        self.publisher.subscribe(self.topic, operation(text), subscriber)
        return subscriber

    # The methods of a context that a publisher calls

    async def next_turn(self) -> "World":
        return self

    async def ask(self, _: object) -> StateMark:
        return StateMark(self.watermark, "1")

    def close(self) -> None:
        pass


def operation(text: str) -> Operation:
    return Operation(text, None, b"null", parse("{a}"), {})


def data(update: Update | None) -> bytes:
    assert update is not None and update.data is not None
    return cast(Any, update).fingerprint


def test_the_present_state_comes_at_once_and_a_change_when_it_happens() -> None:
    async def work(world: World) -> None:
        subscriber = world.subscribe()
        first = data(await subscriber.receive())
        await asyncio.sleep(5)
        world.state = 1
        world.publisher.notify()

        assert data(await subscriber.receive()) != first
        assert world.evaluations == [0, 5]

    play(work)


def test_continuous_changes_are_published_at_intervals() -> None:
    async def work(world: World) -> None:
        subscriber = world.subscribe()
        for n in range(1000):
            world.state = n
            world.publisher.notify()
            await asyncio.sleep(0.01)
        await subscriber.receive()

        gaps = [
            after - before for before, after in zip(world.evaluations, world.evaluations[1:], strict=False)
        ]
        assert min(gaps) >= SPACING - 1e-6
        assert len(world.evaluations) == 1 + int(10 / SPACING)

    play(work)


def test_the_last_of_many_changes_is_published() -> None:
    async def work(world: World) -> None:
        subscriber = world.subscribe()
        await subscriber.receive()
        for n in (1, 2, 3):
            world.state = n
            world.publisher.notify()
        update = await subscriber.receive()

        assert data(update) == data(Update.of(ExecutionResult({"a": 3, "asOf": VolatileText("whenever")})))

    play(work)


def test_a_slow_question_leaves_as_much_time_to_others() -> None:
    async def work(world: World) -> None:
        world.seconds = 4.0
        world.subscribe()
        for n in range(100):
            world.state = n
            world.publisher.notify()
            await asyncio.sleep(1)

        gaps = [
            after - before for before, after in zip(world.evaluations, world.evaluations[1:], strict=False)
        ]
        assert min(gaps) >= 8 - 1e-6

    play(work)


def test_a_topic_is_evaluated_as_time_passes_and_an_equal_answer_is_not_sent() -> None:
    async def work(world: World) -> None:
        subscriber = world.subscribe()
        await subscriber.receive()
        await asyncio.sleep(3 * REFRESH + 1)

        assert world.evaluations == [0, REFRESH, 2 * REFRESH, 3 * REFRESH]
        assert world.sent == 1

    play(work)


def test_a_hundred_subscribers_to_one_question_cost_as_much_as_one() -> None:
    async def work(world: World) -> None:
        subscribers = [world.subscribe() for _ in range(100)]
        await asyncio.gather(*(subscriber.receive() for subscriber in subscribers))
        world.state = 1
        world.publisher.notify()
        answers = await asyncio.gather(*(subscriber.receive() for subscriber in subscribers))

        assert len(world.evaluations) == len(world.executed) == 2
        assert len({id(answer) for answer in answers}) == 1
        assert world.sent == 200

    play(work)


def test_a_later_subscriber_gets_the_latest_answer_without_another_evaluation() -> None:
    async def work(world: World) -> None:
        await world.subscribe().receive()
        later = await world.subscribe().receive()

        assert data(later)
        assert len(world.evaluations) == 1

    play(work)


def test_another_selection_is_executed_for_its_subscriber_and_the_others_keep_their_pace() -> None:
    async def work(world: World) -> None:
        first = world.subscribe("a")
        await first.receive()
        world.state = 1
        await world.subscribe("b").receive()
        assert world.executed == ["a", "b"]

        await asyncio.sleep(2 * SPACING)
        assert world.executed == ["a", "b", "a", "b"]
        assert world.evaluations[-1] == SPACING
        assert data(await first.receive())

    play(work)


def test_a_slow_subscriber_gets_the_newest_answer_only_and_the_others_do_not_wait() -> None:
    async def work(world: World) -> None:
        slow, quick = world.subscribe(), world.subscribe()
        for n in range(5):
            world.state = n
            world.publisher.notify()
            newest = await quick.receive()
            await asyncio.sleep(1)

        assert await slow.receive() is newest
        waiting = asyncio.ensure_future(slow.receive())
        await asyncio.sleep(0)
        assert not waiting.done()

    play(work)


def test_a_known_state_is_not_evaluated_again() -> None:
    async def work(world: World) -> None:
        world.watermark = 7
        await world.subscribe().receive()
        await asyncio.sleep(5)
        world.publisher.notify({LOCAL: StateMark(7, "1")})
        await asyncio.sleep(5)
        assert len(world.evaluations) == 1

        world.publisher.notify({LOCAL: StateMark(8, "1")})
        await asyncio.sleep(5)
        assert len(world.evaluations) == 2

    play(work)


def test_an_error_is_sent_and_the_topic_is_evaluated_again() -> None:
    async def work(world: World) -> None:
        subscriber = world.subscribe()
        await subscriber.receive()
        world.state = NotFoundError("order:O-1")
        world.publisher.notify()
        update = await subscriber.receive()
        assert update is not None and update.is_failure
        assert [error.extensions["code"] for error in update.errors if error.extensions] == ["NOT_FOUND"]

        world.state = 5
        world.publisher.notify()
        assert data(await subscriber.receive())

    play(work)


def test_an_unexpected_error_is_sent_without_its_message() -> None:
    async def work(world: World) -> None:
        world.state = KeyError("secret")
        update = await world.subscribe().receive()

        assert update is not None
        assert [error.extensions["code"] for error in update.errors if error.extensions] == ["INTERNAL"]
        assert "secret" not in str(update.errors)

    play(work)


def test_nothing_is_evaluated_after_the_last_subscriber_left() -> None:
    async def work(world: World) -> None:
        subscriber = world.subscribe()
        await subscriber.receive()
        world.publisher.unsubscribe(world.topic, operation("a"), subscriber)
        await asyncio.sleep(10 * REFRESH)

        assert (len(world.evaluations), world.publisher.subscriber_count) == (1, 0)

    play(work)


def test_subscribers_notice_that_the_publisher_closes() -> None:
    async def work(world: World) -> None:
        subscriber = world.subscribe()
        await subscriber.receive()
        await world.publisher.close()

        assert await subscriber.receive() is None

    play(work)


@pytest.mark.parametrize("seconds", [0.0, 0.5])
def test_a_change_during_an_evaluation_is_evaluated_after_it(seconds: float) -> None:
    async def work(world: World) -> None:
        world.seconds = seconds
        subscriber = world.subscribe()
        await asyncio.sleep(seconds / 2)
        world.state = 1
        world.publisher.notify()
        await asyncio.sleep(2 * SPACING + seconds)

        update = await subscriber.receive()
        assert data(update) == data(Update.of(ExecutionResult({"a": 1, "asOf": VolatileText("whenever")})))

    play(work)


def test_a_change_is_evaluated_only_for_the_audience_that_sees_it() -> None:
    async def work(world: World) -> None:
        here, there = (replace(LOCAL, rows=RowFilter(regions=(region,))) for region in ("emea", "apac"))
        asked: list[Principal] = []

        def new_context(audience: Principal) -> Any:
            asked.append(audience)
            return world

        world.publisher = Publisher(new_context, world._execute, world._count, batch_size=25)
        audiences = [world.topic.of(each).audience for each in (here, there)]
        mailboxes = [Mailbox(), Mailbox()]
        for principal, mailbox in zip((here, there), mailboxes, strict=True):
            world.publisher.subscribe(world.topic.of(principal), operation("a"), mailbox)
        for mailbox in mailboxes:
            await mailbox.receive()
        assert asked == audiences
        await asyncio.sleep(5)

        world.publisher.notify({audiences[0]: StateMark(0, "1"), audiences[1]: StateMark(8, "1")})
        await asyncio.sleep(5)

        assert asked == [*audiences, audiences[1]]

    play(work)


def test_subscribers_with_the_same_roles_and_filter_share_a_topic() -> None:
    topic = Topic("order", "O-1", lambda context: context.ask(lambda _: None))
    ann, bob = (replace(LOCAL, subject=name, name=name) for name in ("ann", "bob"))
    filtered = replace(LOCAL, rows=RowFilter(channels=("web",)))

    assert topic.of(ann) == topic.of(bob) != topic.of(filtered)
