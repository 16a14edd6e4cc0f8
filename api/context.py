"""What a request carries: the store, its moment, its deadline, and what it has already looked up."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Concatenate, ParamSpec, TypeVar

from strawberry.fastapi import BaseContext

from api.errors import TooComplexError
from api.loaders import OrderLoader
from api.workers import Worker, Workers
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.orders import Order, TimelineEntry
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.errors import DeadlineExceededError, NotFoundError
from impactgraph.usecases import Store
from impactgraph.usecases.answer import Answer, Ask
from impactgraph.usecases.diagnoses import Case, cases
from impactgraph.usecases.impact_summary import ImpactSummary, impact_summaries, impact_summary
from impactgraph.usecases.orders import current_topology, get_orders
from impactgraph.usecases.questions import check_question
from impactgraph.usecases.timelines import timelines
from impactgraph.usecases.topologies import get_topology

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Landscape:
    """The topology that an answer stands on, and the moment it is asked for; None: now."""

    topology: Topology
    as_of: Millis | None = None


@dataclass(frozen=True)
class Contexts:
    """Makes a context for each request."""

    store: Store
    ask_impact: Ask
    workers: Workers
    clock: Callable[[], Millis]
    seconds: float
    """That a request may take."""
    most_objects: int
    """That an answer may have."""
    changed: Callable[[], None] = lambda: None
    """Called after each change."""

    def new(self, seconds: float | None = None) -> "Context":
        """`seconds`: less time than a request is given."""
        return Context(self, self.seconds if seconds is None else seconds)


class Context(BaseContext):
    """Asks the store in one thread, one thing after the other, so that all of an answer comes from one state of the data."""

    def __init__(self, made_by: Contexts, seconds: float) -> None:
        super().__init__()
        self._made_by = made_by
        self.store, self.now = made_by.store, made_by.clock()
        self._ask_impact, self._workers = made_by.ask_impact, made_by.workers
        self._worker: Worker | None = None
        self._seconds = seconds
        self._ends = time.monotonic() + seconds
        self._most_objects = self._objects_left = made_by.most_objects
        self._landscapes: dict[Millis | None, Landscape] = {}
        self._active: dict[Millis | None, Answer] = {}
        self._failures: dict[Millis | None, dict[str, Failure]] = {}
        self._borrowing, self._looking = asyncio.Lock(), asyncio.Lock()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, done in the request's thread. Raises DeadlineExceededError when its time is up."""
        try:
            async with asyncio.timeout(self._left), self._borrowing:
                if self._worker is None:
                    self._worker = await self._workers.borrow()
            return await self._worker.run(partial(work, *args, **kwargs), self._left)
        except TimeoutError:
            raise self._too_late() from None

    async def ask(self, work: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for a use case, which takes the store first."""
        return await self.run(work, self.store, *args, **kwargs)

    async def run_on(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same without a deadline, for what is sent bit by bit once the answer is there."""
        assert self._worker is not None
        return await self._worker.run(partial(work, *args, **kwargs), None)

    async def change(self, work: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for a use case that changes something: what was looked up before is let go of, since a change waits for who reads."""
        if self._worker is not None:
            await self.run(self._worker.let_go)
        self._forget()
        done = await self.ask(work, *args, **kwargs)
        self._made_by.changed()
        return done

    def fresh(self) -> "Context":
        """One of its own, for another operation that comes by the same connection."""
        return self._made_by.new()

    async def next_turn(self) -> "Context":
        """For another operation on the same state of the data: the same thread and moment, its own deadline and count. This one is the one to close."""
        await self.run(lambda: None)
        turn = copy(self)
        turn._ends = time.monotonic() + self._seconds
        turn._objects_left = self._most_objects
        return turn

    def close(self) -> None:
        """Lets go of everything that the answers hold."""
        self._forget()  # a context is in a circle with its loaders, and so waits for the garbage collector: the answers must not
        if self._worker is not None:
            self._worker.done()
            self._worker = None

    def _forget(self) -> None:
        """Lets go of what was looked up."""
        self._landscapes.clear()
        self._active.clear()
        self._failures.clear()

    def count(self, objects: int) -> None:
        """Notes that the answer grows. Raises TooComplexError, or DeadlineExceededError where its time is up."""
        self._objects_left -= objects
        if self._objects_left < 0:
            raise TooComplexError(
                f"The answer has more than {self._most_objects} objects. Ask for smaller pages, or use /export."
            )
        if time.monotonic() > self._ends:
            raise self._too_late()

    async def landscape_of(self, version: str, as_of: Millis | None) -> Landscape:
        """A version by bare key: what an answer stands on."""
        here = await self.landscape(as_of)
        return (
            here
            if here.topology.version == version
            else Landscape(await self.ask(get_topology, version), as_of)
        )

    async def landscape(self, as_of: Millis | None = None) -> Landscape:
        """The topology current then, looked up once a request."""
        if as_of not in self._landscapes:
            self._landscapes[as_of] = Landscape(await self.ask(current_topology, as_of), as_of)
        return self._landscapes[as_of]

    async def failure(self, key: str, as_of: Millis | None) -> Failure | None:
        """By bare key, as it was then; asked of the store once a request."""
        async with self._looking:
            if as_of not in self._failures:
                self._failures[as_of] = {
                    failure.key: failure for failure in await self.run(self.store.failures, as_of)
                }
            return self._failures[as_of].get(key)

    async def impact(self, question: Question) -> Answer:
        """The answer to a question that makes sense. Raises NotFoundError, BadInputError."""
        topology = (await self.landscape(question.as_of)).topology
        await self.ask(check_question, question, topology)
        return await self.ask(self._opened, question)

    async def active_impact(self, as_of: Millis | None) -> Answer:
        """Of all failures active then, worked out once a request."""
        async with self._looking:
            if as_of not in self._active:
                self._active[as_of] = await self.impact(Question(as_of=as_of))
            return self._active[as_of]

    async def at_stake(self, failure: Failure, as_of: Millis | None) -> ImpactSummary:
        """Of the failure by itself."""
        return await self.ask(impact_summary, self._ask_impact, failure, Question(as_of=as_of), self.now)

    async def each_at_stake(self, answer: Answer) -> tuple[ImpactSummary, ...]:
        """Of each failure of an answer, ranked."""
        return await self.ask(impact_summaries, self._ask_impact, answer)

    @cached_property
    def orders(self) -> OrderLoader[Order]:
        return OrderLoader(lambda keys, as_of: self.ask(get_orders, keys, self.now, as_of))

    @cached_property
    def cases(self) -> OrderLoader[Case]:
        """All that the diagnoses and the stories of orders are told from."""
        return OrderLoader(lambda keys, as_of: self.ask(cases, keys, self.now, as_of))

    @cached_property
    def timelines(self) -> OrderLoader[tuple[TimelineEntry, ...]]:
        return OrderLoader(self._stories)

    async def _stories(self, keys: list[str], as_of: Millis | None) -> dict[str, tuple[TimelineEntry, ...]]:
        topology = (await self.landscape(as_of)).topology
        found = await asyncio.gather(*(self.cases.load(key, as_of) for key in keys), return_exceptions=True)
        for error in found:
            if isinstance(error, BaseException) and not isinstance(error, NotFoundError):
                raise error
        known = {
            key: case for key, case in zip(keys, found, strict=True) if not isinstance(case, BaseException)
        }
        return await self.ask(timelines, topology, known, as_of)

    async def hold(self, enter: Callable[[Store], AbstractContextManager[T]]) -> T:
        """What a use case gives for as long as the request lasts."""

        def entered(store: Store) -> T:
            assert self._worker is not None
            return self._worker.enter(enter(store))

        return await self.ask(entered)

    def _opened(self, store: Store, question: Question) -> Answer:
        assert self._worker is not None
        return self._worker.enter(self._ask_impact(store, question, self.now))

    @property
    def _left(self) -> float:
        return max(0.0, self._ends - time.monotonic())

    def _too_late(self) -> DeadlineExceededError:
        return DeadlineExceededError(
            f"The answer was not ready within {self._seconds:g} s. Ask for less, or set a later deadline."
        )
