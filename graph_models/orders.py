"""Orders, fulfillments, timelines and records as APIs show them; filters and pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from graph_models.enums import Band, Effect, OrderStatus, RecordKind, RecordState
from graph_models.money import Money
from graph_models.time import Millis

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """A filter: an order matches if every field that is not None contains its value.

    Keys are bare keys, steps are `workflow/step`.
    """

    ids: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    modes: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    locations: tuple[str, ...] | None = None
    workflows: tuple[str, ...] | None = None
    steps: tuple[str, ...] | None = None
    tiers: tuple[str, ...] | None = None
    currencies: tuple[str, ...] | None = None
    carriers: tuple[str, ...] | None = None
    """Values of the attribute `carrier`; `suppliers` likewise."""
    suppliers: tuple[str, ...] | None = None
    min_value: Decimal | None = None
    placed_from: Millis | None = None
    placed_to: Millis | None = None
    promised_before: Millis | None = None
    statuses: tuple[OrderStatus, ...] | None = None
    systems: tuple[str, ...] | None = None
    """Systems that the step of a fulfillment in flight runs on."""
    bands: tuple[Band, ...] | None = None
    effects: tuple[Effect, ...] | None = None
    will_miss_promise: bool | None = None


ANY_ORDER = OrderFilter()


@dataclass(frozen=True, slots=True)
class Fulfillment:
    key: str
    workflow: str
    """Bare key."""
    step: str | None
    """Bare key within the workflow; None before the first step."""
    location: str | None
    entered_at: Millis | None
    value: Money
    status: OrderStatus
    overdue: bool = False
    expected_next: Millis | None = None
    failed_code: str | None = None
    failed_element: str | None = None

    @property
    def id(self) -> str:
        return f"fulfillment:{self.key}"


@dataclass(frozen=True, slots=True)
class Order:
    key: str
    channel: str
    mode: str
    region: str | None
    customer_tier: str | None
    value: Money
    placed_at: Millis
    promised_by: Millis | None
    status: OrderStatus
    attributes: Mapping[str, str]
    fulfillments: tuple[Fulfillment, ...] = ()

    @property
    def id(self) -> str:
        return f"order:{self.key}"


@dataclass(frozen=True, slots=True)
class OrderEdit:
    """What a later order.placed changed; a pair is before and after, None where it did not change."""

    at: Millis
    value: tuple[Money, Money] | None = None
    promised_by: tuple[Millis, Millis] | None = None
    added: tuple[str, ...] = ()
    """Bare keys of fulfillments that no earlier order.placed named."""
    left_out: tuple[str, ...] = ()
    """Bare keys of fulfillments that the one before named and this one does not; they go on until they are
    cancelled.
    """


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry of an order's timeline.

    `kind` is the event type, such as `fulfillment.entered`, or `expected`.
    """

    at: Millis
    kind: str
    title: str
    detail: str | None = None
    expected: bool = False
    late: bool = False
    element: str | None = None
    """Full id."""
    failure: str | None = None
    """Bare key."""
    fulfillment: str | None = None
    """Bare key of its fulfillment; None where it is about the whole order."""
    record: str | None = None
    """Type of its posting, notification, task or supplier order."""
    message: str | None = None
    """Text of the event: the message of an error, or a reason."""


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """A posting, notification, task or supplier order that was recorded."""

    kind: RecordKind
    type: str
    fulfillment: str
    at: Millis
    amount: Money | None = None
    document: str | None = None
    channel: str | None = None
    supplier: str | None = None


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record that a passed step causes, and its outcome."""

    order: str
    """Bare key."""
    fulfillment: str
    kind: RecordKind
    type: str
    state: RecordState
    step: str
    """Full id of the step that causes it."""
    due: Millis | None
    """None where the step was not seen to be completed."""
    recorded_at: Millis | None
    amount: Money | None
    """Posted, where that differs from what is expected; else expected."""


@dataclass(frozen=True, slots=True)
class Presence:
    """A system in which an order was seen: by a step, a record or a list."""

    system: str
    """Bare key."""
    since: Millis
    last_at: Millis
    """When it was last seen there."""
    state: str | None
    """The last that is known of it there: a step, a record, or the system's word for its state."""
    confirmed: Millis | None
    """The moment of the latest list of the system that has it."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A slice of a list; `cursors[i]` is the cursor of the page that begins after `items[i]`."""

    items: tuple[T, ...]
    cursors: tuple[str, ...]
    total_count: int
    has_next: bool = False
    has_previous: bool = False
