"""The records that each workflow expects, and the records of each fulfillment that have arrived."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordKind
from graph_models.topology import Emission, Step, Topology
from impactgraph.columns import RECORD_KINDS, Codes, Columns, Dictionaries, Ints

FAR = 2**61
"""Stands for a moment that has not come."""
_FEW = 8


@dataclass(frozen=True)
class Emitter:
    """A step that causes the record. `column`: of the step in `FulfillmentColumns.entered_step_at`."""

    step: Step
    column: int
    emission: Emission


@dataclass(frozen=True)
class Slot:
    """A type of record in a workflow; one without emitters is only a predecessor that others must follow."""

    number: int
    workflow: int
    """Index in the dictionary."""
    kind: RecordKind
    type: str
    emitters: tuple[Emitter, ...]


def slots_of(topology: Topology, dictionaries: Dictionaries) -> tuple[Slot, ...]:
    """The slots of all workflows that have orders, one workflow after the other."""
    slots: list[Slot] = []
    for number, known_workflow in enumerate(dictionaries.workflows):
        workflow = topology.workflows.get(known_workflow.key)
        if workflow is None:
            continue
        emitters: dict[tuple[RecordKind, str], list[Emitter]] = {}
        for place, emission in workflow.records:
            step = workflow.steps[place]
            emitter = Emitter(step, known_workflow.steps.index(step.key), emission)
            emitters.setdefault((emission.kind, emission.type), []).append(emitter)
            for predecessor in emission.after:
                emitters.setdefault((RecordKind.POSTING, predecessor), [])
        slots += [
            Slot(len(slots) + n, number, kind, name, emitters=tuple(by))
            for n, ((kind, name), by) in enumerate(emitters.items())
        ]
    return tuple(slots)


@dataclass
class SlotRecords:
    """The records of one slot, sorted by (fulfillment, moment).

    `fulfillment`: its position among the rows in question; `count` and `first` are by this position.
    """

    fulfillment: NDArray[np.int32]
    recorded_at: Ints
    record: NDArray[np.intp]
    """Row in RecordColumns."""
    count: NDArray[np.intp]
    first: NDArray[np.intp]
    """Position of the first record of each fulfillment."""

    def nth(self, rank: NDArray[np.intp] | int = 0) -> Ints:
        """By position of the fulfillment: when its record number `rank` (from 0) arrived; FAR where it has
        not.
        """
        if not len(self.recorded_at):
            return np.full(len(self.count), FAR, np.int64)
        exists = self.count > rank
        return np.where(exists, self.recorded_at[np.where(exists, self.first + rank, 0)], FAR)


class Arrivals:
    """The records of all fulfillments, or of some, sorted by slot.

    Costs a look at every record, and a sort by a small number. `sorted_prefix`: that many records, from the
    first on, are sorted by fulfillment; for few fulfillments only the others are looked at.
    """

    def __init__(
        self, columns: Columns, slots: Sequence[Slot], rows: Codes | None, sorted_prefix: int = 0
    ) -> None:
        self.slots = slots
        self._records = columns.records
        which = _of_rows(columns, rows, sorted_prefix)
        slot = _slot_of(columns, slots, which)
        order = np.argsort(slot, kind="stable")
        self._rows = order if which is None else which[order]
        self._bounds = np.searchsorted(slot[order], np.arange(len(slots) + 1))

    def of(self, slot: Slot, position_of: Callable[[Codes], Codes], count: int) -> SlotRecords:
        """The records of a slot.

        `position_of`: by row of a fulfillment, its position among the `count` in question, -1 where it is
        not one.
        """
        record = self._rows[self._bounds[slot.number] : self._bounds[slot.number + 1]]
        fulfillment = position_of(self._records.fulfillment[record])
        if (fulfillment < 0).any():
            record = record[fulfillment >= 0]
            fulfillment = fulfillment[fulfillment >= 0]
        recorded_at = self._records.at[record]
        if len(fulfillment) > 1 and not _ascending(fulfillment, recorded_at):
            order = np.lexsort((recorded_at, fulfillment))
            record = record[order]
            fulfillment = fulfillment[order]
            recorded_at = recorded_at[order]
        counts = np.bincount(fulfillment, minlength=count)
        return SlotRecords(fulfillment, recorded_at, record, counts, first=np.cumsum(counts) - counts)


def _ascending(fulfillment: NDArray[np.int32], recorded_at: Ints) -> bool:
    is_next = fulfillment[1:] > fulfillment[:-1]
    is_same = fulfillment[1:] == fulfillment[:-1]
    return bool((is_next | (is_same & (recorded_at[1:] >= recorded_at[:-1]))).all())


def position_lookup(rows: Codes, size: int) -> Callable[[Codes], Codes]:
    """A function from rows of fulfillments to their positions among `rows`, -1 for others.

    There are `size` fulfillments: for few rows no table is made.
    """
    if len(rows) <= _FEW:
        return lambda queries: sum(
            ((queries == row) * np.int32(position + 1) for position, row in enumerate(rows)),
            np.full(len(queries), -1, np.int32),
        )
    table = np.full(size, -1, np.int32)
    table[rows] = np.arange(len(rows), dtype=np.int32)
    return lambda queries: table[queries]


def sorted_prefix_length(fulfillment: Codes) -> int:
    """How many values, from the first on, are ascending."""
    is_descent = fulfillment[1:] < fulfillment[:-1]
    return int(np.argmax(is_descent)) + 1 if is_descent.any() else len(fulfillment)


def _of_rows(columns: Columns, rows: Codes | None, sorted_prefix: int) -> NDArray[np.intp] | None:
    """Records of these fulfillments; None: all."""
    if rows is None:
        return None
    fulfillment = columns.records.fulfillment
    if len(rows) > _FEW:
        mask = np.zeros(len(columns.fulfillments), bool)
        mask[rows] = True
        return np.flatnonzero(mask[fulfillment])
    tail = fulfillment[sorted_prefix:]
    limits = np.stack([rows, rows + 1]).astype(fulfillment.dtype)
    bounds = np.searchsorted(fulfillment[:sorted_prefix], limits)
    parts: list[NDArray[np.intp]] = [np.arange(first, last) for first, last in bounds.T.tolist()]
    if len(tail):
        parts += [np.flatnonzero(tail == row) + sorted_prefix for row in rows.tolist()]
    return np.sort(np.concatenate(parts)) if parts else np.zeros(0, np.intp)


def _slot_of(columns: Columns, slots: Sequence[Slot], which: NDArray[np.intp] | None) -> NDArray[np.int16]:
    """Number of the slot of each record; one beyond the last where its workflow expects no such record."""
    r = columns.records
    dictionaries = columns.dictionaries
    types = len(dictionaries.types)
    fulfillment, kind, type_ = (c if which is None else c[which] for c in (r.fulfillment, r.kind, r.type))
    shape = len(dictionaries.workflows) + 1, len(RECORD_KINDS) * types
    table = np.full(shape, len(slots), np.int16)
    for slot in slots:
        code = dictionaries.types.find(slot.type)
        if code is not None:
            table[slot.workflow, RECORD_KINDS.index(slot.kind) * types + code] = slot.number
    workflow = columns.fulfillments.workflow[fulfillment]
    line = np.where(workflow < 0, len(table) - 1, workflow) * table.shape[1]
    return table.ravel()[line + kind.astype(np.int32) * types + type_]
