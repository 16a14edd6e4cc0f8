"""Completion of the current step of cohorts, given that they are still in it and the evidence of their
events.

Every scenario says when the work ends and what held it. How well it explains what was seen is its weight
(importance weighting): an order that stays longer than its work can take is hardly one whose call went well.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from graph_models.enums import Effect
from graph_models.time import MINUTE
from impactgraph.forecast.barriers import Barrier, Flags, Occurs
from impactgraph.forecast.cohorts import Cohorts, StepEvidence
from impactgraph.forecast.gates import Gate, Passage
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample
from impactgraph.forecast.simulate import NOBODY, Indexes
from impactgraph.forecast.stage import Handoff, Stage

UNEXPLAINED = 5e-4
"""Likelihood of whatever no scenario explains: an order that stays for a reason that nobody knows."""
_OUTLASTS = 0.05
"""Likelihood that a delay is longer than reported; that it is n times as long is n times less likely."""
_LATEST_PERSON = 0.02
"""Likelihood that a person looks later than is usual, at any later moment."""
_HANDOVER = 1.0 * MINUTE
"""What is completed and not held is handed over within about this time."""
_BEGAN_EARLIER = 0.002
"""Likelihood that an outage held an order which came a few minutes before its reported start."""
_FAILING = (Effect.BLOCKED, Effect.REJECTED)


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
    outlasted_by: Indexes | None = None
    """Index of the impairment at a hand-over that is in force where its delay, longer than reported, rather
    than the work explains the visit; -1 elsewhere. None: nowhere. Names what affects the cohort where nothing
    further on does.
    """
    outlasted_since: Reals | None = None
    """When that impairment began."""


@dataclass(frozen=True)
class _Visit:
    """Arrivals (G, K) at a step whose work ends in (`low`, `high`], each (G, 1) or (1, K)."""

    stage: Stage
    evidence: StepEvidence
    as_of: float
    occurs: Occurs
    arrival: Reals
    low: Reals
    high: Reals
    slowdown: Reals


def current_step(plan: Plan, cohorts: Cohorts, as_of: float, occurs: Occurs) -> StepCompletion:
    """The completion where the barriers that `occurs` names do occur."""
    stage = plan.stages[cohorts.step]
    evidence = cohorts.evidence
    recorded_at = cohorts.completion_recorded_at[:, None]
    low, high = _work_ends_between(stage, recorded_at, evidence, as_of, occurs)
    visit = _Visit(
        stage=stage,
        evidence=evidence,
        as_of=as_of,
        occurs=occurs,
        arrival=np.broadcast_to(cohorts.entered_at[:, None], (len(cohorts), SCENARIOS)),
        low=low,
        high=high,
        slowdown=stage.slowdown(cohorts.slowdown),
    )
    as_reported = stage.start.pass_through(visit.arrival, occurs)
    passage, met_at, earlier = _with_earlier_starts(visit, as_reported)
    begin = np.minimum(passage.departures, recorded_at) if evidence.is_completed else passage.departures
    again = visit.arrival
    if evidence.has_unrelated_error:
        waits = stage.manual_wait.quantile(scenario_sample("hold/unrelated"))
        again = visit.arrival + _likely_waits(visit, np.broadcast_to(waits, visit.arrival.shape))
        passage = stage.start.pass_through(again, occurs)  # who is tried again meets the failures as well
        begin = passage.departures
    work = _work(visit, begin)
    is_uncertain = any(not barrier.is_certain for barrier in stage.barriers)
    longer = _longer_chance(visit, as_reported.departures)
    may_outlast = bool(longer.any())
    # Most questions need no fit, and it costs as much as the work itself.
    fit = _fit(visit, as_reported.departures) if is_uncertain or may_outlast else longer
    usual_work, is_held = work, begin > as_of
    outlasted_by = outlasted_since = None
    if may_outlast:
        longer_than_visit = _outlasts(visit, fit, longer)
        usual_work = np.where(longer_than_visit, stage.durations(_sample(stage), cohorts.slowdown), work)
        is_held |= longer_than_visit & (passage.hit_by >= 0)
        barrier_index, outlasted_since = _in_force_at_hand_overs(visit)
        outlasted_by = np.where(longer_than_visit, barrier_index, NOBODY)
    completion = stage.done_at(begin, work)
    hit_by, is_given_up = passage.hit_by, False
    if evidence.is_dead_lettered:
        completion = np.maximum(visit.arrival, _rejects_since(stage, as_of))
        is_given_up = not any(gate.rejects() for gate in _ways_on(stage))
    if is_given_up:
        first_barrier = next(barrier for gate in _ways_on(stage) for barrier in gate.barriers)
        hit_by = np.where(hit_by < 0, np.int16(first_barrier.index), hit_by)
        is_held = np.ones_like(is_held)
    return StepCompletion(
        factual=completion,
        counterfactual=stage.done_at(
            stage.start.scheduled_departures(again - cohorts.past_delays), usual_work
        ),
        hit_by=hit_by,
        met_at=met_at,
        is_held=is_held,
        weight=_weight(plan, visit, completion, fit + longer + earlier) if is_uncertain else None,
        is_given_up=is_given_up,
        outlasted_by=outlasted_by,
        outlasted_since=outlasted_since,
    )


def _with_earlier_starts(visit: _Visit, as_reported: Passage) -> tuple[Passage, Reals, Reals]:
    """The passage through the start of the step; when what holds it did so first; and how likely it is that
    outages held an order that came a few minutes before their reported start (each (G, K)).

    That explains orders which stay for longer than their work can take.
    """
    entered_at = visit.arrival[:, :1]
    met_at = visit.stage.start.first_met_at(entered_at, visit.as_of)
    is_earlier = met_at > entered_at
    if not is_earlier.any():
        return as_reported, visit.arrival, np.zeros((1, 1))
    met_at = np.broadcast_to(met_at, visit.arrival.shape)
    from_start = visit.stage.start.pass_through(met_at, visit.occurs)
    earlier = np.where(is_earlier, _BEGAN_EARLIER * _fit(visit, from_start.departures), 0.0)
    otherwise = np.maximum(_fit(visit, as_reported.departures), UNEXPLAINED * _still_waiting(visit))
    sample = scenario_sample(f"begins/{visit.stage.step.id}")
    is_held = sample * (otherwise + earlier) < earlier
    passage = Passage(
        np.where(is_held, from_start.departures, as_reported.departures),
        as_reported.scheduled,
        np.where(is_held, from_start.hit_by, as_reported.hit_by),
    )
    return passage, np.where(is_held, met_at, visit.arrival), earlier


def _ways_on(stage: Stage) -> tuple[Gate, ...]:
    """The gates of its hand-overs, then that of its start: a call may be given up as well."""
    return (*(handoff.gate for handoff in stage.handoffs), stage.start)


def _weight(plan: Plan, visit: _Visit, completion: Reals, fit: Reals) -> Reals:
    """(G, K) how likely everything seen of the cohorts in their step is."""
    weight = np.clip(fit, UNEXPLAINED * _still_waiting(visit), 1.0)
    evidence = visit.evidence
    if evidence.has_related_error:
        weight = weight * np.where(_explains_error(visit), 1.0, UNEXPLAINED)
    elif evidence.error_reporting and not evidence.has_unrelated_error:
        weight = weight * np.where(_meets_uncertain(visit), 1.0 - evidence.error_reporting, 1.0)
    if evidence.is_dead_lettered:
        rejects = any(gate.rejects() for gate in _ways_on(visit.stage))
        return weight * np.where(_is_rejected(visit), 1.0, UNEXPLAINED) if rejects else weight
    if evidence.is_completed:
        weight = weight * _stays_completed(plan, visit, completion)
    return weight


def _fit(visit: _Visit, begin: Reals) -> Reals:
    """(G, K) that work which begins then ends within the bounds."""
    if visit.evidence.is_dead_lettered or visit.evidence.has_unrelated_error:
        return np.ones(visit.arrival.shape)
    slack = 2.0 * MINUTE if visit.evidence.is_completed else 0.0
    duration = visit.stage.duration
    begin = np.where(np.isfinite(begin), begin, visit.as_of + 1.0)
    high = np.where(np.isfinite(visit.high), visit.high, 1e18) + slack
    work_within = visit.stage.work_within
    latest = duration.below(np.maximum(work_within(begin, high), 0.0) / visit.slowdown)
    earliest = duration.below(np.maximum(work_within(begin, visit.low - slack), 0.0) / visit.slowdown)
    return np.where(high < begin, 0.0, latest - earliest)


def _outlasts(visit: _Visit, fit: Reals, longer: Reals) -> Flags:
    """(G, K) where a delay that is still in force, rather than the work, is longer than expected."""
    sample = scenario_sample(f"outlasts/{visit.stage.step.id}")
    return (longer > 0) & (sample * (fit + longer) < longer)


def _longer_chance(visit: _Visit, begin: Reals) -> Reals:
    """(G, K) that a delay which is still in force lasts to the moment of the question, although less was
    reported.
    """
    none = np.zeros(visit.arrival.shape)
    if visit.evidence.is_completed or visit.evidence.is_dead_lettered or visit.evidence.has_unrelated_error:
        return none
    if not visit.stage.start and not any(handoff.gate for handoff in visit.stage.handoffs):
        return none
    with np.errstate(invalid="ignore"):
        hold_chance = np.maximum(begin - visit.stage.start.scheduled_departures(visit.arrival), 0.0)
    hold_chance = np.where(_is_in_force(visit, visit.stage.start.barriers), hold_chance, 0.0)
    for handoff in _where_it_may_wait(visit):
        held_since = handoff.gate.threshold(visit.as_of, visit.occurs)[None, :]
        delay = np.maximum(visit.as_of - held_since, 0.0)
        hold_chance = np.maximum(
            hold_chance, np.where(_is_in_force(visit, handoff.gate.barriers), delay, 0.0)
        )
    dwell_time = np.maximum(visit.as_of - visit.arrival, 1.0)
    longer = np.where(begin <= visit.as_of, _OUTLASTS * np.minimum(hold_chance / dwell_time, 1.0), 0.0)
    # Who waits for a person may do so for longer than is usual, like what waits for an unknown reason.
    return np.where(_waits_for_person(visit), np.maximum(longer, _LATEST_PERSON), longer)


def _where_it_may_wait(visit: _Visit) -> tuple[Handoff, ...]:
    """The hand-overs that the fulfillment may have come to: none where a record would show that its work is
    done.
    """
    return () if visit.stage.records_show_completion else visit.stage.handoffs


def _is_in_force(visit: _Visit, barriers: tuple[Barrier, ...]) -> Flags:
    """(G, K) whether any of the barriers is in force at the moment of the question and was met before."""
    in_force = np.zeros(visit.arrival.shape, bool)
    for barrier in barriers:
        in_force |= (barrier.until > visit.as_of) & (barrier.since <= visit.as_of) & visit.occurs(barrier)
    return in_force


def _in_force_at_hand_overs(visit: _Visit) -> tuple[Indexes, Reals]:
    """(G, K) index of an impairment of a hand-over that is in force at the moment of the question, or -1; and
    when it began.
    """
    index, since = np.full(visit.arrival.shape, NOBODY), np.full(visit.arrival.shape, np.nan)
    for handoff in _where_it_may_wait(visit):
        for barrier in handoff.gate.barriers:
            is_in_force = _is_in_force(visit, (barrier,))
            index = np.where(is_in_force, np.int16(barrier.index), index)
            since = np.where(is_in_force, barrier.since, since)
    return index, since


def _meets_uncertain(visit: _Visit) -> Flags:
    """(G, K) whether a call at the start fails for good; attempts before one that succeeds are no error."""
    return _meets(visit, visit.stage.start.uncertain_barriers)


def _explains_error(visit: _Visit) -> Flags:
    """(G, K) whether a call fails that the reported error may be of."""
    start, element = visit.stage.start, visit.evidence.error_element
    barriers = [b for b in start.barriers if element in {hop.element for hop in b.impairment.hops}]
    return _meets(visit, barriers or start.uncertain_barriers)


def _meets(visit: _Visit, barriers: Iterable[Barrier]) -> Flags:
    """(G, K) whether a call at the start fails for good by one of the barriers."""
    meets = np.zeros(visit.arrival.shape, bool)
    for barrier in barriers:
        if barrier.impairment.effect in _FAILING:
            meets |= barrier.applies_at(visit.arrival) & visit.occurs(barrier)
    return meets


def _waits_for_person(visit: _Visit) -> Flags:
    """(G, K) whether a failure by chance left the order to a person: at the start, or at the hand-over."""
    waits = _meets_uncertain(visit)
    for barrier in (b for handoff in visit.stage.handoffs for b in handoff.gate.uncertain_barriers):
        if barrier.impairment.effect in _FAILING:
            in_time = (barrier.since <= visit.as_of) & (barrier.until > visit.arrival)
            waits = waits | (in_time & visit.occurs(barrier))
    return waits


def _still_waiting(visit: _Visit) -> Reals:
    """(G, K) that nobody has looked at an order yet that stands still for an unknown reason."""
    dwell_time = np.maximum(visit.as_of - visit.arrival, 0.0)
    return np.maximum(1.0 - visit.stage.manual_wait.below(dwell_time), _LATEST_PERSON)


def _is_rejected(visit: _Visit) -> Flags:
    """(G, K) whether a barrier that rejects occurs at a hand-off."""
    is_rejected = np.zeros(visit.arrival.shape, bool)
    for barrier in (b for h in visit.stage.handoffs for b in h.gate.barriers):
        if barrier.impairment.effect is Effect.REJECTED:
            is_rejected |= np.broadcast_to(np.asarray(visit.occurs(barrier)), is_rejected.shape)
    return is_rejected


def _stays_completed(plan: Plan, visit: _Visit, completion: Reals) -> Reals:
    """(G, K) that what was completed then has not been handed over."""
    departure = np.full(completion.shape, np.nan)
    for branch in plan.branches(visit.stage.index):
        departures = branch.handoff.gate.pass_through(completion, visit.occurs).departures
        departure = np.where(branch.scenarios, departures, departure)
    with np.errstate(invalid="ignore"):
        late = np.maximum(visit.as_of - departure, 0.0)
    return np.where(np.isnan(late), 1.0, np.maximum(np.exp(-late / _HANDOVER), UNEXPLAINED))


def _work_ends_between(
    stage: Stage, recorded_at: Reals, evidence: StepEvidence, as_of: float, occurs: Occurs
) -> tuple[Reals, Reals]:
    """(G, 1) or (1, K): the bounds of when the work of a fulfillment that is still in the step ends."""
    if evidence.is_completed:
        return recorded_at - 1.0, recorded_at
    low = stage.completion.threshold(as_of, occurs)
    shows_completion = stage.records_show_completion
    if evidence.is_dead_lettered or not shows_completion:
        low = np.minimum.reduce([low, *(h.gate.threshold(as_of, occurs) for h in stage.handoffs)])
    return low[None, :], np.full((1, SCENARIOS), as_of if evidence.is_dead_lettered else np.inf)


def _rejects_since(stage: Stage, as_of: float) -> float:
    """When the hand-off began to reject: a message in its dead-letter queue was rejected then or later."""
    barriers = (barrier for handoff in stage.handoffs for barrier in handoff.gate.barriers)
    rejecting = (b.since for b in barriers if b.impairment.effect is Effect.REJECTED)
    return min(rejecting, default=as_of)


def _sample(stage: Stage) -> Reals:
    return scenario_sample(f"takes/{stage.step.id}")


def _work(visit: _Visit, begin: Reals) -> Reals:
    """Durations of work that began then, given the bounds of its end."""
    begin = _narrow(begin)
    is_finite = np.isfinite(begin)
    since = np.where(is_finite, begin, 0.0 if visit.stage.opening is None else visit.as_of)
    work_within = visit.stage.work_within
    least = np.maximum(np.where(is_finite, work_within(since, _narrow(visit.low)), 0.0), 0.0)
    most = np.maximum(work_within(since, _narrow(visit.high)), least)
    slowdown = visit.slowdown
    return visit.stage.duration.between(least / slowdown, most / slowdown, _sample(visit.stage)) * slowdown


def _narrow(moments: Reals) -> Reals:
    """(.., 1) of (.., K) that are equal in all scenarios, so that what follows is computed once."""
    first = moments[:, :1]
    return first if (moments == first).all() else moments


def _likely_waits(visit: _Visit, waits: Reals) -> Reals:
    """(G, K) of possible waits, sampled by how likely the work is that each leaves before the bounds."""
    is_finite = np.isfinite(visit.high)
    slack = np.where(is_finite, 2.0 * MINUTE, 0.0)
    begin = visit.arrival + waits
    duration = visit.stage.duration
    work_within = visit.stage.work_within
    latest = duration.below(
        work_within(begin, np.where(is_finite, visit.high, 1e18) + slack) / visit.slowdown
    )
    weight = latest - duration.below(work_within(begin, visit.low - slack) / visit.slowdown)
    order = np.argsort(waits, axis=1, kind="stable")
    ascending = np.take_along_axis(waits, order, axis=1)
    cumulative = np.cumsum(np.take_along_axis(np.maximum(weight, 1e-6), order, axis=1), axis=1)
    cumulative /= cumulative[:, -1:]
    sample = scenario_sample(f"held/{visit.stage.step.id}")
    likely = np.empty(waits.shape)
    for n, (weights, values) in enumerate(zip(cumulative, ascending, strict=True)):
        likely[n] = np.interp(sample, weights, values)
    return likely
