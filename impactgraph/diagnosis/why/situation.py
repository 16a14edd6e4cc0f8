"""Situation of one order at one moment, as plain values: the evidence that its verdict is decided from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from graph_models.customer_facts import CustomerArrival, CustomerStage
from graph_models.diagnosis import Blame, Cause, PeerGroup, RecordFinding
from graph_models.enums import Band, Effect, OrderStatus
from graph_models.failure import Failure
from graph_models.impact import Path
from graph_models.orders import Fulfillment, Order, OrderEdit, OrderRecord
from graph_models.time import Millis
from graph_models.topology import Step
from graph_models.zones import UTC, TextClock

DEAD_LETTERED = "DEAD_LETTERED"
HAND_OFF = "hand-off"
"""Rule of the hop from an integration to the step that orders are handed to."""
PROBABLE = 0.5
"""From this likelihood on something is stated as a fact, below it as a possibility."""


@dataclass(frozen=True, slots=True)
class ReportedError:
    """The last error that was reported of the step that a fulfillment is in."""

    at: Millis
    code: str = ""
    element: str | None = None
    """Full id of its source, as the event names it; None where it names none."""
    message: str = ""

    @property
    def is_dead_letter(self) -> bool:
        return self.code == DEAD_LETTERED


@dataclass(frozen=True, slots=True)
class Impact:
    """What failures do to one fulfillment, according to the blast radius."""

    failures: tuple[Failure, ...]
    """More than one where alternatives had to fail together; the first is the main one."""
    band: Band
    effect: Effect
    likelihood: float
    first_hit: str
    """Full id of a step; of a hand-off, the step that the fulfillment waits to enter."""
    at: Millis
    delay: Millis | None
    """None where the fulfillment does not move without intervention, or where only a record is affected."""
    completion: Millis | None
    misses_promise: bool
    """With a likelihood of one half or more, because of the failures."""
    is_active: bool
    """Whether one of the failures still lasts."""
    path: Path
    late_anyway: float = 0.0
    """Likelihood that the promise is missed without the failures."""

    @property
    def leaves_it_late(self) -> bool:
        """Whether the promise is probably missed, because of the failures or without them."""
        return self.misses_promise or self.late_anyway >= PROBABLE

    @property
    def is_probable(self) -> bool:
        return self.likelihood >= PROBABLE

    @property
    def holds(self) -> bool:
        """Whether the fulfillment is waiting because of it now."""
        return self.band is Band.STUCK and self.is_probable

    @property
    def needs_replay(self) -> bool:
        """Whether the fulfillment stays where it is when the failure ends."""
        return self.effect is Effect.REJECTED and self.delay is None and self.band is not Band.RECORDS_ONLY


@dataclass(frozen=True, slots=True)
class FulfillmentState:
    """Where a fulfillment is now, and what is known of it."""

    fulfillment: Fulfillment
    step: Step | None = None
    """None before its first step, and where the topology does not have the step."""
    stage: CustomerStage = CustomerStage.UNKNOWN
    arrival: CustomerArrival = CustomerArrival.COMPLETION
    arrived_at: Millis | None = None
    """When what the customer waits for happened: it was ready to collect, else it was completed."""
    expected_to_leave_at: Millis | None = None
    """When it is expected to leave its step, given how long it has been there."""
    expected_done_at: Millis | None = None
    """When it is expected to be done; None where that is unknown."""
    expected_arrival_at: Millis | None = None
    """When what the customer waits for is expected: that it is ready to collect, else that it is done."""
    expected_arrival_by: Millis | None = None
    """Nine in ten arrive by then; never before `expected_arrival_at`."""
    usually_leaves_at: Millis | None = None
    """When half of all fulfillments have left the step."""
    has_unknown_duration: bool = False
    """The topology does not state how long its step takes, and too few visits of it have ended."""
    limit: Millis | None = None
    """How long it may stay in the step; None where that is unknown."""
    run_at: Millis | None = None
    """The run that it waits for, its work being done. Where it was done in time, the limit ends after the
    run.
    """
    pickup: bool = False
    """Whether that run is a pick-up."""
    missed_pickup_at: Millis | None = None
    """The pick-up before it, which it was not ready for while it was in the step."""
    opens_at: Millis | None = None
    """When its location opens, where its work waits for that."""
    ended_at: Millis | None = None
    rerouted_at: Millis | None = None
    error: ReportedError | None = None
    impacts: tuple[Impact, ...] = ()
    """The joint impact of active failures, that of failures not named there alone, and that of past
    failures.
    """
    unknown_reason: str | None = None
    """Why its position is unknown, as text; None where it is known."""

    @property
    def waits_for_customer(self) -> bool:
        return self.stage is CustomerStage.READY_TO_COLLECT

    def is_late(self, promise: Millis | None, at: Millis) -> bool:
        """Whether the promise was missed by `at`, or is expected to be."""
        if promise is None or self.fulfillment.status is OrderStatus.CANCELLED:
            return False
        if self.arrived_at is not None:
            return self.arrived_at > promise
        return at > promise or (self.expected_arrival_at or 0) > promise

    @property
    def is_in_flight(self) -> bool:
        return self.fulfillment.status is OrderStatus.IN_FLIGHT

    def overdue_since(self, at: Millis) -> Millis | None:
        """When it exceeded its limit, delays by failures in this step not counted; None where it has not by
        `at`.
        """
        entered_at = self.fulfillment.entered_at
        if not self.is_in_flight or entered_at is None or self.limit is None:
            return None
        failure_delay = max((impact.delay or 0 for impact in self.past_impacts_in_step), default=0)
        limit_at = entered_at + self.limit + failure_delay
        return limit_at if at > limit_at else None

    @property
    def past_impacts_in_step(self) -> tuple[Impact, ...]:
        """Impacts that have probably delayed it in its step and no longer hold it."""
        return tuple(
            impact
            for impact in self.impacts
            if impact.band is Band.EXPOSED
            and impact.is_probable
            and self.step is not None
            and impact.first_hit == self.step.id
        )


@dataclass(frozen=True)
class Situation:
    """An order at a moment: its fulfillments, the impact of failures on them, its records, and its peers."""

    order: Order
    at: Millis
    fulfillments: tuple[FulfillmentState, ...] = ()
    findings: tuple[RecordFinding, ...] = ()
    """Of its records, at `at`."""
    peers: PeerGroup | None = None
    shared_factors: tuple[str, ...] = ()
    """The peers' common factors that this order has itself, as `dimension value`."""
    blame: tuple[Blame, ...] = ()
    """Of each failure that affects it, alone or with others."""
    failures: Mapping[str, Failure] = field(default_factory=dict[str, Failure])
    """Those that `blame` names, by bare key."""
    records: tuple[OrderRecord, ...] = ()
    """That arrived, the oldest first."""
    edits: tuple[OrderEdit, ...] = ()
    """The oldest first."""
    timezone: str = UTC
    """Zone of the times in sentences, by IANA name."""
    suspects: tuple[Cause, ...] = ()
    """Elements that would explain why it is overdue, the likeliest first."""

    def blame_of(self, failure: Failure) -> Blame | None:
        """Of a failure; None where it is not known to affect the order."""
        return next((each for each in self.blame if failure.key in each.failures), None)

    @cached_property
    def clock(self) -> TextClock:
        """For the times of its sentences."""
        return TextClock(self.at, self.timezone)

    @cached_property
    def is_blame_shared(self) -> bool:
        """Whether several failures have a share."""
        return sum(each.share > 0 for each in self.blame) > 1

    @cached_property
    def in_flight(self) -> tuple[FulfillmentState, ...]:
        return tuple(state for state in self.fulfillments if state.is_in_flight)

    @cached_property
    def overdue(self) -> tuple[FulfillmentState, ...]:
        """The longest overdue first."""
        late = [
            (since, state.fulfillment.key, state)
            for state in self.fulfillments
            if (since := state.overdue_since(self.at)) is not None
        ]
        return tuple(state for _, _, state in sorted(late, key=lambda each: each[:2]))

    @cached_property
    def late(self) -> tuple[FulfillmentState, ...]:
        """Those that the customer still waits for and that miss the promise, the last expected first."""
        promise = self.order.promised_by
        late = [
            state for state in self.in_flight if state.arrived_at is None and state.is_late(promise, self.at)
        ]
        return tuple(
            sorted(late, key=lambda state: (-(state.expected_arrival_at or 0), state.fulfillment.key))
        )

    @cached_property
    def impacts(self) -> tuple[tuple[FulfillmentState, Impact], ...]:
        return tuple((state, impact) for state in self.fulfillments for impact in state.impacts)
