"""A batch of ingested events: each event's text, parsed form and outcome."""

from collections.abc import Sequence
from typing import Any

import msgspec

from graph_models.time import Millis
from impactgraph.ingest.events import Event, FailureData
from impactgraph.ingest.read import RefusedEventError, read_event
from impactgraph.ports.ingest import EventOutcome, EventResult, IngestResult, QuarantinedEvent
from impactgraph.stores.state.event_validator import EventValidator

_ACCEPTED, _DUPLICATE = EventResult(EventOutcome.ACCEPTED), EventResult(EventOutcome.DUPLICATE)


class BatchEvent(msgspec.Struct, eq=False, gc=False):
    """One event of a batch; its outcome is set while the batch is prepared."""

    text: bytes
    place: str = ""
    quarantine_number: int = 0
    """Number of its quarantine entry: where it is replayed from, or where it was put; 0: none."""
    event: Event | None = None
    extra: dict[str, Any] | None = None
    rejection: str = ""
    """Why it cannot be accepted; empty: nothing is wrong with it."""
    previous_rejection: str = ""
    """The reason stored with the quarantine entry that it is replayed from."""
    is_duplicate: bool = False
    first_occurrence: "BatchEvent | None" = None
    """An earlier event of the batch with the same (source, id)."""
    is_in_quarantine: bool = False
    """The quarantine has an entry with the same content already."""
    entry_number: int = 0
    """Where it is rejected: number of the quarantine entry with its content."""
    seq: int = 0
    """Sequence number: its own where it is accepted, that of the recorded event where it repeats one."""
    origin: str = ""
    """Key of the live source of which it is a refused document, and no event."""
    ingest_numbers: frozenset[int] = frozenset()
    """Numbers of the ingests that bring it; empty: it came otherwise."""

    @property
    def source_and_id(self) -> tuple[str, str]:
        """Empty strings where the text could not be parsed."""
        return (self.event.source, self.event.id) if self.event else ("", "")

    @property
    def order_key(self) -> str:
        """Empty where it belongs to no order."""
        return getattr(self.event.data, "order", "") if self.event else ""

    @property
    def subject(self) -> str:
        """Key of its order, or `failure_subject` of its failure; empty where it belongs to neither."""
        if self.event is not None and isinstance(self.event.data, FailureData):
            return failure_subject(self.event.data.failure)
        return self.order_key

    @property
    def fingerprint(self) -> tuple[str, str]:
        """Equal for events with equal content, however it is written; the text where it could not be
        parsed.
        """
        if self.event is None:
            return ("", as_text(self.text))
        data = msgspec.json.encode(self.event.data)
        content = (self.source_and_id, self.event.type, self.event.millis, data, self.extra)
        return ("event", repr(content))

    def inherit_rejection(self) -> None:
        """A duplicate of a rejected event is rejected for the same reason."""
        if self.first_occurrence is not None and self.first_occurrence.rejection:
            self.is_duplicate = False
            self.rejection = self.first_occurrence.rejection

    @property
    def is_acceptable(self) -> bool:
        return not self.rejection and not self.is_duplicate

    @property
    def result(self) -> EventResult:
        if self.is_duplicate:
            return _DUPLICATE
        if self.rejection:
            return EventResult(EventOutcome.QUARANTINED, self.rejection)
        return _ACCEPTED

    def quarantine_entry(self, now: Millis) -> QuarantinedEvent:
        """Number 0 where an earlier event with the same content has the entry."""
        number = 0 if self.is_in_quarantine else self.quarantine_number
        return QuarantinedEvent(number, self.rejection, as_text(self.text), self.place, now, self.origin)


def failure_subject(key: str) -> str:
    """A text that no key of an order is: those have no kind."""
    return f"failure:{key}"


def read_batch(lines: Sequence[bytes], places: Sequence[str], validator: EventValidator) -> list[BatchEvent]:
    """The lines parsed and validated against the topology; `places` may be shorter than `lines`."""
    batch = [BatchEvent(line, place) for line, place in zip(lines, places, strict=False)]
    batch += map(BatchEvent, lines[len(batch) :])
    for event in batch:
        validate(event, validator)
    return batch


def validate(event: BatchEvent, validator: EventValidator) -> None:
    """Parses the text and validates it against the topology; sets `rejection` where it is invalid."""
    try:
        event.event, event.extra = read_event(event.text)
        event.rejection = validator.rejection_reason(event.event) or ""
    except RefusedEventError as error:
        event.rejection = str(error)


def as_text(line: bytes) -> str:
    """The received bytes as text that a database accepts: bytes that are not UTF-8 are escaped."""
    return line.decode("utf-8", "backslashreplace")


def batch_result(batch: Sequence[BatchEvent], now: Millis, *, results: bool) -> IngestResult:
    """The outcomes of a batch; event by event too where `results` asks for it."""
    outcomes = [event.result if event.rejection or event.is_duplicate else _ACCEPTED for event in batch]
    return IngestResult(
        accepted_count=outcomes.count(_ACCEPTED),
        duplicate_count=outcomes.count(_DUPLICATE),
        quarantined=[
            event.quarantine_entry(now) for event in batch if event.rejection and not event.is_duplicate
        ],
        results=outcomes if results else [],
    )
