"""Duration of the work of a current visit, given the bounds of its end."""

import numpy as np

from graph_models.time import MINUTE
from impactgraph.forecast.current_visit import CurrentVisit
from impactgraph.forecast.scenarios import SCENARIOS, Reals, narrow, scenario_sample
from impactgraph.forecast.stage import Stage


def likely_work(visit: CurrentVisit, begin: Reals) -> Reals:
    """(G, K) durations of work that began then (G, K), given the bounds of its end."""
    return _work_between(visit, begin, visit.low, visit.high)


def work_before_handoff(visit: CurrentVisit, begin: Reals) -> Reals:
    """(G, K) durations of work that began then (G, K), of what waits at the hand-off: the work was still
    going on when that began to be held up, whatever had kept it until then.
    """
    held_since = np.full(visit.arrival.shape, np.inf)
    for barrier, scenarios in ((b, scenarios) for gate, scenarios in visit.ways for b in gate.barriers):
        is_met = scenarios & (barrier.since <= visit.as_of) & visit.occurs(barrier)
        held_since = np.where(is_met, np.minimum(held_since, barrier.since), held_since)
    held_since = np.minimum(held_since, visit.as_of)
    return _work_between(visit, begin, held_since, np.full((1, SCENARIOS), visit.as_of))


def usual_work(visit: CurrentVisit) -> Reals:
    """(G, K) or (1, K) durations of work of whose end nothing is known."""
    return visit.stage.duration.quantile(_sample(visit.stage)) * visit.slowdown


def likely_waits(visit: CurrentVisit, waits: Reals) -> Reals:
    """(G, K) of possible waits (G, K), sampled by how likely the work is that each leaves before the
    bounds.
    """
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


def _work_between(visit: CurrentVisit, begin: Reals, low: Reals, high: Reals) -> Reals:
    """(G, K) durations of work that began then (G, K) and ends in (low, high], which broadcast to that."""
    begin = narrow(begin)
    is_finite = np.isfinite(begin)
    since = np.where(is_finite, begin, 0.0 if visit.stage.opening is None else visit.as_of)
    work_within = visit.stage.work_within
    least = np.maximum(np.where(is_finite, work_within(since, narrow(low)), 0.0), 0.0)
    most = np.maximum(work_within(since, narrow(high)), least)
    slowdown = visit.slowdown
    return visit.stage.duration.between(least / slowdown, most / slowdown, _sample(visit.stage)) * slowdown


def _sample(stage: Stage) -> Reals:
    return scenario_sample(f"takes/{stage.step.id}")
