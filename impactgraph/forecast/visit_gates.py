"""Gates that past visits to a step have passed, and the barriers that may have held them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph_models.enums import Effect
from impactgraph.forecast.barriers import Barrier, Flags
from impactgraph.forecast.gates import Gate
from impactgraph.forecast.past_variants import Variant
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.stage import Stage


@dataclass(frozen=True)
class VisitGates:
    """The gates of a step, and the one by which visits left it."""

    stage: Stage
    gate: Gate
    tolerance: float
    length_counts: bool = False
    """Whether only the length of a visit shows that the start held it."""

    @property
    def barriers(self) -> tuple[Barrier, ...]:
        return (*self.stage.start.barriers, *self.stage.completion.barriers, *self.gate.barriers)

    @property
    def only_start_holds(self) -> bool:
        """Whether nothing but the start can have held a visit, and that for certain."""
        start = self.stage.start
        is_open_ended = any(barrier.impairment.hold for barrier in start.barriers)
        can_hold = any(barrier.can_hold for barrier in start.barriers)
        return can_hold and not (
            self.length_counts
            or self.stage.completion
            or self.gate
            or start.uncertain_barriers
            or is_open_ended
        )

    @property
    def slow_barriers(self) -> tuple[Barrier, ...]:
        """Those of the hand-off that delay for about as long as was reported."""
        return tuple(barrier for barrier in self.gate.barriers if delays_about_as_reported(barrier))

    def may_have_held_before(self, entered_at: Reals) -> Flags:
        """(G,) whether visits that began before the reported start of an outage may have met it."""
        return self.stage.start.first_met_at(entered_at, np.inf) > entered_at

    def leaves_to_person(self, variant: Variant) -> bool:
        """Whether something that occurs in a variant leaves a visit to a person, for any length of time."""
        return any(
            barrier.impairment.hold and (barrier.is_certain or barrier.index in variant.occurred)
            for barrier in (*self.stage.start.barriers, *self.gate.barriers)
        )

    def without_closed_at(self, at: float, *, keeps_rejecting: bool) -> "VisitGates":
        """The gates without the barriers that are certainly closed at that moment."""

        def is_kept(barrier: Barrier) -> bool:
            return barrier.impairment.effect is Effect.REJECTED and keeps_rejecting

        return self.with_barriers([b for b in self.barriers if is_kept(b) or not _is_closed(b, at)])

    def with_barriers(self, kept: Sequence[Barrier]) -> "VisitGates":
        """The gates with those of their barriers that are among these."""
        if len(kept) == len(self.barriers):
            return self

        def only(gate: Gate) -> Gate:
            return gate.with_barriers(b for b in gate.barriers if any(b is each for each in kept))

        stage = replace(self.stage, start=only(self.stage.start), completion=only(self.stage.completion))
        return replace(self, stage=stage, gate=only(self.gate))


def _is_closed(barrier: Barrier, at: float) -> bool:
    return barrier.makes_wait and barrier.is_certain and barrier.since <= at < float(barrier.until.min())


def delays_about_as_reported(barrier: Barrier) -> bool:
    """Whether it is certain to delay, and for how long was reported: no attempts, queue or end decides it."""
    i = barrier.impairment
    is_reported = not (barrier.people or i.repeats or i.remaining)
    return i.effect is Effect.DELAYED and barrier.is_certain and is_reported
