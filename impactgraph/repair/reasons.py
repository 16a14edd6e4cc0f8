"""Reason for an empty repair list, in a sentence."""

from impactgraph.impact import no_orders
from impactgraph.impact.blast_radius import BlastRadius


def why_no_replay(impact: BlastRadius, done: int) -> str:
    if done:
        was = "was" if done == 1 else "were"
        return f"All that had to be replayed is done: {done:,} {was} checked off."
    return _no_impact(impact) or (
        "Everything that the failures hold up will arrive by itself: queues keep it, or it is retried."
    )


def why_no_communication(impact: BlastRadius) -> str:
    return _no_impact(impact) or (
        "No message to a customer is wrong or overdue, and no promise is more likely to be missed because of "
        "the failures than to be kept."
    )


def why_no_pressing_order(impact: BlastRadius, left_out: int) -> str:
    if left_out:
        orders = "order misses its" if left_out == 1 else "orders miss their"
        return f"Treating orders first does not help: {left_out:,} {orders} promise in any case."
    return _no_impact(impact) or "No affected order is in danger of missing its promise."


def _no_impact(impact: BlastRadius) -> str | None:
    """None where an order is affected."""
    if not impact.failures:
        return "No failure is active, and none that has ended left anything to repair."
    if not len(impact.affected_orders):
        reason = no_orders.reason(impact)
        return f"No order is affected: {reason[:1].lower()}{reason[1:].rstrip('.')}."
    return None
