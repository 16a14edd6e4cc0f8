"""What is known of one order at one moment, as plain values: all that its verdict is decided from."""

from dataclasses import dataclass
from functools import cached_property

from graph_models.diagnosis import Cause, PeerGroup, RecordFinding
from graph_models.enums import Band, Effect, OrderStatus
from graph_models.failure import Failure
from graph_models.impact import Path
from graph_models.orders import Fulfillment, Order
from graph_models.time import Millis
from graph_models.topology import Step

DEAD_LETTERED = "DEAD_LETTERED"
HAND_OFF = "hand-off"
"""Rule of the hop from an integration to the step that orders are handed to."""
PROBABLE = 0.5
"""From this likelihood on something is said to be so, below it may be."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The last error that was reported of the step that a part is in."""

    at: Millis
    code: str = ""
    element: str | None = None
    """Full id of where it came from, as the event says it; None where it does not."""
    message: str = ""

    @property
    def dead_lettered(self) -> bool:
        return self.code == DEAD_LETTERED


@dataclass(frozen=True, slots=True)
class Hit:
    """What failures do to a part, as the blast radius tells it."""

    failures: tuple[Failure, ...]
    """More than one where alternatives had to fail together; the first leads."""
    band: Band
    effect: Effect
    likelihood: float
    first_hit: str
    """Full id of a step; of a hand-off, the step that it waits to enter."""
    at: Millis
    delay: Millis | None
    """None: it does not move by itself, or only a record is hit."""
    completion: Millis | None
    misses_promise: bool
    active: bool
    """Whether a failure of it still lasts."""
    path: Path

    @property
    def probable(self) -> bool:
        return self.likelihood >= PROBABLE

    @property
    def holds(self) -> bool:
        """It waits because of it now."""
        return self.band is Band.STUCK and self.probable

    @property
    def handed_over(self) -> bool:
        """It is hit on the way to the step, not in it."""
        return any(hop.rule == HAND_OFF and hop.target == self.first_hit for hop in self.path.hops)

    @property
    def needs_replay(self) -> bool:
        """It does not move by itself when the failure ends."""
        return self.effect is Effect.REJECTED and self.delay is None and self.band is not Band.RECORDS_ONLY


@dataclass(frozen=True, slots=True)
class Part:
    """A fulfillment where it is now."""

    told: Fulfillment
    step: Step | None = None
    """None before its first step, and where the topology does not have the step."""
    expected_next: Millis | None = None
    """When it usually leaves its step, given how long it has stayed."""
    expected_done: Millis | None = None
    """When it is expected to be done; None where that is not known."""
    usual_next: Millis | None = None
    """When half of all have left the step."""
    limit: Millis | None = None
    """How long it may stay there; None where that is not known."""
    run: Millis | None = None
    """The run that it waits for, its work being done. Its limit lies behind the run where it was done in time."""
    ended_at: Millis | None = None
    fault: Fault | None = None
    hits: tuple[Hit, ...] = ()
    """What active failures do to it together, what one that is not named there would do alone, and what those did that have ended since."""
    unknown: str | None = None
    """What is not known of it, in words; None where nothing is missing."""

    @property
    def in_flight(self) -> bool:
        return self.told.status is OrderStatus.IN_FLIGHT

    def overdue_since(self, at: Millis) -> Millis | None:
        """When it passed its limit, what a failure cost it in this step not counted; None where it has not by `at`."""
        if not self.in_flight or self.told.entered_at is None or self.limit is None:
            return None
        passed = self.told.entered_at + self.limit + max((hit.delay or 0 for hit in self.met_here), default=0)
        return passed if at > passed else None

    @property
    def met_here(self) -> tuple[Hit, ...]:
        """What has probably caught it in the step that it is in, and let it go."""
        return tuple(
            hit
            for hit in self.hits
            if hit.band is Band.EXPOSED
            and hit.probable
            and self.step is not None
            and hit.first_hit == self.step.id
        )


@dataclass(frozen=True)
class Situation:
    """An order at a moment: its parts, what failures do to them, its records, and the others in the same trouble."""

    order: Order
    at: Millis
    parts: tuple[Part, ...] = ()
    findings: tuple[RecordFinding, ...] = ()
    """Of its records, at `at`."""
    peers: PeerGroup | None = None
    shared: tuple[str, ...] = ()
    """Those of the peers' factors that this order has itself, as `dimension value` in words."""
    suspects: tuple[Cause, ...] = ()
    """Elements that would explain that it is overdue, best first."""

    @cached_property
    def flying(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.in_flight)

    @cached_property
    def overdue(self) -> tuple[Part, ...]:
        """The longest overdue first."""
        late = [
            (since, part.told.key, part)
            for part in self.parts
            if (since := part.overdue_since(self.at)) is not None
        ]
        return tuple(part for _, _, part in sorted(late, key=lambda each: each[:2]))

    @cached_property
    def hits(self) -> tuple[tuple[Part, Hit], ...]:
        return tuple((part, hit) for part in self.parts for hit in part.hits)
