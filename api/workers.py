"""Threads for requests. A request has one of its own as long as it lasts: what it holds of the store, it holds and lets go of in that thread."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from typing import TypeVar

T = TypeVar("T")

COUNT = 16
"""Requests that are worked on at the same time; further ones wait."""


class Workers:
    """Belongs to one event loop."""

    def __init__(self, count: int = COUNT) -> None:
        self._places = asyncio.Semaphore(count)
        self._idle: list[ThreadPoolExecutor] = []
        self._closed = False

    async def borrow(self) -> "Worker":
        """A thread that nobody else uses; waits until there is one."""
        await self._places.acquire()
        return Worker(self._idle.pop() if self._idle else ThreadPoolExecutor(1, "request"), self._give_back)

    def close(self) -> None:
        """Ends the threads; those that are still at work end after it."""
        self._closed = True
        while self._idle:
            self._idle.pop().shutdown(wait=False)

    def _give_back(self, thread: ThreadPoolExecutor) -> None:
        if self._closed:
            thread.shutdown(wait=False)
        else:
            self._idle.append(thread)
        self._places.release()


class Worker:
    """One thread, and what is open in it."""

    def __init__(self, thread: ThreadPoolExecutor, give_back: Callable[[ThreadPoolExecutor], None]) -> None:
        self._thread, self._give_back = thread, give_back
        self._open = ExitStack()

    async def run(self, work: Callable[[], T], seconds: float | None) -> T:
        """The result of `work`. Raises TimeoutError after `seconds`; what was under way then runs out unseen."""
        future = asyncio.get_running_loop().run_in_executor(self._thread, work)
        future.add_done_callback(_seen)
        return await asyncio.wait_for(asyncio.shield(future), seconds)

    def enter(self, context: AbstractContextManager[T]) -> T:
        """Opens it until `let_go`. To be called in the thread."""
        return self._open.enter_context(context)

    def let_go(self) -> None:
        """Closes all that was opened, the last first. To be called in the thread."""
        self._open.close()

    def done(self) -> None:
        """Closes all, behind what may still be under way, and then gives the thread back."""
        loop = asyncio.get_running_loop()
        self._thread.submit(self.let_go).add_done_callback(lambda _: _call(loop, self._return))

    def _return(self) -> None:
        self._give_back(self._thread)


def _call(loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
    """In the loop's thread, unless the loop has ended meanwhile."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(work)


def _seen(future: "asyncio.Future[T] | Future[T]") -> None:
    """An error of work that nobody waits for any more is no news."""
    if not future.cancelled():
        future.exception()
