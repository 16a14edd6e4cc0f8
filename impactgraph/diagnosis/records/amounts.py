"""Duplicate records, and amounts that differ from what the topology expects.

The expected amount is the fraction of the fulfillment's value that the topology states (`value`: all of it),
in the order's currency. Several postings that add up to it are parts of it; a posting that was reversed (a
negative amount) and made again adds up to it too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordEffect, RecordKind
from graph_models.money import MICROS, minor_digits
from impactgraph.columns import NO_AMOUNT, Codes, Columns, Ints
from impactgraph.diagnosis.records.findings import FindingRows
from impactgraph.diagnosis.records.slots import Slot, SlotRecords


@dataclass
class Ledger:
    """The fulfillments (rows) of one workflow with the expected amounts of their postings."""

    columns: Columns
    rows: Codes

    def __post_init__(self) -> None:
        f = self.columns.fulfillments
        o = self.columns.orders
        order = f.order[self.rows]
        self.currency: Codes = o.currency[order]
        self.value = f.value[self.rows]
        self.is_placed = o.placed_at[order] > 0
        """False where the placement of the order is not recorded yet: then its value is unknown too."""
        currencies = self.columns.dictionaries.currencies.values
        self._units = np.array([MICROS // 10 ** minor_digits(currency) for currency in currencies], np.int64)

    def expected(self, fraction: float | None, which: NDArray[np.intp]) -> Ints:
        """NO_AMOUNT where the topology states no fraction, or the value is unknown."""
        if fraction is None:
            return np.full(len(which), NO_AMOUNT, np.int64)
        value = self.value[which]
        amount = value if fraction == 1.0 else np.round(value * fraction).astype(np.int64)
        return np.where(self.is_placed[which], amount, NO_AMOUNT)

    def differs(self, amount: Ints, expected_amount: Ints, which: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Where both amounts exist and differ by more than the smallest unit of the currency (rounding)."""
        exists = (amount != NO_AMOUNT) & (expected_amount != NO_AMOUNT)
        difference = np.where(exists, amount - np.where(exists, expected_amount, 0), 0)
        return exists & (np.abs(difference) > self._units[self.currency[which]])

    def sum_differs(self, amount: int, expected_amount: int, position: int) -> bool:
        """As `differs`, of one fulfillment."""
        which = np.array([position])
        return bool(self.differs(np.array([amount]), np.array([expected_amount]), which)[0])


def find_wrong_amounts(
    slot: Slot, fraction: float | None, records: SlotRecords, ledger: Ledger
) -> FindingRows:
    """Of postings that arrived once."""
    which = np.flatnonzero(records.count == 1)
    if slot.kind is not RecordKind.POSTING or fraction is None or not len(which):
        return FindingRows.empty()
    r = ledger.columns.records
    record = records.record[records.first[which]]
    amount = r.amount[record]
    currency = r.currency[record]
    order_currency = ledger.currency[which]
    expected_amount = ledger.expected(fraction, which)
    is_foreign = (currency > 0) & (currency != order_currency) & (amount != NO_AMOUNT) & (order_currency > 0)
    wrong = np.flatnonzero(ledger.differs(amount, expected_amount, which) | is_foreign)
    positions = which[wrong]
    own_currency = np.where(currency[wrong] > 0, currency[wrong], ledger.currency[positions])
    return FindingRows.of(
        RecordEffect.WRONG,
        slot,
        ledger.rows[positions],
        emitter=0,
        currency=own_currency.astype(np.int32),
        recorded_at=records.recorded_at[records.first[positions]],
        amount=amount[wrong],
        expected_amount=expected_amount[wrong],
    )


def find_duplicates(
    slot: Slot,
    fraction: float | None,
    records: SlotRecords,
    ledger: Ledger,
    *,
    passes: NDArray[np.intp],
    since: Ints,
) -> FindingRows:
    """Records that arrived more often than `passes`, since the moment `since` or before it; both by
    position.

    `passes`: how many steps that emit the record were passed, at least 1. Few records arrive twice, so each
    of these is examined by itself.
    """
    examiner = _Examiner(slot, fraction, records, ledger)
    surpluses: list[tuple[int, _Surplus]] = []
    for position in np.flatnonzero(records.count > passes).tolist():
        surplus = examiner.surplus(position, int(passes[position]), int(since[position]))
        if surplus is not None:
            surpluses.append((position, surplus))
    return FindingRows.concatenate([*_as_rows(slot, surpluses, ledger)]) if surpluses else FindingRows.empty()


@dataclass(frozen=True)
class _Surplus:
    effect: RecordEffect
    recorded_at: int
    """When the last of them arrived."""
    amount: int
    """Of all together."""
    expected_amount: int


@dataclass(frozen=True)
class _Examiner:
    """Examines the records of one fulfillment for duplicates."""

    slot: Slot
    fraction: float | None
    records: SlotRecords
    ledger: Ledger

    def surplus(self, position: int, passes: int, since: int) -> _Surplus | None:
        first = int(self.records.first[position])
        own = slice(first, first + int(self.records.count[position]))
        recorded_at = self.records.recorded_at[own]
        for period in (recorded_at >= since, recorded_at < since):
            if int(period.sum()) > passes:
                surplus = self._of_period(position, passes, np.flatnonzero(period) + first)
                if surplus is not None:
                    return surplus
        return None

    def _of_period(self, position: int, passes: int, which: NDArray[np.intp]) -> _Surplus | None:
        """`which`: positions of the records."""
        r = self.ledger.columns.records
        last_at = int(self.records.recorded_at[which[-1]])
        amounts = r.amount[self.records.record[which]]
        documents = r.document[self.records.record[which]]
        if self.slot.kind is not RecordKind.POSTING or (amounts == NO_AMOUNT).any():
            return _Surplus(RecordEffect.DUPLICATED, last_at, NO_AMOUNT, NO_AMOUNT)
        expected_amount = int(self.ledger.expected(self.fraction, np.array([position]))[0])
        total = int(amounts.sum())
        is_unknown = expected_amount == NO_AMOUNT
        differs = not is_unknown and self.ledger.sum_differs(total, expected_amount * passes, position)
        if _has_repetition(amounts, documents):
            if is_unknown or differs:
                return _Surplus(RecordEffect.DUPLICATED, last_at, total, expected_amount)
        elif differs:
            return _Surplus(RecordEffect.WRONG, last_at, total, expected_amount)
        return None


def _has_repetition(amounts: Ints, documents: NDArray[np.uint32]) -> bool:
    """Whether two of them have the same amount, or the same document number."""
    numbers = documents[documents > 0]
    return len(np.unique(amounts)) < len(amounts) or len(np.unique(numbers)) < len(numbers)


def _as_rows(slot: Slot, surpluses: list[tuple[int, _Surplus]], ledger: Ledger) -> Iterator[FindingRows]:
    for effect in (RecordEffect.DUPLICATED, RecordEffect.WRONG):
        own = [(position, surplus) for position, surplus in surpluses if surplus.effect is effect]
        if own:
            positions = np.array([position for position, _ in own])
            yield FindingRows.of(
                effect,
                slot,
                ledger.rows[positions],
                emitter=0,
                currency=ledger.currency[positions],
                recorded_at=np.array([surplus.recorded_at for _, surplus in own], np.int64),
                amount=np.array([surplus.amount for _, surplus in own], np.int64),
                expected_amount=np.array([surplus.expected_amount for _, surplus in own], np.int64),
            )
