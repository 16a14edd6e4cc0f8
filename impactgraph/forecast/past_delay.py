"""Delay that the failures have caused already: by how much cohorts were held in a step that they have left.

Entry and departure are recorded, the completion of the work often is not. So every length that the work may
have had is tried, weighed by how well it explains the departure.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph_models.time import MINUTE
from impactgraph.forecast.gates import Flags, Gate
from impactgraph.forecast.plan import Handoff, Stage
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample

_LEAST = 1e-6
"""Weight below which nothing is explained."""


@dataclass(frozen=True)
class PastDelay:
    """Each (G,): the chance that a cohort was held, and for how long where it was (milliseconds)."""

    chance: Reals
    delay: Reals


@dataclass(frozen=True)
class PastVisits:
    """Completed visits of cohorts to one step, each (G,); moments in milliseconds."""

    entered_at: Reals
    left_at: Reals
    completion_recorded_at: Reals
    """NaN where it is not recorded."""
    slowdown: Reals
    """How much longer than usual the step takes there."""
    has_error: bool = False
    """An error of an impaired element was reported for these visits."""

    def take(self, at: NDArray[np.intp]) -> "PastVisits":
        """Those of some of the cohorts, by position."""
        return PastVisits(
            entered_at=self.entered_at[at],
            left_at=self.left_at[at],
            completion_recorded_at=self.completion_recorded_at[at],
            slowdown=self.slowdown[at],
            has_error=self.has_error,
        )


def past_delay(stage: Stage, handoff: Handoff | None, visits: PastVisits) -> PastDelay:
    """Of cohorts that left `stage` by `handoff` (None: the end of the workflow).

    A barrier that was still closed when a cohort left did not hold it.
    """
    delay, is_explained = _delay_by_departure(stage, handoff, visits)
    unexplained_rows = np.flatnonzero(~is_explained)
    if len(unexplained_rows):
        at = float(visits.left_at[unexplained_rows].max())
        open_stage = replace(
            stage, start=stage.start.without_closed_at(at), completion=stage.completion.without_closed_at(at)
        )
        onward = replace(handoff, gate=handoff.gate.without_closed_at(at)) if handoff else None
        again, _ = _delay_by_departure(open_stage, onward, visits.take(unexplained_rows))
        delay.chance[unexplained_rows] = again.chance
        delay.delay[unexplained_rows] = again.delay
    return delay


def _delay_by_departure(stage: Stage, handoff: Handoff | None, visits: PastVisits) -> tuple[PastDelay, Flags]:
    """The delay, and for which cohorts (G,) some length of the work explains the departure."""
    cohorts = len(visits.entered_at)
    arrival = np.broadcast_to(visits.entered_at[:, None], (cohorts, SCENARIOS))
    left_at = visits.left_at[:, None]
    gate = handoff.gate if handoff else Gate()
    begin, by_chance = _begin(stage, arrival, left_at, visits.has_error)
    if not (stage.completion or gate or by_chance):
        late = np.maximum(begin - arrival, 0.0)
        return _weighted_delay(late, np.ones_like(late)), np.ones(cohorts, bool)
    work = stage.durations(scenario_sample(f"takes/{stage.step.id}"), visits.slowdown)
    completion = _through(stage.completion, begin + work)
    departure = _through(gate, completion)
    delay = np.maximum(departure - gate.scheduled_departures(arrival + work), 0.0)
    weight = _likeness(departure, left_at, arrival)
    is_unrecorded = np.isnan(visits.completion_recorded_at)
    estimate = _weighted_delay(delay, weight)
    is_explained = ~is_unrecorded | (weight.sum(axis=1) > _LEAST)
    if is_unrecorded.all():
        return estimate, is_explained
    late = completion - (arrival + work)
    fit = np.ones_like(late)
    if stage.completion or by_chance:
        fit = _likeness(completion, visits.completion_recorded_at[:, None], arrival)
    delay_by_record = _delay_by_record(gate, late, fit, visits)
    return PastDelay(
        np.where(is_unrecorded, estimate.chance, delay_by_record.chance),
        np.where(is_unrecorded, estimate.delay, delay_by_record.delay),
    ), is_explained


def _delay_by_record(gate: Gate, late: Reals, weight: Reals, visits: PastVisits) -> PastDelay:
    """Where the completion is recorded: the wait from then on is due to the hand-off, the rest to the
    step.
    """
    completion = np.nan_to_num(visits.completion_recorded_at)[:, None]
    before = _weighted_delay(np.maximum(late, 0.0), np.nan_to_num(weight))
    scheduled_departure = gate.scheduled_departures(completion)
    most = 2.0 * np.max(_through(gate, np.broadcast_to(completion, late.shape)) - scheduled_departure, axis=1)
    since = np.maximum(visits.left_at[:, None] - scheduled_departure, 0.0)[:, 0]
    wait = np.where(_was_in_force(gate, completion), np.minimum(since, most), 0.0)
    is_held = wait > MINUTE
    return PastDelay(np.where(is_held, 1.0, before.chance), before.delay + np.where(is_held, wait, 0.0))


def _was_in_force(gate: Gate, at: Reals) -> Flags:
    """(G,) whether any barrier was, or may have been, in force at (G, 1)."""
    in_force = np.zeros(len(at), bool)
    for barrier in gate.barriers:
        latest = float(np.max(barrier.until)) + barrier.impairment.drain
        in_force |= (at[:, 0] >= barrier.since) & (at[:, 0] < latest)
    return in_force


def _likeness(moment: Reals, recorded_at: Reals, arrival: Reals) -> Reals:
    """How well a moment explains a recorded one: within a minute, or a twentieth of the visit."""
    width = np.maximum(MINUTE, 0.05 * (recorded_at - arrival))
    return np.exp(-0.5 * ((moment - recorded_at) / width) ** 2)


def _weighted_delay(delay: Reals, weight: Reals) -> PastDelay:
    """The delay averaged over the scenarios; none where no length of the work explains the departure."""
    total = weight.sum(axis=1)
    held_weight = weight * (delay > 1.0)
    chance = np.where(total > _LEAST, held_weight.sum(axis=1) / np.maximum(total, 1e-300), 0.0)
    # A delay without weight may be infinite: what would have been rejected.
    weighted_delay = held_weight * np.where(held_weight > 0, delay, 0.0)
    mean = weighted_delay.sum(axis=1) / np.maximum(held_weight.sum(axis=1), 1e-300)
    return PastDelay(chance, np.where(chance > 0, mean, 0.0))


def _begin(stage: Stage, arrival: Reals, left_at: Reals, has_error: bool) -> tuple[Reals, bool]:
    """When the work began, and whether an uncertain impairment held it.

    A barrier that was closed for longer than the visit did not hold it.
    """
    begin = _through(stage.start, arrival)
    begin = np.where(begin > left_at, arrival, begin)
    if not has_error or not stage.start.uncertain_barriers:
        return begin, False
    return np.minimum(stage.start.pass_through(arrival, chance_occurs=True).departures, left_at), True


def _through(gate: Gate, arrival: Reals) -> Reals:
    if not gate:
        return gate.scheduled_departures(arrival)
    return gate.pass_through(arrival, chance_occurs=False).departures
