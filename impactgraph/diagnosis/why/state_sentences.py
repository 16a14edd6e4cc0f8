"""Sentences about an order that no failure affects: over, stopped by an error, overdue, or on schedule."""

from impactgraph.diagnosis.why.moments import ago, clock
from impactgraph.diagnosis.why.names import delay_to_promise, display_name
from impactgraph.diagnosis.why.phrases import Phrases


def cancellation(p: Phrases) -> str:
    at = max((state.ended_at or 0 for state in p.s.fulfillments), default=0)
    when = f" at {ago(at, p.s.at)}" if at else ""
    return f"Order {p.s.order.key} was cancelled{when}; nothing more is due."


def completion(p: Phrases) -> str:
    at = max((state.ended_at or 0 for state in p.s.fulfillments), default=0)
    if not at:
        return f"Order {p.s.order.key} is completed."
    promise = p.s.order.promised_by
    punctuality = ""
    if promise is not None:
        punctuality = f", {delay_to_promise(at, promise)}" if at > promise else ", as promised"
    return f"Order {p.s.order.key} was completed at {ago(at, p.s.at)}{punctuality}."


def error(p: Phrases) -> str:
    error = p.known_error
    code = f"the error {error.code}" if error.code else "an error without a code"
    source = f" from {display_name(p.topology, error.element)}" if error.element else ""
    message = f' ("{error.message}")' if error.message else ""
    return (
        f"{p.subject} stopped in {p.place} at {ago(error.at, p.s.at)} "
        f"with {code}{source}{message}; no known failure explains it."
    )


def overdue(p: Phrases) -> str:
    peers = p.s.peers
    if peers is None or peers.total <= 1:
        return (
            f"{p.overdue}; no known failure holds it, and there are no peers to compare it with{p.next_run}."
        )
    others = peers.total - 1
    late = max(peers.overdue - 1, 0)
    verb = "are" if late > 1 else "is"
    share = f"{late or 'none'} of {others} other{'s' if others > 1 else ''} there {verb} overdue"
    return f"{p.overdue}; no known failure holds it, {share}, and no common cause was found{p.next_run}."


def unknown_position(p: Phrases) -> str:
    return f"The position of {p.mention} is unknown: {p.known_state.unknown_reason}."


def waiting(p: Phrases) -> str:
    state = p.known_state
    if state.run_at is not None:
        return (
            f"{p.subject} is done in {p.place} and waits, as planned, for the hand-over "
            f"at {clock(state.run_at, p.s.at)}{p.late_completion}."
        )
    entered_at = state.fulfillment.entered_at
    until = ""
    if entered_at is not None and state.limit is not None:
        until = f" (until {clock(entered_at + state.limit, p.s.at)})"
    return (
        f"{p.subject} has been in {p.place}{p.since_entry}, longer than most but within "
        f"the limit{until}; {p.next_step}{p.late_completion}."
    )


def on_track(p: Phrases) -> str:
    if p.known_state.fulfillment.step is None:
        placement = ago(p.s.order.placed_at, p.s.at)
        return f"{p.subject} was placed at {placement} and its first step is about to begin."
    if p.known_state.has_unknown_duration:
        return (
            f"{p.subject} is in {p.place}{p.since_entry}; how long this step takes is unknown: the topology "
            "states no duration, and too few orders have passed it."
        )
    return f"{p.subject} is on schedule: in {p.place}{p.since_entry}; {p.next_step}{p.late_completion}."


def no_record(p: Phrases) -> str:
    return f"The position of order {p.s.order.key} is unknown: nothing is recorded of its fulfillments."
