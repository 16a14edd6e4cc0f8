"""Rows of one cell in one step: what their events say of the step they are in, and the classes that they make."""

from dataclasses import dataclass

import numpy as np

from graph_models.enums import Effect
from impactgraph.columns import Codes, Ints
from impactgraph.forecast.cohort_outcomes import CohortOutcomes
from impactgraph.forecast.cohorts import Cohorts, StepEvidence
from impactgraph.forecast.plan import Plan, Stage
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.simulate import PendingDecision
from impactgraph.forecast.slowdown import MAX_LEVEL, slowdown_factors
from impactgraph.impact.classes import (
    Classes,
    Coding,
    Runs,
    Some,
    age_codes,
    age_runs,
    classify,
    shift_codes,
    shift_of,
)
from impactgraph.impact.look_back import LookBack
from impactgraph.impact.matches import FlowGroup, PastHits, RecordGroup
from impactgraph.impact.picked import At, Flags, Matching, Picked

_NONE, _DONE, _FAILED, _DEAD, _UNRELATED = range(5)
_NOWHERE: At = np.zeros(0, np.intp)
_NOTHING: Codes = np.zeros(0, np.int32)


@dataclass(frozen=True)
class Request:
    """Classes to forecast, of the rows from `start` on in step `position`; classes of `classes` behind those that `here` has are not asked for."""

    rows: "CellRows"
    position: int
    start: int
    here: tuple[Cohorts, ...]
    classes: Classes


@dataclass(frozen=True)
class Moved:
    """Rows at `at` that were sent elsewhere after a decision on stale data, in the classes `of`; `went` (G,): when; `certainty`: that it was the data."""

    decision: PendingDecision
    here: Cohorts
    went: Reals
    certainty: float
    at: At
    of: At


@dataclass(frozen=True)
class _Said:
    """What events say of the present step, of the rows at `at`: `codes`, and when its completion was told (0: it was not). Of others they say nothing."""

    at: At
    codes: Codes
    told: Ints

    def since(self, as_of: int) -> Some:
        done = self.codes == _DONE
        return Some(self.at[done], 1 + age_codes(self.told[done], as_of))


class CellRows:
    """Rows of one cell in one step (None: behind the last), in the order in which they came there."""

    def __init__(self, owner: Matching, plan: Plan, position: int | None, rows: Codes) -> None:
        self.owner, self.plan, self.position, self.rows = owner, plan, position, rows
        self.f = owner.columns.fulfillments
        self.as_of = int(owner.forecaster.as_of)
        self.picked = Picked(owner, rows)
        came_at = self.picked.of("ended_at" if position is None else "entered_at")
        self.behind = LookBack(owner, plan, position, rows, came_at)
        self.moved: list[Moved] = []

    @property
    def entered_at(self) -> Ints:
        return self.picked.of("entered_at")

    def request(self) -> Request | None:
        """The classes of these rows that something is to come of, by what their events say; `moved` has those that went elsewhere."""
        if self.position is None:
            return None
        position = self.position
        pending = self._pending(position)
        moved = np.unique(
            np.concatenate([_NOWHERE, *(self._moved(position, decision) for decision in self._decisions())])
        )
        if len(moved) == len(self.rows):
            return None
        if any(self.plan.stages[i].is_impaired for i in self.plan.reach(position)):
            return self._request(position, 0, Some(moved, np.ones(len(moved), np.int32)), pending)
        start = self.behind.first if pending is None else 0
        chosen = np.zeros(len(self.rows), bool)
        chosen[self.behind.first :] = self.behind.past.shift > 0
        if pending is not None:
            chosen |= pending[1]
        chosen[moved] = False
        return (
            self._request(position, start, (~chosen[start:]).astype(np.int32), pending)
            if chosen.any()
            else None
        )

    def _request(
        self, position: int, start: int, out: Coding, pending: tuple[PendingDecision, Flags] | None
    ) -> Request:
        """`out`: 1 for the rows from `start` on that are not asked for."""
        plan, stage, entered_at = self.plan, self.plan.stages[position], self.entered_at[start:]
        said = self._said(stage, start)
        paced = any(plan.stages[i].on_site for i in plan.reach(position))
        classes = classify(
            len(entered_at),
            out,
            Some(said.at, said.codes),
            pending[1][start:].astype(np.int32) if pending is not None else Some(_NOWHERE, _NOTHING),
            Some(slice(self.behind.first - start, None), shift_codes(self.behind.past.shift)),
            self.owner.pace_of(self.rows[start:]) if paced else Some(_NOWHERE, _NOTHING),
            said.since(self.as_of),
            self._ages(stage, entered_at, said),
        )
        entered = np.minimum(classes.mean(entered_at, self.as_of), self.as_of)
        told = self._told(classes, said, entered)
        asked, kinds = int((classes.codes[0] == 0).sum()), classes.codes[1] * 2 + classes.codes[2]
        starts = np.flatnonzero(np.diff(kinds[:asked], prepend=-1)).tolist()
        made: list[Cohorts] = []
        for first, end in zip(starts, [*starts[1:], asked], strict=True):
            decision = pending[0] if pending is not None and kinds[first] % 2 else None
            here = Cohorts(
                step=position,
                entered_at=entered[first:end],
                past_delay=shift_of(classes.codes[3][first:end]),
                completion_recorded_at=told[first:end],
                slowdown=slowdown_factors(classes.codes[4][first:end] - MAX_LEVEL)
                if paced
                else np.ones(end - first),
                evidence=self._say(int(kinds[first]) // 2, position),
                decision=decision,
                decision_chance=plan.stages[decision.step].content_barriers[0].chance
                if decision is not None
                else 0.0,
            )
            made.append(here)
        return Request(self, position, start, tuple(made), classes)

    def _ages(self, stage: Stage, entered_at: Ints, said: _Said) -> Codes | Runs:
        """Of those that are done it does not matter when they came, unless something stood at the start."""
        runs = age_runs(entered_at, self.as_of)
        done = said.at[said.codes == _DONE]
        if stage.start or not len(done):
            return runs
        ages = runs.each
        ages[done] = 0
        return ages

    def _told(self, classes: Classes, said: _Said, entered: Reals) -> Reals:
        """(G,) when the completion was told; where it was not, when they entered."""
        if not (said.codes == _DONE).any():
            return entered
        moments = np.full(len(classes.of), self.as_of)
        moments[said.at] = np.where(said.told > 0, said.told, self.as_of)
        return np.maximum(np.minimum(classes.mean(moments, self.as_of), self.as_of), entered)

    def take_outcome(self, request: Request, found: CohortOutcomes, first: int) -> None:
        """Gives the rows of a request the outcomes of their classes, which begin at `first`."""
        asked = sum(len(here) for here in request.here)
        hit = np.zeros(len(request.classes), bool)
        hit[:asked] = found.likelihood[first : first + asked] > 0
        if hit.any():
            at, of = request.classes.members(hit)
            self._add(
                request.position,
                at + request.start,
                of + first,
                found,
                *self.behind.told_of(at + request.start),
            )

    def take_moved(self, moved: Moved, found: CohortOutcomes, first: int) -> None:
        """The same for rows that went elsewhere."""
        hits = self.behind.told_of(moved.at)[1]
        self._add(
            moved.here.step, moved.at, moved.of + first, found, np.full(len(moved.at), moved.certainty), hits
        )

    def _add(
        self, position: int, at: At, of: At, result: CohortOutcomes, certainty: Reals, hits: PastHits
    ) -> None:
        rows = self.rows[at]
        self.owner.found.flows.append(
            FlowGroup(self.plan.workflow, position, rows, of, result, certainty, hits)
        )
        records = self.f.records[rows]
        come = int(np.bitwise_or.reduce(records))
        likely = np.zeros(len(result.likelihood), bool)
        likely[of] = True
        for record in result.records:
            if not (record.likelihood[likely] > 0).any():
                continue
            step, place = self.plan.workflow.records[record.bit][0], self.owner.bit_of[record.bit]
            group = RecordGroup(self.plan.workflow, step, rows, of, record, certainty, past=False)
            self.owner.found.records.append(
                group.take((records & np.uint64(1 << place)) == 0)
                if place >= 0 and come >> place & 1
                else group
            )

    # ---- what the events of the present step say

    def _said(self, stage: Stage, start: int) -> _Said:
        """Of the rows from `start` on."""
        told: Ints = np.zeros(0, np.int64)
        at = _NOWHERE
        if stage.records_show_completion:
            told = self.picked.at_step("first_recorded_at", stage.index)[start:]
            at = np.flatnonzero(told)
            at = at[told[at] >= self.picked.at_step("entered_step_at", stage.index)[start:][at]]
        failing = np.flatnonzero(self.picked.by_row(self.owner.failing)[start:])
        codes = np.full(len(at), _DONE, np.int32)
        if not len(failing):
            return _Said(at, codes, told[at])
        every = np.union1d(at, failing)
        codes, moments = np.full(len(every), _NONE, np.int32), np.zeros(len(every), np.int64)
        done = np.searchsorted(every, at)
        codes[done], moments[done] = _DONE, told[at]
        errors = np.searchsorted(every, failing)
        codes[errors] = self._error_evidence(stage, self.rows[start:][failing], codes[errors])
        return _Said(every, codes, moments)

    def _error_evidence(self, stage: Stage, rows: Codes, codes: Codes) -> Codes:
        """Of rows with an error in their present step. Where the event does not say whose error it was, it is taken for one of the failures'."""
        element, owner = self.f.failed_element[rows], self.owner
        related = owner.impaired_codes[element] | (element == 0)
        dead = self.f.failed_code[rows] == (owner.dead_code if owner.dead_code is not None else -1)
        refusing = any(h.gate.rejects() for h in stage.handoffs) or stage.start.rejects()
        codes = np.where(related & bool(stage.start) & (codes != _DONE), _FAILED, codes)
        codes = np.where(~related & (codes != _DONE), _UNRELATED, codes)
        return np.where(dead, np.where(related & refusing, _DEAD, _UNRELATED), codes).astype(np.int32)

    def _say(self, code: int, position: int) -> StepEvidence:
        stage = self.plan.stages[position]
        reported = bool(self.owner.impaired_codes[: len(self.owner.impaired_codes)].any())
        return StepEvidence(
            is_completed=code == _DONE,
            has_related_error=code == _FAILED and bool(stage.start),
            has_unrelated_error=code == _UNRELATED,
            is_dead_lettered=code == _DEAD,
            reports_errors=reported,
        )

    # ---- wrong decisions

    def _decisions(self) -> list[PendingDecision]:
        """Where this workflow decides on data that is stale, and where a wrong decision comes to light."""
        stale = [
            s
            for s in self.plan.stages
            if any(b.impairment.effect is Effect.STALE for b in s.content_barriers)
            and self.owner.column_of[s.index] >= 0
        ]
        return [
            PendingDecision(
                s.index, self.plan.workflow.position(s.step.surfaces_at) if s.step.surfaces_at else s.index
            )
            for s in stale
        ]

    def _pending(self, position: int) -> tuple[PendingDecision, Flags] | None:
        """Decisions on stale data that have not come to light: rows that read in the window of a barrier, on the way to where it surfaces."""
        for decision in self._decisions():
            if position in self.plan.reach(decision.step) and decision.surfacing_step in self.plan.reach(
                position
            ):
                read = self.picked.at_step("entered_step_at", decision.step)
                wrong = np.zeros(len(self.rows), bool)
                for barrier in self.plan.stages[decision.step].content_barriers:
                    wrong |= (read >= barrier.since) & (read < float(np.median(barrier.until)))
                return decision, wrong
        return None

    def _moved(self, position: int, decision: PendingDecision) -> At:
        """Rows that were sent elsewhere after a decision on stale data; how likely it was the data, the usual rate of reroutes tells."""
        stale, sent = self.plan.stages[decision.step].content_barriers[0], self.picked.of("rerouted_at")
        at = np.flatnonzero(sent >= stale.since)
        read = self._first_read(decision.step, at)
        at = at[(read >= stale.since) & (read < np.minimum(float(np.median(stale.until)), sent[at]))]
        if len(at):
            classes = classify(
                len(at), age_codes(sent[at], self.as_of), age_codes(self.entered_at[at], self.as_of)
            )
            entered, went = classes.mean(self.entered_at[at], self.as_of), classes.mean(sent[at], self.as_of)
            same = np.ones(len(classes))
            here = Cohorts(position, entered, np.zeros(len(classes)), entered, same, StepEvidence())
            certainty = stale.chance / (stale.chance + self.owner.usual_reroutes(stale.since))
            self.behind.doubt(at, certainty)
            self.moved.append(Moved(decision, here, went, certainty, at, classes.of))
        return at

    def _first_read(self, read: int, at: At) -> Ints:
        """About when the decision was made that was overturned since: after the last step before it, whose entry a reroute leaves alone."""
        before = [
            s
            for s in self.plan.stages
            if any(h.to == read for h in s.handoffs) and self.owner.column_of[s.index] >= 0
        ]
        moments = [
            self.picked.at_step("entered_step_at", s.index)[at] + round(s.duration.median) for s in before
        ]
        return (
            np.maximum.reduce(moments)
            if moments
            else self.owner.columns.orders.placed_at[self.f.order[self.rows[at]]]
        )
