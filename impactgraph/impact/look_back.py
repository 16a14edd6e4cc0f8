"""What lies behind the rows of one cell in one step: what held them, and what the steps behind have caused and has not come."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from graph_models.enums import RecordEffect
from impactgraph.columns import Codes, Ints
from impactgraph.forecast.past_delay import PastVisits, past_delay
from impactgraph.forecast.plan import Plan, Stage
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS, RecordOutcomes
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.slowdown import MAX_LEVEL, slowdown_factors
from impactgraph.impact.classes import Classes, age_codes, classify, shift_codes, shift_of
from impactgraph.impact.matches import PastHits, RecordGroup
from impactgraph.impact.picked import At, Flags, Matching, Picked, some

_NEVER = 2**62
_LIKELY = 0.02
_OUT_OF_SEQUENCE = RECORD_EFFECTS.index(RecordEffect.OUT_OF_SEQUENCE)


@dataclass
class Past:
    """Of each row: for how long it was held (milliseconds), how certain that is, and by what first."""

    shift: Reals
    certainty: Reals
    hits: PastHits

    @staticmethod
    def none(rows: int) -> "Past":
        return Past(np.zeros(rows), np.ones(rows), PastHits.none(rows))


@dataclass(frozen=True)
class _Stays:
    """Of each row its stay in a step behind it; 0 where it has not been there, `to` -1 where it went nowhere else."""

    entered: Ints
    left: Ints
    to: Codes


class LookBack:
    """Rows in the order in which they came to where they are (`came_at`); records that are open are put into the matches.

    Rows that came there before anything that can have held them began are left alone: only those from `first` on have a `past`.
    """

    def __init__(self, owner: Matching, plan: Plan, position: int | None, rows: Codes, came_at: Ints) -> None:
        self.owner, self.plan, self.position = owner, plan, position
        self.as_of = int(owner.forecaster.as_of)
        self.first = int(np.searchsorted(came_at, self._earliest))
        self.picked, self.past = Picked(owner, rows[self.first :]), Past.none(len(rows) - self.first)
        self._stays: dict[int, _Stays] = {}

    def told_of(self, at: At) -> tuple[Reals, PastHits]:
        """How certain it is that rows, at ascending places among all, were held, and by what first."""
        split = int(np.searchsorted(at, self.first))
        recent, certainty, hits = at[split:] - self.first, np.ones(len(at)), PastHits.none(len(at))
        certainty[split:] = self.past.certainty[recent]
        hits.by[split:], hits.step[split:], hits.at[split:] = (
            self.past.hits.by[recent],
            self.past.hits.step[recent],
            self.past.hits.at[recent],
        )
        return certainty, hits

    def doubt(self, at: At, certainty: float) -> None:
        """What held rows, at ascending places among all, is no more certain than that."""
        self.past.certainty[at[np.searchsorted(at, self.first) :] - self.first] = certainty

    @cached_property
    def _behind(self) -> list[Stage]:
        return [
            s
            for s in self.plan.stages
            if s.index != self.position and self.owner.column_of[s.index] >= 0 and self._can_be_behind(s)
        ]

    def _can_be_behind(self, stage: Stage) -> bool:
        return self.position is None or self.position in self.plan.reach(stage.index)

    @property
    def _earliest(self) -> float:
        """When the first thing began that can have held a row, or a record, in a step behind."""
        barriers = [
            b for s in self._behind for b in (*s.barriers, *(b for r in s.records for b in r.gate.barriers))
        ]
        return min((b.since for b in barriers), default=np.inf)

    def held(self) -> None:
        """What held them in the steps that lie behind."""
        for stage in self._behind if len(self.picked) else []:
            self._caught_up(stage)
            if stage.barriers:
                self._held(stage)

    def open_records(self) -> None:
        """What the steps behind have caused and has not come, or came before one that it must follow."""
        for stage in self._behind if len(self.picked) else []:
            if stage.records:
                self._open_records(stage)

    def _stay(self, stage: Stage) -> _Stays:
        if stage.index not in self._stays:
            self._stays[stage.index] = self._find_stays(stage)
        return self._stays[stage.index]

    def _find_stays(self, stage: Stage) -> _Stays:
        picked, column_of = self.picked, self.owner.column_of
        entered, ended, now = (
            picked.at_step("entered_step_at", stage.index),
            picked.of("ended_at"),
            picked.of("entered_at"),
        )
        left, to = np.full(len(picked), _NEVER), np.full(len(picked), -1, np.int32)
        for handoff in stage.handoffs:
            if column_of[handoff.to] >= 0:
                came = picked.at_step("entered_step_at", handoff.to)
                sooner = (came > entered) & (came < left)
                left, to = np.where(sooner, came, left), np.where(sooner, np.int32(handoff.to), to)
        left = np.where(to < 0, np.where(ended > entered, ended, now), left)
        valid = (entered > 0) & (left >= entered) & ((left <= now) | (ended > 0))
        return _Stays(np.where(valid, entered, 0), np.where(valid, left, 0), to)

    # ---- what held them

    def _held(self, stage: Stage) -> None:
        at = self._met(stage)
        if not len(at):
            return
        stay = self._stay(stage)
        entered, left, nexts = some(stay.entered, at), some(stay.left, at), some(stay.to, at)
        failed = self._failed_at(stage, self.picked.rows[at])
        known = (
            some(self.picked.told(stage.index), at)
            if stage.records_show_completion
            else np.zeros(len(at), np.int64)
        )
        known = np.where((known > 0) & (known <= left), known, 0)
        completed = np.where(known > 0, 1 + age_codes(known, self.as_of), 0)
        came_by = np.where(
            (known > 0) & (not stage.start and not stage.completion), 0, age_codes(entered, self.as_of)
        )
        pace = (
            self.owner.pace_of(self.picked.rows[at])
            if stage.on_site
            else np.full(len(at), MAX_LEVEL, np.int32)
        )
        classes = classify(
            len(at),
            pace,
            came_by,
            age_codes(left, self.as_of),
            completed,
            (nexts + 1).astype(np.int32),
            failed.astype(np.int32),
        )
        chance, shift = self._holds(stage, classes, entered, left, known)
        likely = chance[classes.of] > _LIKELY
        self._mark(stage, at[likely], entered[likely])
        self._delay(at[likely], chance[classes.of[likely]], shift[classes.of[likely]])

    def _met(self, stage: Stage) -> At:
        """Rows that were in the step, or left it, while something stood that holds."""
        since = min(b.since for b in stage.barriers)
        until = max(float(np.max(b.until)) + b.impairment.drain for b in stage.barriers)
        stay = self._stay(stage)
        there = (stay.entered > 0) & (stay.left >= since) & (stay.entered < until)
        if all(
            b.makes_wait and b.is_certain for b in stage.barriers
        ):  # what went on while all of them stood, none of them held
            begun = max(b.since for b in stage.barriers)
            there &= (stay.left < begun) | (stay.left >= min(float(b.until.min()) for b in stage.barriers))
        return np.flatnonzero(there)

    def _holds(
        self, stage: Stage, classes: Classes, entered: Ints, left: Ints, known: Ints
    ) -> tuple[Reals, Reals]:
        """(chance, length) of the hold of each class."""
        came, went = classes.mean(entered, self.as_of), classes.mean(left, self.as_of)
        slow, _, _, was_told, onward, erred = classes.codes
        told = np.full(len(classes), np.nan)
        if was_told.any():
            seen = np.minimum(classes.mean(np.where(known > 0, known, self.as_of), self.as_of), went)
            told = np.where(was_told > 0, seen, np.nan)
        chance, shift = np.zeros(len(classes)), np.zeros(len(classes))
        kinds = onward * 2 + erred
        for kind in np.flatnonzero(np.bincount(kinds)):
            mine = np.flatnonzero(kinds == kind)
            handoff = next((h for h in stage.handoffs if h.to == kind // 2 - 1), None)
            visits = PastVisits(
                entered_at=came[mine],
                left_at=went[mine],
                completion_recorded_at=told[mine],
                slowdown=slowdown_factors(slow[mine] - MAX_LEVEL),
                has_error=bool(kind % 2),
            )
            held = past_delay(stage, handoff, visits)
            chance[mine], shift[mine] = held.chance, held.delay
        return chance, shift

    def _caught_up(self, stage: Stage) -> None:
        """What was held before, and then left with the same run as it would have anyway, has lost nothing."""
        calendars = [h.gate.calendar for h in stage.handoffs if h.gate.calendar is not None]
        late = np.flatnonzero(self.past.shift > 0)
        if not calendars or len(calendars) < len(stage.handoffs) or not len(late):
            return
        stay = self._stay(stage)
        late = late[stay.left[late] > 0]
        entered, left = stay.entered[late], stay.left[late].astype(np.float64)
        run = calendars[0].run_before(left)
        told = (
            self.picked.told(stage.index)[late]
            if stage.records_show_completion
            else np.zeros(len(late), np.int64)
        )
        likely = np.clip(entered + stage.duration.median, calendars[0].run_before(run - 1.0), run)
        completed = np.where(told > 0, told, likely)
        self.past.shift[late] = np.maximum(
            run - calendars[0].run_from(completed - self.past.shift[late]), 0.0
        )

    def _mark(self, stage: Stage, at: At, entered: Ints) -> None:
        barrier, hits = stage.barriers[0], self.past.hits
        new = hits.by[at] < 0
        first = at[new]
        handed = not stage.start and not stage.completion and bool(stage.handoffs)
        hits.by[first] = barrier.index
        hits.step[first] = stage.handoffs[0].to if handed else stage.index
        hits.at[first] = np.maximum(entered[new], barrier.since)

    def _delay(self, at: At, chance: Reals, shift: Reals) -> None:
        past, before = self.past, self.past.shift[at]
        past.certainty[at] = np.where(before > 0, 1 - (1 - past.certainty[at]) * (1 - chance), chance)
        past.shift[at] = before + shift

    def _failed_at(self, stage: Stage, rows: Codes) -> Flags:
        errors = self.owner.columns.errors
        mine = (errors.step == self.owner.column_of[stage.index]) & self.owner.impaired_codes[errors.element]
        if not mine.any():
            return np.zeros(len(rows), bool)
        failed = np.zeros(len(self.owner.columns.fulfillments), bool)
        failed[errors.fulfillment[mine]] = True
        return failed[rows]

    # ---- what they caused

    def _open_records(self, stage: Stage) -> None:
        barriers = [b for r in stage.records for b in r.gate.barriers]
        held = self.past.shift > 0
        completed = self._stay(stage).left
        there = (completed > 0) & held
        if barriers:
            since = min(b.since for b in barriers)
            until = max(float(np.max(b.until)) + b.impairment.drain for b in barriers)
            drained = until + max(b.backlog_slope / (1 - b.backlog_slope) for b in barriers) * (until - since)
            there |= (completed >= since) & (completed < drained)
        for_all = np.uint64(
            sum(1 << self.owner.bit_of[r.bit] for r in stage.records if self.owner.bit_of[r.bit] >= 0)
        )
        if all(self.owner.bit_of[r.bit] >= 0 for r in stage.records):
            there &= (self.picked.of("records") & for_all) != for_all
        at = np.flatnonzero(there)
        if len(at):
            self._records_behind(stage, at, completed[at])

    def _records_behind(self, stage: Stage, at: At, completed: Ints) -> None:
        minutes = np.clip((self.as_of - completed) // 60_000, 0, 2**20).astype(np.int32)
        classes: Classes = classify(len(at), minutes, shift_codes(self.past.shift[at]))
        outcomes = self.owner.forecaster.forecast_past_records(
            self.plan, stage.index, classes.mean(completed, self.as_of), shift_of(classes.codes[1])
        )
        by_bit = {o.bit: o for o in outcomes}
        for found in outcomes:
            found.likelihood = np.where(found.expected_at > self.as_of, found.likelihood, 0.0)
        for found in outcomes:
            came = self.picked.recorded(found.bit)[at]
            self._record(stage, found, at, classes.of, ~came)
            emission = self.plan.workflow.records[found.bit][1]
            for other in (
                by_bit[b] for b in by_bit if self.plan.workflow.records[b][1].type in emission.after
            ):
                early = came & ~self.picked.recorded(other.bit)[at]
                disordered = replace(
                    other,
                    bit=found.bit,
                    effect=np.full_like(other.effect, _OUT_OF_SEQUENCE),
                    due_at=found.due_at,
                    expected_at=found.expected_at,
                )
                self._record(stage, disordered, at, classes.of, early)

    def _record(self, stage: Stage, found: RecordOutcomes, at: At, of: At, chosen: Flags) -> None:
        mine = chosen & (found.likelihood[of] > 0)
        if mine.any():
            where, rows = at[mine], self.picked.rows[at[mine]]
            certainty = np.where(self.past.shift[where] > 0, self.past.certainty[where], 1.0)
            self.owner.found.records.append(
                RecordGroup(self.plan.workflow, stage.index, rows, of[mine], found, certainty, past=True)
            )
