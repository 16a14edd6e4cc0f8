"""Clauses on what is not as it was ordered: other fulfillments of a split order, a reroute, an edit."""

from collections.abc import Iterator

from graph_models.customer_facts import CustomerStage
from graph_models.money import say_amount
from graph_models.orders import OrderEdit
from impactgraph.diagnosis.why.phrases import Phrases
from impactgraph.diagnosis.why.situation import FulfillmentState
from impactgraph.topology.names import display_name

_ENDS = {
    CustomerStage.DELIVERED: "was delivered",
    CustomerStage.COLLECTED: "was collected",
    CustomerStage.RETURN_COMPLETE: "was returned",
    CustomerStage.CANCELLED: "was cancelled",
}
_MOST_PARTS = 4


def changes(p: Phrases) -> str:
    """`; it was rerouted ...; its other fulfillment O-1/2 was delivered ...`; empty where there are none."""
    return "".join(f"; {clause}" for clause in (*_reroutes(p), *_edits(p), *_other_parts(p)))


def _reroutes(p: Phrases) -> Iterator[str]:
    for state in p.s.fulfillments:
        if state.rerouted_at is not None:
            who = "it" if len(p.s.fulfillments) == 1 else state.fulfillment.key
            yield f"{who} was rerouted{_target(p, state)} at {p.s.clock.time(state.rerouted_at)}"


def _target(p: Phrases, state: FulfillmentState) -> str:
    location = state.fulfillment.location
    return f" to {display_name(p.topology, f'location:{location}')}" if location else ""


def _edits(p: Phrases) -> Iterator[str]:
    for edit in p.s.edits[-1:]:
        times = f" ({len(p.s.edits)} times in all)" if len(p.s.edits) > 1 else ""
        yield f"the order was changed at {p.s.clock.time(edit.at)}{times}: {_edit(p, edit)}"


def _edit(p: Phrases, edit: OrderEdit) -> str:
    parts: list[str] = []
    if edit.value is not None:
        before, after = (say_amount(each.amount, each.currency) for each in edit.value)
        parts.append(f"{after} instead of {before}")
    if edit.promised_by is not None:
        before, after = (p.s.clock.time(each) for each in edit.promised_by)
        parts.append(f"promised by {after} instead of {before}")
    parts += [f"{key} added" for key in edit.added]
    parts += [f"{key} left out" for key in edit.left_out]
    return ", ".join(parts)


def _other_parts(p: Phrases) -> Iterator[str]:
    """The other fulfillments, where the verdict is about one; all of them, where it is about none. Of many
    those that are late come first.
    """
    others = [state for state in p.s.fulfillments if state is not p.state]
    if len(others) > _MOST_PARTS:
        others.sort(key=lambda state: state not in p.s.late)
    if len(p.s.fulfillments) < 2 or (p.state is None and len({state.stage for state in others}) < 2):
        return
    for state in others[:_MOST_PARTS]:
        yield f"{state.fulfillment.key} {_status(p, state)}"
    if len(others) > _MOST_PARTS:
        yield f"{len(others) - _MOST_PARTS} more fulfillments"


def _status(p: Phrases, state: FulfillmentState) -> str:
    f = state.fulfillment
    if not state.is_in_flight:
        when = f" at {p.s.clock.time(state.ended_at)}" if state.ended_at is not None else ""
        return f"{_ENDS.get(state.stage, 'was completed')}{when}{p.lateness_of(state)}"
    if state.unknown_reason is not None:
        return "is at an unknown position"
    if state.waits_for_customer:
        return f"is ready to collect{p.lateness_of(state)}"
    step = display_name(p.topology, f"step:{f.workflow}/{f.step}") if f.step else "its first step"
    verb = "is in" if f.step else "is about to begin"
    return f"{verb} {step}{p.lateness_of(state)}"
