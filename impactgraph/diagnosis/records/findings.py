"""Findings about records, as arrays and as values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

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
    """One row a finding."""

    row: Codes
    """Of the fulfillment."""
    slot: NDArray[np.int16]
    emitter: NDArray[np.int8]
    """Index in the slot's emitters, -1 where it belongs to none."""
    effect: NDArray[np.int8]
    """Index in RECORD_EFFECTS."""
    due: Ints
    """0 where it is unknown."""
    late_by: Ints
    """0 where it does not apply. Out of sequence: by how much it arrived before its predecessor, so far."""
    completed_at: Ints
    """By when the step was completed; FAR where that is unknown."""
    recorded_at: Ints
    """FAR where it has not arrived."""
    amount: Ints
    """Of the record; of a missing one the expected amount. NO_AMOUNT where there is none."""
    expected_amount: Ints
    currency: Codes
    """Of the amount."""
    after_slot: NDArray[np.int16]
    """Out of sequence: number of the slot of the predecessor, else -1."""

    def __len__(self) -> int:
        return len(self.row)

    @staticmethod
    def of(
        effect: RecordEffect,
        slot: Slot,
        row: Codes,
        *,
        emitter: int,
        currency: Codes,
        **times_and_amounts: Any,
    ) -> "FindingRows":
        """Findings of one effect and slot; fields that are not given have their default."""
        count = len(row)

        def constant(value: int) -> Ints:
            return np.full(count, value, np.int64)

        rows = FindingRows(
            row=row,
            slot=np.full(count, slot.number, np.int16),
            emitter=np.full(count, emitter, np.int8),
            effect=np.full(count, CODES[effect], np.int8),
            due=constant(0),
            late_by=constant(0),
            completed_at=constant(FAR),
            recorded_at=constant(FAR),
            amount=constant(NO_AMOUNT),
            expected_amount=constant(NO_AMOUNT),
            currency=currency,
            after_slot=np.full(count, -1, np.int16),
        )
        return replace(rows, **times_and_amounts)

    def take(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> "FindingRows":
        return FindingRows(**{f.name: getattr(self, f.name)[which] for f in fields(self)})

    @staticmethod
    def concatenate(parts: Sequence["FindingRows"]) -> "FindingRows":
        return FindingRows(
            **{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(FindingRows)}
        )

    @staticmethod
    def empty() -> "FindingRows":
        codes = np.zeros(0, np.int32)
        times = np.zeros(0, np.int64)
        return FindingRows(
            row=codes,
            slot=np.zeros(0, np.int16),
            emitter=np.zeros(0, np.int8),
            effect=np.zeros(0, np.int8),
            due=times,
            late_by=times,
            completed_at=times,
            recorded_at=times,
            amount=times,
            expected_amount=times,
            currency=codes,
            after_slot=np.zeros(0, np.int16),
        )


@dataclass(frozen=True)
class Tally:
    """Of one record that a step emits: how many were due in the last day, and how many of them are
    missing.
    """

    emitter: Emitter
    due: int
    missing: int
    missing_since: Millis
    """When the first of the missing ones was due; FAR where none is missing."""


@dataclass
class RecordFindings:
    """All findings, the longest due first; valid while the columns do not change."""

    topology: Topology
    columns: Columns
    at: Millis
    slots: Sequence[Slot]
    rows: FindingRows
    tallies: tuple[Tally, ...] = ()
    """Of the fulfillments in question."""

    def __len__(self) -> int:
        return len(self.rows)

    def select(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> "RecordFindings":
        """The findings at these positions."""
        return replace(self, rows=self.rows.take(which))

    def findings(
        self,
        which: Iterable[int] | None = None,
        cause_of: Callable[[int], Cause | None] = lambda index: None,
    ) -> tuple[RecordFinding, ...]:
        """Those at these positions (None: all). `cause_of`: the likely cause of the one at a position."""
        positions = range(len(self)) if which is None else which
        return tuple(self._finding(index, cause_of(index)) for index in positions)

    def _finding(self, index: int, cause: Cause | None) -> RecordFinding:
        rows = self.rows
        f = self.columns.fulfillments
        slot = self.slots[int(rows.slot[index])]
        row = int(rows.row[index])
        order = f.order[row]
        arrived_at = int(rows.recorded_at[index])
        predecessor = int(rows.after_slot[index])
        order_currency = int(self.columns.orders.currency[order])
        return RecordFinding(
            order=str(self.columns.orders.ids[order]),
            fulfillment=str(f.ids[row]),
            kind=slot.kind,
            type=slot.type,
            effect=RECORD_EFFECTS[int(rows.effect[index])],
            due=int(rows.due[index]) or None,
            late_by=int(rows.late_by[index]) or None,
            amount=self._money(int(rows.amount[index]), int(rows.currency[index])),
            expected_amount=self._money(int(rows.expected_amount[index]), order_currency),
            likely_cause=cause,
            arrived_at=arrived_at if arrived_at < FAR else None,
            follows=self.slots[predecessor].type if predecessor >= 0 else None,
        )

    def _money(self, micros: int, currency: int) -> Money | None:
        if micros == NO_AMOUNT:
            return None
        return from_micros(micros, self.columns.dictionaries.currencies.values[currency])
