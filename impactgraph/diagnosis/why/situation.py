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
class ReportedError:
    """The last error that was reported of the step that a part is in."""

    at: Millis
    code: str = ""
    element: str | None = None
    """Full id of where it came from, as the event says it; None where it does not."""
    message: str = ""

    @property
    def is_dead_letter(self) -> bool:
        return self.code == DEAD_LETTERED


@dataclass(frozen=True, slots=True)
class Impact:
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
    is_active: bool
    """Whether a failure of it still lasts."""
    path: Path

    @property
    def is_probable(self) -> bool:
        return self.likelihood >= PROBABLE

    @property
    def holds(self) -> bool:
        """It waits because of it now."""
        return self.band is Band.STUCK and self.is_probable

    @property
    def is_at_hand_off(self) -> bool:
        """It is hit on the way to the step, not in it."""
        return any(hop.rule == HAND_OFF and hop.target == self.first_hit for hop in self.path.hops)

    @property
    def needs_replay(self) -> bool:
        """It does not move by itself when the failure ends."""
        return self.effect is Effect.REJECTED and self.delay is None and self.band is not Band.RECORDS_ONLY


@dataclass(frozen=True, slots=True)
class FulfillmentState:
    """A fulfillment where it is now."""

    fulfillment: Fulfillment
    step: Step | None = None
    """None before its first step, and where the topology does not have the step."""
    expected_to_leave_at: Millis | None = None
    """When it usually leaves its step, given how long it has stayed."""
    expected_done_at: Millis | None = None
    """When it is expected to be done; None where that is not known."""
    usually_leaves_at: Millis | None = None
    """When half of all have left the step."""
    limit: Millis | None = None
    """How long it may stay there; None where that is not known."""
    run_at: Millis | None = None
    """The run that it waits for, its work being done. Its limit lies behind the run where it was done in time."""
    ended_at: Millis | None = None
    error: ReportedError | None = None
    impacts: tuple[Impact, ...] = ()
    """What active failures do to it together, what one that is not named there would do alone, and what those did that have ended since."""
    unknown_reason: str | None = None
    """What is not known of it, in words; None where nothing is missing."""

    @property
    def is_in_flight(self) -> bool:
        return self.fulfillment.status is OrderStatus.IN_FLIGHT

    def overdue_since(self, at: Millis) -> Millis | None:
        """When it passed its limit, what a failure cost it in this step not counted; None where it has not by `at`."""
        if not self.is_in_flight or self.fulfillment.entered_at is None or self.limit is None:
            return None
        passed = (
            self.fulfillment.entered_at
            + self.limit
            + max((hit.delay or 0 for hit in self.past_impacts_in_step), default=0)
        )
        return passed if at > passed else None

    @property
    def past_impacts_in_step(self) -> tuple[Impact, ...]:
        """What has probably caught it in the step that it is in, and let it go."""
        return tuple(
            hit
            for hit in self.impacts
            if hit.band is Band.EXPOSED
            and hit.is_probable
            and self.step is not None
            and hit.first_hit == self.step.id
        )


@dataclass(frozen=True)
class Situation:
    """An order at a moment: its parts, what failures do to them, its records, and the others in the same trouble."""

    order: Order
    at: Millis
    fulfillments: tuple[FulfillmentState, ...] = ()
    findings: tuple[RecordFinding, ...] = ()
    """Of its records, at `at`."""
    peers: PeerGroup | None = None
    shared_factors: tuple[str, ...] = ()
    """Those of the peers' factors that this order has itself, as `dimension value` in words."""
    suspects: tuple[Cause, ...] = ()
    """Elements that would explain that it is overdue, best first."""

    @cached_property
    def in_flight(self) -> tuple[FulfillmentState, ...]:
        return tuple(part for part in self.fulfillments if part.is_in_flight)

    @cached_property
    def overdue(self) -> tuple[FulfillmentState, ...]:
        """The longest overdue first."""
        late = [
            (since, part.fulfillment.key, part)
            for part in self.fulfillments
            if (since := part.overdue_since(self.at)) is not None
        ]
        return tuple(part for _, _, part in sorted(late, key=lambda each: each[:2]))

    @cached_property
    def impacts(self) -> tuple[tuple[FulfillmentState, Impact], ...]:
        return tuple((part, hit) for part in self.fulfillments for hit in part.impacts)
