"""Trace of one fulfillment, collected event by event from a log."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from graph_models.enums import RecordKind
from graph_models.time import HOUR, Millis
from impactgraph.ingest.events import (
    Event,
    FulfillmentCancelled,
    FulfillmentCompleted,
    FulfillmentEntered,
    FulfillmentFailed,
    FulfillmentRerouted,
    NotificationSent,
    OrderCancelled,
    OrderPlaced,
    PlacedFulfillment,
    PostingRecorded,
    SupplierOrderConfirmed,
    TaskClosed,
)

IDLE = 200_000
"""Events after which an ended fulfillment that none of them names is done with. Records come late, and files
are sorted by order as often as by time.
"""
_SWEEP = 10_000
"""Events between two looks for such fulfillments."""


class Entry(NamedTuple):
    """A fulfillment enters a step. They sort by time, those of one moment as the log has them."""

    at: Millis
    number: int
    """Of the event in the log."""
    step: str
    workflow: str | None = None
    """Of a reroute; None: the workflow of the placement."""
    source: str = ""


class LoggedRecord(NamedTuple):
    at: Millis
    kind: RecordKind
    type: str
    amount: float | None = None
    channel: str | None = None


@dataclass(slots=True)
class Placement:
    """What an order's placement says of it; shared by its fulfillments."""

    at: Millis
    channel: str
    mode: str
    region: str | None


@dataclass(slots=True)
class Trace:
    """Everything of one fulfillment so far."""

    order: str
    placement: Placement | None = None
    workflow: str | None = None
    location: str | None = None
    value: float | None = None
    entries: list[Entry] = field(default_factory=list[Entry])
    records: list[LoggedRecord] = field(default_factory=list[LoggedRecord])
    completed_at: Millis | None = None
    cancelled_at: Millis | None = None
    failures: list[Millis] = field(default_factory=list[Millis])
    last_event: int = 0
    """Number of the last event that named it."""
    is_queued: bool = False
    """Whether it waits to be done with."""

    @property
    def is_complete(self) -> bool:
        """Whether its beginning and its end were seen."""
        return self.placement is not None and not (self.completed_at is None and self.cancelled_at is None)


_RECORDS = {
    PostingRecorded: RecordKind.POSTING,
    NotificationSent: RecordKind.NOTIFICATION,
    TaskClosed: RecordKind.TASK,
    SupplierOrderConfirmed: RecordKind.SUPPLIER_ORDER,
}


class Traces:
    """Traces of the fulfillments of a log. Memory grows with the fulfillments whose end was not seen, and
    with nothing else.
    """

    def __init__(self) -> None:
        self.open: dict[str, Trace] = {}
        self.events = 0
        self.hours: dict[int, int] = defaultdict(int)
        """Events by hour since 1970: where the log begins and ends."""
        self._parts: dict[str, list[str]] = {}
        """Fulfillments of each order of which one is open."""
        self._ends: list[tuple[str, Trace]] = []

    def add(self, event: Event) -> Sequence[Trace]:
        """Takes one event of an order in; the traces that are done with."""
        self.events += 1
        at = event.millis
        self.hours[at // HOUR] += 1
        if isinstance(event, OrderPlaced):
            self._place(event, at)
        elif isinstance(event, OrderCancelled):
            for key in self._parts.get(event.data.order, ()):
                trace = self._trace(key, event.data.order)
                trace.cancelled_at = max(trace.cancelled_at or 0, at)
                self._queue(key, trace)
        else:
            self._note(event, at)
        return self._sweep() if self.events % _SWEEP == 0 else ()

    def rest(self) -> list[Trace]:
        """The traces that are not done with yet."""
        return list(self.open.values())

    def _trace(self, key: str, order: str) -> Trace:
        trace = self.open.get(key)
        if trace is None:
            trace = self.open[key] = Trace(order)
        trace.last_event = self.events
        return trace

    def _place(self, event: OrderPlaced, at: Millis) -> None:
        data = event.data
        placement = Placement(at, data.channel, data.mode, data.region)
        parts = self._parts.setdefault(data.order, [])
        for part in data.fulfillments:
            trace = self._trace(part.fulfillment, data.order)
            if trace.placement is not None:
                placement.at = min(placement.at, trace.placement.at)
            trace.placement, trace.workflow = placement, part.workflow
            trace.location = part.location or trace.location
            trace.value = _value_of(part, data.fulfillments, float(data.value))
            if part.fulfillment not in parts:
                parts.append(part.fulfillment)
            self._queue(part.fulfillment, trace)

    def _note(self, event: Event, at: Millis) -> None:
        key = getattr(event.data, "fulfillment", None)
        if not isinstance(key, str):
            return
        trace = self._trace(key, getattr(event.data, "order", ""))
        if isinstance(event, FulfillmentEntered):
            trace.location = event.data.location or trace.location
            trace.entries.append(Entry(at, self.events, event.data.step, None, event.source))
        elif isinstance(event, FulfillmentRerouted):
            trace.location = event.data.location or trace.location
            data = event.data
            trace.entries.append(Entry(at, self.events, data.step, data.workflow, event.source))
        elif isinstance(event, FulfillmentCompleted):
            trace.completed_at = max(trace.completed_at or 0, at)
        elif isinstance(event, FulfillmentCancelled):
            trace.cancelled_at = max(trace.cancelled_at or 0, at)
        elif isinstance(event, FulfillmentFailed):
            trace.failures.append(at)
        else:
            _add_record(trace, event, at)
        self._queue(key, trace)

    def _queue(self, key: str, trace: Trace) -> None:
        if not trace.is_queued and trace.is_complete:
            trace.is_queued = True
            self._ends.append((key, trace))

    def _sweep(self) -> list[Trace]:
        """Removes the ended traces that no event named for long."""
        limit = self.events - IDLE
        done = [(key, trace) for key, trace in self._ends if trace.last_event <= limit]
        if not done:
            return []
        self._ends = [pair for pair in self._ends if pair[1].last_event > limit]
        for key, trace in done:
            del self.open[key]
            parts = self._parts.get(trace.order, [])
            if key in parts:
                parts.remove(key)
            if not parts:
                self._parts.pop(trace.order, None)
        return [trace for _, trace in done]


def _add_record(trace: Trace, event: Event, at: Millis) -> None:
    # other events have none
    kind = _RECORDS.get(type(event))  # pyright: ignore[reportArgumentType, reportCallIssue] - other types have none
    if kind is None:
        return
    amount = getattr(event.data, "amount", None)
    channel = getattr(event.data, "channel", None)
    record = LoggedRecord(
        at, kind, getattr(event.data, "type", ""), None if amount is None else float(amount), channel
    )
    if record not in trace.records:
        trace.records.append(record)


def _value_of(part: PlacedFulfillment, parts: list[PlacedFulfillment], total: float) -> float:
    """Its value; an equal share of what the others leave where it has none of its own."""
    if part.value is not None:
        return float(part.value)
    rest = total - sum(float(each.value) for each in parts if each.value is not None)
    return rest / sum(each.value is None for each in parts)
