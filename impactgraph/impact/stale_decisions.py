"""Decisions on stale data: rows about which one is pending, and rows that were rerouted after one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graph_models.enums import Effect
from impactgraph.columns import Ints
from impactgraph.forecast.barrier_edges import entry_edges
from impactgraph.forecast.cohorts import Cohorts, StepEvidence
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.simulate import PendingDecision
from impactgraph.impact.bins import MomentBins
from impactgraph.impact.grouping import group_rows
from impactgraph.impact.matches import Positions
from impactgraph.impact.segment_columns import SegmentColumns
from impactgraph.impact.workflow_context import Flags, WorkflowContext


@dataclass(frozen=True)
class PendingRows:
    """A decision that has not come to light, and the rows (mask) about which it may be wrong."""

    decision: PendingDecision
    mask: Flags


@dataclass(frozen=True)
class ReroutedRows:
    """Rows, by ascending position, that were rerouted after a decision on stale data, and the cohort of each.

    `rerouted_at` (G,): when; `certainty`: that the data was the cause.
    """

    decision: PendingDecision
    cohorts: Cohorts
    rerouted_at: Reals
    certainty: float
    at: Positions
    cohort: Positions


def stale_decisions(context: WorkflowContext, plan: Plan) -> list[PendingDecision]:
    """Where the workflow decides on stale data, and where a wrong decision comes to light."""
    stages = [
        stage
        for stage in plan.stages
        if any(b.impairment.effect is Effect.STALE for b in stage.content_barriers)
        and context.has_column(stage.index)
    ]
    return [
        PendingDecision(
            stage.index,
            plan.workflow.position(stage.step.surfaces_at) if stage.step.surfaces_at else stage.index,
        )
        for stage in stages
    ]


def pending_rows(
    plan: Plan, position: int, columns: SegmentColumns, decisions: Sequence[PendingDecision]
) -> PendingRows | None:
    """Rows in one step that read stale data and are on the way to where the decision comes to light."""
    for decision in decisions:
        if plan.leads_to(decision.step, position) and plan.leads_to(position, decision.surfacing_step):
            read_at = columns.step_column("entered_step_at", decision.step)
            mask = np.zeros(len(columns), bool)
            for barrier in plan.stages[decision.step].content_barriers:
                if barrier.impairment.effect is Effect.STALE:
                    mask |= (read_at >= barrier.since) & (read_at < barrier.latest_end)
            return PendingRows(decision, mask)
    return None


def rerouted_rows(
    context: WorkflowContext, plan: Plan, position: int, columns: SegmentColumns, decision: PendingDecision
) -> ReroutedRows | None:
    """Rows in one step that were rerouted after a decision on stale data; None where there are none.

    The usual rate of reroutes says how certain it is that the data was the cause.
    """
    stale = plan.stages[decision.step].content_barriers[0]
    rerouted_at = columns.column("rerouted_at")
    at = np.flatnonzero(rerouted_at >= stale.since)
    read_at = _read_at(context, plan, columns, decision.step, at)
    read_until = np.minimum(float(np.median(stale.until)), rerouted_at[at])
    at = at[(read_at >= stale.since) & (read_at < read_until)]
    if not len(at):
        return None
    reroutes = MomentBins(context.as_of, [np.array([stale.since]), stale.until])
    entries = MomentBins(context.as_of, entry_edges(plan, position, context.forecaster.tolerance))
    entered_at = columns.column("entered_at")[at]
    groups = group_rows(len(at), reroutes.codes(rerouted_at[at]), entries.codes(entered_at))
    entry_at = entries.moments(groups.codes[1])
    return ReroutedRows(
        decision=decision,
        cohorts=Cohorts(
            step=position,
            entered_at=entry_at,
            past_delay=np.zeros(len(groups)),
            completion_recorded_at=entry_at,
            slowdown=np.ones(len(groups)),
            evidence=StepEvidence(),
        ),
        rerouted_at=reroutes.moments(groups.codes[0]),
        certainty=stale.chance / (stale.chance + context.reroute_rate(stale.since)),
        at=at,
        cohort=groups.group_of,
    )


def _read_at(
    context: WorkflowContext, plan: Plan, columns: SegmentColumns, position: int, at: Positions
) -> Ints:
    """About when a decision was made that has been overturned since.

    After the last step before it: a reroute leaves the entry to that step as it is.
    """
    moments = [
        columns.step_column("entered_step_at", stage.index)[at] + round(stage.duration.median)
        for stage in plan.stages
        if any(h.to == position for h in stage.handoffs) and context.has_column(stage.index)
    ]
    if moments:
        return np.maximum.reduce(moments)
    return context.columns.orders.placed_at[context.columns.fulfillments.order[columns.rows[at]]]
