"""The mapping: the orders, fulfillments, steps and records of a foreign log (docs/mapping.md).

`impactgraph.ingest.mapping_format` reads it from YAML.
"""

from collections.abc import Iterator
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class From:
    """A value from the log: the name of an attribute or of a column."""

    attribute: str


Value: TypeAlias = From | str | None
"""From the log, or a constant."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderMapping:
    """`type` is an object type (OCEL) or a column (CSV)."""

    type: str
    placed: tuple[str, ...] = ()
    """Activities that place an order; none: the earliest entry of an order places it."""
    channel: Value = "unknown"
    mode: Value = "unknown"
    currency: Value = None
    value: Value = "0"
    region: Value = None
    customer_tier: Value = None
    promised_by: Value = None
    attributes: Pairs[str, Value] = field(default_factory=dict[str, Value])
    """Attributes by the name that the order will have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentMapping:
    """Without a type each order is one fulfillment, with the order's id."""

    type: str | None = None
    id: str | None = None
    """Template of the id, of `{order}` and `{fulfillment}`; None: the id as the log has it."""
    through: tuple[str, ...] = ()
    """OCEL: object types over which orders and fulfillments are related; none: as the log shows."""
    workflow: Value = None
    location: Value = None
    value: Value = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PostingMapping:
    type: str
    amount: Value = None
    currency: Value = None
    document: Value = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CsvMapping:
    """Columns of a CSV of steps.

    Without `id`, identical rows are the same entry.
    """

    activity: str
    time: str
    id: str | None = None
    delimiter: str | None = None
    """None: the one of comma, semicolon, tab and bar that makes most columns of the header."""
    encoding: str | None = None
    """None: UTF-8, or UTF-16 with a byte order mark."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapping:
    source: str
    """The CloudEvents source of all events: with it and its id, an event is idempotent."""
    order: OrderMapping
    fulfillment: FulfillmentMapping
    csv: CsvMapping | None = None
    steps: Pairs[str, str] = field(default_factory=dict[str, str])
    """Activity to key of the step that begins."""
    completed: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    failed: Pairs[str, str] = field(default_factory=dict[str, str])
    """Activity to error code."""
    postings: Pairs[str, PostingMapping] = field(default_factory=dict[str, PostingMapping])
    notifications: Pairs[str, str] = field(default_factory=dict[str, str])
    tasks: Pairs[str, str] = field(default_factory=dict[str, str])
    supplier_orders: Pairs[str, str] = field(default_factory=dict[str, str])
    time_format: str | None = None
    """How the log writes moments: a pattern of strptime, `epoch`, `epoch_ms` or `excel`; None: ISO 8601."""
    zone: str | None = None
    """Time zone of moments without one; None: UTC."""
    decimal: str | None = None
    """The decimal mark of amounts, which may have groups of three digits; None: plain decimals."""
    digest: str = ""
    """Of its text."""

    def activities(self) -> frozenset[str]:
        """Every mapped activity."""
        return frozenset(self.event_types())

    def event_types(self) -> dict[str, tuple[str, ...]]:
        """The types of the events that each mapped activity stands for."""
        types: dict[str, tuple[str, ...]] = {}
        for type_, activities in (
            ("order.placed", self.order.placed),
            ("fulfillment.entered", self.steps),
            ("posting.recorded", self.postings),
            ("notification.sent", self.notifications),
            ("task.closed", self.tasks),
            ("supplier_order.confirmed", self.supplier_orders),
            ("fulfillment.failed", self.failed),
            ("fulfillment.completed", self.completed),
            ("fulfillment.cancelled", self.cancelled),
        ):
            for activity in activities:
                types[activity] = (*types.get(activity, ()), type_)
        return types

    def attributes(self) -> dict[str, str]:
        """The attributes or columns that values come from, with the field of the mapping that names each."""
        names: dict[str, str] = {}
        for place, value in self._values():
            if isinstance(value, From):
                names.setdefault(value.attribute, place)
        return names

    def _values(self) -> Iterator[tuple[str, Value]]:
        order = self.order
        for name in ("channel", "mode", "currency", "value", "region", "customer_tier", "promised_by"):
            yield f"order.{name}", getattr(order, name)
        for name, value in order.attributes.items():
            yield f"order.attributes.{name}", value
        for name in ("workflow", "location", "value"):
            yield f"fulfillment.{name}", getattr(self.fulfillment, name)
        for activity, posting in self.postings.items():
            for name in ("amount", "currency", "document"):
                yield f"postings.{activity}.{name}", getattr(posting, name)
