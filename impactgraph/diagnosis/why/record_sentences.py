"""Sentences about records of an order that are missing or out of sequence."""

from graph_models.enums import OrderStatus, RecordEffect
from graph_models.money import say_amount
from impactgraph.diagnosis.why.moments import ago
from impactgraph.diagnosis.why.names import display_name
from impactgraph.diagnosis.why.phrases import Phrases


def missing(p: Phrases) -> str:
    finding = p.known_finding
    due = f" was due at {ago(finding.due, p.s.at)} and" if finding.due is not None else ""
    return (
        f"The {_record(p)} of {p.mention}{due} has not arrived"
        f"{_more(p, RecordEffect.MISSING)}{_record_cause(p)}; {_order_status(p)}."
    )


def out_of_sequence(p: Phrases) -> str:
    return (
        f"The {_record(p)} of {p.mention} arrived before one that it must follow"
        f"{_more(p, RecordEffect.OUT_OF_SEQUENCE)}{_record_cause(p)}; {_order_status(p)}."
    )


def _record(p: Phrases) -> str:
    """`invoice (posting, 100.00 EUR)`."""
    finding = p.known_finding
    money = finding.amount
    amount = f", {say_amount(money.amount, money.currency)}" if money is not None else ""
    return f"{finding.type.replace('_', ' ')} ({finding.kind.value.replace('_', ' ')}{amount})"


def _more(p: Phrases, effect: RecordEffect) -> str:
    others = sum(f.effect is effect for f in p.s.findings) - 1
    return f" (and {others} more like it)" if others > 0 else ""


def _record_cause(p: Phrases) -> str:
    cause = p.known_finding.likely_cause
    if cause is None or not cause.element:
        return ""
    return f", probably because of a problem at {display_name(p.topology, cause.element)}"


def _order_status(p: Phrases) -> str:
    is_completed = p.s.order.status is OrderStatus.COMPLETED
    return f"the order itself is {'completed' if is_completed else 'on schedule'}"
