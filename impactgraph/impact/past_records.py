"""Records of steps that rows have completed: those that have not come, came before one they must follow, or
were duplicated or wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from graph_models.enums import RecordEffect
from impactgraph.columns import Ints
from impactgraph.forecast.barrier_edges import backlog_end, record_edges, whole_moment
from impactgraph.forecast.lost_records import lost_records
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS, RecordDetails, RecordOutcomes
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.stage import Stage
from impactgraph.impact.bins import MinuteBins, chance_bins, chance_of_bin, delay_bins, delay_of_bin
from impactgraph.impact.grouping import group_rows
from impactgraph.impact.matches import Matches, Positions, RecordGroup
from impactgraph.impact.past_content import content_outcome, corrected_rows
from impactgraph.impact.past_effects import PastEffects
from impactgraph.impact.past_steps import PastSteps
from impactgraph.impact.segment_columns import SegmentColumns
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
        if stage.records and len(past.columns) and (len(effects.late) or _impairs_records(stage))
        for group in _of_stage(context, plan, past, effects, stage)
    ]
    return Matches.of_past_records(groups)


def present_records(context: WorkflowContext, plan: Plan, columns: SegmentColumns, position: int) -> Matches:
    """Record groups of rows that have completed their present step: records that came on a way that
    duplicated them or made them wrong.
    """
    stage = plan.stages[position]
    records = [record for record in stage.records if record.content_barriers]
    if not records or columns.has_arrivals:
        return Matches()
    completed_at = columns.first_recorded_at(position)
    at = np.flatnonzero(_on_spoiling_way(stage, completed_at))
    bins = MinuteBins(record_edges(stage, context.as_of), context.as_of)
    cohorts = group_rows(len(at), *bins.codes(completed_at[at]))
    groups: list[RecordGroup] = []
    for record in records if len(at) else ():
        outcome = content_outcome(record, bins.moments(*cohorts.codes))
        mask = columns.has_record(record.bit, at) & (outcome.likelihood[cohorts.group_of] > 0)
        mask &= ~corrected_rows(context, record, columns.rows[at])
        if mask.any():
            groups.append(
                RecordGroup(
                    workflow=plan.workflow,
                    step=position,
                    rows=columns.rows[at[mask]],
                    cohort=cohorts.group_of[mask],
                    outcome=outcome,
                    certainty=np.ones(int(mask.sum())),
                    is_past=True,
                )
            )
    return Matches.of_past_records(groups)


def _of_stage(
    context: WorkflowContext, plan: Plan, past: PastSteps, effects: PastEffects, stage: Stage
) -> Iterator[RecordGroup]:
    completed_at = _completed_at(past, stage)
    at = np.flatnonzero(_may_be_affected(context, past, effects, stage, completed_at))
    if not len(at):
        return
    bins = MinuteBins(record_edges(stage, context.as_of), context.as_of)
    codes = *bins.codes(completed_at[at]), delay_bins(effects.delay[at]), chance_bins(effects.chance[at])
    cohorts = group_rows(len(at), *codes)
    span, minute, delay, chance = cohorts.codes
    completion, delayed = bins.moments(span, minute), delay_of_bin(delay)

    def outcomes_of(past_delay: Reals) -> list[RecordOutcomes]:
        forecast = context.forecaster.forecast_past_records(plan, stage.index, completion, past_delay)
        return [_given_absence(context, stage, outcome, completion) for outcome in forecast]

    outcomes = outcomes_of(delayed)
    if chance.any():  # of some it is not certain that the step was delayed
        pairs = zip(outcomes, outcomes_of(np.zeros_like(delayed)), strict=True)
        outcomes = [_either(*pair, chance_of_bin(chance)) for pair in pairs]
    records = _StageRecords(stage, at, cohorts.group_of)
    for outcome, mask in _record_outcomes(plan, past, records, outcomes):
        yield from _record_group(plan, past, records, outcome, mask)
    for outcome in outcomes:
        yield from _content_group(context, plan, past, records, outcome, completion)


def _either(delayed: RecordOutcomes, other: RecordOutcomes, chance: Reals) -> RecordOutcomes:
    """The outcome of a record whose step was delayed with a chance (G,) only."""
    of_delayed, of_other = chance * delayed.likelihood, (1.0 - chance) * other.likelihood

    def details() -> RecordDetails:
        is_other, first, second = of_other > of_delayed, delayed.details(), other.details()
        return RecordDetails(
            effect=np.where(is_other, second.effect, first.effect),
            expected_at=np.where(is_other, second.expected_at, first.expected_at),
            due_at=np.where(is_other, second.due_at, first.due_at),
            emitted_at=np.where(is_other, second.emitted_at, first.emitted_at),
            hit_by=np.where(is_other, second.hit_by, first.hit_by),
        )

    return replace(delayed, likelihood=of_delayed + of_other, details=details)


def _impairs_records(stage: Stage) -> bool:
    return any(record.gate or record.content_barriers for record in stage.records)


def _completed_at(past: PastSteps, stage: Stage) -> Ints:
    """(rows,) when the stage was completed: at the latest when its first record came."""
    left_at = past.visits(stage).left_at
    recorded_at = past.columns.first_recorded_at(stage.index)
    return np.where((recorded_at > 0) & (recorded_at < left_at), recorded_at, left_at)


def _may_be_affected(
    context: WorkflowContext, past: PastSteps, effects: PastEffects, stage: Stage, completed_at: Ints
) -> Flags:
    """(rows,) whether a row completed the stage late, or while its records were held, and not all have come;
    or while their content was affected.
    """
    mask = (completed_at > 0) & (effects.delay > 0)
    for record in stage.records:
        if record.gate:
            since = min(b.since for b in record.gate.barriers)
            until = max(backlog_end(b) for b in record.gate.barriers)
            mask |= _between(completed_at, *record.gate.arrivals_of(since, until))
    bits = [context.record_bits[record.bit] for record in stage.records]
    if min(bits) >= 0:
        every = np.uint64(sum(1 << bit for bit in bits))
        mask &= (past.columns.column("records") & every) != every
    return mask | _on_spoiling_way(stage, completed_at)


def _on_spoiling_way(stage: Stage, completed_at: Ints) -> Flags:
    """(rows,) whether a record left, or leaves, on a way that duplicates it or makes it wrong."""
    mask = np.zeros(len(completed_at), bool)
    for record in stage.records:
        for barrier in record.content_barriers:
            mask |= _between(completed_at, *record.gate.arrivals_of(barrier.since, barrier.latest_end))
    return mask


def _between(at: Ints, since: float, until: float) -> Flags:
    return (at >= whole_moment(since)) & (at < whole_moment(until))


def _given_absence(
    context: WorkflowContext, stage: Stage, outcome: RecordOutcomes, completed_at: Reals
) -> RecordOutcomes:
    """The outcome of a record that has not come by now."""
    # What was expected before now has come, or its absence has another cause.
    likelihood = np.where(outcome.expected_at > context.as_of, outcome.likelihood, 0.0)
    outcome = replace(outcome, likelihood=likelihood)
    record = next(record for record in stage.records if record.bit == outcome.bit)
    if not record.gate.uncertain_barriers:
        return outcome
    loss = lost_records(record, completed_at, context.as_of, context.forecaster.tolerance)
    is_lost = loss.likelihood > outcome.likelihood
    details = RecordDetails(
        effect=np.where(is_lost, loss.effect, outcome.effect),
        expected_at=np.where(is_lost, loss.expected_at, outcome.expected_at),
        due_at=outcome.due_at,
        emitted_at=np.where(is_lost, loss.emitted_at, outcome.emitted_at),
        hit_by=np.where(is_lost, loss.hit_by, outcome.hit_by),
    )
    return replace(
        outcome, likelihood=np.maximum(loss.likelihood, outcome.likelihood), details=lambda: details
    )


def _record_outcomes(
    plan: Plan, past: PastSteps, records: _StageRecords, outcomes: list[RecordOutcomes]
) -> Iterator[tuple[RecordOutcomes, Flags]]:
    """Outcomes of each record type, with the rows (mask over `records.at`) that they hold for."""
    for outcome in outcomes:
        has_come = past.columns.has_record(outcome.bit, records.at)
        yield outcome, ~has_come
        emission = plan.workflow.records[outcome.bit][1]
        for earlier in outcomes:
            if plan.workflow.records[earlier.bit][1].type in emission.after:
                came_before = has_come & ~past.columns.has_record(earlier.bit, records.at)
                yield _out_of_sequence(outcome, earlier), came_before


def _content_group(
    context: WorkflowContext,
    plan: Plan,
    past: PastSteps,
    records: _StageRecords,
    outcome: RecordOutcomes,
    completed_at: Reals,
) -> Iterator[RecordGroup]:
    """The group of rows whose record was duplicated or wrong, if it has come, or comes without a delay."""
    record = next(record for record in records.stage.records if record.bit == outcome.bit)
    if not record.content_barriers:
        return
    content = content_outcome(record, completed_at)
    has_come = past.columns.has_record(record.bit, records.at)
    mask = has_come | (outcome.likelihood[records.cohort] <= 0)
    mask &= content.likelihood[records.cohort] > 0
    mask &= ~corrected_rows(context, record, past.columns.rows[records.at])
    if mask.any():
        yield RecordGroup(
            workflow=plan.workflow,
            step=records.stage.index,
            rows=past.columns.rows[records.at[mask]],
            cohort=records.cohort[mask],
            outcome=content,
            certainty=np.ones(int(mask.sum())),
            is_past=True,
        )


def _out_of_sequence(outcome: RecordOutcomes, earlier: RecordOutcomes) -> RecordOutcomes:
    """CohortOutcomes of a record that came before an earlier one, which has not come."""
    details = replace(
        earlier.details(),
        effect=np.full_like(earlier.effect, _OUT_OF_SEQUENCE),
        due_at=outcome.due_at,
        expected_at=outcome.expected_at,
    )
    return RecordOutcomes.known(outcome.bit, earlier.likelihood, details)


def _record_group(
    plan: Plan, past: PastSteps, records: _StageRecords, outcome: RecordOutcomes, mask: Flags
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
            certainty=np.ones(len(at)),
            is_past=True,
        )
