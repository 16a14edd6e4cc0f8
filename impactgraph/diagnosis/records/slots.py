"""The records that each workflow expects, and which of them have come to each fulfillment."""

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
    """A step that causes the record. `column`: of the step in `FulfillmentColumns.entered`."""

    step: Step
    column: int
    emission: Emission


@dataclass(frozen=True)
class Slot:
    """A type of record in a workflow; without emitters one that others must only come after."""

    number: int
    workflow: int
    """Index in the vocabulary."""
    kind: RecordKind
    type: str
    emitters: tuple[Emitter, ...]


def slots_of(topology: Topology, vocabulary: Dictionaries) -> tuple[Slot, ...]:
    """Of all workflows that orders have taken, a workflow after the other."""
    found: list[Slot] = []
    for number, known in enumerate(vocabulary.workflows):
        workflow = topology.workflows.get(known.key)
        if workflow is None:
            continue
        emitters: dict[tuple[RecordKind, str], list[Emitter]] = {}
        for place, emission in workflow.records:
            step = workflow.steps[place]
            emitters.setdefault((emission.kind, emission.type), []).append(
                Emitter(step, known.steps.index(step.key), emission)
            )
            for earlier in emission.after:
                emitters.setdefault((RecordKind.POSTING, earlier), [])
        found += [
            Slot(len(found) + n, number, kind, name, tuple(by))
            for n, ((kind, name), by) in enumerate(emitters.items())
        ]
    return tuple(found)


@dataclass
class SlotRecords:
    """The records of one slot, by (fulfillment, moment). `owner`: place of the fulfillment among the rows asked for; `count` and `first` are by place."""

    fulfillment: NDArray[np.int32]
    recorded_at: Ints
    record: NDArray[np.intp]
    """Row in RecordColumns."""
    count: NDArray[np.intp]
    first: NDArray[np.intp]

    def nth(self, rank: NDArray[np.intp] | int = 0) -> Ints:
        """By place: when the record came that is so many behind the first; FAR where there are not so many."""
        if not len(self.recorded_at):
            return np.full(len(self.count), FAR, np.int64)
        there = self.count > rank
        return np.where(there, self.recorded_at[np.where(there, self.first + rank, 0)], FAR)


class Arrivals:
    """The records of the columns, or of some fulfillments, sorted by slot. Costs a look at every record, and a sort by a small number.

    `filed`: so many records, from the first on, are known to lie in the order of their fulfillments; of few fulfillments only the others are looked at.
    """

    def __init__(self, columns: Columns, slots: Sequence[Slot], rows: Codes | None, filed: int = 0) -> None:
        self._records = columns.records
        chosen = _of_rows(columns, rows, filed)
        slot = _slot_of(columns, slots, chosen)
        order = np.argsort(slot, kind="stable")
        self._rows = order if chosen is None else chosen[order]
        self._bounds = np.searchsorted(slot[order], np.arange(len(slots) + 1))

    def of(self, slot: Slot, place: Callable[[Codes], Codes], count: int) -> SlotRecords:
        """`place`: of fulfillments, by row, the place of each among `count` that are asked for, -1 where it is not."""
        record = self._rows[self._bounds[slot.number] : self._bounds[slot.number + 1]]
        owner = place(self._records.fulfillment[record])
        if (owner < 0).any():
            record, owner = record[owner >= 0], owner[owner >= 0]
        at = self._records.at[record]
        if len(owner) > 1 and not _ascending(owner, at):
            order = np.lexsort((at, owner))
            record, owner, at = record[order], owner[order], at[order]
        many = np.bincount(owner, minlength=count)
        return SlotRecords(owner, at, record, many, np.cumsum(many) - many)


def _ascending(owner: NDArray[np.int32], at: Ints) -> bool:
    return bool(((owner[1:] > owner[:-1]) | ((owner[1:] == owner[:-1]) & (at[1:] >= at[:-1]))).all())


def position_lookup(rows: Codes, size: int) -> Callable[[Codes], Codes]:
    """Of fulfillments by row, the place of each among `rows`, -1 where it is none of them. There are `size` fulfillments: for few rows no table is made."""
    if len(rows) <= _FEW:
        return lambda asked: sum(
            ((asked == row) * np.int32(place + 1) for place, row in enumerate(rows)),
            np.full(len(asked), -1, np.int32),
        )
    table = np.full(size, -1, np.int32)
    table[rows] = np.arange(len(rows), dtype=np.int32)
    return lambda asked: table[asked]


def sorted_prefix_length(owner: Codes) -> int:
    """How many, from the first on, are ascending."""
    back = owner[1:] < owner[:-1]
    return int(np.argmax(back)) + 1 if back.any() else len(owner)


def _of_rows(columns: Columns, rows: Codes | None, filed: int) -> NDArray[np.intp] | None:
    """Records of these fulfillments; None: all."""
    if rows is None:
        return None
    owner = columns.records.fulfillment
    if len(rows) > _FEW:
        wanted = np.zeros(len(columns.fulfillments), bool)
        wanted[rows] = True
        return np.flatnonzero(wanted[owner])
    behind = owner[filed:]
    bounds = np.searchsorted(owner[:filed], np.stack([rows, rows + 1]).astype(owner.dtype))
    found: list[NDArray[np.intp]] = [np.arange(first, last) for first, last in bounds.T.tolist()]
    found += [np.flatnonzero(behind == row) + filed for row in rows.tolist()] if len(behind) else []
    return np.sort(np.concatenate(found)) if found else np.zeros(0, np.intp)


def _slot_of(columns: Columns, slots: Sequence[Slot], chosen: NDArray[np.intp] | None) -> NDArray[np.int16]:
    """Number of the slot of each record; one behind the last where its workflow expects no such record."""
    r, types = columns.records, len(columns.dictionaries.types)
    fulfillment, kind, type_ = (c if chosen is None else c[chosen] for c in (r.fulfillment, r.kind, r.type))
    table = np.full(
        (len(columns.dictionaries.workflows) + 1, len(RECORD_KINDS) * types), len(slots), np.int16
    )
    for slot in slots:
        code = columns.dictionaries.types.find(slot.type)
        if code is not None:
            table[slot.workflow, RECORD_KINDS.index(slot.kind) * types + code] = slot.number
    workflow = columns.fulfillments.workflow[fulfillment]
    return table.ravel()[
        np.where(workflow < 0, len(table) - 1, workflow) * table.shape[1]
        + kind.astype(np.int32) * types
        + type_
    ]
