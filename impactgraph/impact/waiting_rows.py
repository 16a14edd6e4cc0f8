"""Placed fulfillments that wait to enter their first step."""

import numpy as np

from impactgraph.columns import Codes, Ints
from impactgraph.forecast.barriers import only_certain
from impactgraph.forecast.plan import Plan
from impactgraph.impact.segment_columns import SegmentColumns
from impactgraph.impact.workflow_context import WorkflowContext


def waiting_columns(context: WorkflowContext, plan: Plan, rows: Codes) -> SegmentColumns:
    """Columns of the rows in the order in which they came to the first step."""
    arrivals = _arrivals(context, plan, rows)
    order = np.argsort(arrivals, kind="stable")
    return SegmentColumns(context, rows[order], arrivals[order])


def _arrivals(context: WorkflowContext, plan: Plan, rows: Codes) -> Ints:
    """(rows,) since when each waits for the first step.

    Since its placement where a failure has kept it from entering ever since, else since such a failure began.
    One that nothing holds is about to enter.
    """
    columns = context.columns
    placed_at = columns.orders.placed_at[columns.fulfillments.order[rows]]
    held_since = round(float(np.median(plan.stages[0].start.threshold(float(context.as_of), only_certain))))
    return np.minimum(np.maximum(placed_at, held_since), context.as_of)
