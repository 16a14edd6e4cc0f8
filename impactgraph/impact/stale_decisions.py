"""Decisions on stale data: rows about which one is pending, and rows that were rerouted after one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graph_models.enums import Effect
from impactgraph.columns import Codes, Ints
from impactgraph.forecast.barrier_edges import entry_edges, whole_moment
from impactgraph.forecast.cohorts import Cohorts, StepEvidence
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.simulation import PendingDecision, StaleRead
from impactgraph.impact.bins import MomentBins
from impactgraph.impact.grouping import group_rows
from impactgraph.impact.matches import Positions
from impactgraph.impact.segment_columns import SegmentColumns
from impactgraph.impact.workflow_context import Flags, WorkflowContext


@dataclass(frozen=True)
class PendingRows:
    """Decisions that have not come to light, each with the stale data that it read, and the rows about which
    they may be wrong: bit n of a row's code (rows,) is set where it may be for `reads[n]`.
    """

    reads: tuple[StaleRead, ...]
    codes: Codes

    @property
    def mask(self) -> Flags:
        return self.codes > 0

    def of_code(self, code: int) -> tuple[StaleRead, ...]:
        return tuple(read for n, read in enumerate(self.reads) if code >> n & 1)


@dataclass(frozen=True)
class ReroutedRows:
    """Rows, by ascending position, that were rerouted after a decision on stale data, and the cohort of each.

    `rerouted_at` (G,): when; `certainty`: that the data was the cause.
    """

    read: StaleRead
    cohorts: Cohorts
    rerouted_at: Reals
    certainty: float
    at: Positions
    cohort: Positions


def stale_reads(context: WorkflowContext, plan: Plan) -> list[StaleRead]:
    """Where the workflow decides on stale data, and where a wrong decision comes to light."""
    reads: list[StaleRead] = []
    for stage in plan.stages:
        if not context.has_column(stage.index):
            continue
        surfaces_at = stage.step.surfaces_at
        surfacing = plan.workflow.position(surfaces_at) if surfaces_at else stage.index
        reads += [
            StaleRead(PendingDecision(stage.index, surfacing), barrier)
            for barrier in stage.content_barriers
            if barrier.impairment.effect is Effect.STALE
        ]
    return reads


def pending_rows(
    plan: Plan, position: int, columns: SegmentColumns, reads: Sequence[StaleRead]
) -> PendingRows | None:
    """Rows in one step that read stale data and are on the way to where the decision comes to light."""
    pending = tuple(
        read
        for read in reads
        if plan.leads_to(read.decision.step, position)
        and plan.leads_to(position, read.decision.surfacing_step)
    )
    if not pending:
        return None
    codes = np.zeros(len(columns), np.int32)
    for n, read in enumerate(pending):
        read_at = columns.step_column("entered_step_at", read.decision.step)
        since, until = whole_moment(read.barrier.since), whole_moment(read.barrier.latest_end)
        is_stale = (read_at >= since) & (read_at < until)
        codes |= is_stale.astype(np.int32) << n
    return PendingRows(pending, codes)


def rerouted_rows(
    context: WorkflowContext, plan: Plan, position: int, columns: SegmentColumns, reads: Sequence[StaleRead]
) -> list[ReroutedRows]:
    """Rows in one step that were rerouted after decisions on stale data, each after the first that explains
    it.
    """
    if not reads:
        return []
    candidates = np.flatnonzero(columns.was_rerouted())
    reroutes: list[ReroutedRows] = []
    for read in reads:
        rows = _rerouted_after(context, plan, position, columns, read, candidates)
        if rows is not None:
            candidates = np.setdiff1d(candidates, rows.at, assume_unique=True)
            reroutes.append(rows)
    return reroutes


def _rerouted_after(
    context: WorkflowContext,
    plan: Plan,
    position: int,
    columns: SegmentColumns,
    read: StaleRead,
    candidates: Positions,
) -> ReroutedRows | None:
    """Those of the rerouted rows that none before explains; None where there are none.

    The usual rate of reroutes says how certain it is that the data was the cause.
    """
    stale = read.barrier
    rerouted_at = columns.values("rerouted_at", candidates)
    is_later = rerouted_at >= whole_moment(stale.since)
    at, rerouted_at = candidates[is_later], rerouted_at[is_later]
    if not len(at):
        return None
    read_at = _read_at(context, plan, columns, read.decision.step, at)
    read_until = np.minimum(float(np.median(stale.until)), rerouted_at)
    is_stale = (read_at >= stale.since) & (read_at < read_until)
    at, rerouted_at = at[is_stale], rerouted_at[is_stale]
    if not len(at):
        return None
    reroutes = MomentBins(context.as_of, [np.array([stale.since]), stale.until])
    entries = MomentBins(
        context.as_of, entry_edges(plan, position, context.as_of, context.forecaster.tolerance)
    )
    entered_at = columns.column("entered_at")[at]
    groups = group_rows(len(at), reroutes.codes(rerouted_at), entries.codes(entered_at))
    entry_at = entries.moments(groups.codes[1])
    return ReroutedRows(
        read=read,
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
        columns.step_values("entered_step_at", stage.index, at) + round(stage.duration.median)
        for stage in plan.stages
        if any(h.to == position for h in stage.handoffs) and context.has_column(stage.index)
    ]
    if moments:
        return np.maximum.reduce(moments)
    return context.columns.orders.placed_at[context.columns.fulfillments.order[columns.rows[at]]]
