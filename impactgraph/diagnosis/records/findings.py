"""Findings about records, as arrays and as values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import Cause, Listing, ListingKind, RecordFinding
from graph_models.enums import RecordEffect, RecordKind
from graph_models.money import Money, from_micros
from graph_models.time import Millis
from graph_models.topology import Topology
from graph_models.zones import TextClock
from impactgraph.columns import NO_AMOUNT, Codes, Columns, Ints
from impactgraph.columns.declare import Flags
from impactgraph.columns.system_lists import ListRows, SystemLists
from impactgraph.diagnosis.records.sentences import say_listing
from impactgraph.diagnosis.records.slots import FAR, Emitter, Slot
from impactgraph.diagnosis.records.states import state_here
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS

CODES = {effect: code for code, effect in enumerate(RECORD_EFFECTS)}
LISTING_KINDS = tuple(ListingKind)


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
    missing_from: Ints
    """Since when it is missing: it was due, and has taken longer than usual. FAR where it is not."""
    amount: Ints
    """Of the record; of a missing one the expected amount. NO_AMOUNT where there is none."""
    expected_amount: Ints
    currency: Codes
    """Of the amount."""
    after_slot: NDArray[np.int16]
    """Out of sequence: number of the slot of the predecessor, else -1."""
    listing: NDArray[np.int8]
    """Index in LISTING_KINDS, -1 where it is not about the list of a system."""
    listed: Codes
    """Row of the system's lists, -1 where they lack it."""
    listed_at: Ints
    """Moment of the list; 0 where it does not apply."""

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
        return FindingRows.blank(
            effect,
            row,
            slot=np.full(count, slot.number, np.int16),
            emitter=np.full(count, emitter, np.int8),
            currency=currency,
            **times_and_amounts,
        )

    @staticmethod
    def blank(effect: RecordEffect, row: Codes, **given: Any) -> "FindingRows":
        """Findings of one effect; fields that are not given have their default."""
        count = len(row)

        def constant(value: int) -> Ints:
            return np.full(count, value, np.int64)

        rows = FindingRows(
            row=row,
            slot=np.full(count, -1, np.int16),
            emitter=np.full(count, -1, np.int8),
            effect=np.full(count, CODES[effect], np.int8),
            due=constant(0),
            late_by=constant(0),
            completed_at=constant(FAR),
            recorded_at=constant(FAR),
            missing_from=constant(FAR),
            amount=constant(NO_AMOUNT),
            expected_amount=constant(NO_AMOUNT),
            currency=np.zeros(count, np.int32),
            after_slot=np.full(count, -1, np.int16),
            listing=np.full(count, -1, np.int8),
            listed=np.full(count, -1, np.int32),
            listed_at=constant(0),
        )
        return replace(rows, **given)

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
            missing_from=times,
            amount=times,
            expected_amount=times,
            currency=codes,
            after_slot=np.zeros(0, np.int16),
            listing=np.zeros(0, np.int8),
            listed=codes,
            listed_at=times,
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


@dataclass(frozen=True)
class SystemFindings:
    """What the lists of one system come to, for some fulfillments."""

    system: str
    """Bare key."""
    slots: tuple[Slot, ...]
    rows: FindingRows
    not_due: Codes
    """Rows of fulfillments that are on their way there and not due by the moment of the list; of an order
    that is not there at all, one.
    """
    not_due_value: Ints
    """Their value, or their order's."""
    is_known: Flags
    """By row of the lists: whether it is of something in question."""
    unread_states: Codes
    """By row of the lists that is known here: code of its word, where that means nothing to us; else 0."""


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
    lists: Mapping[str, SystemLists] = field(default_factory=dict[str, SystemLists])
    """By bare key, of the systems that findings are about."""
    listings: tuple[SystemFindings, ...] = ()
    """What the lists of each of them come to."""

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
        expected_amount = self._money(int(rows.expected_amount[index]), order_currency)
        return RecordFinding(
            order=str(self.columns.orders.ids[order]),
            fulfillment=str(f.ids[row]),
            kind=slot.kind,
            type=slot.type,
            effect=RECORD_EFFECTS[int(rows.effect[index])],
            due=int(rows.due[index]) or None,
            late_by=int(rows.late_by[index]) or None,
            amount=self._money(int(rows.amount[index]), int(rows.currency[index])),
            expected_amount=expected_amount,
            likely_cause=cause,
            arrived_at=arrived_at if arrived_at < FAR and rows.listing[index] < 0 else None,
            follows=self.slots[predecessor].type if predecessor >= 0 else None,
            listing=self._listing(index, expected_amount) if rows.listing[index] >= 0 else None,
        )

    def _listing(self, index: int, expected_amount: Money | None) -> Listing:
        listing = self._listing_facts(index)
        sentence = say_listing(listing, expected_amount, self.topology, TextClock(self.at))
        return replace(listing, sentence=sentence)

    def _listing_facts(self, index: int) -> Listing:
        rows = self.rows
        slot = self.slots[int(rows.slot[index])]
        list_row = int(rows.listed[index])
        kind = LISTING_KINDS[int(rows.listing[index])]
        at = int(rows.listed_at[index])
        order = self.columns.fulfillments.order[rows.row[index]]
        stated_at = int(self.columns.orders.stated_at[order])
        listing = Listing(
            kind=kind,
            system=slot.type,
            listed_id=None,
            at=at,
            changed_at=stated_at if stated_at > self.columns.orders.placed_at[order] else None,
        )
        if list_row < 0:
            emitter = slot.emitters[int(rows.emitter[index])]
            is_record = emitter.emission.kind is not RecordKind.LISTING
            recorded_at = int(rows.recorded_at[index])
            return replace(
                listing,
                step=emitter.step.id,
                record=emitter.emission.type if is_record else None,
                recorded_at=recorded_at if recorded_at < at else None,
            )
        table = self.lists[slot.type].rows
        state = table.texts[int(table.state[list_row])]
        return replace(
            listing,
            listed_id=table.ids[list_row],
            amount=self._listed_money(table, list_row, int(order)),
            state=state or None,
            expected_state=state_here(self.columns, int(rows.row[index]), at)
            if kind is ListingKind.STATE
            else None,
        )

    def _listed_money(self, table: ListRows, row: int, order: int) -> Money | None:
        """A row without a currency is in that of the order."""
        micros = int(table.amount[row])
        if micros == NO_AMOUNT:
            return None
        own = self.columns.dictionaries.currencies.values[int(self.columns.orders.currency[order])]
        return from_micros(micros, table.texts[int(table.currency[row])] or own)

    def _money(self, micros: int, currency: int) -> Money | None:
        if micros == NO_AMOUNT:
            return None
        return from_micros(micros, self.columns.dictionaries.currencies.values[currency])
