"""Ingest of events, and the quarantine of those that were refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from graph_models.time import Millis
from impactgraph.ports.sources import SourceBatch, SourceProgress


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
    """The outcome of one event; the values are those of the HTTP answer and the command line."""

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


class EventIngest(Protocol):
    """Takes in events, from files, live sources and requests."""

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


class Quarantine(Protocol):
    """Events and documents that were refused, with their reasons."""

    def quarantined(self, limit: int = 1000) -> Sequence[QuarantinedEvent]:
        """The oldest entries of the quarantine."""
        ...

    def quarantined_documents(self, numbers: Sequence[int] | None = None) -> Sequence[QuarantinedEvent]:
        """Those of the entries (None: of all) that are documents of live sources, oldest first."""
        ...

    def quarantine_reasons(self, orders: Sequence[str]) -> Mapping[str, str]:
        """A reason for which events of each of these orders are in quarantine; without orders that have none
        there.
        """
        ...

    def replay_quarantined(self, numbers: Sequence[int] | None = None) -> IngestResult:
        """Ingests the entries with these numbers again (None: all); accepted ones leave the quarantine.

        Documents of live sources stay as they are: a mapping has to make events of them first.
        """
        ...
