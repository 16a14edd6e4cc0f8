"""Delays of failures still in force that are longer than was reported: they explain visits that outlast both
the work and the reported delay.
"""

from dataclasses import dataclass

import numpy as np

from graph_models.enums import Effect
from impactgraph.forecast.barriers import Barrier, Flags
from impactgraph.forecast.current_visit import CurrentVisit
from impactgraph.forecast.late_handoff import OUTLASTS, Overstay, late_handoff
from impactgraph.forecast.scenarios import RESIDUAL_LIKELIHOOD, Reals, scenario_sample
from impactgraph.forecast.simulation import NOBODY, Indexes
from impactgraph.forecast.step_start import StepStart
from impactgraph.forecast.visit_fit import FAILS, LATEST_PERSON, fails_by_chance
from impactgraph.forecast.visit_work import likely_work, usual_work, work_before_handoff


@dataclass(frozen=True)
class LongerDelay:
    """Visits where a delay that is still in force is longer than was reported, all (G, K)."""

    work: Reals
    usual_work: Reals
    """Without the failures."""
    at_start: Flags
    """Where it is that of the start."""
    overstay: Overstay
    """At the hand-off."""
    barrier: Indexes
    """Index of the impairment there, -1 elsewhere."""
    since: Reals
    """When that impairment began."""


def longer_delay(visit: CurrentVisit, start: StepStart, outlasts: Flags) -> LongerDelay:
    """`outlasts` (G, K): where a delay, rather than the work, is longer than expected."""
    begin, is_start = start.begin, start.hit_by >= 0
    at_handoff = outlasts & ~is_start
    done_work = work_before_handoff(visit, begin)
    late = np.where(at_handoff, late_handoff(visit, visit.stage.done_at(begin, done_work)).late, 0.0)
    work = np.where(late > 0, done_work, likely_work(visit, begin))
    index, since = _in_force_at_handoffs(visit)
    return LongerDelay(
        work=work,
        usual_work=np.where(outlasts & is_start, usual_work(visit), work),
        at_start=outlasts & is_start,
        overstay=Overstay(late, late > 0),
        barrier=np.where(outlasts, index, NOBODY),
        since=since,
    )


def delay_outlasts(visit: CurrentVisit, fit: Reals, longer: Reals) -> Flags:
    """(G, K) where a delay that is still in force, rather than the work, is longer than expected: by the fit
    of the work and the chance of a longer delay (each (G, K)).
    """
    sample = scenario_sample(f"outlasts/{visit.stage.step.id}")
    return (longer > 0) & (sample * (fit + longer) < longer)


def longer_chance(visit: CurrentVisit) -> Reals:
    """(G, K) that a delay which is still in force lasts to the moment of the question, although less was
    reported.
    """
    if visit.evidence.is_completed or visit.evidence.is_dead_lettered or visit.evidence.has_unrelated_error:
        return np.zeros(visit.arrival.shape)
    if not visit.stage.start and not any(handoff.gate for handoff in visit.stage.handoffs):
        return np.zeros(visit.arrival.shape)
    begin = visit.start_passage.departures
    dwell_time = np.maximum(visit.as_of - visit.arrival, 1.0)
    chance = OUTLASTS * np.minimum(_longest_hold(visit) / dwell_time, 1.0)
    longer = np.where(begin <= visit.as_of, chance, 0.0)
    # Who waits for a person may do so for longer than is usual, like what waits for an unknown reason.
    return np.maximum(longer, LATEST_PERSON * _person_chance(visit))


def _longest_hold(visit: CurrentVisit) -> Reals:
    """(G, K) for how long what is still in force has held a visit, at its start or at its hand-off."""
    start = visit.stage.start
    with np.errstate(invalid="ignore"):
        hold = np.maximum(visit.start_passage.departures - start.scheduled_departures(visit.arrival), 0.0)
    hold = np.where(visit.is_in_force(start.barriers), hold, 0.0)
    for gate, scenarios in visit.ways:
        held_since = gate.threshold(visit.as_of, visit.occurs)[None, :]
        delay = np.maximum(visit.as_of - held_since, 0.0)
        delays = [b for b in gate.barriers if b.impairment.effect is Effect.DELAYED]
        is_held = visit.may_wait & scenarios & visit.is_in_force(delays)
        hold = np.maximum(hold, np.where(is_held, delay, 0.0))
    return hold


def _in_force_at_handoffs(visit: CurrentVisit) -> tuple[Indexes, Reals]:
    """(G, K) index of an impairment of a hand-off that is in force at the moment of the question, or -1; and
    when it began.
    """
    index, since = np.full(visit.arrival.shape, NOBODY), np.full(visit.arrival.shape, np.nan)
    for gate, scenarios in visit.ways:
        for barrier in gate.barriers:
            is_in_force = visit.may_wait & scenarios & visit.is_in_force((barrier,))
            index = np.where(is_in_force, np.int16(barrier.index), index)
            since = np.where(is_in_force, barrier.since, since)
    return index, since


def _person_chance(visit: CurrentVisit) -> Reals:
    """(G, K) how likely it came to a call that failed by chance and left it to a person: at the start, or at
    the hand-off.
    """
    chance = fails_by_chance(visit).astype(np.float64)
    for gate, scenarios in visit.ways:
        for barrier in gate.uncertain_barriers:
            if barrier.impairment.effect in FAILS:
                fails = visit.may_wait & scenarios & visit.occurs(barrier)
                chance = np.maximum(chance, np.where(fails, _meets_in_time(visit, barrier), 0.0))
    return chance


def _meets_in_time(visit: CurrentVisit, barrier: Barrier) -> Reals:
    """(G, K) how likely work that began as reported ends while the barrier is in force, until now.

    What stays for a reason that nobody knows may end at any moment of its stay.
    """
    since = np.maximum(barrier.since, visit.arrival)
    until = np.maximum(np.minimum(barrier.until, visit.as_of), since)
    begin = visit.start_passage.departures
    begin = np.where(np.isfinite(begin), begin, visit.as_of)
    latest, earliest = (
        visit.stage.duration.below(np.maximum(visit.stage.work_within(begin, moment), 0.0) / visit.slowdown)
        for moment in (until, since)
    )
    share = (until - since) / np.maximum(visit.as_of - visit.arrival, 1.0)
    return np.where(since <= visit.as_of, np.maximum(latest - earliest, RESIDUAL_LIKELIHOOD * share), 0.0)
