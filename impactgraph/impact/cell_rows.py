"""Rows of one cell in one step: what their events say of the step they are in, and the classes that they make."""

from dataclasses import dataclass

import numpy as np

from graph_models.enums import Effect
from impactgraph.forecast.forecaster import Here
from impactgraph.forecast.outcome import Outcome
from impactgraph.forecast.pace import MOST, factors
from impactgraph.forecast.plan import Plan, Stage
from impactgraph.forecast.standing import Evidence
from impactgraph.forecast.walk import Pending
from impactgraph.impact.classes import age_codes, classify, shift_codes, shift_of
from impactgraph.impact.columns import Codes, Ints
from impactgraph.impact.look_back import LookBack, Past
from impactgraph.impact.matches import FlowGroup, RecordGroup
from impactgraph.impact.picked import At, Flags, Matching, Picked, some

_NONE, _DONE, _FAILED, _DEAD, _UNRELATED = range(5)


@dataclass(frozen=True)
class Request:
    """Classes to forecast, and the class of each row at `at` (-1: of another request)."""

    rows: "CellRows"
    here: Here
    at: At
    of: At


class CellRows:
    """Rows of one cell in one step (None: behind the last), in the order in which they came there."""

    def __init__(self, owner: Matching, plan: Plan, position: int | None, rows: Codes) -> None:
        self.owner, self.plan, self.position, self.rows = owner, plan, position, rows
        self.f = owner.columns.fulfillments
        self.forecaster = owner.forecaster
        self.as_of = int(owner.forecaster.as_of)
        self.picked = Picked(owner, rows)
        self.past = Past.none(len(rows))
        came_at = self.picked.of("ended_at" if position is None else "entered_at")
        self.behind = LookBack(owner, plan, position, rows, came_at, self.past)

    @property
    def entered_at(self) -> Ints:
        return self.picked.of("entered_at")

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
            chosen &= (self.past.shift > 0) | wrong
        return self._classes(position, np.flatnonzero(chosen), wrong, pending[0] if pending is not None else None) if chosen.any() else []

    def _classes(self, position: int, at: At, wrong: Flags, pending: Pending | None) -> list["Request"]:
        shifts = shift_codes(some(self.past.shift, at))
        stage = self.plan.stages[position]
        told = some(self.picked.told(position), at) if stage.tells else np.zeros(len(at), np.int64)
        evidence = self._evidence(position, self.rows[at], told)
        done = evidence == _DONE
        since = np.where(done, 1 + age_codes(told, self.as_of), 0)
        age = np.where(done & (not stage.start), 0, age_codes(some(self.entered_at, at), self.as_of))
        paced = any(self.plan.stages[i].on_site for i in self.plan.reach(position))
        pace = self.owner.pace_of(self.rows[at]) if paced else np.full(len(at), MOST, np.int32)
        classes = classify(evidence, some(wrong, at).astype(np.int32), shifts, pace, since, age)
        entered = np.minimum(classes.mean(some(self.entered_at, at), self.as_of), self.as_of)
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
        hit = np.append(found.likelihood[first : first + len(request.here)] > 0, False)  # the last is for -1
        mine = hit[request.of]
        if mine.any() and self.position is not None:
            self._add(self.position, request.at[mine], request.of[mine] + first, found)

    def _add(self, position: int, at: At, of: At, result: Outcome) -> None:
        rows, certainty = self.rows[at], self.past.certainty[at]
        self.owner.found.flows.append(FlowGroup(self.plan.workflow, position, rows, of, result, certainty, self.past.hits.take(at)))
        for record in result.records:
            hit = record.likelihood[of] > 0
            hit &= ~some(self.picked.recorded(record.bit), at)
            if hit.any():
                step = next(s.index for s in self.plan.stages if any(r.bit == record.bit for r in s.records))
                self.owner.found.records.append(RecordGroup(self.plan.workflow, step, rows[hit], of[hit], record, certainty[hit], past=False))

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

    # ---- wrong decisions

    def _decisions(self) -> list[Pending]:
        """Where this workflow decides on data that is stale, and where a wrong decision comes to light."""
        stale = [s for s in self.plan.stages if any(b.impairment.effect is Effect.STALE for b in s.stale) and self.owner.column_of[s.index] >= 0]
        return [Pending(s.index, self.plan.workflow.position(s.step.surfaces_at) if s.step.surfaces_at else s.index) for s in stale]

    def _pending(self, position: int) -> tuple[Pending, Flags] | None:
        """Decisions on stale data that have not come to light: rows that read in the window of a barrier, on the way to where it surfaces."""
        for decision in self._decisions():
            if position in self.plan.reach(decision.read) and decision.surfaces in self.plan.reach(position):
                read = self.picked.at_step("entered", decision.read)
                wrong = np.zeros(len(self.rows), bool)
                for barrier in self.plan.stages[decision.read].stale:
                    wrong |= (read >= barrier.since) & (read < float(np.median(barrier.until)))
                return decision, wrong
        return None

    def _rerouted(self, position: int, pending: Pending) -> Flags:
        """Rows that were sent elsewhere after a decision on stale data; how likely it was the data, the usual rate of reroutes tells."""
        stale, sent = self.plan.stages[pending.read].stale[0], self.picked.of("rerouted_at")
        at = np.flatnonzero(sent >= stale.since)
        read = self._first_read(pending.read, at)
        at = at[(read >= stale.since) & (read < np.minimum(float(np.median(stale.until)), sent[at]))]
        moved = np.zeros(len(self.rows), bool)
        moved[at] = True
        if len(at):
            classes = classify(age_codes(sent[at], self.as_of), age_codes(self.entered_at[at], self.as_of))
            entered, went = classes.mean(self.entered_at[at], self.as_of), classes.mean(sent[at], self.as_of)
            result = self.forecaster.rerouted(self.plan, position, entered, pending.surfaces, went, pending.read)
            self.past.certainty[at] = stale.chance / (stale.chance + self.owner.usual_reroutes(stale.since))
            self._add(position, at, classes.of, result)
        return moved

    def _first_read(self, read: int, at: At) -> Ints:
        """About when the decision was made that was overturned since: after the last step before it, whose entry a reroute leaves alone."""
        before = [s for s in self.plan.stages if any(h.to == read for h in s.handoffs) and self.owner.column_of[s.index] >= 0]
        moments = [self.picked.at_step("entered", s.index)[at] + round(s.duration.median) for s in before]
        return np.maximum.reduce(moments) if moments else self.owner.columns.orders.placed_at[self.f.order[self.rows[at]]]
