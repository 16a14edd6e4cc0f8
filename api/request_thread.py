"""The thread that a request calls the store in, with its deadline and the size of its answer."""

import asyncio
import time
from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Concatenate, ParamSpec, Self, TypeVar

from strawberry.fastapi import BaseContext

from api.errors import TooComplexError
from api.workers import Worker, Workers
from graph_models.time import Millis
from impactgraph.errors import DeadlineExceededError
from impactgraph.usecases import Store
from impactgraph.usecases.snapshot import Snapshot, snapshot
from impactgraph.usecases.tracing import traced

P = ParamSpec("P")
T = TypeVar("T")


class RequestThread(BaseContext):
    """Calls the store in one thread, so that all of an answer comes from one state of the data."""

    store: Store
    """As who asks may see it."""

    def __init__(self, workers: Workers, now: Millis, *, seconds: float, max_objects: int) -> None:
        """`seconds`: the deadline; `max_objects`: of an answer."""
        super().__init__()
        self.now = now
        self.kind = ""
        """Text of the document: what questions of the same cost have in common."""
        self._workers = workers
        self._worker: Worker | None = None
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._max_objects = self._object_budget = max_objects
        self._snapshots: dict[Millis | None, Snapshot] = {}
        self._borrowing = asyncio.Lock()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, run in the request's thread. Raises DeadlineExceededError."""
        try:
            async with asyncio.timeout(self._remaining_seconds), self._borrowing:
                if self._worker is None:
                    self._worker = await self._workers.borrow(self.kind)
            return await self._worker.run(partial(work, *args, **kwargs), self._remaining_seconds)
        except TimeoutError:
            raise self._deadline_error() from None

    async def ask(self, work: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a use case, whose first argument is the store. Raises DeadlineExceededError."""
        return await self.run(traced(work, "use case"), self.store, *args, **kwargs)

    async def ask_at(
        self,
        as_of: Millis | None,
        work: Callable[Concatenate[Snapshot, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """The result of a use case on the request's snapshot of a moment (None: now)."""
        use_case = traced(work, "use case")
        return await self.run(lambda: use_case(self._snapshot(as_of), *args, **kwargs))

    async def run_on(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `run` without the deadline, for the rest of a response that is being streamed."""
        assert self._worker is not None
        return await self._worker.run(partial(work, *args, **kwargs), None)

    async def release(self) -> None:
        """Closes what is open, so that a write does not wait for this reader."""
        if self._worker is not None:
            await self.run(self._worker.release)
        self._clear()

    async def next_turn(self) -> Self:
        """A context for another operation on the same state: same thread and moment, own deadline and limits.
        The deadline of this one has an effect on the first turn only.

        Close this context, not the turn.
        """
        if self._worker is None:
            await self.run(lambda: None)
        turn = copy(self)
        turn._deadline = time.monotonic() + self._seconds
        turn._object_budget = self._max_objects
        return turn

    def close(self) -> None:
        """Releases everything that the answers hold.

        A context and its loaders form a reference cycle, which only the garbage collector would free.
        """
        self._clear()
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _clear(self) -> None:
        """Empties the cache of look-ups."""
        self._snapshots.clear()

    def count(self, objects: int) -> None:
        """Counts objects of the answer. Raises TooComplexError, DeadlineExceededError."""
        self._object_budget -= objects
        if self._object_budget < 0:
            raise TooComplexError(
                f"The answer has more than {self._max_objects} objects. Request smaller pages, or use "
                f"/export."
            )
        if time.monotonic() > self._deadline:
            raise self._deadline_error()

    def _snapshot(self, as_of: Millis | None) -> Snapshot:
        """In the request's thread; open as long as the request lasts, or until it changes something."""
        assert self._worker is not None
        if as_of not in self._snapshots:
            self._snapshots[as_of] = self._worker.enter(snapshot(self.store, as_of, self.now))
        return self._snapshots[as_of]

    @property
    def _remaining_seconds(self) -> float:
        return max(0.0, self._deadline - time.monotonic())

    def _deadline_error(self) -> DeadlineExceededError:
        return DeadlineExceededError(
            f"The answer was not ready within {self._seconds:g} s. Ask for less, or set a later deadline."
        )
