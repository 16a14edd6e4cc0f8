"""Duplicate records, and amounts that differ from what the topology expects.

The expected amount is the fraction of the fulfillment's value that the topology states (`value`: all of it),
in the order's currency. Several postings that add up to it are parts of it; a posting that was reversed (a
negative amount) and made again adds up to it too. Only amounts of one currency are added up: a posting in
another currency than the order's is a finding of its own, whatever else was posted.
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
        """In whole units of the currency, where it is a part of the value; NO_AMOUNT where the topology
        states no fraction, or the value is unknown.
        """
        if fraction is None:
            return np.full(len(which), NO_AMOUNT, np.int64)
        value = self.value[which]
        if fraction != 1.0:
            units = self._units[self.currency[which]]
            value = np.round(value * fraction / units).astype(np.int64) * units
        return np.where(self.is_placed[which], value, NO_AMOUNT)

    def currency_of(self, records: NDArray[np.intp], which: NDArray[np.intp]) -> Codes:
        """Currency of each record (by row), which is of the fulfillment at the position in `which`: the
        order's where the record states none.
        """
        own = self.columns.records.currency[records].astype(np.int32)
        return np.where(own > 0, own, self.currency[which])

    def is_foreign(self, records: NDArray[np.intp], which: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether each record has an amount in another currency than the order; arguments as
        `currency_of`. Nothing is foreign to an order whose placement is not recorded yet.
        """
        order_currency = self.currency[which]
        differs = (self.currency_of(records, which) != order_currency) & (order_currency > 0)
        return differs & (self.columns.records.amount[records] != NO_AMOUNT)

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
    """Postings that arrived once, in the order's currency, with another amount than expected."""
    which = np.flatnonzero(records.count == 1)
    if slot.kind is not RecordKind.POSTING or fraction is None or not len(which):
        return FindingRows.empty()
    record = records.record[records.first[which]]
    amount = ledger.columns.records.amount[record]
    expected_amount = ledger.expected(fraction, which)
    is_wrong = ledger.differs(amount, expected_amount, which) & ~ledger.is_foreign(record, which)
    wrong = np.flatnonzero(is_wrong)
    positions = which[wrong]
    return FindingRows.of(
        RecordEffect.WRONG,
        slot,
        ledger.rows[positions],
        emitter=0,
        currency=ledger.currency_of(record[wrong], positions),
        recorded_at=records.recorded_at[records.first[positions]],
        amount=amount[wrong],
        expected_amount=expected_amount[wrong],
    )


def find_foreign_amounts(
    slot: Slot, fraction: float | None, records: SlotRecords, ledger: Ledger
) -> FindingRows:
    """One finding for each fulfillment with postings in another currency than its order's.

    Its amount is their sum; of several such currencies, that of the last posting. What was posted in a
    currency and reversed again is no finding.
    """
    which = records.fulfillment.astype(np.intp)
    if slot.kind is not RecordKind.POSTING or fraction is None or not len(which):
        return FindingRows.empty()
    foreign = np.flatnonzero(ledger.is_foreign(records.record, which))
    currency = ledger.currency_of(records.record[foreign], which[foreign])
    _, group = np.unique(np.stack([which[foreign], currency]), axis=1, return_inverse=True)
    group = group.ravel()
    sums = np.zeros(len(foreign), np.int64)
    np.add.at(sums, group, ledger.columns.records.amount[records.record[foreign]])
    remaining = np.flatnonzero(sums[group] != 0)
    # records are sorted by fulfillment and moment: the last of each decides
    position = which[foreign[remaining]]
    last = remaining[np.append(position[1:] != position[:-1], np.ones(min(len(position), 1), bool))]
    positions = which[foreign[last]]
    return FindingRows.of(
        RecordEffect.WRONG,
        slot,
        ledger.rows[positions],
        emitter=0,
        currency=currency[last],
        recorded_at=records.recorded_at[foreign[last]],
        amount=sums[group[last]],
        expected_amount=ledger.expected(fraction, positions),
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
    of these is examined by itself. Postings in another currency than the order's do not count here where
    `find_foreign_amounts` finds them.
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
    """Of all together; NO_AMOUNT where they have none, or several currencies."""
    expected_amount: int
    currency: int
    """Of the amount."""


@dataclass(frozen=True)
class _Examiner:
    """Examines the records of one fulfillment for duplicates."""

    slot: Slot
    fraction: float | None
    records: SlotRecords
    ledger: Ledger

    def surplus(self, position: int, passes: int, since: int) -> _Surplus | None:
        own, has_foreign = self._own_records(position)
        recorded_at = self.records.recorded_at[own]
        for period in (recorded_at >= since, recorded_at < since):
            if int(period.sum()) > passes:
                surplus = self._of_period(position, passes, own[period])
                is_reported = has_foreign and surplus is not None and surplus.effect is RecordEffect.WRONG
                if surplus is not None and not is_reported:
                    return surplus
        return None

    def _own_records(self, position: int) -> tuple[NDArray[np.intp], bool]:
        """Positions of the fulfillment's records, without the foreign ones that are a finding already; and
        whether there are such.
        """
        first = int(self.records.first[position])
        own = np.arange(first, first + int(self.records.count[position]))
        if self.slot.kind is not RecordKind.POSTING or self.fraction is None:
            return own, False
        is_foreign = self.ledger.is_foreign(self.records.record[own], np.full(len(own), position))
        return own[~is_foreign], bool(is_foreign.any())

    def _of_period(self, position: int, passes: int, which: NDArray[np.intp]) -> _Surplus | None:
        """`which`: positions of the records."""
        r = self.ledger.columns.records
        record = self.records.record[which]
        last_at = int(self.records.recorded_at[which[-1]])
        amounts = r.amount[record]
        currencies = self.ledger.currency_of(record, np.full(len(record), position))
        currency = int(currencies[-1])
        if self.slot.kind is not RecordKind.POSTING or (amounts == NO_AMOUNT).any():
            return _Surplus(RecordEffect.DUPLICATED, last_at, NO_AMOUNT, NO_AMOUNT, currency)
        expected_amount = int(self.ledger.expected(self.fraction, np.array([position]))[0])
        total = int(amounts.sum()) if (currencies == currency).all() else NO_AMOUNT
        is_unknown = expected_amount == NO_AMOUNT
        differs = not is_unknown and self.ledger.sum_differs(total, expected_amount * passes, position)
        if _has_repetition(amounts, currencies, r.document[record]):
            if is_unknown or differs:
                return _Surplus(RecordEffect.DUPLICATED, last_at, total, expected_amount, currency)
        elif differs:
            return _Surplus(RecordEffect.WRONG, last_at, total, expected_amount, currency)
        return None


def _has_repetition(amounts: Ints, currencies: Codes, documents: NDArray[np.uint32]) -> bool:
    """Whether two of them have the same amount and currency, or the same document number."""
    numbers = documents[documents > 0]
    distinct = set(zip(amounts.tolist(), currencies.tolist(), strict=True))
    return len(distinct) < len(amounts) or len(np.unique(numbers)) < len(numbers)


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
                currency=np.array([surplus.currency for _, surplus in own], np.int32),
                recorded_at=np.array([surplus.recorded_at for _, surplus in own], np.int64),
                amount=np.array([surplus.amount for _, surplus in own], np.int64),
                expected_amount=np.array([surplus.expected_amount for _, surplus in own], np.int64),
            )
