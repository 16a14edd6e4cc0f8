"""Cohorts: equally treated fulfillments in one step, with the evidence of their events."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample
from impactgraph.forecast.simulation import StaleRead


@dataclass(frozen=True)
class StepEvidence:
    """What the events of a fulfillment show of its current step."""

    is_completed: bool = False
    """A record of the step exists: its work is completed and waits to be handed over."""
    record_may_be_late: bool = False
    """Whether that record may have come late: the work ended at any moment before."""
    has_related_error: bool = False
    """An error was reported at an impaired element: an uncertain impairment has occurred."""
    error_element: str | None = None
    """Full id of the impaired element that this error names; None: it may be of any."""
    has_unrelated_error: bool = False
    """An error was reported that the failures did not cause: it waits with and without them."""
    is_dead_lettered: bool = False
    """Its message is in the dead-letter queue."""
    error_reporting: float = 0.0
    """Share of the failed calls of which an error is reported, as far as earlier ones show."""


@dataclass(frozen=True)
class Cohorts:
    """Cohorts in one step with the same evidence; arrays are (G,), moments and spans in milliseconds."""

    step: int
    entered_at: Reals
    past_delay: Reals
    """By how much the failures held them in earlier steps."""
    completion_recorded_at: Reals
    """Where `evidence.is_completed`: when the first record of the step was recorded."""
    slowdown: Reals
    """How much longer than usual the steps on site take."""
    evidence: StepEvidence
    stale_reads: tuple[StaleRead, ...] = ()
    """Decisions about them that were made on stale data."""
    past_chance: Reals | None = None
    """(G,) that they were held before; None: all were."""
    records_come: NDArray[np.int32] | None = None
    """(G,) which records of the step have come: bit n is its n-th record; None: none has, of those that may
    be impaired.
    """

    def __len__(self) -> int:
        return len(self.entered_at)

    @cached_property
    def past_delays(self) -> Reals:
        """(G, K) `past_delay` in the scenarios in which they were held, else 0."""
        delays = np.broadcast_to(self.past_delay[:, None], (len(self), SCENARIOS))
        if self.past_chance is None or (self.past_chance >= 1).all():
            return delays
        return np.where(scenario_sample("past") < self.past_chance[:, None], delays, 0.0)
