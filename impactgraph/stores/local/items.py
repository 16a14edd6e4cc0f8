"""The events of one call, each with what becomes of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from impactgraph.ingest.events import Event
from impactgraph.ingest.read import RefusedEventError, read_event
from impactgraph.ports.store import EventOutcome, EventResult, IngestResult, QuarantinedEvent
from impactgraph.stores.state.fits import Fits


@dataclass(slots=True)
class Item:
    text: bytes
    place: str = ""
    number: int = 0
    """Its number among what is kept aside, where it comes from there (or has now gone there)."""
    event: Event | None = None
    extra: dict[str, Any] | None = None
    reason: str = ""
    """Why it is refused."""
    reason_before: str = ""
    """The reason it was kept aside for."""
    repeated: bool = False
    twin: "Item | None" = None
    """An earlier one of the call with the same (source, id)."""
    known: bool = False
    """The same is kept aside already."""

    @property
    def name(self) -> tuple[str, str]:
        """(source, id), empty where it could not be read."""
        return (self.event.source, self.event.id) if self.event else ("", "")

    @property
    def order(self) -> str:
        """Key of its order, empty where it has none."""
        return getattr(self.event.data, "order", "") if self.event else ""

    @property
    def fingerprint(self) -> tuple[str, str]:
        """The same for what says the same, however it is written; of what could not be read, its text."""
        if self.event is None:
            return ("", as_text(self.text))
        return (
            "event",
            repr(
                (
                    self.name,
                    self.event.type,
                    self.event.millis,
                    msgspec.json.encode(self.event.data),
                    self.extra,
                )
            ),
        )

    def follow_twin(self) -> None:
        """A repeat of what is refused is refused for the same reason."""
        if self.twin is not None and self.twin.reason:
            self.repeated, self.reason = False, self.twin.reason

    @property
    def good(self) -> bool:
        return not self.reason and not self.repeated

    @property
    def result(self) -> EventResult:
        if self.repeated:
            return EventResult(EventOutcome.DUPLICATE)
        if self.reason:
            return EventResult(EventOutcome.QUARANTINED, self.reason)
        return EventResult(EventOutcome.ACCEPTED)

    def quarantined(self, now: int) -> QuarantinedEvent:
        """As an entry of the quarantine; number 0 where an earlier event with the same content has the entry."""
        number = 0 if self.known else self.number
        return QuarantinedEvent(number, self.reason, as_text(self.text), self.place, now)


def read_items(lines: Sequence[bytes], places: Sequence[str], fits: Fits) -> list[Item]:
    """Each line read and held against the topology."""
    items = [Item(line) for line in lines]
    for item, place in zip(items, places, strict=False):
        item.place = place
    for item in items:
        check(item, fits)
    return items


def check(item: Item, fits: Fits) -> None:
    """Reads the text; the reason is set where it cannot be taken."""
    try:
        item.event, item.extra = read_event(item.text)
        item.reason = fits.reason(item.event) or ""
    except RefusedEventError as error:
        item.reason = str(error)


def as_text(line: bytes) -> str:
    """What was received, as text that a database takes: bytes that are not UTF-8 are escaped."""
    return line.decode("utf-8", "backslashreplace")


def ingest_result(items: Iterable[Item], now: int, *, results: bool) -> IngestResult:
    """The outcomes of the items; one by one too where `results` asks for it."""
    intake = IngestResult()
    for item in items:
        result = item.result
        match result.outcome:
            case EventOutcome.ACCEPTED:
                intake.accepted_count += 1
            case EventOutcome.DUPLICATE:
                intake.duplicate_count += 1
            case EventOutcome.QUARANTINED:
                intake.quarantined.append(item.quarantined(now))
        if results:
            intake.results.append(result)
    return intake
