"""Content effects before now: rows whose step or hand-over happened twice, and records on a way that
duplicated them or made them wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from graph_models.enums import Effect, RecordEffect
from impactgraph.columns import NO_AMOUNT, RECORD_KINDS, Codes, Ints
from impactgraph.forecast.barriers import Barrier
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS, RecordDetails, RecordOutcomes
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.stage import Record
from impactgraph.impact.matches import FirstEffects, Positions
from impactgraph.impact.past_steps import PastPart, PastSteps
from impactgraph.impact.segment_columns import SegmentColumns
from impactgraph.impact.workflow_context import Flags, WorkflowContext

_DUPLICATED = RECORD_EFFECTS.index(RecordEffect.DUPLICATED)
_WRONG = RECORD_EFFECTS.index(RecordEffect.WRONG)


@dataclass(frozen=True)
class DuplicatedRows:
    """Rows, by ascending position, that a failure duplicated before now, and what did so first."""

    at: Positions
    chance: Reals
    first: FirstEffects


def duplicated_rows(
    plan: Plan, past: PastSteps, part: PastPart, columns: SegmentColumns, position: int
) -> DuplicatedRows | None:
    """Rows in one step, whose past is `part`, that did a step or a hand-over twice up to the entry to it."""
    passages = list(_passages(plan, past, part, columns, position))
    if not passages:
        return None
    rows = len(columns)
    intact = np.ones(rows)
    first = FirstEffects.none(rows)
    for barriers, step, at, mask in passages:
        for barrier in barriers:
            is_hit = mask & _in_force(barrier, at)
            intact[is_hit] *= 1.0 - barrier.chance
            is_first = is_hit & (first.impairment < 0)
            first.impairment[is_first] = barrier.index
            first.step[is_first] = step
            first.at[is_first] = at[is_first]
    at = np.flatnonzero(first.impairment >= 0)
    if not len(at):
        return None
    first = FirstEffects(first.impairment[at], first.step[at], first.at[at])
    return DuplicatedRows(at, 1.0 - intact[at], first)


def _passages(
    plan: Plan, past: PastSteps, part: PastPart, columns: SegmentColumns, position: int
) -> Iterator[tuple[list[Barrier], int, Ints, Flags]]:
    """(barriers, step, moments, mask) of all that rows have passed and that duplicates: moments and mask are
    by row.
    """
    for stage in part.stages:
        barriers = _duplicating(stage.content_barriers)
        handoffs = [handoff for handoff in stage.handoffs if handoff.duplication_barriers]
        if not barriers and not handoffs:
            continue
        visits = past.visits_of(part, stage)
        entered_at, left_at = (_of_all(part, each) for each in (visits.entered_at, visits.left_at))
        if barriers:
            yield barriers, stage.index, entered_at, entered_at > 0
        to = _of_all(part, visits.next_position.astype(np.int64) + 1) - 1
        for handoff in handoffs:
            mask = (entered_at > 0) & (to == handoff.to)
            yield list(handoff.duplication_barriers), handoff.to, left_at, mask
    present = _duplicating(plan.stages[position].content_barriers)
    if present and not columns.has_arrivals:
        entered_at = columns.column("entered_at")
        yield present, position, entered_at, entered_at > 0


def _duplicating(barriers: Sequence[Barrier]) -> list[Barrier]:
    return [barrier for barrier in barriers if barrier.impairment.effect is Effect.DUPLICATED]


def _of_all(part: PastPart, values: Ints) -> Ints:
    """Values of the rows from `start` on, with 0 for those before."""
    return np.concatenate([np.zeros(part.start, np.int64), values]) if part.start else values


def _in_force(barrier: Barrier, at: Ints | Reals) -> Flags:
    return (at >= barrier.since) & (at < barrier.latest_end)


def content_outcome(record: Record, completed_at: Reals) -> RecordOutcomes:
    """Outcome of a record of a step completed at (G,) on a way that duplicates it or makes it
    wrong when it is sent.
    """
    cohorts = len(completed_at)
    sent_at = record.gate.scheduled_departures(completed_at)
    intact = np.ones(cohorts)
    likeliest = np.zeros(cohorts)
    effect = np.full(cohorts, _DUPLICATED, np.int8)
    hit_by = np.full(cohorts, -1, np.int16)
    hit_at = completed_at
    for barrier in record.content_barriers:
        chance = np.where(_in_force(barrier, sent_at), barrier.chance, 0.0)
        intact = intact * (1.0 - chance)
        is_likeliest = chance > likeliest
        effect[is_likeliest] = _DUPLICATED if barrier.impairment.effect is Effect.DUPLICATED else _WRONG
        hit_by[is_likeliest] = barrier.index
        hit_at = np.where(is_likeliest, np.maximum(completed_at, barrier.since), hit_at)
        likeliest = np.maximum(chance, likeliest)
    due = record.emission.due
    details = RecordDetails(
        effect=effect,
        expected_at=np.full(cohorts, np.nan),
        due_at=np.full(cohorts, np.nan) if due is None else completed_at + float(due),
        emitted_at=hit_at,
        hit_by=hit_by,
    )
    return RecordOutcomes.known(record.bit, 1.0 - intact, details)


def corrected_rows(context: WorkflowContext, record: Record, rows: Codes) -> Flags:
    """(rows,) whether a later record corrects what was duplicated or wrong.

    That is a posting that takes back an amount; of wrong content also a record that came after the way was in
    order again.
    """
    mask = context.corrected.get(record.bit)
    if mask is None:
        mask = context.corrected[record.bit] = _corrections(context, record)
    return mask[rows]


def _corrections(context: WorkflowContext, record: Record) -> Flags:
    """By row of a fulfillment."""
    records, emission = context.columns.records, record.emission
    type_ = context.columns.dictionaries.types.find(emission.type)
    kind = RECORD_KINDS.index(emission.kind)
    mine = np.flatnonzero((records.kind == kind) & (records.type == type_))
    fulfillment, amount = records.fulfillment[mine], records.amount[mine]
    sign = -1 if emission.amount is not None and emission.amount < 0 else 1
    corrects = (amount != NO_AMOUNT) & (amount * sign < 0)
    wrong = [b for b in record.content_barriers if b.impairment.effect is Effect.STALE]
    if wrong:
        comes_again = np.bincount(fulfillment, minlength=len(context.columns.fulfillments)) > 1
        corrects |= comes_again[fulfillment] & (records.at[mine] >= max(b.latest_end for b in wrong))
    mask = np.zeros(len(context.columns.fulfillments), bool)
    mask[fulfillment[corrects]] = True
    return mask
