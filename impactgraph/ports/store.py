"""The port that use cases call for stored data: each method is one whole question or change."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Protocol

from graph_models.access import View
from graph_models.diagnosis import StockFigure
from graph_models.enums import OrderSort
from graph_models.failure import Failure
from graph_models.journal import Journal
from graph_models.orders import Order, OrderEdit, OrderFilter, OrderRecord, Page, TimelineEntry
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Columns, ErrorTexts, Visits
from impactgraph.columns.system_lists import ListContent, SystemLists
from impactgraph.ports.backup import BackupHead, Part, PartKey, Totals
from impactgraph.ports.condition import StoreCondition
from impactgraph.ports.removal import (
    ForgetRequest,
    ForgetResult,
    RetainedFrom,
    RetentionCount,
    RetentionRule,
)
from impactgraph.ports.sources import SourceBatch, SourceProgress

if TYPE_CHECKING:
    from impactgraph.baselines import Baselines


@dataclass(frozen=True, slots=True)
class QuarantinedEvent:
    """A rejected event: its text as received, the reason, and where it came from."""

    number: int
    """Its number in the quarantine; 0 where an earlier event with the same content has the entry."""
    reason: str
    text: str
    place: str = ""
    """File and line, or the index in a batch."""
    received_at: Millis = 0
    origin: str = ""
    """Key of the live source whose mapping refused it: the text is then its document, not an event."""


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
    """Outcomes of one ingest; the counts and quarantined events add up to the events read."""

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
class IngestedFile:
    """A file of an ingest, as it was then."""

    file: str
    size: int | None = None
    """Bytes; None of standard input."""
    digest: str = ""
    source: str = ""
    """Where it was read by a mapping: the source of its events."""
    mapping: str = ""
    """Digest of that mapping."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """One ingest of files."""

    number: int
    started_at: Millis
    files: tuple[IngestedFile, ...]
    ended_at: Millis | None
    """None where it was broken off."""
    report: Mapping[str, Any]
    """The import report; empty where it was broken off."""
    undone_at: Millis | None
    """When it was taken back."""


@dataclass(frozen=True, slots=True)
class UndoResult:
    """What was taken back with an ingest."""

    events: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class TopologyVersion:
    key: str
    applied_at: Millis
    elements: int
    current: bool


@dataclass(frozen=True, slots=True)
class OrderTimeline:
    """An order with its events and records, oldest first."""

    order: Order
    entries: tuple[TimelineEntry, ...]
    records: tuple[OrderRecord, ...]
    edits: tuple[OrderEdit, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchMatch:
    """What a text identifies: an order, one of its fulfillments (`fulfillment`), or a document (`document`).

    Keys are bare.
    """

    order: str
    fulfillment: str | None = None
    document: str | None = None
    """Also another system's id of the order."""
    record: str = ""
    """Type of the record that has the document, such as `invoice`; name of the attribute that has an id."""


@dataclass(frozen=True, slots=True)
class OrderNumber:
    """The number of an order without prefix and leading zeros, with that of a fulfillment if there is one:
    `21462`, `21462/1`.
    """

    order: str
    fulfillment: str | None = None

    @property
    def digits(self) -> str:
        """Digits that every id with this number contains."""
        return self.order

    @property
    def pattern(self) -> str:
        """Regular expression (RE2) of the ids that have this number, with or without leading zeros."""
        fulfillment = "" if self.fulfillment is None else f"/0*{self.fulfillment}"
        return f"(^|[^0-9])0*{self.order}{fulfillment}([^0-9]|$)"

    def is_in(self, identifier: str) -> bool:
        """Whether an id has this number, with or without leading zeros."""
        return re.search(self.pattern, identifier) is not None


@dataclass(frozen=True, slots=True)
class EventsAhead:
    """Recorded events that are stamped ahead of the clock: they take effect when their time comes."""

    count: int = 0
    next_at: Millis | None = None
    """Time of the earliest; None where there is none."""
    last_at: Millis | None = None


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """Result of one check of a store.

    `warn` deserves a look, `fail` keeps something from working.
    """

    check: str
    state: Literal["ok", "warn", "fail"]
    detail: str


class Store(Protocol):
    """One process's view of the record and its columns.

    `as_of` asks for the state made by the events whose time is at or before it (None: at or before the
    present of the store's clock). An event ahead of the clock waits until its time comes.
    Any method raises StoreUnavailableError where the record cannot be reached.
    """

    @property
    def baselines(self) -> "Baselines":
        """What was learned from this store: it lives as long as the store, and no other shares it."""
        ...

    @property
    def shown(self) -> View:
        """What it shows of the orders on record."""
        ...

    def view(self, view: View) -> "Store":
        """The store as somebody sees it who may see no more than that: it answers as a store that only ever
        got the events of those orders, for whatever moment. Which orders it shows is decided by their present
        state. Failures, the journal of incidents and topologies are those of this store; what counts events
        of all orders is empty. It is closed with this store.
        """
        ...

    def columns(self, as_of: Millis | None = None) -> AbstractContextManager[Columns]:
        """The state of all orders as arrays, which do not change while the context is open."""
        ...

    def visits(self, as_of: Millis | None = None, *, per_step: int = 20_000) -> Visits:
        """The latest `per_step` visits of each (workflow, step), ordered by (entered, fulfillment id).

        Includes visits that have not ended.
        """
        ...

    def failures(self, as_of: Millis | None = None) -> Sequence[Failure]:
        """Every failure reported by then, in its state at that time; oldest first."""
        ...

    def events_ahead(self, of: Millis) -> EventsAhead:
        """The waiting events with a time after `of`."""
        ...

    def has_events_between(self, watermark: int, as_of: Millis) -> bool:
        """Whether an event with a number after `watermark` has a time at or before `as_of`."""
        ...

    def topology(self, as_of: Millis | None = None) -> Topology:
        """The version current then; before the first was applied, the first.

        Raises:
            NotFoundError: no version was ever applied.
        """
        ...

    def topology_version(self, key: str) -> Topology:
        """Raises NotFoundError for an unknown key."""
        ...

    def topologies(self) -> Sequence[TopologyVersion]:
        """All versions, newest first."""
        ...

    def apply_topology(self, topology: Topology, documents: Mapping[str, str], at: Millis) -> TopologyVersion:
        """Makes it the current version, and replays the quarantine.

        `documents` are its texts by file name, stored with it.
        """
        ...

    def ingest(
        self, lines: Sequence[bytes], *, places: Sequence[str] = (), results: bool = False, ingest: int = 0
    ) -> IngestResult:
        """Ingests CloudEvents in structured JSON, one in each line; durable when it returns.

        Order, batches and duplicates make no difference to the state. `places` say where each line came from;
        `results`: whether to return the outcome of each event; `ingest`: the number of the ingest of files
        that brings them, 0 where they come otherwise.
        """
        ...

    def ingest_source(
        self, batch: SourceBatch, lines: Sequence[bytes], *, places: Sequence[str] = ()
    ) -> IngestResult:
        """Ingests events of a live source in one transaction with its progress; `lines` and `places` as in
        `ingest`. Refused documents come last in the result.

        Raises:
            PositionMovedError: another process read the source further; nothing was stored.
        """
        ...

    def source_progress(self) -> Mapping[str, SourceProgress]:
        """Of every live source that was ever read, by its key."""
        ...

    def begin_ingest(self, files: Sequence[IngestedFile], at: Millis) -> int:
        """The number of a new ingest, from 1 on."""
        ...

    def end_ingest(self, number: int, report: Mapping[str, Any], at: Millis) -> None:
        """Stores the report of an ingest."""
        ...

    def ingests(self, limit: int, before: int | None = None) -> Sequence[Ingest]:
        """The latest ingests, the newest first; those with a number below `before`."""
        ...

    def undo_ingest(self, number: int, at: Millis) -> UndoResult:
        """Takes back what only this ingest brought, and tries all of the quarantine again: the state is that
        of a store that never had it.

        Raises:
            NotFoundError: there is no such ingest.
            BadInputError: it was taken back already.
        """
        ...

    def copy(self) -> AbstractContextManager["Store"]:
        """A store with the same content, which vanishes when the context ends: for what is only tried."""
        ...

    def backup(
        self, known: Mapping[PartKey, str]
    ) -> AbstractContextManager[tuple[BackupHead, Iterator[Part]]]:
        """The record in parts, as it is when the context is opened, while others go on writing.

        `known`: fingerprints of the parts of the last backup; parts that are still the same come without
        data.
        """
        ...

    def totals(self) -> Totals:
        """What the record holds, counted."""
        ...

    def restore(self, blocks: Iterable[bytes]) -> None:
        """Fills an empty store with the parts of a backup, in their order.

        Raises:
            BadInputError: the store is not empty.
            StoreUnavailableError: a part is damaged, or of a later format.
        """
        ...

    def forget(self, request: ForgetRequest, at: Millis) -> ForgetResult:
        """Removes orders, or values of attributes, for good, and looks for them in all that the store keeps.

        May be called again where it was interrupted.
        """
        ...

    def forgotten_at(self, order: str) -> Millis | None:
        """When the order with this bare key was forgotten; None where it was not."""
        ...

    def retain(self, rule: RetentionRule, at: Millis, *, dry_run: bool = False) -> RetentionCount:
        """Removes what a rule of retention names; `dry_run`: only counts it."""
        ...

    def retained_from(self) -> RetainedFrom | None:
        """From when on the record is whole; None where retention removed no order. `columns` and what else
        gives orders raise RemovedError for an earlier moment.
        """
        ...

    def quarantined(self, limit: int = 1000) -> Sequence[QuarantinedEvent]:
        """The oldest entries of the quarantine."""
        ...

    def quarantined_documents(self, numbers: Sequence[int] | None = None) -> Sequence[QuarantinedEvent]:
        """Those of the entries (None: of all) that are documents of live sources, oldest first."""
        ...

    def replay_quarantined(self, numbers: Sequence[int] | None = None) -> IngestResult:
        """Ingests the entries with these numbers again (None: all); accepted ones leave the quarantine.

        Documents of live sources stay as they are: a mapping has to make events of them first.
        """
        ...

    def timeline(self, order: str, as_of: Millis | None = None) -> OrderTimeline | None:
        """Of the order with this bare key; None where it does not exist (then)."""
        ...

    def timelines(self, orders: Sequence[str], as_of: Millis | None = None) -> Mapping[str, OrderTimeline]:
        """Timelines by bare key of those orders that exist (then): one call for a page."""
        ...

    def orders(self, keys: Sequence[str], as_of: Millis | None = None) -> Mapping[str, Order]:
        """Those of the orders that exist, with their fulfillments, by bare key: one call for a page."""
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
        """A page of all orders, ended ones too; cursors are keysets.

        Raises:
            BadInputError: `after` is not a cursor of this store.
        """
        ...

    def error_texts(self, since: Millis, as_of: Millis | None = None) -> ErrorTexts:
        """Texts of every fulfillment.failed from `since` on.

        Rows are those of `columns(as_of)`, so call it while that context is open.
        """
        ...

    def differing_stock(self, as_of: Millis | None = None) -> Sequence[StockFigure]:
        """Latest figure of each system for the items whose systems disagree, by location, item and system."""
        ...

    def system_lists(self, as_of: Millis | None = None) -> Mapping[str, SystemLists]:
        """By bare key of the system, what its lists say it has."""
        ...

    def journal(self, as_of: Millis | None = None) -> Journal:
        """What was recorded about incidents, changes, maintenance and notices."""
        ...

    def list_content(self, system: str, key: str, at: Millis) -> ListContent:
        """The list of a system (bare key) with this key and moment."""
        ...

    def quarantine_reasons(self, orders: Sequence[str]) -> Mapping[str, str]:
        """A reason for which events of each of these orders are in quarantine; without orders that have none
        there.
        """
        ...

    def documents(self, numbers: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Bare keys of the fulfillments that have a posting with each of these documents; without documents
        that no posting has.
        """
        ...

    def find(self, text: str, first: int, *, inside: bool = False) -> Sequence[SearchMatch]:
        """At most `first` orders, fulfillments and documents whose id matches the text.

        The text is looked for as written, in capitals and in small letters. Exact matches come first, then
        orders and fulfillments whose id begins with it. `inside`: instead orders, fulfillments and documents
        whose id contains it in any case, which scans all of them.
        """
        ...

    def find_number(self, number: OrderNumber, first: int) -> Sequence[SearchMatch]:
        """At most `first` orders, or fulfillments, with this number. Scans all of them."""
        ...

    def condition(self) -> StoreCondition:
        """How the store is, as far as this process knows by itself: nothing is asked of a database."""
        ...

    @property
    def identity(self) -> str:
        """Random identity of the record, the same wherever it is moved."""
        ...

    def close(self) -> None: ...
