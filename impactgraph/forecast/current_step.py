"""Completion of the current step of cohorts, given that they are still in it and the evidence of their
events.
"""

from dataclasses import dataclass

import numpy as np

from graph_models.enums import Effect
from graph_models.time import MINUTE
from impactgraph.forecast.cohorts import Cohorts, StepEvidence
from impactgraph.forecast.gates import Flags
from impactgraph.forecast.plan import Stage
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample
from impactgraph.forecast.simulate import NOBODY, Indexes


@dataclass(frozen=True)
class StepCompletion:
    """Completions (G, K) of the current step, with and without the failures."""

    factual: Reals
    counterfactual: Reals
    hit_by: Indexes
    """Index of the impairment that held its start, -1 where none did."""
    is_held: Flags
    """Where its start is still held."""


@dataclass(frozen=True)
class CurrentStep:
    """Completions of the current step without and with the uncertain impairments at its start."""

    certain: StepCompletion
    by_chance: StepCompletion | None
    """None where nothing uncertain is at its start."""
    chance: Reals
    """(G, K) that the uncertain impairments have occurred."""


@dataclass(frozen=True)
class _Visit:
    """Arrivals (G, K) at a step whose work ends in (`low`, `high`], each (G, 1) or (1, K)."""

    stage: Stage
    arrival: Reals
    low: Reals
    high: Reals
    slowdown: Reals


def current_step(stage: Stage, cohorts: Cohorts, as_of: float) -> CurrentStep:
    evidence = cohorts.evidence
    recorded_at = cohorts.completion_recorded_at[:, None]
    low, high = _work_ends_between(stage, recorded_at, evidence, as_of)
    visit = _Visit(
        stage=stage,
        arrival=np.broadcast_to(cohorts.entered_at[:, None], (len(cohorts), SCENARIOS)),
        low=low,
        high=high,
        slowdown=stage.slowdown(cohorts.slowdown),
    )
    passage = stage.start.pass_through(visit.arrival, chance_occurs=False)
    begin = np.minimum(passage.departures, recorded_at) if evidence.is_completed else passage.departures
    if evidence.has_unrelated_error:
        waits = stage.manual_wait.quantile(scenario_sample("hold/unrelated"))
        begin = visit.arrival + _likely_waits(visit, np.broadcast_to(waits, visit.arrival.shape))
    work = _work(visit, begin)
    past_delay = cohorts.past_delays
    completion = begin + work
    if evidence.is_dead_lettered:
        completion = np.maximum(visit.arrival, _rejects_since(stage, as_of))
    certain = StepCompletion(
        factual=completion,
        counterfactual=(begin if evidence.has_unrelated_error else visit.arrival) - past_delay + work,
        hit_by=passage.hit_by,
        is_held=begin > as_of,
    )
    if not stage.start.uncertain_barriers:
        return CurrentStep(certain, None, np.zeros_like(begin))
    by_chance, chance = _by_chance(
        visit=visit, evidence=evidence, past_delay=past_delay, certain=certain, as_of=as_of
    )
    return CurrentStep(certain, by_chance, chance)


def _by_chance(
    visit: _Visit, evidence: StepEvidence, past_delay: Reals, certain: StepCompletion, as_of: float
) -> tuple[StepCompletion, Reals]:
    """The completion where the uncertain impairments at the start have occurred, and the chance of it."""
    passage = visit.stage.start.pass_through(visit.arrival, chance_occurs=True)
    chance = passage.chance if passage.chance is not None else np.zeros_like(visit.arrival)
    may_occur = chance > 0
    begin = passage.departures
    if evidence.has_related_error:
        waits = _likely_waits(visit, passage.departures - visit.arrival)
        begin = np.where(may_occur, visit.arrival + waits, passage.departures)
        chance = np.where(may_occur, 1.0, 0.0)
    elif evidence.reports_errors:
        chance = np.zeros_like(chance)
    work = _work(visit, begin)
    has_occurred = chance > 0
    hit_by = np.where(may_occur, passage.hit_by, NOBODY)
    is_hit = hit_by >= 0
    completion = StepCompletion(
        factual=np.where(has_occurred, begin + work, certain.factual),
        counterfactual=np.where(has_occurred, visit.arrival - past_delay + work, certain.counterfactual),
        hit_by=np.where(is_hit, hit_by, certain.hit_by),
        is_held=np.where(is_hit, begin + work > as_of, certain.is_held),
    )
    return completion, chance


def _work_ends_between(
    stage: Stage, recorded_at: Reals, evidence: StepEvidence, as_of: float
) -> tuple[Reals, Reals]:
    """(G, 1) or (1, K): the bounds of when the work of a fulfillment that is still in the step ends."""
    if evidence.is_completed:
        return recorded_at - 1.0, recorded_at
    low = stage.completion.threshold(as_of)
    shows_completion = stage.records_show_completion or (
        evidence.reports_errors and any(handoff.gate.rejects() for handoff in stage.handoffs)
    )
    if evidence.is_dead_lettered or not shows_completion:
        low = np.minimum.reduce([low, *(handoff.gate.threshold(as_of) for handoff in stage.handoffs)])
    return low[None, :], np.full((1, SCENARIOS), as_of if evidence.is_dead_lettered else np.inf)


def _rejects_since(stage: Stage, as_of: float) -> float:
    """When the hand-off began to reject: a message in its dead-letter queue was rejected then or later."""
    barriers = (barrier for handoff in stage.handoffs for barrier in handoff.gate.barriers)
    rejecting = (b.since for b in barriers if b.impairment.effect is Effect.REJECTED)
    return min(rejecting, default=as_of)


def _work(visit: _Visit, begin: Reals) -> Reals:
    """Durations of work that began then, given the bounds of its end."""
    begin = _narrow(begin)
    is_finite = np.isfinite(begin)
    since = np.where(is_finite, begin, 0.0)
    least = np.maximum(np.where(is_finite, _narrow(visit.low) - since, 0.0), 0.0)
    most = np.maximum(_narrow(visit.high) - since, least)
    slowdown = visit.slowdown
    sample = scenario_sample(f"takes/{visit.stage.step.id}")
    return visit.stage.duration.between(least / slowdown, most / slowdown, sample) * slowdown


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
    latest = duration.below((np.where(is_finite, visit.high, 1e18) + slack - begin) / visit.slowdown)
    weight = latest - duration.below((visit.low - slack - begin) / visit.slowdown)
    order = np.argsort(waits, axis=1, kind="stable")
    ascending = np.take_along_axis(waits, order, axis=1)
    cumulative = np.cumsum(np.take_along_axis(np.maximum(weight, 1e-6), order, axis=1), axis=1)
    cumulative /= cumulative[:, -1:]
    sample = scenario_sample(f"held/{visit.stage.step.id}")
    likely = np.empty(waits.shape)
    for n, (weights, values) in enumerate(zip(cumulative, ascending, strict=True)):
        likely[n] = np.interp(sample, weights, values)
    return likely
