"""What is completed and should have been handed on by now: for how long, and why it is likely to be still
here.
"""

from dataclasses import dataclass

import numpy as np

from graph_models.time import MINUTE
from impactgraph.forecast.barriers import Flags
from impactgraph.forecast.current_visit import CurrentVisit
from impactgraph.forecast.scenarios import RESIDUAL_LIKELIHOOD, Reals, scenario_sample
from impactgraph.forecast.visit_fit import wait_chance

OUTLASTS = 0.05
"""Likelihood that a delay is longer than reported; that it is n times as long is n times less likely."""
_HANDOFF = 1.0 * MINUTE
"""What is completed and not held is handed over within about this time."""


@dataclass(frozen=True)
class Overstay:
    """How much longer (G, K) cohorts whose work is done have stayed than their way on takes, and where a
    failure holds them for so long: its delay is longer than reported.
    """

    length: Reals
    is_held: Flags

    @property
    def without_failures(self) -> Reals:
        """(G, K) its length where no failure is the cause, else 0."""
        return np.where(self.is_held, 0.0, self.length)


@dataclass(frozen=True)
class LateHandoff:
    """What is completed and has not been handed over, all (G, K) but for `sample` (K,): how long it should be
    gone, and how likely it is that it is still here because the delay of a failure is longer than reported,
    and for any other reason.
    """

    late: Reals
    longer_chance: Reals
    other_chance: Reals
    sample: Reals

    @property
    def likelihood(self) -> Reals:
        """(G, K) that it is still here."""
        return np.maximum(self.longer_chance, self.other_chance)

    @property
    def overstay(self) -> Overstay | None:
        """None: nothing is late."""
        if not self.late.any():
            return None
        total = self.longer_chance + self.other_chance
        return Overstay(self.late, (self.late > 0) & (self.sample * total < self.longer_chance))


def late_handoff(visit: CurrentVisit, completion: Reals) -> LateHandoff:
    """Of what was completed then (G, K) and is still in the step."""
    departure, scheduled_at = completion, completion
    hold_in_force = np.zeros(completion.shape)
    for gate, scenarios in visit.ways:
        passage = gate.pass_through(completion, visit.occurs)
        departure = np.where(scenarios, passage.departures, departure)
        scheduled_at = np.where(scenarios, passage.scheduled, scheduled_at)
        in_force = scenarios & visit.is_in_force(gate.barriers)
        with np.errstate(invalid="ignore"):  # of a branch that is not taken both are undefined
            hold_in_force = np.where(in_force, passage.departures - passage.scheduled, hold_in_force)
    late = np.maximum(visit.as_of - departure, 0.0)
    stay = np.maximum(visit.as_of - scheduled_at, 1.0)
    return LateHandoff(
        late=late,
        longer_chance=np.where(late > 0, OUTLASTS * np.clip(hold_in_force / stay, 0.0, 1.0), 0.0),
        other_chance=np.maximum(np.exp(-late / _HANDOFF), RESIDUAL_LIKELIHOOD * wait_chance(visit)),
        sample=scenario_sample(f"outlasts/{visit.stage.step.id}"),
    )
