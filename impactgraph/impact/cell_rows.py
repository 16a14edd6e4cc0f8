"""Rows of one cell in one step: what lies behind them, what their events say, and the classes that they make."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect, RecordEffect
from impactgraph.forecast.forecaster import Forecaster, Here
from impactgraph.forecast.lattice import Reals
from impactgraph.forecast.outcome import RECORD_EFFECTS, Outcome, RecordOutcome
from impactgraph.forecast.pace import MOST, factors
from impactgraph.forecast.past import held_in
from impactgraph.forecast.plan import Plan, Stage
from impactgraph.forecast.standing import Evidence
from impactgraph.forecast.walk import Pending
from impactgraph.impact.classes import Classes, age_codes, classify, shift_codes, shift_of
from impactgraph.impact.columns import Codes, Columns, Ints
from impactgraph.impact.matches import FlowGroup, Matches, PastHits, RecordGroup

Flags = NDArray[np.bool_]
_NEVER = 2**62
_OUT_OF_SEQUENCE = RECORD_EFFECTS.index(RecordEffect.OUT_OF_SEQUENCE)
_NONE, _DONE, _FAILED, _DEAD, _UNRELATED = range(5)


class Matching(Protocol):
    """What rows need to know of the workflow that is matched."""

    columns: Columns
    forecaster: Forecaster
    found: Matches
    column_of: list[int]
    """By position in the topology's workflow: the step's index in the columns, -1 where they do not have it."""
    bit_of: list[int]
    """By record of the topology's workflow: its bit in the columns, -1 where they do not have it."""
    impaired_codes: Flags
    """By element code: whether it is impaired, or on the way to what is."""
    failing: Flags
    """By row: whether an error was reported of its present step."""
    dead_code: int | None

    def usual_reroutes(self, before: float) -> float: ...

    def pace_of(self, rows: Codes) -> Codes: ...


@dataclass(frozen=True)
class Request:
    """Classes to forecast, and the class of each row at `at` (-1: of another request)."""

    rows: "CellRows"
    here: Here
    at: NDArray[np.intp]
    of: NDArray[np.intp]


class CellRows:
    """Rows of one cell in one step."""

    def __init__(self, owner: Matching, plan: Plan, position: int | None, rows: Codes) -> None:
        self.owner, self.plan, self.position, self.rows = owner, plan, position, rows
        self.f = owner.columns.fulfillments
        self.forecaster = owner.forecaster
        self.as_of = int(owner.forecaster.as_of)
        self.certainty = np.ones(len(rows))
        self.shift = np.zeros(len(rows))
        self.past = PastHits.none(len(rows))
        together = len(rows) > 0 and int(rows[-1]) - int(rows[0]) + 1 == len(rows) and bool((np.diff(rows) == 1).all())
        self._first = int(rows[0]) if together else None
        """Where the rows lie beside each other in memory, the first of them."""
        self.entered_at = self.of(self.f.entered_at, np.arange(len(rows)))

    def of(self, column: NDArray[Any], at: NDArray[np.intp]) -> NDArray[Any]:
        """Values of some of the rows (ascending places among them): a view where they lie beside each other, to be read only."""
        if self._first is not None and len(at) and int(at[-1]) - int(at[0]) + 1 == len(at):
            return column[self._first + int(at[0]) : self._first + int(at[-1]) + 1]
        return column[self.rows[at]]

    @cached_property
    def _behind(self) -> list[Stage]:
        return [s for s in self.plan.stages if s.index != self.position and self.owner.column_of[s.index] >= 0 and self._can_be_behind(s)]

    def look_back(self) -> None:
        """What held them in the steps that lie behind."""
        for stage in self._behind:
            self._caught_up(stage)
            if stage.barriers:
                self._held(stage)

    def open_records(self) -> None:
        """What the steps behind have caused and has not come."""
        for stage in self._behind:
            self._open_records(stage)

    def _can_be_behind(self, stage: Stage) -> bool:
        if self.position is None:
            return True
        return self.position in self.plan.reach(stage.index)

    def requests(self) -> list["Request"]:
        """The classes of these rows that something is to come of, by what their events say."""
        if self.position is None:
            return []
        position = self.position
        pending = self._pending(position)
        moved = np.zeros(len(self.rows), bool)
        for decision in self._decisions():
            moved |= self._rerouted(position, decision)
        wrong = pending[1] & ~moved if pending is not None else moved
        chosen = ~moved
        if not any(self.plan.stages[i].impaired for i in self.plan.reach(position)):
            chosen &= (self.shift > 0) | wrong
        return self._classes(position, np.flatnonzero(chosen), wrong, pending[0] if pending is not None else None) if chosen.any() else []

    def _classes(self, position: int, at: NDArray[np.intp], wrong: Flags, pending: Pending | None) -> list["Request"]:
        shifts = shift_codes(self.shift[at])
        stage = self.plan.stages[position]
        told = self._told(position, at) if stage.tells else np.zeros(len(at), np.int64)
        evidence = self._evidence(position, self.rows[at], told)
        done = evidence == _DONE
        since = np.where(done, 1 + age_codes(told, self.as_of), 0)
        age = np.where(done & (not stage.start), 0, age_codes(self.entered_at[at], self.as_of))
        paced = any(self.plan.stages[i].on_site for i in self.plan.reach(position))
        pace = self._pace(at, paced)
        classes = classify(evidence, wrong[at].astype(np.int32), shifts, pace, since, age)
        entered = np.minimum(classes.mean(self.entered_at[at], self.as_of), self.as_of)
        completed = entered
        if done.any():
            completed = np.maximum(np.minimum(classes.mean(np.where(told > 0, told, self.as_of), self.as_of), self.as_of), entered)
        said, erred, held, slow = classes.codes[:4]
        kinds = said * 2 + erred
        made: list[Request] = []
        for kind in np.flatnonzero(np.bincount(kinds)):
            members = np.flatnonzero(kinds == kind)
            place = np.full(len(classes), -1, np.intp)
            place[members] = np.arange(len(members))
            decision = pending if kind % 2 else None
            here = Here(
                step=position,
                entered=entered[members],
                shift=shift_of(held[members]),
                told=completed[members],
                pace=factors(slow[members] - MOST),
                evidence=self._say(int(kind) // 2, position),
                pending=decision,
                chance=self.plan.stages[decision.read].stale[0].chance if decision is not None else 0.0,
            )
            made.append(Request(self, here, at, place[classes.of]))
        return made

    def take_outcome(self, request: "Request", found: Outcome, first: int) -> None:
        """Gives the rows of a request the outcomes of their classes, which begin at `first`."""
        of = request.of + first
        mine = (request.of >= 0) & (found.likelihood > 0)[of]
        if mine.any() and self.position is not None:
            self._add(self.position, request.at[mine], of[mine], found)

    def _add(self, position: int, at: NDArray[np.intp], of: NDArray[np.intp], result: Outcome) -> None:
        rows, certainty = self.rows[at], self.certainty[at]
        self.owner.found.flows.append(FlowGroup(self.plan.workflow, position, rows, of, result, certainty, self.past.take(at)))
        for record in result.records:
            hit = record.likelihood[of] > 0
            hit &= ~self._recorded(rows, record.bit)
            if hit.any():
                step = next(s.index for s in self.plan.stages if any(r.bit == record.bit for r in s.records))
                self.owner.found.records.append(RecordGroup(self.plan.workflow, step, rows[hit], of[hit], record, certainty[hit], past=False))

    def _recorded(self, rows: Codes, bit: int) -> Flags:
        at = self.owner.bit_of[bit]
        if at < 0:
            return np.zeros(len(rows), bool)
        return (self.f.records[rows] >> np.uint64(at)) & np.uint64(1) > 0

    def _told(self, position: int, at: NDArray[np.intp]) -> Ints:
        """When the first record of a step came, of the latest stay in it; 0 where none has."""
        told = self.of(self.f.told[:, self.owner.column_of[position]], at)
        entered = self.of(self.f.entered[:, self.owner.column_of[position]], at)
        return np.where(told >= entered, told, 0)

    # ---- what the events of the present step say

    def _evidence(self, position: int, rows: Codes, told: Ints) -> Codes:
        stage = self.plan.stages[position]
        codes = np.where(told > 0, np.int32(_DONE), np.int32(_NONE))
        at = np.flatnonzero(self.owner.failing[rows])
        if len(at):
            codes[at] = self._error_evidence(stage, rows[at], codes[at])
        return codes

    def _error_evidence(self, stage: Stage, rows: Codes, codes: Codes) -> Codes:
        """Of rows with an error in their present step. Where the event does not say whose error it was, it is taken for one of the failures'."""
        element, owner = self.f.failed_element[rows], self.owner
        related = owner.impaired_codes[element] | (element == 0)
        dead = self.f.failed_code[rows] == (owner.dead_code if owner.dead_code is not None else -1)
        refusing = any(h.gate.rejects() for h in stage.handoffs) or stage.start.rejects()
        codes = np.where(related & bool(stage.start) & (codes != _DONE), _FAILED, codes)
        codes = np.where(~related & (codes != _DONE), _UNRELATED, codes)
        return np.where(dead, np.where(related & refusing, _DEAD, _UNRELATED), codes).astype(np.int32)

    def _say(self, code: int, position: int) -> Evidence:
        stage = self.plan.stages[position]
        reported = bool(self.owner.impaired_codes[: len(self.owner.impaired_codes)].any())
        return Evidence(done=code == _DONE, failed=code == _FAILED and bool(stage.start), unrelated=code == _UNRELATED, dead=code == _DEAD, reported=reported)

    # ---- what lies behind

    def _stay(self, stage: Stage, at: NDArray[np.intp]) -> tuple[Ints, Ints, Codes]:
        """(entered, left, next step's position or -1) of the stays of some rows in a step behind them; 0 where one has not been there."""
        column = self.owner.column_of[stage.index]
        entered, ended, now = self.of(self.f.entered[:, column], at), self.of(self.f.ended_at, at), self.entered_at[at]
        left, to = np.full(len(at), _NEVER), np.full(len(at), -1, np.int32)
        for handoff in stage.handoffs:
            if (after := self.owner.column_of[handoff.to]) >= 0:
                came = self.of(self.f.entered[:, after], at)
                sooner = (came > entered) & (came < left)
                left, to = np.where(sooner, came, left), np.where(sooner, np.int32(handoff.to), to)
        left = np.where(to < 0, np.where(ended > entered, ended, now), left)
        valid = (entered > 0) & (left >= entered) & ((left <= now) | (ended > 0))
        return np.where(valid, entered, 0), np.where(valid, left, 0), to

    def _recent(self, since: float) -> NDArray[np.intp]:
        """Rows that may have left a step behind them at or after a moment: all that came to where they are by then are out of the question."""
        if self.position is not None:  # rows come in the order in which they entered
            return np.arange(np.searchsorted(self.entered_at, since), len(self.rows))
        return np.flatnonzero(self.f.ended_at[self.rows] >= since)

    def _held(self, stage: Stage) -> None:
        since = min(b.since for b in stage.barriers)
        until = max(float(np.max(b.until)) + b.impairment.drain for b in stage.barriers)
        at = self._recent(since)
        entered, left, nexts = self._stay(stage, at)
        there = (entered > 0) & (left >= since) & (entered < until)
        if all(b.waits and b.certain for b in stage.barriers):  # what went on while all of them stood, none of them held
            begun = max(b.since for b in stage.barriers)
            there &= (left < begun) | (left >= min(float(b.until.min()) for b in stage.barriers))
        at, entered, left, nexts = at[there], entered[there], left[there], nexts[there]
        if not len(at):
            return
        failed = self._failed_at(stage, self.rows[at])
        known = self._told(stage.index, at) if stage.tells else np.zeros(len(at), np.int64)
        known = np.where((known > 0) & (known <= left), known, 0)
        completed = np.where(known > 0, 1 + age_codes(known, self.as_of), 0)
        came_by = np.where((known > 0) & (not stage.start and not stage.completion), 0, age_codes(entered, self.as_of))
        pace = self._pace(at, stage.on_site)
        classes = classify(pace, came_by, age_codes(left, self.as_of), completed, (nexts + 1).astype(np.int32), failed.astype(np.int32))
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
            held = held_in(stage, handoff, came[mine], went[mine], told[mine], factors(slow[mine] - MOST), failed=bool(kind % 2))
            chance[mine], shift[mine] = held.chance, held.shift
        likely = chance[classes.of] > 0.02
        self._mark(stage, at[likely], entered[likely])
        self._delay(at[likely], chance[classes.of[likely]], shift[classes.of[likely]])

    def _pace(self, at: NDArray[np.intp], on_site: bool) -> Codes:
        """Pace of the rows where something is done on site, else the usual one."""
        return self.owner.pace_of(self.rows[at]) if on_site else np.full(len(at), MOST, np.int32)

    def _caught_up(self, stage: Stage) -> None:
        """What was held before, and then left with the same run as it would have anyway, has lost nothing."""
        calendars = [h.gate.calendar for h in stage.handoffs if h.gate.calendar is not None]
        late = np.flatnonzero(self.shift > 0)
        if not calendars or len(calendars) < len(stage.handoffs) or not len(late):
            return
        entered, left, _ = self._stay(stage, late)
        late, entered, left = late[left > 0], entered[left > 0], left[left > 0].astype(np.float64)
        run = calendars[0].run_before(left)
        told = self._told(stage.index, late) if stage.tells else np.zeros(len(late), np.int64)
        likely = np.clip(entered + stage.duration.median, calendars[0].run_before(run - 1.0), run)
        completed = np.where(told > 0, told, likely)
        self.shift[late] = np.maximum(run - calendars[0].run_from(completed - self.shift[late]), 0.0)

    def _mark(self, stage: Stage, at: NDArray[np.intp], entered: Ints) -> None:
        barrier = stage.barriers[0]
        new = self.past.by[at] < 0
        first = at[new]
        handed = not stage.start and not stage.completion and bool(stage.handoffs)
        self.past.by[first] = barrier.index
        self.past.step[first] = stage.handoffs[0].to if handed else stage.index
        self.past.at[first] = np.maximum(entered[new], barrier.since)

    def _delay(self, at: NDArray[np.intp], chance: Reals, shift: Reals) -> None:
        before = self.shift[at]
        self.certainty[at] = np.where(before > 0, 1 - (1 - self.certainty[at]) * (1 - chance), chance)
        self.shift[at] = before + shift

    def _failed_at(self, stage: Stage, rows: Codes) -> Flags:
        errors = self.owner.columns.errors
        mine = (errors.step == self.owner.column_of[stage.index]) & self.owner.impaired_codes[errors.element]
        if not mine.any():
            return np.zeros(len(rows), bool)
        failed = np.zeros(len(self.f), bool)
        failed[errors.fulfillment[mine]] = True
        return failed[rows]

    def _open_records(self, stage: Stage) -> None:
        """Records of a step behind that have not come, or came before one that they must follow."""
        gates = [r.gate for r in stage.records if r.gate]
        if not stage.records or (not gates and not (self.shift > 0).any()):
            return
        barriers = [b for g in gates for b in g.barriers]
        since = min((b.since for b in barriers), default=0.0)
        until = max((float(np.max(b.until)) + b.impairment.drain for b in barriers), default=0.0)
        drained = until + max((b.slope / (1 - b.slope) for b in barriers), default=0.0) * (until - since)
        at = self._recent(since)
        _, completed, _ = self._stay(stage, at)
        there = (completed > 0) & (((completed >= since) & (completed < drained)) | (self.shift[at] > 0))
        at, completed = at[there], completed[there]
        open_ = ~np.logical_and.reduce([self._recorded(self.rows[at], r.bit) for r in stage.records])
        if open_.any():
            self._records_behind(stage, at[open_], completed[open_])

    def _records_behind(self, stage: Stage, at: NDArray[np.intp], completed: Ints) -> None:
        shifts = shift_codes(self.shift[at])
        minutes = np.clip((self.as_of - completed) // 60_000, 0, 2**20).astype(np.int32)
        classes: Classes = classify(minutes, shifts)
        outcomes = self.forecaster.passed(self.plan, stage.index, classes.mean(completed, self.as_of), shift_of(classes.codes[1]))
        by_bit = {o.bit: o for o in outcomes}
        for found in outcomes:
            found.likelihood = np.where(found.expected_at > self.as_of, found.likelihood, 0.0)
        for found in outcomes:
            came = self._recorded(self.rows[at], found.bit)
            self._record(stage, found, at, classes.of, ~came)
            emission = self.plan.workflow.records[found.bit][1]
            for other in (by_bit[b] for b in by_bit if self.plan.workflow.records[b][1].type in emission.after):
                early = came & ~self._recorded(self.rows[at], other.bit)
                disordered = replace(other, bit=found.bit, effect=np.full_like(other.effect, _OUT_OF_SEQUENCE), due=found.due, expected_at=found.expected_at)
                self._record(stage, disordered, at, classes.of, early)

    def _record(self, stage: Stage, found: RecordOutcome, at: NDArray[np.intp], of: NDArray[np.intp], chosen: Flags) -> None:
        mine = chosen & (found.likelihood[of] > 0)
        if mine.any():
            certainty = np.where(self.shift[at] > 0, self.certainty[at], 1.0)
            self.owner.found.records.append(RecordGroup(self.plan.workflow, stage.index, self.rows[at][mine], of[mine], found, certainty[mine], past=True))

    # ---- wrong decisions

    def _decisions(self) -> list[Pending]:
        """Where this workflow decides on data that is stale, and where a wrong decision comes to light."""
        stale = [s for s in self.plan.stages if any(b.impairment.effect is Effect.STALE for b in s.stale) and self.owner.column_of[s.index] >= 0]
        return [Pending(s.index, self.plan.workflow.position(s.step.surfaces_at) if s.step.surfaces_at else s.index) for s in stale]

    def _pending(self, position: int) -> tuple[Pending, Flags] | None:
        """Decisions on stale data that have not come to light: rows that read in the window of a barrier, on the way to where it surfaces."""
        for decision in self._decisions():
            if position in self.plan.reach(decision.read) and decision.surfaces in self.plan.reach(position):
                read = self.f.entered[self.rows, self.owner.column_of[decision.read]]
                wrong = np.zeros(len(self.rows), bool)
                for barrier in self.plan.stages[decision.read].stale:
                    wrong |= (read >= barrier.since) & (read < float(np.median(barrier.until)))
                return decision, wrong
        return None

    def _rerouted(self, position: int, pending: Pending) -> Flags:
        """Rows that were sent elsewhere after a decision on stale data; how likely it was the data, the usual rate of reroutes tells."""
        f, rows = self.f, self.rows
        stale = self.plan.stages[pending.read].stale[0]
        at = np.flatnonzero(f.rerouted_at[rows] >= stale.since)
        read = self._first_read(pending.read, at)
        at = at[(read >= stale.since) & (read < np.minimum(float(np.median(stale.until)), f.rerouted_at[rows[at]]))]
        moved = np.zeros(len(rows), bool)
        moved[at] = True
        if len(at):
            sent = f.rerouted_at[rows[at]]
            classes = classify(age_codes(sent, self.as_of), age_codes(self.entered_at[at], self.as_of))
            entered, went = classes.mean(self.entered_at[at], self.as_of), classes.mean(sent, self.as_of)
            result = self.forecaster.rerouted(self.plan, position, entered, pending.surfaces, went, pending.read)
            self.certainty[at] = stale.chance / (stale.chance + self.owner.usual_reroutes(stale.since))
            self._add(position, at, classes.of, result)
        return moved

    def _first_read(self, read: int, at: NDArray[np.intp]) -> Ints:
        """About when the decision was made that was overturned since: after the last step before it, whose entry a reroute leaves alone."""
        before = [s for s in self.plan.stages if any(h.to == read for h in s.handoffs) and self.owner.column_of[s.index] >= 0]
        rows = self.rows[at]
        moments = [self.f.entered[rows, self.owner.column_of[s.index]] + round(s.duration.median) for s in before]
        return np.maximum.reduce(moments) if moments else self.owner.columns.orders.placed_at[self.f.order[rows]]
