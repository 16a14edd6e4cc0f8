"""Sentences about records of an order that are missing or out of sequence."""

from graph_models.customer_facts import CustomerStage
from graph_models.enums import OrderStatus, RecordEffect, RecordKind
from graph_models.money import say_amount
from impactgraph.diagnosis.records import system_name
from impactgraph.diagnosis.why.phrases import Phrases
from impactgraph.topology.names import display_name, failure_text, record_kind_text

_DONE = {
    CustomerStage.DELIVERED: "delivered",
    CustomerStage.COLLECTED: "collected",
    CustomerStage.RETURN_COMPLETE: "returned",
}


def not_notified(p: Phrases) -> str:
    return (
        f"{p.ready}, but the customer has not been notified: the {_record(p)}{_due(p)} "
        f"has not arrived{_more(p, RecordEffect.MISSING)}{_record_cause(p)}{p.promise}"
    )


def missing(p: Phrases) -> str:
    if p.known_finding.listing is not None:
        return _not_listed(p)
    return (
        f"The {_record(p)} of {p.mention}{_due(p)} has not arrived"
        f"{_more(p, RecordEffect.MISSING)}{_record_cause(p)}; {_order_status(p)}"
    )


def _not_listed(p: Phrases) -> str:
    finding = p.known_finding
    listing = finding.listing
    assert listing is not None
    clock = p.s.clock
    where = f"not in {system_name(p.topology, listing.system)} as of {clock.time(listing.at)}"
    if listing.record is not None and listing.recorded_at is not None:
        since = f", though its {_words(listing.record)} was recorded at {clock.ago(listing.recorded_at)}"
    else:
        since = f", where it was due at {clock.ago(finding.due)}" if finding.due is not None else ""
    return (
        f"{p.mention[0].upper()}{p.mention[1:]} is {where}{since}"
        f"{_more(p, RecordEffect.MISSING)}{_record_cause(p)}; {_order_status(p)}"
    )


def out_of_sequence(p: Phrases) -> str:
    finding = p.known_finding
    arrival = f" at {p.s.clock.time(finding.arrived_at)}" if finding.arrived_at is not None else ""
    other = f"the {_words(finding.follows)} (posting)" if finding.follows else "one"
    return (
        f"The {_record(p)} of {p.mention} arrived too early{arrival}, before {other} that it must follow"
        f"{_more(p, RecordEffect.OUT_OF_SEQUENCE)}{_record_cause(p)}; {_order_status(p)}"
    )


def _record(p: Phrases) -> str:
    """`invoice (posting, 100.00 EUR)`, `message "order confirmed"`."""
    finding = p.known_finding
    if finding.kind is RecordKind.NOTIFICATION:
        return f'{record_kind_text(finding.kind)} "{_words(finding.type)}"'
    money = finding.amount
    amount = f", {say_amount(money.amount, money.currency)}" if money is not None else ""
    return f"{_words(finding.type)} ({record_kind_text(finding.kind)}{amount})"


def _words(text: str) -> str:
    return text.replace("_", " ")


def _due(p: Phrases) -> str:
    due = p.known_finding.due
    return f" was due at {p.s.clock.ago(due)} and" if due is not None else ""


def _more(p: Phrases, effect: RecordEffect) -> str:
    others = sum(f.effect is effect for f in p.s.findings) - 1
    return f" (and {others} more like it)" if others > 0 else ""


def _record_cause(p: Phrases) -> str:
    cause = p.known_finding.likely_cause
    if cause is None:
        return ""
    failure = p.s.failures.get(cause.failure or "")
    if failure is not None:
        return f", probably because of {failure_text(p.topology, failure)}"
    if not cause.element:
        return ""
    return f", probably because of a problem at {display_name(p.topology, cause.element)}"


def _order_status(p: Phrases) -> str:
    """What the order itself does; of a split order the part of the record."""
    if p.s.late:
        return p.lateness(p.s.late[0])
    state = p.state
    stage = state.stage if state is not None else CustomerStage.UNKNOWN
    if stage is CustomerStage.READY_TO_COLLECT:
        return f"the order itself is ready to collect{p.punctuality}"
    if p.s.order.status is OrderStatus.COMPLETED:
        return f"the order itself was {_DONE.get(stage, 'completed')}{p.punctuality}"
    return f"the order itself is {p.pace}"
