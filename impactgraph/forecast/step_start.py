"""When the work of the current step begins: behind what holds its start, which may have begun earlier than it
was reported to, and behind an error that a person has to look at.
"""

from dataclasses import dataclass

import numpy as np

from impactgraph.forecast.current_visit import CurrentVisit
from impactgraph.forecast.gates import Passage
from impactgraph.forecast.scenarios import RESIDUAL_LIKELIHOOD, Reals, scenario_sample
from impactgraph.forecast.simulation import Indexes
from impactgraph.forecast.visit_fit import wait_chance, work_fit
from impactgraph.forecast.visit_work import likely_waits

_EARLIER_OUTAGE = 0.002
"""Likelihood that an outage held an order which came a few minutes before its reported start."""


@dataclass(frozen=True)
class StepStart:
    """The start of the work of a visit, each (G, K)."""

    begin: Reals
    """Infinity where it is held without an end."""
    arrival: Reals
    """Later than that of the visit where a person has to look at it first."""
    hit_by: Indexes
    """Index of the impairment that held it, -1 where none did."""
    met_at: Reals
    """When what held it did so first."""
    earlier_chance: Reals
    """How likely it is that an outage held it which began earlier than reported; or (1, 1), where none can
    have.
    """


def step_start(visit: CurrentVisit) -> StepStart:
    """The start of the work of a visit."""
    passage, met_at, earlier = _with_earlier_outages(visit)
    begin, arrival = passage.departures, visit.arrival
    if visit.evidence.has_unrelated_error:
        waits = visit.stage.manual_wait.quantile(scenario_sample("hold/unrelated"))
        arrival = visit.arrival + likely_waits(visit, np.broadcast_to(waits, visit.arrival.shape))
        # Who is tried again meets the failures as well.
        passage = visit.stage.start.pass_through(arrival, visit.occurs)
        begin = passage.departures
    elif visit.evidence.is_completed:
        begin = np.minimum(begin, visit.recorded_at)
    return StepStart(begin, arrival, passage.hit_by, met_at, earlier)


def _with_earlier_outages(visit: CurrentVisit) -> tuple[Passage, Reals, Reals]:
    """The passage through the start of the step; when what holds it did so first; and how likely it is that
    outages held an order that came a few minutes before their reported start (each (G, K)).

    That explains orders which stay for longer than their work can take.
    """
    reported, start = visit.start_passage, visit.stage.start
    entered_at = visit.arrival[:, :1]
    met_at = start.first_met_at(entered_at, visit.as_of)
    is_earlier = met_at > entered_at
    if not is_earlier.any():
        return reported, visit.arrival, np.zeros((1, 1))
    met_at = np.broadcast_to(met_at, visit.arrival.shape)
    from_start = start.pass_through(met_at, visit.occurs)
    earlier = np.where(is_earlier, _EARLIER_OUTAGE * work_fit(visit, from_start.departures), 0.0)
    otherwise = np.maximum(work_fit(visit, reported.departures), RESIDUAL_LIKELIHOOD * wait_chance(visit))
    sample = scenario_sample(f"begins/{visit.stage.step.id}")
    is_held = sample * (otherwise + earlier) < earlier
    passage = Passage(
        np.where(is_held, from_start.departures, reported.departures),
        reported.scheduled,
        np.where(is_held, from_start.hit_by, reported.hit_by),
    )
    return passage, np.where(is_held, met_at, visit.arrival), earlier
