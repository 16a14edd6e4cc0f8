"""Cohorts: rows of one segment and step grouped by evidence, age, pace, past delay and pending decision."""

from dataclasses import dataclass

import numpy as np

from impactgraph.columns import Codes, Ints
from impactgraph.forecast.cohorts import Cohorts
from impactgraph.forecast.plan import Plan, Stage
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.slowdown import slowdown_factors
from impactgraph.impact.bins import age_bin_runs, delay_bins, delay_of_bin
from impactgraph.impact.evidence import RowEvidence, cohort_evidence, row_evidence
from impactgraph.impact.grouping import (
    NO_CODES,
    Groups,
    RowCodes,
    RunLengthCodes,
    SparseCodes,
    group_rows,
)
from impactgraph.impact.matches import Positions
from impactgraph.impact.past_effects import PastEffects
from impactgraph.impact.segment_columns import SegmentColumns
from impactgraph.impact.stale_decisions import PendingRows
from impactgraph.impact.workflow_context import USUAL_PACE, WorkflowContext


@dataclass(frozen=True)
class StepRows:
    """Rows of one segment in one step that is in flight, with their past effects and pending decision."""

    position: int
    columns: SegmentColumns
    effects: PastEffects
    pending: PendingRows | None


@dataclass(frozen=True)
class StepCohorts:
    """Cohorts of the rows from `start` on, by evidence and decision.

    `groups` has them first, in the same order; the groups behind them are not forecast.
    """

    position: int
    start: int
    cohorts: tuple[Cohorts, ...]
    groups: Groups

    def __len__(self) -> int:
        return sum(len(cohorts) for cohorts in self.cohorts)


@dataclass(frozen=True)
class _CohortKeys:
    """Codes by which rows are grouped, in this order."""

    is_left_out: RowCodes
    evidence: RowCodes
    decision: RowCodes
    delay: RowCodes
    pace: RowCodes
    completion: RowCodes
    age: RowCodes


def step_cohorts(
    context: WorkflowContext, plan: Plan, step: StepRows, left_out: Positions
) -> StepCohorts | None:
    """Cohorts of the rows that failures can still affect; None where there are none.

    `left_out`: rows, by position, that are forecast in another way.
    """
    rows = len(step.columns)
    if len(left_out) == rows:
        return None
    if any(plan.stages[i].is_impaired for i in plan.reach(step.position)):
        return _cohorts(context, plan, step, 0, SparseCodes(left_out, np.ones(len(left_out), np.int32)))
    # Nothing is impaired from here on: only rows with a past effect or a wrong decision can be late.
    mask = np.zeros(rows, bool)
    mask[step.effects.start :] = step.effects.delay > 0
    if step.pending is not None:
        mask |= step.pending.mask
    mask[left_out] = False
    if not mask.any():
        return None
    start = step.effects.start if step.pending is None else 0
    return _cohorts(context, plan, step, start, (~mask[start:]).astype(np.int32))


def _cohorts(
    context: WorkflowContext, plan: Plan, step: StepRows, start: int, is_left_out: RowCodes
) -> StepCohorts:
    """`is_left_out`: 1 for the rows from `start` on that are not forecast."""
    stage = plan.stages[step.position]
    entered_at = step.columns.column("entered_at")[start:]
    evidence = row_evidence(context, stage, step.columns, start)
    has_pace = any(plan.stages[i].on_site for i in plan.reach(step.position))
    effects = step.effects
    keys = _CohortKeys(
        is_left_out=is_left_out,
        evidence=evidence.kind_codes,
        decision=NO_CODES if step.pending is None else step.pending.mask[start:].astype(np.int32),
        delay=SparseCodes(slice(effects.start - start, None), delay_bins(effects.delay)),
        pace=context.pace_bins(step.columns.rows[start:]) if has_pace else NO_CODES,
        completion=evidence.completion_ages(context.as_of),
        age=_ages(context, stage, entered_at, evidence),
    )
    groups = _group_keys(len(entered_at), keys)
    entry = np.minimum(groups.mean(entered_at, context.as_of), context.as_of)
    completion = _completion_recorded_at(context, groups, evidence, entry)
    left_out, evidence_kinds, has_decision, delay, pace, _, _ = groups.codes
    count = int((left_out == 0).sum())
    kinds = (evidence_kinds * 2 + has_decision)[:count]
    starts = np.flatnonzero(np.diff(kinds, prepend=-1)).tolist()
    cohorts: list[Cohorts] = []
    for first, end in zip(starts, [*starts[1:], count], strict=True):
        decision = step.pending.decision if step.pending is not None and has_decision[first] else None
        cohorts.append(
            Cohorts(
                step=step.position,
                entered_at=entry[first:end],
                past_delay=delay_of_bin(delay[first:end]),
                completion_recorded_at=completion[first:end],
                slowdown=slowdown_factors(pace[first:end] - USUAL_PACE) if has_pace else np.ones(end - first),
                evidence=cohort_evidence(context, stage, int(evidence_kinds[first])),
                decision=decision,
                decision_chance=plan.stages[decision.step].content_barriers[0].chance
                if decision is not None
                else 0.0,
            )
        )
    return StepCohorts(step.position, start, tuple(cohorts), groups)


def _group_keys(rows: int, keys: _CohortKeys) -> Groups:
    return group_rows(
        rows,
        *(
            keys.is_left_out,
            keys.evidence,
            keys.decision,
            keys.delay,
            keys.pace,
            keys.completion,
            keys.age,
        ),
    )


def _ages(
    context: WorkflowContext, stage: Stage, entered_at: Ints, evidence: RowEvidence
) -> Codes | RunLengthCodes:
    """Bins of the time in the step; 0 for completed rows, whose entry matters only under a start barrier."""
    runs = age_bin_runs(entered_at, context.as_of)
    if stage.start or not len(evidence.completed_rows):
        return runs
    ages = runs.row_codes
    ages[evidence.completed_rows] = 0
    return ages


def _completion_recorded_at(
    context: WorkflowContext, groups: Groups, evidence: RowEvidence, entered_at: Reals
) -> Reals:
    """(G,) when the completion was recorded; of groups without one: when they entered."""
    if not len(evidence.completed_rows):
        return entered_at
    as_of = context.as_of
    moments = np.full(len(groups.group_of), as_of)
    recorded_at = evidence.completion_recorded_at
    moments[evidence.at] = np.where(recorded_at > 0, recorded_at, as_of)
    return np.maximum(np.minimum(groups.mean(moments, as_of), as_of), entered_at)
