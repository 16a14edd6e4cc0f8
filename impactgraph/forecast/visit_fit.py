"""How well a scenario explains what was seen of a visit that is still going on: its length, its errors and
where it stands. That is the weight of the scenario (importance weighting).
"""

from collections.abc import Iterable

import numpy as np

from graph_models.enums import Effect
from graph_models.time import MINUTE
from impactgraph.forecast.barriers import Barrier, Flags
from impactgraph.forecast.current_visit import CurrentVisit
from impactgraph.forecast.scenarios import RESIDUAL_LIKELIHOOD, SCENARIOS, Reals

LATEST_PERSON = 0.02
"""Likelihood that a person looks later than is usual, at any later moment."""
FAILS = (Effect.BLOCKED, Effect.REJECTED)
"""Effects by which a call fails for good."""


def work_fit(visit: CurrentVisit, begin: Reals) -> Reals:
    """(G, K) that work which begins then (G, K) ends within the bounds."""
    if visit.evidence.is_dead_lettered or visit.evidence.has_unrelated_error:
        return np.ones(visit.arrival.shape)
    slack = 2.0 * MINUTE if visit.evidence.is_completed else 0.0
    duration = visit.stage.duration
    begin = np.where(np.isfinite(begin), begin, visit.as_of + 1.0)
    high = np.where(np.isfinite(visit.high), visit.high, 1e18) + slack
    work_within = visit.stage.work_within
    latest = duration.below(np.maximum(work_within(begin, high), 0.0) / visit.slowdown)
    earliest = duration.below(np.maximum(work_within(begin, visit.low - slack), 0.0) / visit.slowdown)
    fit = np.where(high < begin, 0.0, latest - earliest)
    return np.where(visit.lacks_record, RESIDUAL_LIKELIHOOD * fit, fit)


def visit_weight(visit: CurrentVisit, fit: Reals, handoff_likelihood: Reals | None) -> Reals:
    """(G, K) how likely everything seen of the cohorts in their step is, by the fit (G, K) of their stay.

    `handoff_likelihood` (G, K): of what is known to be completed, that it is still here; None: of the others.
    """
    weight = np.clip(fit, RESIDUAL_LIKELIHOOD * wait_chance(visit), 1.0)
    evidence = visit.evidence
    if evidence.has_related_error:
        weight = weight * np.where(_explains_error(visit), 1.0, RESIDUAL_LIKELIHOOD)
    elif evidence.error_reporting and not evidence.has_unrelated_error:
        weight = weight * np.where(fails_by_chance(visit), 1.0 - evidence.error_reporting, 1.0)
    if evidence.is_dead_lettered:
        return weight * np.where(_is_rejected(visit), 1.0, RESIDUAL_LIKELIHOOD) if visit.rejects else weight
    return weight if handoff_likelihood is None else weight * handoff_likelihood


def wait_chance(visit: CurrentVisit) -> Reals:
    """(G, K) that nobody has looked at an order yet that stands still for an unknown reason."""
    dwell_time = np.maximum(visit.as_of - visit.arrival, 0.0)
    return np.maximum(1.0 - visit.stage.manual_wait.below(dwell_time), LATEST_PERSON)


def fails_by_chance(visit: CurrentVisit) -> Flags:
    """(G, K) whether a call at the start fails for good; attempts before one that succeeds are no error."""
    return _fails(visit, visit.stage.start.uncertain_barriers)


def _explains_error(visit: CurrentVisit) -> Flags:
    """(G, K) whether a call fails that the reported error may be of."""
    start, element = visit.stage.start, visit.evidence.error_element
    barriers = [b for b in start.barriers if element in {hop.element for hop in b.impairment.hops}]
    return _fails(visit, barriers or start.uncertain_barriers)


def _fails(visit: CurrentVisit, barriers: Iterable[Barrier]) -> Flags:
    """(G, K) whether a call at the start fails for good by one of the barriers."""
    fails = np.zeros(visit.arrival.shape, bool)
    for barrier in barriers:
        if barrier.impairment.effect in FAILS:
            fails |= barrier.applies_at(visit.arrival) & visit.occurs(barrier)
    return fails


def _is_rejected(visit: CurrentVisit) -> Flags:
    """(G, K) whether a barrier that rejects occurs on the way that it takes."""
    is_rejected = np.zeros(visit.arrival.shape, bool)
    for gate, scenarios in (*visit.ways, (visit.stage.start, np.ones(SCENARIOS, bool))):
        for barrier in gate.barriers:
            if barrier.impairment.effect is Effect.REJECTED:
                is_rejected |= scenarios & visit.occurs(barrier)
    return is_rejected
