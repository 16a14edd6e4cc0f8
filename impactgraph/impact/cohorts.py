"""Cohorts: rows of one segment and step grouped by evidence, age, pace, past delay and pending decisions."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from impactgraph.columns import Codes, Ints
from impactgraph.forecast.barrier_edges import completion_edges, entry_edges
from impactgraph.forecast.cohorts import Cohorts
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.slowdown import slowdown_factors
from impactgraph.forecast.stage import Stage
from impactgraph.impact.bins import MomentBins, chance_bins, chance_of_bin, delay_bins, delay_of_bin
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
    """Rows of one segment in one step that is in flight, with their past effects and pending decisions."""

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
    chance: RowCodes
    """Of the delay."""
    records: RowCodes
    """Which records of the step have come."""
    pace: RowCodes
    completion: RowCodes
    entry: RowCodes


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


def cohorts_at(context: WorkflowContext, plan: Plan, step: StepRows, at: Positions) -> StepCohorts:
    """Cohorts of the rows at some positions."""
    is_left_out = np.ones(len(step.columns), np.int32)
    is_left_out[at] = 0
    return _cohorts(context, plan, step, 0, is_left_out)


def _cohorts(
    context: WorkflowContext, plan: Plan, step: StepRows, start: int, is_left_out: RowCodes
) -> StepCohorts:
    """`is_left_out`: 1 for the rows from `start` on that are not forecast."""
    stage = plan.stages[step.position]
    entered_at = step.columns.column("entered_at")[start:]
    evidence = row_evidence(context, stage, step.columns, start)
    has_pace = any(plan.stages[i].on_site for i in plan.reach(step.position))
    effects = step.effects
    late = effects.late + (effects.start - start)
    bins = _StepBins(context, plan, step.position)
    keys = _CohortKeys(
        is_left_out=is_left_out,
        evidence=evidence.kind_codes,
        decision=NO_CODES if step.pending is None else step.pending.codes[start:],
        delay=SparseCodes(late, delay_bins(effects.delay[effects.late])),
        chance=SparseCodes(late, chance_bins(effects.chance[effects.late])),
        records=_record_codes(context, stage, step.columns, start),
        pace=context.pace_bins(step.columns.rows[start:]) if has_pace else NO_CODES,
        completion=bins.completion_codes(evidence),
        entry=bins.entry_codes(entered_at, evidence),
    )
    groups = _group_keys(len(entered_at), keys)
    left_out, evidence_kinds, decisions, delay, chance, come, pace, completion, entry = groups.codes
    completion_at, entry_at = bins.moments(completion, entry)
    count = int((left_out == 0).sum())
    kinds = (evidence_kinds.astype(np.int64) * (int(decisions.max(initial=0)) + 1) + decisions)[:count]
    starts = np.flatnonzero(np.diff(kinds, prepend=-1)).tolist()
    cohorts: list[Cohorts] = []
    for first, end in zip(starts, [*starts[1:], count], strict=True):
        reads = step.pending.of_code(int(decisions[first])) if step.pending is not None else ()
        cohorts.append(
            Cohorts(
                step=step.position,
                entered_at=entry_at[first:end],
                past_delay=delay_of_bin(delay[first:end]),
                past_chance=chance_of_bin(chance[first:end]),
                completion_recorded_at=completion_at[first:end],
                slowdown=slowdown_factors(pace[first:end] - USUAL_PACE) if has_pace else np.ones(end - first),
                evidence=cohort_evidence(context, stage, int(evidence_kinds[first])),
                stale_reads=reads,
                records_come=come[first:end] if come[first:end].any() else None,
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
            keys.chance,
            keys.records,
            keys.pace,
            keys.completion,
            keys.entry,
        ),
    )


def _record_codes(context: WorkflowContext, stage: Stage, columns: SegmentColumns, start: int) -> RowCodes:
    """Which records of the step have come of the rows from `start` on, where any of them may be impaired: bit
    n is the n-th.
    """
    bits = [(n, context.record_bits[record.bit]) for n, record in enumerate(stage.records)]
    if not any(record.gate or record.content_barriers for record in stage.records):
        return NO_CODES
    records = columns.column("records")[start:]
    come = np.zeros(len(records), np.int32)
    for n, bit in bits:
        if bit >= 0:
            come |= ((records >> np.uint64(bit)) & np.uint64(1)).astype(np.int32) << n
    at = np.flatnonzero(come)
    return SparseCodes(at, come[at])


class _StepBins:
    """Bins of the moments at which rows entered a step and completed it."""

    def __init__(self, context: WorkflowContext, plan: Plan, position: int) -> None:
        stage, as_of = plan.stages[position], context.as_of
        tolerance = context.forecaster.tolerance
        self._entries = MomentBins(as_of, entry_edges(plan, position, as_of, tolerance))
        self._make_completions = lambda: MomentBins(as_of, completion_edges(stage, as_of, tolerance))
        self._entry_matters = bool(stage.start) or not stage.records_show_completion
        """Also where the completion is known."""

    def entry_codes(self, entered_at: Ints, evidence: RowEvidence) -> Codes | RunLengthCodes:
        runs = self._entries.runs(entered_at)
        if self._entry_matters or not len(evidence.completed_rows):
            return runs
        codes = runs.row_codes
        codes[evidence.completed_rows] = 0
        return codes

    @cached_property
    def _completions(self) -> MomentBins:
        return self._make_completions()

    def completion_codes(self, evidence: RowEvidence) -> SparseCodes:
        """From 1 on."""
        at = evidence.completed_rows
        if not len(at):
            return NO_CODES
        return SparseCodes(at, 1 + self._completions.codes(evidence.completions))

    def moments(self, completion: Codes, entry: Codes) -> tuple[Reals, Reals]:
        """(G,) completion, which is the entry where it is not known, and entry."""
        entered_at = self._entries.moments(entry)
        if not completion.any():
            return entered_at, entered_at
        completed_at = self._completions.moments(np.maximum(completion - 1, 0))
        if not self._entry_matters:
            entered_at = np.where(completion > 0, completed_at, entered_at)
        return np.where(completion > 0, np.maximum(completed_at, entered_at), entered_at), entered_at
