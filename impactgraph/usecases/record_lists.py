"""All records that passed steps cause, by type and state."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordKind, RecordState
from graph_models.orders import ANY_ORDER, OrderFilter, Page, RecordLine
from graph_models.time import Millis
from impactgraph.diagnosis.records.states_of_records import STATES, RecordStates, record_states
from impactgraph.errors import BadInputError
from impactgraph.impact import keyset
from impactgraph.impact.filters import order_mask
from impactgraph.ports.store import Store
from impactgraph.usecases.orders import asks_for_impact
from impactgraph.usecases.pages import check_first
from impactgraph.usecases.snapshot import snapshot
from impactgraph.usecases.validation import check_filter, check_types


@dataclass(frozen=True, slots=True)
class RecordListQuestion:
    """Any value within a field, all fields across; None is not restricted."""

    where: OrderFilter = ANY_ORDER
    types: tuple[str, ...] | None = None
    states: tuple[RecordState, ...] | None = None
    as_of: Millis | None = None


@dataclass(frozen=True, slots=True)
class RecordStateCount:
    """How many records of one type are in one state."""

    kind: RecordKind
    type: str
    state: RecordState
    count: int


@dataclass(frozen=True)
class RecordList:
    """Valid while the context that yields it is open."""

    states: RecordStates
    at: Millis

    def page(self, first: int, after: str | None) -> Page[RecordLine]:
        """By when they are due or came, the earliest first."""
        states = self.states

        def names(at: NDArray[np.intp]) -> list[str]:
            return [_name(states.line(index)) for index in at.tolist()]

        moments = np.minimum(states.due, states.recorded_at).astype(np.float64)
        indices, cursors, more, before = keyset.page(moments, names, first, after, "record-list")
        items = tuple(states.line(index) for index in indices.tolist())
        return Page(items, tuple(cursors), len(states), more, before)

    def every(self) -> Page[RecordLine]:
        """The whole list as one page, in the order of the pages."""
        lines = [self.states.line(index) for index in range(len(self.states))]
        moments = np.minimum(self.states.due, self.states.recorded_at).tolist()
        in_order = sorted(zip(moments, map(_name, lines), lines, strict=True), key=lambda each: each[:2])
        items = tuple(line for _, _, line in in_order)
        return Page(items, tuple(name for _, name, _ in in_order), len(items))

    def counts(self) -> tuple[RecordStateCount, ...]:
        """By type and state, in the order of the states."""
        states = self.states
        places, numbers = np.unique(
            states.slot.astype(np.int64) * len(STATES) + states.state, return_counts=True
        )
        sums: dict[tuple[RecordKind, str, RecordState], int] = {}
        for place, number in zip(places.tolist(), numbers.tolist(), strict=True):
            slot = states.slots[int(place) // len(STATES)]
            name = slot.kind, slot.type, STATES[int(place) % len(STATES)]
            sums[name] = sums.get(name, 0) + number
        in_order = sorted(sums, key=lambda name: (name[0], name[1], STATES.index(name[2])))
        return tuple(RecordStateCount(*name, sums[name]) for name in in_order)


def _name(line: RecordLine) -> str:
    """Unique among the lines of one moment."""
    return f"{line.fulfillment}\t{line.kind.value}\t{line.type}\t{line.step}"


@contextmanager
def list_record_states(store: Store, question: RecordListQuestion, now: Millis) -> Generator[RecordList]:
    """Good while the context is open.

    Raises NotFoundError where the question names what does not exist, BadInputError where it asks for what
    failures affect.
    """
    if asks_for_impact(question.where):
        raise BadInputError("Bands, effects and missed promises apply to a blastRadius, not to records.")
    with snapshot(store, question.as_of, now) as s:
        check_filter(store, s.topology, question.where)
        check_types(s.columns, s.topology, question.types)
        states = record_states(s.topology, s.columns, s.durations, s.at, s.declared_records)
        mask = np.ones(len(states), bool)
        if question.types is not None:
            mask &= np.array([slot.type in question.types for slot in states.slots] or [False])[states.slot]
        if question.states is not None:
            mask &= np.isin(states.state, [STATES.index(each) for each in question.states])
        keep = order_mask(s.columns, s.membership, question.where)
        if keep is not None and len(states):
            mask &= keep(states.row)
        yield RecordList(states.select(mask), s.at)


def record_state_page(
    store: Store,
    question: RecordListQuestion,
    now: Millis,
    first: int | None = None,
    after: str | None = None,
) -> tuple[Page[RecordLine], tuple[RecordStateCount, ...]]:
    """A page, and the counts of the whole list. Raises as `list_record_states`."""
    size = check_first(first)
    with list_record_states(store, question, now) as record_list:
        return record_list.page(size, after), record_list.counts()
