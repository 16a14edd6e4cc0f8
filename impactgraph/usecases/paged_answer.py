"""An answer that is read in pages: a page after the first costs a page.

Its lists are kept by question and state, so pages of one walk are of one answer, whatever events arrive
meanwhile. The answer itself is only computed where something else of it is read.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from graph_models.access import EVERYTHING, View
from graph_models.enums import ElementKind, OrderSort, RecordEffect, RecordKind
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder, AffectedRecord, Path, Question
from graph_models.impairment import Impairment
from graph_models.orders import OrderFilter, Page
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.errors import BadInputError
from impactgraph.impact.lists import KeptList
from impactgraph.impact.paths import path_to
from impactgraph.usecases.answer import Answer, Ask
from impactgraph.usecases.impairment_list import ImpairmentList
from impactgraph.usecases.list_cache import (
    AnswerKey,
    CachedValue,
    ListCache,
    key_in,
    place_in,
    question_digest,
)
from impactgraph.usecases.snapshot import Snapshot

T = TypeVar("T")
V = TypeVar("V", bound=CachedValue)
_FACTS = "facts"


@dataclass(frozen=True)
class AnswerFacts:
    """What every page shows of its answer."""

    question: Question
    as_of: Millis
    topology: Topology
    topology_version: str
    watermark: int
    failures: tuple[Failure, ...]
    frontier: tuple[str, ...]
    failures_by_key: Mapping[str, Failure]

    @property
    def nbytes(self) -> int:
        return 1_024 * (len(self.failures) + len(self.frontier))

    @staticmethod
    def of(answer: Answer, question: Question) -> "AnswerFacts":
        return AnswerFacts(
            question=question,
            as_of=answer.as_of,
            topology=answer.topology,
            topology_version=answer.topology_version,
            watermark=answer.watermark,
            failures=answer.failures,
            frontier=tuple(answer.frontier),
            failures_by_key=answer.failures_by_key,
        )


class PagedAnswer:
    """Pages of one answer, and everything else of it."""

    def __init__(
        self,
        lists: ListCache,
        generation: str,
        key: AnswerKey,
        question: Question,
        opened: Callable[[], Callable[[], Answer]],
    ) -> None:
        """`generation` of the store, as it was before the answer was computed: lists of an earlier one may
        have orders that are gone. `opened` opens the snapshot of the answer and returns the function that
        computes it: each is called at most once, in the thread that reads.
        """
        self._lists = lists
        self._generation = generation
        self._key = key
        self._question = question
        self._opened = opened

    @cached_property
    def _compute(self) -> Callable[[], Answer]:
        return self._opened()

    @cached_property
    def _answer(self) -> Answer:
        return self._compute()

    @cached_property
    def facts(self) -> AnswerFacts:
        """Computes the answer where they are not kept."""
        return self._kept(_FACTS, lambda: AnswerFacts.of(self._answer, self._question))

    def _kept(
        self, name: Hashable, make: Callable[[], V], is_worth_it: Callable[[V], bool] = lambda value: True
    ) -> V:
        """The snapshot is opened before others wait for the value: see `Cache.get`."""
        kept_name = self._generation, name
        if (value := self._lists.find(self._key, kept_name)) is not None:
            return value
        _ = self._compute
        return self._lists.get(self._key, kept_name, make, is_worth_it)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.facts if name in AnswerFacts.__dataclass_fields__ else self._answer, name)

    def path(self, impairment: Impairment) -> Path:
        return path_to(impairment, self.facts.failures_by_key, self.facts.topology)

    def orders(
        self, where: OrderFilter | None, sort: OrderSort | None, first: int, after: str | None
    ) -> Page[AffectedOrder]:
        return self._page(
            ("orders", repr(where), sort), lambda: self._answer.order_list(where, sort), first, after
        )

    def residual_orders(self, first: int, after: str | None) -> Page[AffectedOrder]:
        def make() -> KeptList[AffectedOrder]:
            return self._answer.residual_list()

        return self._page("residual", make, first, after)

    def records(
        self,
        kind: RecordKind,
        types: Sequence[str] | None,
        effects: Sequence[RecordEffect] | None,
        first: int,
        after: str | None,
    ) -> Page[AffectedRecord]:
        name = ("records", kind, _tuple(types), _tuple(effects))
        return self._page(name, lambda: self._answer.record_list(kind, types, effects), first, after)

    def impairment_page(
        self,
        kinds: Sequence[ElementKind] | None,
        elements: frozenset[str] | None,
        first: int,
        after: str | None,
    ) -> Page[Impairment]:
        """Impairments of elements of these kinds, and of these elements."""
        name = ("elements", _tuple(kinds), elements)

        def make() -> ImpairmentList:
            return ImpairmentList.of(self._answer.elements(kinds), elements)

        return self._page(name, make, first, after)

    def _page(
        self, name: Hashable, make: Callable[[], KeptList[T]], first: int, after: str | None
    ) -> Page[T]:
        kept_list = self._kept(name, make, lambda made: after is not None or len(made) > first)
        page = kept_list.page(first, place_in(after))
        return replace(page, cursors=tuple(map(self._key.cursor, page.cursors)))


def key_of_cursors(cursors: Sequence[str], question: Question, shown: View = EVERYTHING) -> AnswerKey | None:
    """The answer that the cursors of a request belong to; None where they name none. `shown`: what whoever
    asks may see.

    Raises: BadInputError where it is of another question, or they are of several answers.
    """
    keys = {key for cursor in cursors if (key := key_in(cursor)) is not None}
    if not keys:
        return None
    if len(keys) > 1 or next(iter(keys)).question != question_digest(question, shown):
        raise BadInputError(
            "The cursor is of another question; ask for the first page of this one without `after`."
        )
    return keys.pop()


def answer_again(s: Snapshot, ask: Ask, key: AnswerKey, question: Question) -> Answer:
    """The answer of a cursor, computed again; the snapshot and the question are as of its moment.

    Raises: BadInputError where the state of that moment is no longer the same.
    """
    has_same_topology = s.current_topology.version == key.topology
    if not has_same_topology or s.store.has_events_between(key.watermark, key.moment):
        raise BadInputError(
            "The answer of this cursor is no longer kept, and cannot be computed again: events about "
            "earlier moments have arrived, or were removed, since. Ask for the first page again without "
            "`after`."
        )
    return ask(s, question)


def _tuple(values: Sequence[T] | None) -> tuple[T, ...] | None:
    return None if values is None else tuple(values)


if TYPE_CHECKING:

    def as_answer(pages: PagedAnswer) -> Answer: ...

else:

    def as_answer(pages):
        return pages
