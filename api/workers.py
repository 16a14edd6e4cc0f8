"""Threads for requests: each request opens and closes what it uses of the store in its own thread."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from contextvars import copy_context
from typing import TypeVar

from api.lanes import Lanes, Seat

T = TypeVar("T")

MAX_WORKERS = 16
"""Requests that run at the same time; further ones wait."""
SLOW_WORKERS = 6
"""Slow requests that run beside them at the same time; further ones wait for each other only."""
SLOW_AFTER = 1.0
"""Seconds in a thread after which a request is slow."""


class Workers:
    """Pool of threads. Belongs to one event loop.

    A request that turns out to be slow moves to a lane of its own, as do later ones of the same kind: however
    many of them come, the quick ones find a thread.
    """

    def __init__(
        self, count: int = MAX_WORKERS, slow_count: int = SLOW_WORKERS, slow_after: float = SLOW_AFTER
    ) -> None:
        self._lanes = Lanes(count, slow_count, slow_after)
        self._idle: list[ThreadPoolExecutor] = []
        self._is_closed = False

    @property
    def count(self) -> int:
        """Threads that may be lent at the same time."""
        return self._lanes.quick.count + self._lanes.slow.count

    @property
    def busy(self) -> int:
        """Threads that are lent."""
        return self._lanes.quick.taken + self._lanes.slow.taken

    @property
    def waiting(self) -> int:
        """Requests that wait for one."""
        return self._lanes.quick.waiting + self._lanes.slow.waiting

    async def borrow(self, kind: str = "") -> "Worker":
        """A thread for one request; waits until one is free.

        `kind`: what requests of the same cost share, such as the text of a document; empty: it is not known.
        """
        seat = await self._lanes.enter(kind)
        thread = self._idle.pop() if self._idle else ThreadPoolExecutor(1, "request")
        return Worker(thread, lambda thread: self._give_back(thread, seat))

    def close(self) -> None:
        """Ends the threads; busy ones end after their work."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().shutdown(wait=False)

    def _give_back(self, thread: ThreadPoolExecutor, seat: Seat) -> None:
        if self._is_closed:
            thread.shutdown(wait=False)
        else:
            self._idle.append(thread)
        seat.leave()


class Worker:
    """One thread, and the context managers that are open in it."""

    def __init__(self, thread: ThreadPoolExecutor, give_back: Callable[[ThreadPoolExecutor], None]) -> None:
        self._thread = thread
        self._give_back = give_back
        self._open = ExitStack()

    async def run(self, work: Callable[[], T], seconds: float | None) -> T:
        """The result of `work`, run in the thread with the context variables of the request: its log lines
        have its id.

        Raises: TimeoutError after `seconds`; the work then runs to its end, and its result is dropped.
        """
        future = asyncio.get_running_loop().run_in_executor(self._thread, copy_context().run, work)
        future.add_done_callback(_ignore_error)
        return await asyncio.wait_for(asyncio.shield(future), seconds)

    def enter(self, context: AbstractContextManager[T]) -> T:
        """Enters `context` until `release`. To be called in the thread."""
        return self._open.enter_context(context)

    def release(self) -> None:
        """Exits all open contexts, the last one first. To be called in the thread."""
        self._open.close()

    def close(self) -> None:
        """Releases everything after the work in progress, and then returns the thread to the pool."""
        loop = asyncio.get_running_loop()
        self._thread.submit(self.release).add_done_callback(lambda _: _call(loop, self._return))

    def _return(self) -> None:
        self._give_back(self._thread)


def _call(loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
    """Calls `work` in the loop's thread, unless the loop has closed meanwhile."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(work)


def _ignore_error(future: "asyncio.Future[T] | Future[T]") -> None:
    """Keeps asyncio from logging the error of work that nobody waits for any more."""
    if not future.cancelled():
        future.exception()
