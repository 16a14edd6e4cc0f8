"""Past effects: for how long failures held each row in steps that it has left, how certainly, and what did
so first.
"""

from dataclasses import dataclass, replace

import numpy as np

from impactgraph.columns import Codes, Ints
from impactgraph.forecast.past_delay import PastVisits, past_delay
from impactgraph.forecast.plan import Stage
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.slowdown import slowdown_factors
from impactgraph.impact.bins import age_bins
from impactgraph.impact.grouping import Groups, group_rows
from impactgraph.impact.matches import FirstEffects, Positions
from impactgraph.impact.past_steps import PastSteps
from impactgraph.impact.segment_columns import take_ascending
from impactgraph.impact.workflow_context import USUAL_PACE, Flags, WorkflowContext

_LEAST_CHANCE = 0.02
"""A hold that is no more likely is not counted."""


@dataclass(frozen=True)
class PastEffects:
    """Of each row from `start` on: total delay (milliseconds), how certain it is, and the first effect."""

    start: int
    delay: Reals
    certainty: Reals
    first: FirstEffects

    def at(self, rows: Positions) -> tuple[Reals, FirstEffects]:
        """Certainty and first effects at ascending positions among all rows, those before `start`
        included.
        """
        split = int(np.searchsorted(rows, self.start))
        recent = rows[split:] - self.start
        certainty = np.ones(len(rows))
        first = FirstEffects.none(len(rows))
        certainty[split:] = self.certainty[recent]
        first.impairment[split:] = self.first.impairment[recent]
        first.step[split:] = self.first.step[recent]
        first.at[split:] = self.first.at[recent]
        return certainty, first

    def with_certainty(self, rows: Positions, certainty: float) -> "PastEffects":
        """The same, of another certainty at ascending positions among all rows."""
        every = self.certainty.copy()
        every[rows[np.searchsorted(rows, self.start) :] - self.start] = certainty
        return replace(self, certainty=every)


@dataclass(frozen=True)
class _Visits:
    """Visits to a stage during which a barrier may have held the row: `at`: positions of the rows.

    `recorded_at`: when the first record of the stage was recorded, 0 where none was.
    """

    at: Positions
    entered_at: Ints
    left_at: Ints
    next_position: Codes
    recorded_at: Ints
    has_error: Flags
    pace: Codes


@dataclass(frozen=True)
class _Holds:
    """Rows, by position, that a stage has held: since when they were there, the chance, and the delay."""

    at: Positions
    entered_at: Ints
    chance: Reals
    delay: Reals


def past_effects(context: WorkflowContext, past: PastSteps) -> PastEffects:
    """Effects of all past stages, in the order of the plan."""
    rows = len(past.columns)
    delay = np.zeros(rows)
    certainty = np.ones(rows)
    first = FirstEffects.none(rows)
    for stage in past.stages if rows else ():
        late, left_over = _delay_after_calendar(past, stage, delay)
        delay[late] = left_over
        if not stage.barriers:
            continue
        holds = _holds(context, past, stage)
        _note_first(stage, holds, first)
        before = delay[holds.at]
        either = 1 - (1 - certainty[holds.at]) * (1 - holds.chance)
        certainty[holds.at] = np.where(before > 0, either, holds.chance)
        delay[holds.at] = before + holds.delay
    return PastEffects(past.start, delay, certainty, first)


def _note_first(stage: Stage, holds: _Holds, first: FirstEffects) -> None:
    """Writes what held rows into `first`, where nothing did before."""
    is_first = first.impairment[holds.at] < 0
    at = holds.at[is_first]
    barrier = stage.barriers[0]
    is_handoff = not stage.start and not stage.completion and bool(stage.handoffs)
    first.impairment[at] = barrier.index
    first.step[at] = stage.handoffs[0].to if is_handoff else stage.index
    first.at[at] = np.maximum(holds.entered_at[is_first], barrier.since)


def _holds(context: WorkflowContext, past: PastSteps, stage: Stage) -> _Holds:
    every = past.visits(stage)
    at = np.flatnonzero(_meets_barriers(stage, every.entered_at, every.left_at))
    if not len(at):
        return _Holds(at, np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    visits = _visits_at(context, past, stage, at)
    groups = _group_visits(context, stage, visits)
    chance, delay = _past_delays(context, stage, visits, groups)
    is_likely = chance[groups.group_of] > _LEAST_CHANCE
    group = groups.group_of[is_likely]
    return _Holds(visits.at[is_likely], visits.entered_at[is_likely], chance[group], delay[group])


def _visits_at(context: WorkflowContext, past: PastSteps, stage: Stage, at: Positions) -> _Visits:
    visits = past.visits(stage)
    rows = past.columns.rows[at]
    left_at = take_ascending(visits.left_at, at)
    recorded_at = np.zeros(len(at), np.int64)
    if stage.records_show_completion:
        recorded_at = take_ascending(past.columns.first_recorded_at(stage.index), at)
        recorded_at = np.where((recorded_at > 0) & (recorded_at <= left_at), recorded_at, 0)
    return _Visits(
        at=at,
        entered_at=take_ascending(visits.entered_at, at),
        left_at=left_at,
        next_position=take_ascending(visits.next_position, at),
        recorded_at=recorded_at,
        has_error=_error_mask(context, stage, rows),
        pace=context.pace_bins(rows) if stage.on_site else np.full(len(at), USUAL_PACE, np.int32),
    )


def _meets_barriers(stage: Stage, entered_at: Ints, left_at: Ints) -> Flags:
    """(rows,) whether a row was in the step, or left it, while a barrier was in force."""
    since = min(b.since for b in stage.barriers)
    until = max(float(np.max(b.until)) + b.impairment.drain for b in stage.barriers)
    mask = (entered_at > 0) & (left_at >= since) & (entered_at < until)
    if all(b.makes_wait and b.is_certain for b in stage.barriers):
        # A row that left while every barrier was in force was held by none of them.
        last_since = max(b.since for b in stage.barriers)
        mask &= (left_at < last_since) | (left_at >= min(float(b.until.min()) for b in stage.barriers))
    return mask


def _error_mask(context: WorkflowContext, stage: Stage, rows: Codes) -> Flags:
    """(rows,) whether an error of an impaired element was reported of the stage."""
    errors = context.columns.errors
    of_stage = (errors.step == context.step_columns[stage.index]) & context.is_impaired[errors.element]
    if not of_stage.any():
        return np.zeros(len(rows), bool)
    mask = np.zeros(len(context.columns.fulfillments), bool)
    mask[errors.fulfillment[of_stage]] = True
    return mask[rows]


def _group_visits(context: WorkflowContext, stage: Stage, visits: _Visits) -> Groups:
    """Visits grouped by pace, entry, exit, record, next step and error."""
    is_recorded = visits.recorded_at > 0
    entry_matters = bool(stage.start or stage.completion)
    entry = age_bins(visits.entered_at, context.as_of)
    return group_rows(
        len(visits.at),
        visits.pace,
        entry if entry_matters else np.where(is_recorded, 0, entry),
        age_bins(visits.left_at, context.as_of),
        np.where(is_recorded, 1 + age_bins(visits.recorded_at, context.as_of), 0),
        (visits.next_position + 1).astype(np.int32),
        visits.has_error.astype(np.int32),
    )


def _past_delays(
    context: WorkflowContext, stage: Stage, visits: _Visits, groups: Groups
) -> tuple[Reals, Reals]:
    """(chance, length) of the hold of each group."""
    as_of = context.as_of
    entered_at = groups.mean(visits.entered_at, as_of)
    left_at = groups.mean(visits.left_at, as_of)
    pace, _, _, record, next_step, has_error = groups.codes
    recorded_at = np.full(len(groups), np.nan)
    if record.any():
        mean = groups.mean(np.where(visits.recorded_at > 0, visits.recorded_at, as_of), as_of)
        recorded_at = np.where(record > 0, np.minimum(mean, left_at), np.nan)
    chance = np.zeros(len(groups))
    delay = np.zeros(len(groups))
    kinds = next_step * 2 + has_error
    for kind in np.flatnonzero(np.bincount(kinds)):
        mine = np.flatnonzero(kinds == kind)
        handoff = next((h for h in stage.handoffs if h.to == kind // 2 - 1), None)
        cohorts = PastVisits(
            entered_at=entered_at[mine],
            left_at=left_at[mine],
            completion_recorded_at=recorded_at[mine],
            slowdown=slowdown_factors(pace[mine] - USUAL_PACE),
            has_error=bool(kind % 2),
        )
        hold = past_delay(stage, handoff, cohorts)
        chance[mine] = hold.chance
        delay[mine] = hold.delay
    return chance, delay


def _delay_after_calendar(past: PastSteps, stage: Stage, delay: Reals) -> tuple[Positions, Reals]:
    """Rows, by position, that were late when they left a stage by a schedule, and the delay that they keep.

    A row that left with the same run as it would have without the failures has lost nothing.
    """
    late = np.flatnonzero(delay > 0)
    calendars = [h.gate.calendar for h in stage.handoffs if h.gate.calendar is not None]
    if not calendars or len(calendars) < len(stage.handoffs) or not len(late):
        return late[:0], delay[:0]
    visits = past.visits(stage)
    late = late[visits.left_at[late] > 0]
    entered_at = visits.entered_at[late]
    recorded_at = np.zeros(len(late), np.int64)
    if stage.records_show_completion:
        recorded_at = past.columns.first_recorded_at(stage.index)[late]
    calendar = calendars[0]
    run = calendar.run_before(visits.left_at[late].astype(np.float64))
    likely = np.clip(entered_at + stage.duration.median, calendar.run_before(run - 1.0), run)
    completed_at = np.where(recorded_at > 0, recorded_at, likely)
    return late, np.maximum(run - calendar.run_from(completed_at - delay[late]), 0.0)
