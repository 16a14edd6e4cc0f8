"""Sentences about an order that no failure affects: over, stopped by an error, overdue, late, ready or on
schedule.
"""

from graph_models.customer_facts import CustomerArrival, CustomerStage
from graph_models.money import Money, say_amount
from graph_models.time import Millis, say_duration
from impactgraph.diagnosis.why.charges import charges_of
from impactgraph.diagnosis.why.phrases import Phrases
from impactgraph.diagnosis.why.situation import Impact
from impactgraph.diagnosis.why.verdict import worst_impact
from impactgraph.topology.names import display_name

_DONE = {
    CustomerStage.DELIVERED: "was delivered",
    CustomerStage.COLLECTED: "was collected",
    CustomerStage.RETURN_COMPLETE: "is a return that was completed",
    CustomerStage.READY_TO_COLLECT: "was prepared and can be collected since its completion",
    CustomerStage.ON_ITS_WAY: "was shipped",
}


def cancellation(p: Phrases) -> str:
    at = max((state.ended_at or 0 for state in p.s.fulfillments), default=0)
    when = f" at {p.s.clock.ago(at)}" if at else ""
    return f"Order {p.s.order.key} was cancelled{when}; {_refund(p)}"


def _refund(p: Phrases) -> str:
    charges = charges_of(p.s)
    if charges.is_refunded:
        amount = f"{_amount(charges.refunded)} was" if charges.refunded is not None else "the payment was"
        return f"{amount} refunded, and nothing more is due"
    if charges.is_charged:
        part = f", {_amount(charges.refunded)} of it was refunded" if charges.refunded is not None else ""
        rest = "the rest" if part else "it"
        return f"{_amount(charges.charged)} was charged{part}, and {rest} has not been refunded yet"
    return "no charge is on record, and nothing more is due"


def _amount(money: Money | None) -> str:
    return say_amount(money.amount, money.currency) if money is not None else ""


def completion(p: Phrases) -> str:
    """Of parts that ended differently, `completed`: the other clauses say how each did."""
    done = [state for state in p.s.fulfillments if state.stage is not CustomerStage.CANCELLED]
    stages = {state.stage for state in done}
    verb = _DONE.get(stages.pop(), "was completed") if len(stages) == 1 else "was completed"
    at = max((state.ended_at or 0 for state in done), default=0)
    when = f" at {p.s.clock.ago(at)}" if at else ""
    return f"Order {p.s.order.key} {verb}{when}{_kept_promise(p)}{_refund_sentence(p)}"


def _kept_promise(p: Phrases) -> str:
    """What was ready to collect in time has kept its promise, whenever the customer came."""
    is_collected = all(state.stage is CustomerStage.COLLECTED for state in p.s.fulfillments)
    if not is_collected or not p.punctuality:
        return p.punctuality
    ready_at = max(state.arrived_at or 0 for state in p.s.fulfillments)
    return f"; it was ready at {p.s.clock.time(ready_at)}{p.punctuality}"


def _refund_sentence(p: Phrases) -> str:
    """Of a return."""
    if not any(state.arrival is CustomerArrival.RETURN for state in p.s.fulfillments):
        return ""
    charges = charges_of(p.s)
    if charges.refunded is not None:
        return f"; {_amount(charges.refunded)} was refunded"
    return "; its refund is on record" if charges.is_refund_recorded else "; no refund is on record"


def error(p: Phrases) -> str:
    error = p.known_error
    code = f"the error {error.code}" if error.code else "an error without a code"
    source = f" from {display_name(p.topology, error.element)}" if error.element else ""
    message = f' ("{error.message}")' if error.message else ""
    return (
        f"{p.subject} stopped in {p.place} at {p.s.clock.ago(error.at)} "
        f"with {code}{source}{message}; {_no_failure(p, 'explains')}{p.promise}"
    )


def overdue(p: Phrases) -> str:
    peers = p.s.peers
    holding = _no_failure(p, "holds")
    if p.known_state.waits_for_customer:
        return f"{p.overdue}: nobody has collected it{_peers(p)}"
    if peers is None or peers.total <= 1:
        return f"{p.overdue}; {holding}, and there are no peers to compare it with{p.next_run}{p.promise}"
    return f"{p.overdue}; {holding}{_peers(p)}, and no common cause was found{p.next_run}{p.promise}"


def _peers(p: Phrases) -> str:
    peers = p.s.peers
    if peers is None or peers.total <= 1:
        return ""
    others = peers.total - 1
    late = max(peers.overdue - 1, 0)
    verb = "are" if late > 1 else "is"
    return f", {late or 'none'} of {others} other{'s' if others > 1 else ''} there {verb} overdue"


def _no_failure(p: Phrases, verb: str) -> str:
    """That no failure is known to be the cause, and which one affects it elsewhere or may."""
    worst = worst_impact((state, impact) for state, impact in p.s.impacts if impact.is_active)
    if worst is None or worst.impact is None:
        return f"no known failure {verb} it"
    step = display_name(p.topology, worst.impact.first_hit)
    failures = p.failures(worst.impact)
    return f"no known failure {verb} it, but {failures} {_verb(worst.impact, p.s.at)} it at {step}"


def _verb(impact: Impact, at: Millis) -> str:
    if impact.at > at:
        return "will probably affect" if impact.is_probable else "may affect"
    return "probably affected" if impact.is_probable else "may have affected"


def unknown_position(p: Phrases) -> str:
    if p.known_state.stage is CustomerStage.NOT_PLACED:
        return f"{p.subject} was never placed, as far as its events show: {p.known_state.unknown_reason}"
    return f"The position of {p.mention} is unknown: {p.known_state.unknown_reason}{p.promise}"


def lateness(p: Phrases) -> str:
    """Of an order that no failure holds and that is within the limits of its steps."""
    promise = p.s.order.promised_by
    if promise is None or p.s.at <= promise:
        progress = _place(p) if p.next_step in p.promise else _progress(p)
        return f"{p.subject} will miss its promise: {progress}{p.promise}{p.past_delay}"
    progress = _progress(p)
    excess = f"is {say_duration(p.s.at - promise)} past its promise ({p.s.clock.time(promise)})"
    expectation = p.lateness(p.known_state).partition("; ")[2]
    clause = f"; {expectation}" if expectation and expectation != p.next_step else ""
    return f"{p.subject} {excess}: {progress}{clause}{p.past_delay}"


def _progress(p: Phrases) -> str:
    """Where it is, and when it goes on."""
    state = p.known_state
    if state.fulfillment.step is None:
        return "its first step has not begun"
    if state.run_at is not None:
        return f"it waits in {p.place}{p.since_entry} for the hand-over at {p.s.clock.time(state.run_at)}"
    return f"{_place(p)}; {p.next_step}"


def _place(p: Phrases) -> str:
    return f"in {p.place}{p.since_entry}"


def readiness(p: Phrases) -> str:
    return f"{p.ready}, and waits for the customer"


def waiting(p: Phrases) -> str:
    state = p.known_state
    if state.run_at is not None:
        missed_at = state.missed_pickup_at
        late = (
            f"; it was not ready for the one at {p.s.clock.time(missed_at)}" if missed_at is not None else ""
        )
        return (
            f"{p.subject} is done in {p.place} and waits, as planned, for the {p.hand_over} "
            f"at {p.s.clock.time(state.run_at)}{late}"
        )
    entered_at = state.fulfillment.entered_at
    until = ""
    if entered_at is not None and state.limit is not None:
        until = f" (until {p.s.clock.time(entered_at + state.limit)})"
    return (
        f"{p.subject} has been in {p.place}{p.since_entry}, longer than most but within "
        f"the limit{until}; {p.next_step}"
    )


def on_track(p: Phrases) -> str:
    if p.known_state.fulfillment.step is None:
        placement = p.s.clock.ago(p.s.order.placed_at)
        return f"{p.subject} was placed at {placement} and its first step is about to begin"
    if p.known_state.has_unknown_duration:
        return (
            f"{p.subject} is in {p.place}{p.since_entry}; how long this step takes is unknown: the topology "
            "states no duration, and too few orders have passed it"
        )
    return f"{p.subject} is {p.pace}: in {p.place}{p.since_entry}; {p.next_step}"


def no_record(p: Phrases) -> str:
    return f"The position of order {p.s.order.key} is unknown: nothing is recorded of its fulfillments"
