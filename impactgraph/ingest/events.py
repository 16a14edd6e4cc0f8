"""A struct for each type of event. `impactgraph.ingest.read` parses them from text; those of incidents and
changes are in `journal_events`.

Names are those of the format (docs/events.md); moments are datetimes, money is decimal in the currency's main
unit, exactly as it was written.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from impactgraph.ingest.event_base import EventData, EventHead, Text
from impactgraph.ingest.journal_events import JournalEvent

AttributeValue: TypeAlias = str | int | float | bool | list[Any] | dict[str, Any] | None
Money: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class PlacedFulfillment(EventData):
    fulfillment: Text
    workflow: Text
    location: str | None = None
    value: Decimal | None = None
    """In the order's currency; by default an equal share of the order's value that is left by the others."""


class PlacedData(EventData):
    order: Text
    channel: Text
    mode: Text
    currency: Money
    value: Decimal
    fulfillments: Annotated[list[PlacedFulfillment], msgspec.Meta(min_length=1)]
    region: str | None = None
    customer_tier: str | None = None
    promised_by: datetime | None = None
    attributes: dict[str, AttributeValue] | None = None
    adds: bool = False
    """Whether the fulfillments come beside those of earlier events; else they are all that the order has."""


class EnteredData(EventData):
    order: Text
    fulfillment: Text
    step: Text
    location: str | None = None


class CompletedData(EventData):
    order: Text
    fulfillment: Text


class FailedData(EventData):
    order: Text
    fulfillment: Text
    step: str | None = None
    code: str | None = None
    message: str | None = None
    element: str | None = None


class ReroutedData(EventData):
    order: Text
    fulfillment: Text
    workflow: Text
    step: Text
    location: str | None = None


class CancelledData(EventData):
    order: Text
    fulfillment: Text
    reason: str | None = None


class OrderCancelledData(EventData):
    order: Text
    fulfillment: str | None = None
    """Sent by some sources; the whole order is cancelled nevertheless."""
    reason: str | None = None


class PostingData(EventData):
    order: Text
    fulfillment: Text
    type: Text
    amount: Decimal | None = None
    currency: Money | None = None
    document: str | None = None


class NotificationData(EventData):
    order: Text
    fulfillment: Text
    type: Text
    channel: str | None = None


class TaskData(EventData):
    order: Text
    fulfillment: Text
    type: Text


class SupplierOrderData(EventData):
    order: Text
    fulfillment: Text
    type: Text
    supplier: str | None = None


class InventoryData(EventData):
    location: Text
    item: Text
    system: Text
    on_hand: Decimal


class AlertData(EventData):
    """The alert of a monitoring system that a failure was made from."""

    sender: Text
    """Kind of system, such as `alertmanager`."""
    source: Text
    """Which one of them, by its name in the file of sources."""
    key: Text
    """Identifies the alert among those of the source."""
    state: str = "firing"
    """As the sender has it: firing, acknowledged, resolved."""
    name: str = ""
    """Of the monitor or rule that raised it."""
    reason: str = ""
    """Why it is about this element, in this class."""


class FailureData(EventData):
    """Durations are `15m` or ISO 8601; null removes the value of an earlier event."""

    failure: Text
    target: str | UnsetType = UNSET
    failure_class: str | UnsetType = msgspec.field(default=UNSET, name="class")
    started_at: datetime | UnsetType = UNSET
    expected_end: datetime | UnsetType | None = UNSET
    ended_at: datetime | UnsetType | None = UNSET
    delay: str | UnsetType | None = UNSET
    error_rate: float | UnsetType | None = UNSET
    drain: str | UnsetType | None = UNSET
    scope: dict[str, Any] | UnsetType | None = UNSET
    severity: str | UnsetType = UNSET
    summary: str | UnsetType | None = UNSET
    evidence: str | UnsetType | None = UNSET
    alert: AlertData | UnsetType | None = UNSET


class ListRow(EventData):
    """What a system says it has: one row of its list."""

    id: Text
    """Of an order or a fulfillment, or the number of a posting's document."""
    state: str | None = None
    amount: Decimal | None = None
    currency: Money | None = None


class RefusedRow(EventData):
    """A row of a list that could not be read."""

    place: str
    reason: str
    id: Text | None = None
    """Where it could be read: the system has it, whatever else it says of it."""


class ListData(EventData):
    """What a system says it has at the time of the event; a long list comes in parts."""

    system: Text
    key: Text = msgspec.field(name="list")
    """Identifies the list among those of the system."""
    part: Annotated[int, msgspec.Meta(ge=1)] = 1
    parts: Annotated[int, msgspec.Meta(ge=1)] = 1
    complete: bool = False
    """Whether what the list lacks is missing there; else it only shows what is there."""
    placed_from: datetime | None = None
    """The list is complete for orders placed from then on; None: for all."""
    states: dict[str, str] | None = None
    """What the system's words for states mean: a status or a step, by word."""
    rows: Annotated[list[ListRow], msgspec.Meta(max_length=100_000)] = msgspec.field(
        default_factory=list[ListRow]
    )
    refused: list[RefusedRow] | None = None


class OrderPlaced(EventHead, tag="order.placed"):
    data: PlacedData


class FulfillmentEntered(EventHead, tag="fulfillment.entered"):
    data: EnteredData


class FulfillmentCompleted(EventHead, tag="fulfillment.completed"):
    data: CompletedData


class FulfillmentFailed(EventHead, tag="fulfillment.failed"):
    data: FailedData


class FulfillmentRerouted(EventHead, tag="fulfillment.rerouted"):
    data: ReroutedData


class FulfillmentCancelled(EventHead, tag="fulfillment.cancelled"):
    data: CancelledData


class OrderCancelled(EventHead, tag="order.cancelled"):
    data: OrderCancelledData


class PostingRecorded(EventHead, tag="posting.recorded"):
    data: PostingData


class NotificationSent(EventHead, tag="notification.sent"):
    data: NotificationData


class TaskClosed(EventHead, tag="task.closed"):
    data: TaskData


class SupplierOrderConfirmed(EventHead, tag="supplier_order.confirmed"):
    data: SupplierOrderData


class InventoryReported(EventHead, tag="inventory.reported"):
    data: InventoryData


class ListReported(EventHead, tag="list.reported"):
    data: ListData


class FailureReported(EventHead, tag="failure.reported"):
    data: FailureData


class FailureUpdated(EventHead, tag="failure.updated"):
    data: FailureData


class FailureResolved(EventHead, tag="failure.resolved"):
    data: FailureData


Event: TypeAlias = (
    OrderPlaced
    | FulfillmentEntered
    | FulfillmentCompleted
    | FulfillmentFailed
    | FulfillmentRerouted
    | FulfillmentCancelled
    | OrderCancelled
    | PostingRecorded
    | NotificationSent
    | TaskClosed
    | SupplierOrderConfirmed
    | InventoryReported
    | ListReported
    | FailureReported
    | FailureUpdated
    | FailureResolved
    | JournalEvent
)
FailureEvent: TypeAlias = FailureReported | FailureUpdated | FailureResolved

EVENT_TYPES: Mapping[str, type[Event]] = {str(kind.__struct_config__.tag): kind for kind in Event.__args__}
