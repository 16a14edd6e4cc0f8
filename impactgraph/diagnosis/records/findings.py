"""Findings as arrays, and each of them in words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import Cause, RecordFinding
from graph_models.enums import RecordEffect
from graph_models.money import Money, from_micros
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import NO_AMOUNT, Codes, Columns, Ints
from impactgraph.diagnosis.records.slots import FAR, Emitter, Slot
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS

CODES = {effect: code for code, effect in enumerate(RECORD_EFFECTS)}


@dataclass
class FindingRows:
    """Findings of one kind, a row each."""

    row: Codes
    """Of the fulfillment."""
    slot: NDArray[np.int16]
    emitter: NDArray[np.int8]
    """Index in the slot's emitters, -1 where it is of none."""
    effect: NDArray[np.int8]
    """Index in RECORD_EFFECTS."""
    due: Ints
    """0 where it is not known."""
    late_by: Ints
    """For out of sequence: by how much it came before what it must follow, so far. 0 where it does not apply."""
    completed_at: Ints
    """By when the step was completed; FAR where it is not known."""
    recorded_at: Ints
    """FAR where it has not come."""
    amount: Ints
    """What came; of a missing one what is expected. NO_AMOUNT where there is none."""
    expected_amount: Ints
    currency: Codes
    """Of the amount."""
    after_slot: NDArray[np.int16]
    """Out of sequence: number of the slot that had to come first, else -1."""

    def __len__(self) -> int:
        return len(self.row)

    @staticmethod
    def of(effect: RecordEffect, slot: Slot, row: Codes, *, emitter: int = -1, due: Ints | None = None, late_by: Ints | None = None,
           completed: Ints | None = None, came: Ints | None = None, amount: Ints | None = None, expected: Ints | None = None,
           currency: Codes, behind: NDArray[np.int16] | None = None) -> "FindingRows":  # fmt: skip
        count = len(row)

        def filled(values: Ints | None, default: int) -> Ints:
            return np.full(count, default, np.int64) if values is None else values

        return FindingRows(
            row, np.full(count, slot.number, np.int16), np.full(count, emitter, np.int8), np.full(count, CODES[effect], np.int8), filled(due, 0),
            filled(late_by, 0), filled(completed, FAR), filled(came, FAR), filled(amount, NO_AMOUNT), filled(expected, NO_AMOUNT), currency,
            np.full(count, -1, np.int16) if behind is None else behind,
        )  # fmt: skip

    def take(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> "FindingRows":
        return FindingRows(**{f.name: getattr(self, f.name)[which] for f in fields(self)})

    @staticmethod
    def concatenate(parts: Sequence["FindingRows"]) -> "FindingRows":
        return FindingRows(
            **{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(FindingRows)}
        )

    @staticmethod
    def empty() -> "FindingRows":
        codes, ints, small = np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int16)
        return FindingRows(
            codes,
            small,
            np.zeros(0, np.int8),
            np.zeros(0, np.int8),
            ints,
            ints,
            ints,
            ints,
            ints,
            ints,
            codes,
            small,
        )


@dataclass(frozen=True)
class Tally:
    """Of one record that a step emits: how many were due in the last day, and how many of them are missing."""

    emitter: Emitter
    due: int
    missing: int
    missing_since: Millis
    """When the first of the missing ones was due; FAR where none is."""


@dataclass
class RecordFindings:
    """All findings, the longest due first; good while the columns that they are of are not changed."""

    topology: Topology
    columns: Columns
    at: Millis
    slots: Sequence[Slot]
    rows: FindingRows
    tallies: tuple[Tally, ...] = ()
    """Of the fulfillments that were asked for."""

    def __len__(self) -> int:
        return len(self.rows)

    def select(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> "RecordFindings":
        return RecordFindings(
            self.topology, self.columns, self.at, self.slots, self.rows.take(which), self.tallies
        )

    def findings(
        self, which: Iterable[int] | None = None, cause: Callable[[int], Cause | None] = lambda index: None
    ) -> tuple[RecordFinding, ...]:
        """Those at these places (None: all). `cause`: what likely caused the one at a place."""
        return tuple(
            self._told(index, cause(index)) for index in (range(len(self)) if which is None else which)
        )

    def _told(self, index: int, cause: Cause | None) -> RecordFinding:
        found, f, slot = self.rows, self.columns.fulfillments, self.slots[int(self.rows.slot[index])]
        row, late = int(found.row[index]), int(found.late_by[index])
        return RecordFinding(
            order=str(self.columns.orders.ids[f.order[row]]),
            fulfillment=str(f.ids[row]),
            kind=slot.kind,
            type=slot.type,
            effect=RECORD_EFFECTS[int(found.effect[index])],
            due=int(found.due[index]) or None,
            late_by=late or None,
            amount=self._money(int(found.amount[index]), int(found.currency[index])),
            expected_amount=self._money(
                int(found.expected_amount[index]), int(self.columns.orders.currency[f.order[row]])
            ),
            likely_cause=cause,
        )

    def _money(self, micros: int, currency: int) -> Money | None:
        return (
            None
            if micros == NO_AMOUNT
            else from_micros(micros, self.columns.dictionaries.currencies.values[currency])
        )
