"""When a topic is worked out, and who is told: on a clock of the test's own."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from graphql import ExecutionResult, parse

from api.live.lane import CLOCK, SPACING, Lane
from api.live.operation import Operation
from api.live.slot import Slot, Told
from api.live.topic import Topic
from api.ticking import Ticked
from impactgraph.errors import NotFoundError
from impactgraph.usecases.about import StateMark

Play = Callable[["World"], Awaitable[None]]


class Clock(asyncio.SelectorEventLoop):
    """Does not wait for what is due later: it becomes later."""

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
        await world.lane.close()

    def in_a_loop() -> None:
        with asyncio.Runner(loop_factory=Clock) as runner:
            runner.run(run())

    with ThreadPoolExecutor(1) as apart:  # tests that open a page leave a loop running in this thread
        apart.submit(in_a_loop).result()


@dataclass
class World:
    """Something that changes, and a lane that it can be followed in."""

    state: object = 0
    takes: float = 0.0
    begun: list[float] = field(default_factory=list[float])
    executed: list[str] = field(default_factory=list[str])
    sent: int = 0
    watermark: int = 0

    def __post_init__(self) -> None:
        self.lane = Lane(lambda: cast(Any, self), self._execute, self._send, together=1)
        self.topic = Topic("order", "O-1", lambda _: self.value())

    async def value(self) -> object:
        self.begun.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.takes)
        if isinstance(self.state, Exception):
            raise self.state
        return self.state

    async def _execute(self, operation: Operation, _: object, value: object) -> ExecutionResult:
        self.executed.append(operation.text)
        return ExecutionResult({operation.text: value, "asOf": Ticked(asyncio.get_running_loop().time())})

    def _send(self, readers: int) -> None:
        self.sent += readers

    def join(self, text: str = "a") -> Slot:
        reader = Slot()
        self.lane.join(self.topic, operation(text), reader)
        return reader

    # What a lane asks of a context

    async def next_turn(self) -> "World":
        return self

    async def ask(self, _: object) -> StateMark:
        return StateMark(self.watermark, "1")

    def close(self) -> None:
        pass


def operation(text: str) -> Operation:
    return Operation(text, None, b"null", parse("{a}"), {})


def data(told: Told | None) -> bytes:
    assert told is not None and told.data is not None
    return cast(Any, told).looks


def test_the_present_state_comes_at_once_and_a_change_when_it_happens() -> None:
    async def work(world: World) -> None:
        reader = world.join()
        first = data(await reader.take())
        await asyncio.sleep(5)
        world.state = 1
        world.lane.wake()

        assert data(await reader.take()) != first
        assert world.begun == [0, 5]

    play(work)


def test_what_happens_all_the_time_is_told_once_in_a_while() -> None:
    async def work(world: World) -> None:
        reader = world.join()
        for n in range(1000):
            world.state = n
            world.lane.wake()
            await asyncio.sleep(0.01)
        await reader.take()

        gaps = [after - before for before, after in zip(world.begun, world.begun[1:], strict=False)]
        assert min(gaps) >= SPACING - 1e-6
        assert len(world.begun) == 1 + int(10 / SPACING)

    play(work)


def test_the_last_of_many_changes_is_told() -> None:
    async def work(world: World) -> None:
        reader = world.join()
        await reader.take()
        for n in (1, 2, 3):
            world.state = n
            world.lane.wake()
        told = await reader.take()

        assert data(told) == data(Told.of(ExecutionResult({"a": 3, "asOf": Ticked("whenever")})))

    play(work)


def test_a_question_that_takes_long_leaves_as_much_time_to_others() -> None:
    async def work(world: World) -> None:
        world.takes = 4.0
        world.join()
        for n in range(100):
            world.state = n
            world.lane.wake()
            await asyncio.sleep(1)

        gaps = [after - before for before, after in zip(world.begun, world.begun[1:], strict=False)]
        assert min(gaps) >= 8 - 1e-6

    play(work)


def test_time_passing_is_looked_at_and_nothing_is_sent_where_nothing_looks_different() -> None:
    async def work(world: World) -> None:
        reader = world.join()
        await reader.take()
        await asyncio.sleep(3 * CLOCK + 1)

        assert world.begun == [0, CLOCK, 2 * CLOCK, 3 * CLOCK]
        assert world.sent == 1

    play(work)


def test_a_hundred_readers_of_one_question_cost_as_much_as_one() -> None:
    async def work(world: World) -> None:
        readers = [world.join() for _ in range(100)]
        await asyncio.gather(*(reader.take() for reader in readers))
        world.state = 1
        world.lane.wake()
        answers = await asyncio.gather(*(reader.take() for reader in readers))

        assert len(world.begun) == len(world.executed) == 2
        assert len({id(answer) for answer in answers}) == 1
        assert world.sent == 200

    play(work)


def test_who_comes_later_is_given_what_is_there_without_more_work() -> None:
    async def work(world: World) -> None:
        await world.join().take()
        later = await world.join().take()

        assert data(later)
        assert len(world.begun) == 1

    play(work)


def test_another_selection_is_worked_out_for_who_asks_it_and_the_others_keep_their_pace() -> None:
    async def work(world: World) -> None:
        first = world.join("a")
        await first.take()
        world.state = 1
        await world.join("b").take()
        assert world.executed == ["a", "b"]

        await asyncio.sleep(2 * SPACING)
        assert world.executed == ["a", "b", "a", "b"]
        assert world.begun[-1] == SPACING
        assert data(await first.take())

    play(work)


def test_a_slow_reader_is_given_the_newest_only_and_the_others_do_not_wait() -> None:
    async def work(world: World) -> None:
        slow, quick = world.join(), world.join()
        for n in range(5):
            world.state = n
            world.lane.wake()
            newest = await quick.take()
            await asyncio.sleep(1)

        assert await slow.take() is newest
        waiting = asyncio.ensure_future(slow.take())
        await asyncio.sleep(0)
        assert not waiting.done()

    play(work)


def test_what_was_known_already_is_not_worked_out_again() -> None:
    async def work(world: World) -> None:
        world.watermark = 7
        await world.join().take()
        await asyncio.sleep(5)
        world.lane.wake(StateMark(7, "1"))
        await asyncio.sleep(5)
        assert len(world.begun) == 1

        world.lane.wake(StateMark(8, "1"))
        await asyncio.sleep(5)
        assert len(world.begun) == 2

    play(work)


def test_what_goes_wrong_is_told_and_tried_again() -> None:
    async def work(world: World) -> None:
        reader = world.join()
        await reader.take()
        world.state = NotFoundError("order:O-1")
        world.lane.wake()
        told = await reader.take()
        assert told is not None and told.failed
        assert [error.extensions["code"] for error in told.errors if error.extensions] == ["NOT_FOUND"]

        world.state = 5
        world.lane.wake()
        assert data(await reader.take())

    play(work)


def test_what_nobody_foresaw_is_told_without_its_words() -> None:
    async def work(world: World) -> None:
        world.state = KeyError("secret")
        told = await world.join().take()

        assert told is not None
        assert [error.extensions["code"] for error in told.errors if error.extensions] == ["INTERNAL"]
        assert "secret" not in str(told.errors)

    play(work)


def test_nothing_is_worked_out_when_the_last_reader_has_gone() -> None:
    async def work(world: World) -> None:
        reader = world.join()
        await reader.take()
        world.lane.leave(world.topic, operation("a"), reader)
        await asyncio.sleep(10 * CLOCK)

        assert (len(world.begun), world.lane.readers) == (1, 0)

    play(work)


def test_readers_are_told_when_it_ends() -> None:
    async def work(world: World) -> None:
        reader = world.join()
        await reader.take()
        await world.lane.close()

        assert await reader.take() is None

    play(work)


@pytest.mark.parametrize("seconds", [0.0, 0.5])
def test_a_change_during_the_work_is_worked_out_after_it(seconds: float) -> None:
    async def work(world: World) -> None:
        world.takes = seconds
        reader = world.join()
        await asyncio.sleep(seconds / 2)
        world.state = 1
        world.lane.wake()
        await asyncio.sleep(2 * SPACING + seconds)

        told = await reader.take()
        assert data(told) == data(Told.of(ExecutionResult({"a": 1, "asOf": Ticked("whenever")})))

    play(work)
