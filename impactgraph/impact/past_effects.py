"""Past effects: for how long failures held each row in steps that it has left, how certainly, and what did
so first.
"""

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from graph_models.enums import Effect
from impactgraph.columns import Codes, Ints
from impactgraph.forecast.barrier_edges import backlog_end, visit_edges, whole_moment
from impactgraph.forecast.past_delay import PastDelay, PastVisits, past_delay
from impactgraph.forecast.past_holds import FirstHold, Place
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.slowdown import slowdown_factors
from impactgraph.forecast.stage import Stage
from impactgraph.impact.grouping import Groups, group_rows
from impactgraph.impact.matches import FirstEffects, Positions
from impactgraph.impact.past_steps import PastPart, PastSteps
from impactgraph.impact.segment_columns import take_ascending
from impactgraph.impact.visit_bins import VisitBins, VisitCodes
from impactgraph.impact.workflow_context import USUAL_PACE, Flags, WorkflowContext

_LEAST_CHANCE = 0.02
"""A hold that is no more likely is not counted."""


@dataclass(frozen=True)
class PastEffects:
    """Of each row from `start` on: total delay (milliseconds), the chance of it, and the first effect."""

    start: int
    delay: Reals
    chance: Reals
    """1 where there is no delay."""
    first: FirstEffects

    def of_part(self, part: PastPart) -> "PastEffects":
        """Those of the rows of one step."""
        rows, first = part.rows, self.first
        return PastEffects(
            part.start,
            self.delay[rows],
            self.chance[rows],
            FirstEffects(first.impairment[rows], first.step[rows], first.at[rows]),
        )

    @cached_property
    def late(self) -> Positions:
        """Rows with a delay, counted from `start`; only they have a chance below 1."""
        return np.flatnonzero(self.delay > 0)

    def first_at(self, rows: Positions) -> FirstEffects | None:
        """First effects at ascending positions among all rows, those before `start` included; None where no
        row has any.
        """
        split = self._split(rows)
        recent = rows[split:] - self.start
        impairment = self.first.impairment.take(recent)
        if not (impairment >= 0).any():
            return None
        first = FirstEffects.none(len(rows))
        first.impairment[split:] = impairment
        first.step[split:] = self.first.step.take(recent)
        first.at[split:] = self.first.at.take(recent)
        return first

    def chance_at(self, rows: Positions) -> Reals:
        """As `first_at`, the chances."""
        split = self._split(rows)
        chance = np.ones(len(rows))
        chance[split:] = self.chance.take(rows[split:] - self.start)
        return chance

    def _split(self, rows: Positions) -> int:
        return int(np.searchsorted(rows, self.start))


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

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True)
class _Holds:
    """Visits that a stage may have held: by row, the chance, the delay, and what held it first."""

    visits: _Visits
    chance: Reals
    delay: Reals
    first: FirstHold


def past_effects(context: WorkflowContext, past: PastSteps) -> PastEffects:
    """Effects of all past stages, in the order of the workflow, on the rows of all steps."""
    rows = len(past.columns)
    delay = np.zeros(rows)
    chance = np.ones(rows)
    first = FirstEffects.none(rows)
    longest = np.zeros(rows)
    is_any_late = False
    for stage in past.stages if rows else ():
        if is_any_late:
            late, left_over = _delay_after_calendar(past, stage, delay)
            delay[late] = left_over
        holds = _holds(context, past, stage) if stage.barriers else None
        if holds is None:
            continue
        at = holds.visits.at
        _note_first(stage, holds, first, longest, context.forecaster.tolerance)
        before = delay[at]
        either = 1 - (1 - chance[at]) * (1 - holds.chance)
        chance[at] = np.where(before > 0, either, holds.chance)
        delay[at] = before + holds.delay
        is_any_late = True
    chance[delay <= 0] = 1.0
    return PastEffects(0, delay, chance, first)


def _note_first(stage: Stage, holds: _Holds, first: FirstEffects, longest: Reals, tolerance: float) -> None:
    """Writes what held rows into `first`, where nothing before held them beyond the tolerance.

    `longest`: by row, how long what is in `first` held it.
    """
    at = holds.visits.at
    is_first = (holds.first.impairment >= 0) & (longest[at] <= tolerance) & (holds.delay > longest[at])
    at, hold = at[is_first], holds.first
    place, met_at = hold.place[is_first], hold.at[is_first]
    handoff_to = stage.handoffs[0].to if stage.handoffs else stage.index
    next_position = holds.visits.next_position[is_first]
    to = np.where(next_position >= 0, next_position, handoff_to)
    # What is held at the start meets it at its entry, or as soon as it begins.
    begun_at = _starts(stage)[hold.impairment[is_first]]
    entered_at = holds.visits.entered_at[is_first].astype(np.float64)
    left_at = holds.visits.left_at[is_first].astype(np.float64)
    first.impairment[at] = hold.impairment[is_first]
    first.step[at] = np.where(place == Place.HANDOFF, to, stage.index)
    met_at = np.where(np.isnan(met_at), np.maximum(entered_at, begun_at), met_at)
    first.at[at] = np.clip(met_at, entered_at, left_at)
    longest[at] = holds.delay[is_first]


def _starts(stage: Stage) -> Reals:
    """By index of an impairment, when its barrier in the stage begins."""
    starts = np.zeros(1 + max(barrier.index for barrier in stage.barriers))
    for barrier in stage.barriers:
        starts[barrier.index] = barrier.since
    return starts


def _holds(context: WorkflowContext, past: PastSteps, stage: Stage) -> _Holds | None:
    every = past.visits(stage)
    at = np.flatnonzero(_meets_barriers(stage, every.entered_at, every.left_at))
    if not len(at):
        return None
    visits = _visits_at(context, past, stage, at)
    groups, delays = _past_delays(context, stage, visits)
    group = groups.group_of
    likely = np.flatnonzero(delays.chance.take(group) > _LEAST_CHANCE)
    group, hold = group.take(likely), delays.first
    first = FirstHold(hold.impairment.take(group), hold.place.take(group), hold.at.take(group))
    return _Holds(_take(visits, likely), delays.chance.take(group), delays.delay.take(group), first)


def _take(visits: _Visits, at: Positions) -> _Visits:
    return _Visits(**{field.name: getattr(visits, field.name).take(at) for field in fields(visits)})


def _visits_at(context: WorkflowContext, past: PastSteps, stage: Stage, at: Positions) -> _Visits:
    visits = past.visits(stage)
    rows = past.columns.rows.take(at)
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
    """(rows,) whether a row was in the step, or left it, while a barrier was in force or its backlog
    cleared.
    """
    since = whole_moment(min(b.since for b in stage.barriers))
    until = whole_moment(max(backlog_end(b) for b in stage.barriers))
    mask = (entered_at > 0) & (left_at >= since) & (entered_at < until)
    if all(b.makes_wait and b.is_certain and b.impairment.effect is Effect.BLOCKED for b in stage.barriers):
        # A row that left while every barrier was in force was held by none of them.
        last_since = whole_moment(max(b.since for b in stage.barriers))
        first_end = whole_moment(min(float(b.until.min()) for b in stage.barriers))
        mask &= (left_at < last_since) | (left_at >= first_end)
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


def _past_delays(context: WorkflowContext, stage: Stage, visits: _Visits) -> tuple[Groups, PastDelay]:
    """Groups of visits that differ by less than their delay is known, and the hold of each."""
    bins = VisitBins(visit_edges(stage, context.as_of), context.as_of)
    # The entry does not matter where the completion is known and nothing holds before it.
    is_recorded = visits.recorded_at > 0
    needs_entry = bool(stage.start or stage.completion)
    arrived_at = (
        visits.entered_at if needs_entry else np.where(is_recorded, visits.recorded_at, visits.entered_at)
    )
    codes = bins.codes(arrived_at, visits.left_at)
    since_record = np.where(is_recorded, visits.left_at - visits.recorded_at + 1, 0)
    record_codes = bins.distances(since_record, codes)
    record_span = np.where(is_recorded, bins.spans(visits.recorded_at) - codes.entry_span, 0).astype(np.int32)
    kinds = (visits.next_position + 1) * 2 + visits.has_error
    groups = group_rows(
        len(visits), kinds.astype(np.int32), visits.pace, record_codes, record_span, *codes.every
    )
    kind, pace, record, span, *visit = groups.codes
    codes = VisitCodes(*visit)
    arrival, departure = bins.visits(codes)
    recorded_at = np.full(len(groups), np.nan)
    if record.any():
        moments = bins.clip(departure - bins.lengths(record, codes), codes.entry_span + span)
        recorded_at = np.where(record > 0, np.clip(moments, arrival, departure), np.nan)
        if not needs_entry:
            recorded_at = np.where(record > 0, arrival, np.nan)
    every = PastVisits(arrival, departure, recorded_at, slowdown_factors(pace - USUAL_PACE))
    return groups, _delays_by_kind(stage, kind, every, context.forecaster.tolerance)


def _delays_by_kind(stage: Stage, kinds: Codes, visits: PastVisits, tolerance: float) -> PastDelay:
    """`kinds` (G,): twice the position of the next step, from 1 on, and whether an error was reported."""
    delays = PastDelay.none(len(visits))
    for kind in np.flatnonzero(np.bincount(kinds)).tolist():
        mine = np.flatnonzero(kinds == kind)
        handoff = next((h for h in stage.handoffs if h.to == kind // 2 - 1), None)
        of_kind = replace(visits.take(mine), has_error=bool(kind % 2))
        delays.put(mine, past_delay(stage, handoff, of_kind, tolerance))
    return delays


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
