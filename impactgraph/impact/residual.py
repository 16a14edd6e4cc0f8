"""After the end of a failure: what has recovered, what will by itself, and what waits for a replay or a person."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect
from graph_models.impact import ResidualTotals
from impactgraph.impact.affected import AffectedRows
from impactgraph.impact.hits import Hits


def residual_totals(answer: Hits) -> ResidualTotals | None:
    """None where there is no failure, or one still lasts at the moment of the question."""
    if not answer.failures or any(f.active_at(answer.as_of) for f in answer.failures):
        return None
    orders = answer.orders_hit
    action = _needs_action(answer, orders)
    passed = (orders.band == 1) & ~action
    healing = ~action & ~passed
    drained = [i.until + i.drain for i in answer.impairments if i.effect is not Effect.REJECTED]
    return ResidualTotals(
        int(passed.sum()), int(healing.sum()), int(action.sum()), max(drained) if drained else None
    )


def waiting(answer: Hits) -> AffectedRows:
    """Affected orders that do not move by themselves."""
    return answer.orders_hit.take(_needs_action(answer, answer.orders_hit))


def _needs_action(answer: Hits, orders: AffectedRows) -> NDArray[Any]:
    rejected = answer.effects_of(orders) == tuple(Effect).index(Effect.REJECTED)
    return rejected & ~np.isfinite(orders.delay)
