"""What the customer paid and got back, by the postings of the order."""

from graph_models.enums import RecordKind
from graph_models.money import from_micros
from graph_models.orders import OrderRecord
from impactgraph.diagnosis.why.charges import Charges, charges_of
from tests.unit.diagnosis.why.situations import NOW, situation, state

EUR = 1_000_000


def charged(*postings: tuple[str, int | None], kind: RecordKind = RecordKind.POSTING) -> Charges:
    """By type and euros; None: the record states no amount."""
    records = tuple(
        OrderRecord(kind, type_, "O-1/1", NOW, from_micros(euros * EUR, "EUR") if euros is not None else None)
        for type_, euros in postings
    )
    return charges_of(situation(state(), records=records))


def test_invoices_are_charges_and_costs_are_not() -> None:
    assert charged(("invoice", 60), ("invoice", 40), ("goods_issue", 60)).charged == from_micros(
        100 * EUR, "EUR"
    )
    assert charged(("goods_issue", 60)) == Charges()


def test_a_negative_invoice_and_a_credit_note_are_refunds() -> None:
    found = charged(("invoice", 100), ("invoice", -40), ("credit_note", 60))

    assert found.refunded == from_micros(100 * EUR, "EUR")
    assert found.is_refunded


def test_money_with_a_document_and_a_payment_counts_once() -> None:
    returned = charged(("credit_note", 60), ("refund", 60))
    paid = charged(("payment_captured", 100), ("invoice", 60), ("invoice", 40), ("refund", 100))

    assert returned.refunded == from_micros(60 * EUR, "EUR")
    assert paid.charged == paid.refunded == from_micros(100 * EUR, "EUR")
    assert paid.is_refunded


def test_what_was_paid_back_counts_and_not_what_its_credit_note_announces() -> None:
    assert charged(("credit_note", 60), ("refund", 20)).refunded == from_micros(20 * EUR, "EUR")


def test_a_part_of_a_refund_is_not_all_of_it() -> None:
    assert not charged(("invoice", 100), ("refund", 40)).is_refunded


def test_a_refund_without_an_amount_is_on_record() -> None:
    assert charged(("refund_issued", None), kind=RecordKind.NOTIFICATION).is_refunded
    assert not charged(("invoice", 100)).is_refunded
