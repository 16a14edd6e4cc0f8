"""Charges and refunds of the customer of an order, from its postings."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from graph_models.enums import RecordKind
from graph_models.money import Money
from graph_models.orders import OrderRecord
from impactgraph.diagnosis.why.situation import Situation

_CHARGE = re.compile(
    r"(?:^|[^a-z])(?:invoice|payment|capture|captured|charge|sale|receipt|bill)", re.IGNORECASE
)
_REFUND = re.compile(r"(?:^|[^a-z])(?:refund|credit|reversal|chargeback)", re.IGNORECASE)
_PAYMENT = re.compile(
    r"(?:^|[^a-z])(?:payment|capture|captured|charge|refund|reversal|chargeback)", re.IGNORECASE
)
"""Postings of money that was paid, or paid back; others are its documents: invoices and credit notes."""


@dataclass(frozen=True, slots=True)
class Charges:
    """Sums of postings in the order's currency; None where no posting tells."""

    charged: Money | None = None
    refunded: Money | None = None
    is_refund_recorded: bool = False
    """A refund is on record, whether with an amount or not."""

    @property
    def is_charged(self) -> bool:
        return self.charged is not None and self.charged.amount > 0

    @property
    def is_refunded(self) -> bool:
        """Whether all that was charged was refunded; of an order without charges on record, whether a refund
        is.
        """
        if self.charged is None or self.refunded is None:
            return self.is_refund_recorded
        return self.refunded.amount >= self.charged.amount


@dataclass(slots=True)
class _Amounts:
    """Of charges or of refunds: money has a document, and often a payment too, and counts once."""

    documents: list[Decimal] = field(default_factory=list[Decimal])
    payments: list[Decimal] = field(default_factory=list[Decimal])

    def add(self, record_type: str, amount: Decimal) -> None:
        (self.payments if _PAYMENT.search(record_type) else self.documents).append(amount)

    def total(self, currency: str) -> Money | None:
        """Of the payments; of the documents where no payment is on record."""
        amounts = self.payments or self.documents
        return Money(sum(amounts, Decimal(0)), currency) if amounts else None


def charges_of(s: Situation) -> Charges:
    """A negative invoice is a refund; so is a message that tells of one, without an amount."""
    currency = s.order.value.currency
    charges, refunds = _Amounts(), _Amounts()
    is_refund_recorded = False
    for record in _about_money(s.records):
        is_refund = _REFUND.search(record.type) is not None
        is_refund_recorded |= is_refund
        if record.kind is not RecordKind.POSTING or record.amount is None:
            continue
        amount = record.amount.amount
        if record.amount.currency not in ("", currency):
            continue
        if is_refund or amount < 0:
            refunds.add(record.type, abs(amount))
            is_refund_recorded = True
        else:
            charges.add(record.type, amount)
    return Charges(charges.total(currency), refunds.total(currency), is_refund_recorded)


def _about_money(records: Iterable[OrderRecord]) -> Iterable[OrderRecord]:
    return (
        record
        for record in records
        if record.kind in (RecordKind.POSTING, RecordKind.NOTIFICATION)
        and (
            _REFUND.search(record.type) or (record.kind is RecordKind.POSTING and _CHARGE.search(record.type))
        )
    )
