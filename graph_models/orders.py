"""Orders as the outside sees them: what a filter asks for, what a page shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from graph_models.enums import Band, Effect, OrderStatus, RecordKind
from graph_models.money import Money
from graph_models.time import Millis

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Any value within a field, all fields across; None is not restricted. Keys are bare, steps are `workflow/step`."""

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
    """Values of the attribute `carrier`; likewise `supplier`."""
    suppliers: tuple[str, ...] | None = None
    min_value: Decimal | None = None
    placed_from: Millis | None = None
    placed_to: Millis | None = None
    promised_before: Millis | None = None
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
    """Bare key within the workflow; None before the first step was entered."""
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
class TimelineEntry:
    """One line of an order's story. `kind` is the event type, such as `fulfillment.entered`, or `expected`."""

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
    """Bare key of the part that it is about; None where it is about the whole order."""
    record: str | None = None
    """Type of the posting, notification, task or supplier order that it is about."""
    said: str | None = None
    """What the event says in its own words: an error's message, a reason."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A posting, notification, task or supplier order that has happened."""

    kind: RecordKind
    type: str
    fulfillment: str
    at: Millis
    amount: Money | None = None
    document: str | None = None
    channel: str | None = None
    supplier: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A slice of a list that can be long: `cursors[i]` is where to go on after `items[i]`."""

    items: tuple[T, ...]
    cursors: tuple[str, ...]
    total_count: int
    has_next: bool = False
    has_previous: bool = False
