"""Completion of the current step of cohorts, given that they are still in it and the evidence of their
events.

Every scenario says when the work ends and what held it. How well it explains what was seen is its weight
(importance weighting): an order that stays longer than its work can take is hardly one whose call went well.
"""

from dataclasses import dataclass, replace

import numpy as np

from graph_models.enums import Effect
from impactgraph.forecast.barriers import Flags, Occurs
from impactgraph.forecast.cohorts import Cohorts
from impactgraph.forecast.current_visit import CurrentVisit, current_visit, stay_shows_way
from impactgraph.forecast.late_handoff import LateHandoff, Overstay, late_handoff
from impactgraph.forecast.longer_delay import LongerDelay, delay_outlasts, longer_chance, longer_delay
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.simulation import Indexes, SimulationStart
from impactgraph.forecast.step_start import StepStart, step_start
from impactgraph.forecast.visit_fit import visit_weight, work_fit
from impactgraph.forecast.visit_work import likely_work, usual_work


@dataclass(frozen=True)
class StepCompletion:
    """Completions (G, K) of the current step, with and without the failures."""

    factual: Reals
    counterfactual: Reals
    hit_by: Indexes
    """Index of the impairment that held its start, -1 where none did."""
    met_at: Reals
    """When what held its start did so first: at the entry, or at the start of an outage that is reported to
    have begun later.
    """
    is_held: Flags
    """Where its start is still held."""
    weight: Reals | None
    """How likely what was seen is in each scenario; None: the scenarios differ in nothing uncertain."""
    is_given_up: bool = False
    """Its message is in the dead-letter queue, although nothing at the way on rejects."""
    longer_barrier: Indexes | None = None
    """Index of the impairment at a hand-off that is in force where its delay, longer than reported, rather
    than the work explains the visit; -1 elsewhere. None: nowhere. Names what affects the cohort where nothing
    further on does.
    """
    longer_barrier_since: Reals | None = None
    """When that impairment began."""
    overstay: Overstay | None = None
    """None: there is none."""

    @property
    def with_failures(self) -> SimulationStart:
        """Where cohorts go on with the failures."""
        rows = slice(0, len(self.factual))
        is_given_up = np.full(len(self.factual), True) if self.is_given_up else None
        stay = self.overstay
        if stay is None:
            return SimulationStart(rows, self.factual, is_given_up)
        return SimulationStart(rows, self.factual, is_given_up, stay.length, stay.is_held)

    @property
    def without_failures(self) -> SimulationStart:
        """Where they would have gone on without them."""
        rows = slice(0, len(self.counterfactual))
        overstay = self.overstay.without_failures if self.overstay is not None else None
        return SimulationStart(rows, self.counterfactual, overstay=overstay)


@dataclass(frozen=True)
class _WorkEnd:
    """How the work of a visit ends, each (G, K)."""

    completion: Reals
    usual_work: Reals
    """How long it takes without the failures."""
    hit_by: Indexes
    """Index of the impairment that held its start, -1 where none did."""
    is_held: Flags
    """Where its start is still held."""
    longer: LongerDelay | None = None
    """None: no delay is longer than reported."""


def current_step(plan: Plan, cohorts: Cohorts, as_of: float, occurs: Occurs) -> StepCompletion:
    """The completion where the barriers that `occurs` names do occur."""
    visit = current_visit(plan, cohorts, as_of, occurs)
    stage = visit.stage
    start = step_start(visit)
    longer = longer_chance(visit)
    is_uncertain = stay_shows_way(plan, stage.index, as_of) or any(not b.is_certain for b in stage.barriers)
    # Most questions need no fit, and it costs as much as the work itself.
    fit = work_fit(visit, visit.start_passage.departures) if is_uncertain or longer.any() else longer
    end = _work_end(visit, start, fit, longer)
    handoff = _handoff_after(visit, end.completion)
    weight = None
    if is_uncertain:
        likelihood = handoff.likelihood if handoff is not None else None
        weight = visit_weight(visit, fit + longer + start.earlier_chance, likelihood)
    usual_begin = stage.start.scheduled_departures(start.arrival - cohorts.past_delays)
    return StepCompletion(
        factual=end.completion,
        counterfactual=stage.done_at(usual_begin, end.usual_work),
        hit_by=end.hit_by,
        met_at=start.met_at,
        is_held=end.is_held,
        weight=weight,
        is_given_up=visit.is_given_up,
        longer_barrier=end.longer.barrier if end.longer is not None else None,
        longer_barrier_since=end.longer.since if end.longer is not None else None,
        overstay=_overstay(visit, end, handoff),
    )


def _work_end(visit: CurrentVisit, start: StepStart, fit: Reals, longer: Reals) -> _WorkEnd:
    """By the fit of the work and the chance of a delay that is longer than reported (each (G, K))."""
    begin, stage = start.begin, visit.stage
    is_held = begin > visit.as_of
    if longer.any():
        delay = longer_delay(visit, start, delay_outlasts(visit, fit, longer))
        completion = stage.done_at(begin, delay.work)
        return _WorkEnd(completion, delay.usual_work, start.hit_by, is_held | delay.at_start, delay)
    work = likely_work(visit, begin)
    end = _WorkEnd(stage.done_at(begin, work), work, start.hit_by, is_held)
    if visit.is_given_up:
        return _give_up(visit, end)
    if visit.evidence.is_dead_lettered:
        return replace(end, completion=np.maximum(visit.arrival, _rejects_since(visit)))
    return end


def _give_up(visit: CurrentVisit, end: _WorkEnd) -> _WorkEnd:
    """Of a message in the dead-letter queue that nothing rejects: it has come to that, and stays there."""
    barrier = next(barrier for gate in visit.gates for barrier in gate.barriers)
    return _WorkEnd(
        completion=np.minimum(end.completion, visit.as_of),
        # What has not begun by now would have taken its usual time.
        usual_work=np.where(end.is_held, usual_work(visit), end.usual_work),
        hit_by=np.where(end.hit_by < 0, np.int16(barrier.index), end.hit_by),
        is_held=np.ones_like(end.is_held),
    )


def _rejects_since(visit: CurrentVisit) -> float:
    """When the hand-off began to reject: a message in its dead-letter queue was rejected then or later."""
    barriers = (barrier for handoff in visit.stage.handoffs for barrier in handoff.gate.barriers)
    since = (b.since for b in barriers if b.impairment.effect is Effect.REJECTED)
    return min(since, default=visit.as_of)


def _handoff_after(visit: CurrentVisit, completion: Reals) -> LateHandoff | None:
    """Where a record, or a way on that no longer rejects, shows that the work (G, K) is done; else None."""
    is_known = visit.evidence.is_completed or any(gate.rejected(visit.as_of) for gate, _ in visit.ways)
    return late_handoff(visit, completion) if is_known and not visit.evidence.is_dead_lettered else None


def _overstay(visit: CurrentVisit, end: _WorkEnd, handoff: LateHandoff | None) -> Overstay | None:
    """At the hand-off: of what is completed by its record, else by a delay that is longer than reported."""
    if visit.evidence.is_completed and handoff is not None:
        return handoff.overstay
    return end.longer.overstay if end.longer is not None else None
