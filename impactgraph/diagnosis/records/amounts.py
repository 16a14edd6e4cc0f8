"""What was recorded more than once, and amounts that differ from what the topology says of them.

Expected is the fraction of the fulfillment's value that the topology states (`value`: all of it), in the order's currency. Several postings that add up
to it are parts of it; a posting that was taken back (a negative amount) and made anew adds up to it too.
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
    """The fulfillments (rows) of one workflow with what is expected of their postings."""

    columns: Columns
    rows: Codes

    def __post_init__(self) -> None:
        f, o = self.columns.fulfillments, self.columns.orders
        order = f.order[self.rows]
        self.currency: Codes = o.currency[order]
        self.value = f.value[self.rows]
        self.known = o.placed_at[order] > 0
        """False where the order was not told yet: then neither is its value."""
        self._units = np.array(
            [MICROS // 10 ** minor_digits(word) for word in self.columns.dictionaries.currencies.values],
            np.int64,
        )

    def expected(self, fraction: float | None, which: NDArray[np.intp]) -> Ints:
        """NO_AMOUNT where the topology states none, or the value is not known."""
        if fraction is None:
            return np.full(len(which), NO_AMOUNT, np.int64)
        value = self.value[which]
        amount = value if fraction == 1.0 else np.round(value * fraction).astype(np.int64)
        return np.where(self.known[which], amount, NO_AMOUNT)

    def differs(self, amount: Ints, expected: Ints, which: NDArray[np.intp]) -> NDArray[np.bool_]:
        """By more than the smallest unit of the currency, which is lost in rounding."""
        stated = (amount != NO_AMOUNT) & (expected != NO_AMOUNT)
        return stated & (
            np.abs(np.where(stated, amount - np.where(stated, expected, 0), 0))
            > self._units[self.currency[which]]
        )


def find_wrong_amounts(slot: Slot, fraction: float | None, came: SlotRecords, ledger: Ledger) -> FindingRows:
    """Of postings that came once."""
    which = np.flatnonzero(came.count == 1)
    if slot.kind is not RecordKind.POSTING or fraction is None or not len(which):
        return FindingRows.empty()
    r = ledger.columns.records
    record = came.record[came.first[which]]
    amount, stated, expected = r.amount[record], r.currency[record], ledger.expected(fraction, which)
    foreign = (
        (stated > 0)
        & (stated != ledger.currency[which])
        & (amount != NO_AMOUNT)
        & (ledger.currency[which] > 0)
    )
    wrong = np.flatnonzero(ledger.differs(amount, expected, which) | foreign)
    at = which[wrong]
    currency = np.where(stated[wrong] > 0, stated[wrong], ledger.currency[at]).astype(np.int32)
    return FindingRows.of(
        RecordEffect.WRONG,
        slot,
        ledger.rows[at],
        emitter=0,
        came=came.recorded_at[came.first[at]],
        amount=amount[wrong],
        expected=expected[wrong],
        currency=currency,
    )


def find_duplicates(
    slot: Slot,
    fraction: float | None,
    came: SlotRecords,
    passes: NDArray[np.intp],
    ledger: Ledger,
    since: Ints,
) -> FindingRows:
    """What came more often than `passes` (by place: how many steps that emit it were passed, at least 1) since the moment `since` (by place), or before it.

    Few come twice, so each of these is looked at by itself.
    """
    which = np.flatnonzero(came.count > passes)
    looked = [
        (place, _surplus(slot, fraction, came, int(passes[place]), ledger, int(since[place]), place))
        for place in which.tolist()
    ]
    parts = [(place, found) for place, found in looked if found is not None]
    return FindingRows.concatenate([*_as_found(slot, parts, ledger)]) if parts else FindingRows.empty()


@dataclass(frozen=True)
class _Surplus:
    effect: RecordEffect
    came: int
    """When the last of them came."""
    amount: int
    """Of all together."""
    expected: int


def _surplus(
    slot: Slot,
    fraction: float | None,
    came: SlotRecords,
    allowed: int,
    ledger: Ledger,
    since: int,
    place: int,
) -> _Surplus | None:
    first = int(came.first[place])
    mine = slice(first, first + int(came.count[place]))
    at, r = came.recorded_at[mine], ledger.columns.records
    amounts, documents = r.amount[came.record[mine]], r.document[came.record[mine]]
    for part in (at >= since, at < since):
        if int(part.sum()) <= allowed:
            continue
        stated = amounts[part]
        if slot.kind is not RecordKind.POSTING or (stated == NO_AMOUNT).any():
            return _Surplus(RecordEffect.DUPLICATED, int(at[part][-1]), NO_AMOUNT, NO_AMOUNT)
        expected = int(ledger.expected(fraction, np.array([place]))[0])
        summed = int(stated.sum())
        if not _again(stated, documents[part]):
            if (
                expected == NO_AMOUNT
                or not ledger.differs(np.array([summed]), np.array([expected * allowed]), np.array([place]))[
                    0
                ]
            ):
                continue
            return _Surplus(RecordEffect.WRONG, int(at[part][-1]), summed, expected)
        if (
            expected == NO_AMOUNT
            or ledger.differs(np.array([summed]), np.array([expected * allowed]), np.array([place]))[0]
        ):
            return _Surplus(RecordEffect.DUPLICATED, int(at[part][-1]), summed, expected)
    return None


def _again(amounts: Ints, documents: NDArray[np.uint32]) -> bool:
    """Whether two of them are the same: of one amount, or under one number."""
    numbered = documents[documents > 0]
    return len(np.unique(amounts)) < len(amounts) or len(np.unique(numbered)) < len(numbered)


def _as_found(slot: Slot, parts: list[tuple[int, _Surplus]], ledger: Ledger) -> Iterator[FindingRows]:
    for effect in (RecordEffect.DUPLICATED, RecordEffect.WRONG):
        mine = [(place, found) for place, found in parts if found.effect is effect]
        if mine:
            places = np.array([place for place, _ in mine])
            came, amount, expected = (
                np.array([getattr(found, name) for _, found in mine], np.int64)
                for name in ("came", "amount", "expected")
            )
            yield FindingRows.of(
                effect,
                slot,
                ledger.rows[places],
                emitter=0,
                came=came,
                amount=amount,
                expected=expected,
                currency=ledger.currency[places],
            )
