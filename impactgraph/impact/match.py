"""Match of failures with orders: which fulfillments they affect, in one pass over those they can reach.

The stages, each a function from values to values:

1. segments: rows of each workflow step with the same scopes and branches
2. past steps and past effects: what held the rows before, and how certainly
3. stale decisions: rows with a pending decision on stale data, and rows that one rerouted
4. cohorts: rows grouped by evidence, age, pace, past delay and pending decision
5. forecast: one call for all cohorts of a segment
6. scatter: outcomes back onto the rows
7. past content and past records: what passed twice, and records that steps behind owe, doubled or got wrong

Costs O(rows at steps that the failures can reach) array operations, and the forecast of the cohorts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from impactgraph.columns import Columns
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.simulation import StaleRead
from impactgraph.impact.cohorts import StepCohorts, StepRows, cohorts_at, step_cohorts
from impactgraph.impact.matches import Matches
from impactgraph.impact.membership import Membership
from impactgraph.impact.past_content import DuplicatedRows, duplicated_rows
from impactgraph.impact.past_effects import PastEffects, past_effects
from impactgraph.impact.past_records import past_records, present_records
from impactgraph.impact.past_steps import PastPart, PastSteps, past_steps
from impactgraph.impact.scatter import (
    duplicate_outcomes,
    outcome_parts,
    scatter,
    scatter_duplicates,
    scatter_reroutes,
)
from impactgraph.impact.segment_columns import SegmentColumns
from impactgraph.impact.segments import RowSelection, SegmentRows, segments
from impactgraph.impact.stale_decisions import (
    ReroutedRows,
    pending_rows,
    rerouted_rows,
    stale_reads,
)
from impactgraph.impact.waiting_rows import waiting_columns
from impactgraph.impact.workflow_context import WorkflowContext, workflow_contexts


def match(
    columns: Columns, forecaster: Forecaster, membership: Membership, selection: RowSelection
) -> Matches:
    """All selected fulfillments that may be affected, with any likelihood."""
    return Matches.join(
        _match_segment(context, forecaster.plan(context.workflow, segment), steps)
        for context in workflow_contexts(columns, forecaster, selection.among)
        for segment, steps in segments(context, membership, selection).items()
    )


@dataclass(frozen=True)
class _Step:
    """Rows of a segment in one step, with what the stages before the forecast made of them."""

    columns: SegmentColumns
    effects: PastEffects
    rerouted_rows: tuple[ReroutedRows, ...] = ()
    cohorts: StepCohorts | None = None
    duplicated: DuplicatedRows | None = None
    duplicated_cohorts: StepCohorts | None = None
    present_records: Matches | None = None


def _match_segment(context: WorkflowContext, plan: Plan, steps: Sequence[SegmentRows]) -> Matches:
    reads = stale_reads(context, plan)
    segment = segment_past(context, plan, steps)
    past, effects = segment.past, segment.effects
    every = [
        _prepare(_StepInputs(context, plan, reads, past, part, effects.of_part(part)), rows.position, of_step)
        for rows, of_step, part in segment.parts
    ]
    return Matches.join(
        [
            *_forecast(context, plan, every),
            *_forecast_after_reroute(context, plan, every),
            *_forecast_duplicates(context, plan, every),
            past_records(context, plan, past, effects),
            *(step.present_records for step in every if step.present_records is not None),
        ]
    )


class SegmentPast(NamedTuple):
    """The past of the rows of a segment, and what it did to them."""

    parts: list[tuple[SegmentRows, SegmentColumns, PastPart]]
    """By step, in the order of the plan."""
    past: PastSteps
    effects: PastEffects


def segment_past(context: WorkflowContext, plan: Plan, steps: Sequence[SegmentRows]) -> SegmentPast:
    """What the failures of the context did until now to the rows of a segment."""
    steps = _in_plan_order(plan, steps)
    columns = [_columns_of(context, plan, rows) for rows in steps]
    past = past_steps(context, plan, [(s.position, c) for s, c in zip(steps, columns, strict=True)])
    return SegmentPast(list(zip(steps, columns, past.parts, strict=True)), past, past_effects(context, past))


def _in_plan_order(plan: Plan, steps: Sequence[SegmentRows]) -> list[SegmentRows]:
    """The completed first, then step by step, those that have not begun before those in the first step."""
    return sorted(steps, key=lambda s: -1 if s.position is None else plan.place(s.position))


def _columns_of(context: WorkflowContext, plan: Plan, rows: SegmentRows) -> SegmentColumns:
    """Of the rows of a segment in one step."""
    if rows.not_begun:
        return waiting_columns(context, plan, rows.rows)
    return SegmentColumns(context, rows.rows)


@dataclass(frozen=True)
class _StepInputs:
    """What the stages before the forecast need of a step: its part of the past, and past effects on it."""

    context: WorkflowContext
    plan: Plan
    reads: Sequence[StaleRead]
    past: PastSteps
    part: PastPart
    effects: PastEffects


def _prepare(inputs: _StepInputs, position: int | None, columns: SegmentColumns) -> _Step:
    context, plan, reads, effects = inputs.context, inputs.plan, inputs.reads, inputs.effects
    if position is None:
        return _Step(columns, effects)
    reroutes = tuple(rerouted_rows(context, plan, position, columns, reads))
    pending = pending_rows(plan, position, columns, reads)
    step = StepRows(position, columns, effects, pending)
    left_out = np.unique(np.concatenate([np.zeros(0, np.intp), *(each.at for each in reroutes)]))
    duplicate_rows = duplicated_rows(plan, inputs.past, inputs.part, columns, position)
    return _Step(
        columns=columns,
        effects=effects,
        rerouted_rows=reroutes,
        cohorts=step_cohorts(context, plan, step, left_out),
        duplicated=duplicate_rows,
        duplicated_cohorts=cohorts_at(context, plan, step, duplicate_rows.at) if duplicate_rows else None,
        present_records=present_records(context, plan, columns, position),
    )


def _forecast(context: WorkflowContext, plan: Plan, steps: Sequence[_Step]) -> Iterator[Matches]:
    """Matches of each step, from one forecast of all cohorts."""
    forecast = [(step, step.cohorts) for step in steps if step.cohorts is not None]
    if not forecast:
        return
    groups = [c for _, cohorts in forecast for c in cohorts.cohorts]
    outcome = context.forecaster.forecast(plan, groups)
    entered_at = np.concatenate([group.entered_at for group in groups])
    present_step = np.repeat([group.step for group in groups], [len(group) for group in groups])
    is_at_entry = (outcome.hit_at == entered_at) & (outcome.hit_step == present_step)
    outcome.hits_at_entry = is_at_entry & (outcome.band < len(BANDS) - 1)  # records are hit at the completion
    parts = outcome_parts(outcome, [len(cohorts) for _, cohorts in forecast])
    for (step, cohorts), part in zip(forecast, parts, strict=True):
        yield scatter(context, plan, step.columns, step.effects, cohorts, part)


def _forecast_duplicates(context: WorkflowContext, plan: Plan, steps: Sequence[_Step]) -> Iterator[Matches]:
    """Matches of the rows of each step that a failure has duplicated, from one forecast."""
    forecast = [
        (step, step.duplicated, step.duplicated_cohorts)
        for step in steps
        if step.duplicated is not None and step.duplicated_cohorts is not None
    ]
    if not forecast:
        return
    groups = [group for _, _, cohorts in forecast for group in cohorts.cohorts]
    completion, way = context.forecaster.expected_completions(plan, groups)
    outcome = duplicate_outcomes(context.forecaster.forecast(plan, groups), completion, way)
    parts = outcome_parts(outcome, [len(cohorts) for _, _, cohorts in forecast])
    for (step, rows, cohorts), part in zip(forecast, parts, strict=True):
        yield scatter_duplicates(plan, step.columns, rows, cohorts, part)


def _forecast_after_reroute(
    context: WorkflowContext, plan: Plan, steps: Sequence[_Step]
) -> Iterator[Matches]:
    """Matches of the rerouted rows of each step, from one forecast for each stale read."""
    rerouted_steps = [(step, rows) for step in steps for rows in step.rerouted_rows]
    for read in {id(rows.read): rows.read for _, rows in rerouted_steps}.values():
        mine = [(step, rows) for step, rows in rerouted_steps if rows.read is read]
        outcome = context.forecaster.forecast_after_reroute(
            plan,
            [rows.cohorts for _, rows in mine],
            np.concatenate([rows.rerouted_at for _, rows in mine]),
            read,
        )
        parts = outcome_parts(outcome, [len(rows.cohorts) for _, rows in mine])
        for (step, rows), part in zip(mine, parts, strict=True):
            yield scatter_reroutes(context, plan, step.columns, step.effects, rows, part)
