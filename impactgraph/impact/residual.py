"""What is left after the end of a failure: orders that have recovered, will recover, or need an action."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Band, Effect
from graph_models.impact import ResidualTotals
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.impact.affected_rows import AffectedRows
from impactgraph.impact.matched_impact import EFFECTS, MatchedImpact


def residual_totals(impact: MatchedImpact) -> ResidualTotals | None:
    """None where there is no failure, or one is still active at the moment of the question."""
    if not impact.failures or any(f.active_at(impact.as_of) for f in impact.failures):
        return None
    orders = impact.affected_orders
    needs_action = _needs_action(impact, orders)
    is_healed = (orders.band == BANDS.index(Band.EXPOSED)) & ~needs_action
    is_healing = ~needs_action & ~is_healed
    drain_ends = [i.until + i.drain for i in impact.impairments if i.effect is not Effect.REJECTED]
    return ResidualTotals(
        int(is_healed.sum()),
        int(is_healing.sum()),
        int(needs_action.sum()),
        max(drain_ends) if drain_ends else None,
    )


def orders_to_act_on(impact: MatchedImpact) -> AffectedRows:
    """Affected orders that do not go on by themselves: they wait for a replay or a person."""
    return impact.affected_orders.take(_needs_action(impact, impact.affected_orders))


def _needs_action(impact: MatchedImpact, orders: AffectedRows) -> NDArray[Any]:
    is_rejected = impact.effects_of(orders) == EFFECTS.index(Effect.REJECTED)
    return is_rejected & ~np.isfinite(orders.delay)
