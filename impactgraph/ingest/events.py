"""A struct for each type of event. `impactgraph.ingest.read` parses them from text.

Names are those of the format (docs/events.md); moments are datetimes, money is decimal in the currency's main
unit, exactly as it was written.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from graph_models.time import Millis

AttributeValue: TypeAlias = str | int | float | bool | list[Any] | dict[str, Any] | None
Text: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
Money: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class _Data(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, gc=False):
    pass


class PlacedFulfillment(_Data):
    fulfillment: Text
    workflow: Text
    location: str | None = None
    value: Decimal | None = None
    """In the order's currency; by default an equal share of the order's value that is left by the others."""


class PlacedData(_Data):
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


class EnteredData(_Data):
    order: Text
    fulfillment: Text
    step: Text
    location: str | None = None


class CompletedData(_Data):
    order: Text
    fulfillment: Text


class FailedData(_Data):
    order: Text
    fulfillment: Text
    step: str | None = None
    code: str | None = None
    message: str | None = None
    element: str | None = None


class ReroutedData(_Data):
    order: Text
    fulfillment: Text
    workflow: Text
    step: Text
    location: str | None = None


class CancelledData(_Data):
    order: Text
    fulfillment: Text
    reason: str | None = None


class OrderCancelledData(_Data):
    order: Text
    fulfillment: str | None = None
    """Sent by some sources; the whole order is cancelled nevertheless."""
    reason: str | None = None


class PostingData(_Data):
    order: Text
    fulfillment: Text
    type: Text
    amount: Decimal | None = None
    currency: Money | None = None
    document: str | None = None


class NotificationData(_Data):
    order: Text
    fulfillment: Text
    type: Text
    channel: str | None = None


class TaskData(_Data):
    order: Text
    fulfillment: Text
    type: Text


class SupplierOrderData(_Data):
    order: Text
    fulfillment: Text
    type: Text
    supplier: str | None = None


class InventoryData(_Data):
    location: Text
    item: Text
    system: Text
    on_hand: Decimal


class FailureData(_Data):
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


class ListRow(_Data):
    """What a system says it has: one row of its list."""

    id: Text
    """Of an order or a fulfillment, or the number of a posting's document."""
    state: str | None = None
    amount: Decimal | None = None
    currency: Money | None = None


class RefusedRow(_Data):
    """A row of a list that could not be read."""

    place: str
    reason: str
    id: Text | None = None
    """Where it could be read: the system has it, whatever else it says of it."""


class ListData(_Data):
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
    rows: Annotated[list[ListRow], msgspec.Meta(max_length=100_000)] = []
    refused: list[RefusedRow] | None = None


class _Event(msgspec.Struct, kw_only=True, tag_field="type", forbid_unknown_fields=True, gc=False):
    specversion: Literal["1.0"]
    id: Text
    source: Text
    time: datetime
    datacontenttype: str | None = None

    @property
    def type(self) -> str:
        return self.__struct_config__.tag  # pyright: ignore[reportReturnType]

    @property
    def millis(self) -> Millis:
        """When it happened; a moment without a zone is UTC, digits finer than a millisecond do not count."""
        return moment_millis(self.time)


class OrderPlaced(_Event, tag="order.placed"):
    data: PlacedData


class FulfillmentEntered(_Event, tag="fulfillment.entered"):
    data: EnteredData


class FulfillmentCompleted(_Event, tag="fulfillment.completed"):
    data: CompletedData


class FulfillmentFailed(_Event, tag="fulfillment.failed"):
    data: FailedData


class FulfillmentRerouted(_Event, tag="fulfillment.rerouted"):
    data: ReroutedData


class FulfillmentCancelled(_Event, tag="fulfillment.cancelled"):
    data: CancelledData


class OrderCancelled(_Event, tag="order.cancelled"):
    data: OrderCancelledData


class PostingRecorded(_Event, tag="posting.recorded"):
    data: PostingData


class NotificationSent(_Event, tag="notification.sent"):
    data: NotificationData


class TaskClosed(_Event, tag="task.closed"):
    data: TaskData


class SupplierOrderConfirmed(_Event, tag="supplier_order.confirmed"):
    data: SupplierOrderData


class InventoryReported(_Event, tag="inventory.reported"):
    data: InventoryData


class ListReported(_Event, tag="list.reported"):
    data: ListData


class FailureReported(_Event, tag="failure.reported"):
    data: FailureData


class FailureUpdated(_Event, tag="failure.updated"):
    data: FailureData


class FailureResolved(_Event, tag="failure.resolved"):
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
)
FailureEvent: TypeAlias = FailureReported | FailureUpdated | FailureResolved

EVENT_TYPES: Mapping[str, type[Event]] = {str(kind.__struct_config__.tag): kind for kind in Event.__args__}


def moment_millis(moment: datetime) -> Millis:
    """Milliseconds since 1970, rounded down; a moment without a zone is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1_000_000) // 1000
