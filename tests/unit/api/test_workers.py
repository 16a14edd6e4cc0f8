import asyncio
import threading

import pytest

from api.lanes import Lane
from api.workers import Workers
from tests.own_loop import OwnLoop


def test_slow_questions_of_one_kind_do_not_starve_others() -> None:
    """More of them than there are threads, then a quick one, which is answered while they run or wait."""
    release = threading.Event()

    async def hold(workers: Workers) -> None:
        worker = await workers.borrow("slow")
        await worker.run(lambda: release.wait(60), None)
        worker.close()

    async def scene() -> str:
        workers = Workers(count=3, slow_count=1, slow_after=0.01)
        slow = [asyncio.create_task(hold(workers)) for _ in range(12)]
        quick = await workers.borrow("quick")
        answer = await quick.run(lambda: "answered" if not release.is_set() else "late", None)
        assert not any(task.done() for task in slow)
        quick.close()
        release.set()
        await asyncio.gather(*slow)
        workers.close()
        return answer

    loop = OwnLoop()
    assert loop.run(scene()) == "answered"
    loop.close()


def test_a_kind_that_is_quick_again_leaves_the_slow_lane() -> None:
    async def scene() -> list[int]:
        workers = Workers(count=2, slow_count=1, slow_after=0.01)
        release = threading.Event()
        worker = await workers.borrow("a")
        waiting = asyncio.create_task(worker.run(lambda: release.wait(60), None))
        while workers._lanes.slow.taken == 0:
            await asyncio.sleep(0)
        release.set()
        await waiting
        worker.close()
        seats = []
        for _ in range(2):
            seat = await workers._lanes.enter("a")
            seats.append(workers._lanes.quick.taken)
            seat.leave()
        workers.close()
        return seats

    loop = OwnLoop()
    assert loop.run(scene()) == [0, 1], "the first is still in the slow lane, the next no longer"
    loop.close()


def test_a_lane_gives_seats_in_turn_and_forgets_who_has_gone() -> None:
    async def scene() -> list[str]:
        lane, order = Lane(1), list[str]()

        async def sit(name: str) -> None:
            await lane.enter()
            order.append(name)

        await lane.enter()
        first, second, third = (asyncio.create_task(sit(name)) for name in "abc")
        await asyncio.sleep(0)
        second.cancel()
        lane.leave()
        await first
        lane.leave()
        await third
        with pytest.raises(asyncio.CancelledError):
            await second
        assert lane.taken == 1
        return order

    loop = OwnLoop()
    assert loop.run(scene()) == ["a", "c"]
    loop.close()
