"""What the use cases ask of a store. Each method is a whole question in the words of the field."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

from graph_models.diagnosis import StockFigure
from graph_models.enums import OrderSort
from graph_models.failure import Failure
from graph_models.orders import Order, OrderFilter, OrderRecord, Page, TimelineEntry
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Columns, ErrorTexts, Visits


@dataclass(frozen=True, slots=True)
class QuarantinedEvent:
    """An event that was kept aside: what was received, why, and where it stood."""

    number: int
    """Its key in the list of what is kept aside; 0 where it is a repeat and was not kept."""
    reason: str
    text: str
    place: str = ""
    """File and line, or the index in a batch."""
    received_at: Millis = 0


class EventOutcome(StrEnum):
    """What became of one event; the values are those of the HTTP answer and the command line."""

    ACCEPTED = "taken"
    DUPLICATE = "repeated"
    QUARANTINED = "rejected"


@dataclass(frozen=True, slots=True)
class EventResult:
    """The outcome of one event; `reason` is set where it was quarantined, else empty."""

    outcome: EventOutcome
    reason: str = ""


@dataclass
class IngestResult:
    """Outcomes of one ingest: taken + repeated + len(rejected) is the number of events read."""

    accepted_count: int = 0
    duplicate_count: int = 0
    quarantined: list[QuarantinedEvent] = field(default_factory=list[QuarantinedEvent])
    results: list[EventResult] = field(default_factory=list[EventResult])
    """One for each event, in their order; only where asked for."""

    def extend(self, other: "IngestResult") -> None:
        """Adds the outcomes of the batch that follows."""
        self.accepted_count += other.accepted_count
        self.duplicate_count += other.duplicate_count
        self.quarantined += other.quarantined
        self.results += other.results


@dataclass(frozen=True, slots=True)
class TopologyVersion:
    key: str
    applied_at: Millis
    elements: int
    current: bool


@dataclass(frozen=True, slots=True)
class OrderTimeline:
    """An order with all that is recorded of it, oldest first."""

    order: Order
    entries: tuple[TimelineEntry, ...]
    records: tuple[OrderRecord, ...]


@dataclass(frozen=True, slots=True)
class SearchMatch:
    """What a text names: an order, a fulfillment of it (then `fulfillment`), or a document of it (then
    `document`). Keys are bare.
    """

    order: str
    fulfillment: str | None = None
    document: str | None = None
    record: str = ""
    """Type of the record that has the document, such as `invoice`."""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One thing that was looked at to see whether a store can work; `warn` is worth a look, `fail` keeps
    something from working.
    """

    check: str
    state: Literal["ok", "warn", "fail"]
    detail: str


class Store(Protocol):
    """One process's view of the record and its columns.

    Raises StoreUnavailableError where the record cannot be reached.
    """

    def columns(self, as_of: Millis | None = None) -> AbstractContextManager[Columns]:
        """The instances as they are (None), or as made by all events whose time is at or before `as_of`; not
        changed while the context is open.
        """
        ...

    def visits(self, as_of: Millis | None = None, *, per_step: int = 20_000) -> Visits:
        """For each (workflow, step) the latest `per_step` stays by (entered, fulfillment id), in flight ones
        too, as known at `as_of`.
        """
        ...

    def failures(self, as_of: Millis | None = None) -> Sequence[Failure]:
        """Every failure known (reported at or before `as_of`), in the state it had then; oldest first."""
        ...

    def topology(self, as_of: Millis | None = None) -> Topology:
        """The version current then; before the first was applied, the first.

        Raises NotFoundError where none was ever applied.
        """
        ...

    def topology_version(self, key: str) -> Topology:
        """Raises NotFoundError."""
        ...

    def topologies(self) -> Sequence[TopologyVersion]:
        """Newest first."""
        ...

    def apply_topology(self, topology: Topology, documents: Mapping[str, str], at: Millis) -> TopologyVersion:
        """Makes it the current version (documents: text by file name, kept with it); what is kept aside and
        now fits is taken.
        """
        ...

    def ingest(
        self, lines: Sequence[bytes], *, places: Sequence[str] = (), results: bool = False
    ) -> IngestResult:
        """CloudEvents in structured JSON, one each.

        Durable when it returns. Order, batches and repeats do not matter.
        """
        ...

    def quarantined(self, limit: int = 1000) -> Sequence[QuarantinedEvent]:
        """What was refused and is kept, oldest first."""
        ...

    def replay_quarantined(self, numbers: Sequence[int] | None = None) -> IngestResult:
        """Tries what is kept aside again (all by default); what is taken now leaves the list."""
        ...

    def timeline(self, order: str, as_of: Millis | None = None) -> OrderTimeline | None:
        """By bare order key; None where it is not known (then)."""
        ...

    def timelines(self, orders: Sequence[str], as_of: Millis | None = None) -> Mapping[str, OrderTimeline]:
        """Those of the orders that are known (then), by bare key: one question for a page."""
        ...

    def orders(self, keys: Sequence[str], as_of: Millis | None = None) -> Mapping[str, Order]:
        """Those of the keys that are known, with their fulfillments: one question for a page."""
        ...

    def find_orders(
        self,
        where: OrderFilter,
        sort: OrderSort,
        *,
        first: int,
        after: str | None,
        as_of: Millis | None = None,
    ) -> Page[Order]:
        """Every order known, ended ones too.

        Keyset cursors. Raises BadInputError for a cursor that is not one of ours.
        """
        ...

    def error_texts(self, since: Millis, as_of: Millis | None = None) -> ErrorTexts:
        """What every fulfillment.failed from `since` on said; its rows are those of `columns(as_of)`, so ask
        with these open.
        """
        ...

    def differing_stock(self, as_of: Millis | None = None) -> Sequence[StockFigure]:
        """Items of which systems say different figures: the last one of each system, by location, item and
        system.
        """
        ...

    def find(self, text: str, first: int, *, inside: bool = False) -> Sequence[SearchMatch]:
        """At most `first` orders, fulfillments and documents: those whose id is the text, then orders and
        fulfillments whose id begins with it.

        `inside`: instead orders and documents whose id has the text in it, a look at all there are. Ids are
        looked for as written and in capitals.
        """
        ...

    def close(self) -> None: ...
