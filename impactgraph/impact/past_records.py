"""Records of steps that rows have completed: those that have not come, or came before one they must
follow.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from graph_models.enums import RecordEffect
from impactgraph.columns import Ints
from impactgraph.forecast.barrier_edges import record_edges
from impactgraph.forecast.plan import Plan, Stage
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS, RecordOutcomes
from impactgraph.impact.bins import MinuteBins, delay_bins, delay_of_bin
from impactgraph.impact.grouping import group_rows
from impactgraph.impact.matches import Matches, Positions, RecordGroup
from impactgraph.impact.past_effects import PastEffects
from impactgraph.impact.past_steps import PastSteps
from impactgraph.impact.workflow_context import Flags, WorkflowContext

_OUT_OF_SEQUENCE = RECORD_EFFECTS.index(RecordEffect.OUT_OF_SEQUENCE)


@dataclass(frozen=True)
class _StageRecords:
    """Rows, by position, with open records of one stage, and the cohort of each."""

    stage: Stage
    at: Positions
    cohort: Positions


def past_records(context: WorkflowContext, plan: Plan, past: PastSteps, effects: PastEffects) -> Matches:
    """Record groups of all past stages."""
    groups = [
        group
        for stage in past.stages
        if stage.records and len(past.columns)
        for group in _of_stage(context, plan, past, effects, stage)
    ]
    return Matches(records=tuple(groups))


def _of_stage(
    context: WorkflowContext, plan: Plan, past: PastSteps, effects: PastEffects, stage: Stage
) -> Iterator[RecordGroup]:
    completed_at = past.visits(stage).left_at
    at = np.flatnonzero(_may_be_open(context, past, effects, stage, completed_at))
    if not len(at):
        return
    bins = MinuteBins(record_edges(stage, context.as_of), context.as_of)
    cohorts = group_rows(len(at), *bins.codes(completed_at[at]), delay_bins(effects.delay[at]))
    span, minute, delay = cohorts.codes
    completion = bins.moments(span, minute)
    outcomes = context.forecaster.forecast_past_records(plan, stage.index, completion, delay_of_bin(delay))
    records = _StageRecords(stage, at, cohorts.group_of)
    for outcome, mask in _record_outcomes(context, plan, past, records, outcomes):
        yield from _record_group(plan, past, effects, records, outcome, mask)


def _may_be_open(
    context: WorkflowContext, past: PastSteps, effects: PastEffects, stage: Stage, completed_at: Ints
) -> Flags:
    """(rows,) whether a row completed the stage late, or while its records were held, and not all have
    come.
    """
    barriers = [barrier for record in stage.records for barrier in record.gate.barriers]
    mask = (completed_at > 0) & (effects.delay > 0)
    if barriers:
        since = min(b.since for b in barriers)
        until = max(float(np.max(b.until)) + b.impairment.drain for b in barriers)
        backlog = max(b.backlog_slope / (1 - b.backlog_slope) for b in barriers) * (until - since)
        mask |= (completed_at >= since) & (completed_at < until + backlog)
    bits = [context.record_bits[record.bit] for record in stage.records]
    if min(bits) >= 0:
        every = np.uint64(sum(1 << bit for bit in bits))
        mask &= (past.columns.column("records") & every) != every
    return mask


def _record_outcomes(
    context: WorkflowContext,
    plan: Plan,
    past: PastSteps,
    records: _StageRecords,
    outcomes: list[RecordOutcomes],
) -> Iterator[tuple[RecordOutcomes, Flags]]:
    """Outcomes of each record type, with the rows (mask over `records.at`) that they hold for."""
    # What was expected before now has come, or its absence has another cause.
    outcomes = [
        replace(o, likelihood=np.where(o.expected_at > context.as_of, o.likelihood, 0.0)) for o in outcomes
    ]
    for outcome in outcomes:
        has_come = past.columns.has_record(outcome.bit)[records.at]
        yield outcome, ~has_come
        emission = plan.workflow.records[outcome.bit][1]
        for earlier in outcomes:
            if plan.workflow.records[earlier.bit][1].type in emission.after:
                came_before = has_come & ~past.columns.has_record(earlier.bit)[records.at]
                yield _out_of_sequence(outcome, earlier), came_before


def _out_of_sequence(outcome: RecordOutcomes, earlier: RecordOutcomes) -> RecordOutcomes:
    """CohortOutcomes of a record that came before an earlier one, which has not come."""
    return replace(
        earlier,
        bit=outcome.bit,
        effect=np.full_like(earlier.effect, _OUT_OF_SEQUENCE),
        due_at=outcome.due_at,
        expected_at=outcome.expected_at,
    )


def _record_group(
    plan: Plan,
    past: PastSteps,
    effects: PastEffects,
    records: _StageRecords,
    outcome: RecordOutcomes,
    mask: Flags,
) -> Iterator[RecordGroup]:
    """The group of those rows of the mask that are affected, if there are any."""
    mask = mask & (outcome.likelihood[records.cohort] > 0)
    if mask.any():
        at = records.at[mask]
        yield RecordGroup(
            workflow=plan.workflow,
            step=records.stage.index,
            rows=past.columns.rows[at],
            cohort=records.cohort[mask],
            outcome=outcome,
            certainty=effects.chance[at],
            is_past=True,
        )
