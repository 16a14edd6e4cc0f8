"""CloudEvents of a foreign log's entries, by a mapping."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import msgspec

from impactgraph.ingest.mapping import From, Mapping, PostingMapping, Value

_NO_ATTRIBUTES: Pairs[str, Any] = {}


@dataclass(frozen=True, slots=True)
class LoggedObject:
    """An order or fulfillment of the log, with its final attributes."""

    id: str
    attributes: Pairs[str, Any] = field(default_factory=lambda: _NO_ATTRIBUTES)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of the log."""

    id: str
    """Empty: entries with the same content are the same event."""
    activity: str
    time: str
    order: LoggedObject
    fulfillments: Sequence[LoggedObject]
    """Those that the entry refers to; none: all of the order."""
    attributes: Pairs[str, Any]
    place: str


@dataclass
class OrderIndex:
    """The orders of a log: the fulfillments of each, and the ids of those that an entry places."""

    fulfillments: dict[str, dict[str, LoggedObject]] = field(
        default_factory=dict[str, dict[str, LoggedObject]]
    )
    placements: set[str] = field(default_factory=set[str])


def cloud_events(
    entries: Iterable[LogEntry], mapping: Mapping, index: OrderIndex
) -> Iterator[tuple[bytes, str]]:
    """(event in structured JSON, place) of every mapped entry.

    An order without a placement is placed by its first entry.
    """
    for entry in entries:
        parts = (
            entry.fulfillments
            or list(index.fulfillments.get(entry.order.id, {}).values())
            or [LoggedObject(entry.order.id)]
        )
        whole = list(index.fulfillments.get(entry.order.id, {}).values()) or parts
        if entry.activity in mapping.order.placed or entry.order.id not in index.placements:
            index.placements.add(entry.order.id)
            yield _event(mapping, entry, "order.placed", _placement(mapping, entry, whole)), entry.place
        for type_, data in _meanings(mapping, entry):
            for part in parts:
                yield (
                    _event(mapping, entry, type_, {"order": entry.order.id, "fulfillment": part.id} | data),
                    entry.place,
                )


def _meanings(mapping: Mapping, entry: LogEntry) -> Iterator[tuple[str, dict[str, Any]]]:
    """Event types and data of an activity, which may have several: the start of a step and a posting."""
    activity = entry.activity
    if step := mapping.steps.get(activity):
        location = _read(mapping.fulfillment.location, entry.attributes)
        yield "fulfillment.entered", {"step": step} | ({"location": location} if location else {})
    if posting := mapping.postings.get(activity):
        yield "posting.recorded", _posting(posting, entry)
    for type_, names in (
        ("notification.sent", mapping.notifications),
        ("task.closed", mapping.tasks),
        ("supplier_order.confirmed", mapping.supplier_orders),
    ):
        if activity in names:
            yield type_, {"type": names[activity]}
    if activity in mapping.failed:
        yield "fulfillment.failed", {"code": mapping.failed[activity]}
    if activity in mapping.completed:
        yield "fulfillment.completed", {}
    if activity in mapping.cancelled:
        yield "fulfillment.cancelled", {}


def _posting(posting: str | PostingMapping, entry: LogEntry) -> dict[str, Any]:
    if isinstance(posting, str):
        return {"type": posting}
    values = {
        name: _read(getattr(posting, name), entry.attributes, entry.order.attributes)
        for name in ("amount", "currency", "document")
    }
    return {"type": posting.type} | {name: value for name, value in values.items() if value is not None}


def _placement(mapping: Mapping, entry: LogEntry, parts: Sequence[LoggedObject]) -> dict[str, Any]:
    o = mapping.order
    sources = (entry.attributes, entry.order.attributes)
    channel_and_mode = {name: _read(getattr(o, name), *sources) or "unknown" for name in ("channel", "mode")}
    optional = {
        name: _read(getattr(o, name), *sources)
        for name in ("currency", "value", "region", "customer_tier", "promised_by")
    }
    attributes = {
        name: value for name, source in o.attributes.items() if (value := _read(source, *sources)) is not None
    }
    fulfillments = [
        {
            name: value
            for name, value in (("fulfillment", part.id), *_part(mapping, part, *sources))
            if value is not None
        }
        for part in parts
    ]
    values = {name: value for name, value in optional.items() if value is not None}
    return (
        {"order": entry.order.id}
        | channel_and_mode
        | values
        | {"attributes": attributes, "fulfillments": fulfillments}
    )


def _part(
    mapping: Mapping, part: LoggedObject, *sources: Pairs[str, Any]
) -> Iterator[tuple[str, str | None]]:
    for name in ("workflow", "location", "value"):
        yield name, _read(getattr(mapping.fulfillment, name), part.attributes, *sources)


def _read(value: Value, *sources: Pairs[str, Any]) -> str | None:
    """The value as text, from the first source that has it; None for an empty text."""
    if isinstance(value, From):
        value = next(
            (read for attributes in sources if (read := attributes.get(value.attribute)) not in (None, "")),
            None,
        )
    return None if value is None or value == "" else str(value)


def _event(mapping: Mapping, entry: LogEntry, type_: str, data: dict[str, Any]) -> bytes:
    content = msgspec.json.encode([type_, entry.time, data])
    identity = (
        f"{entry.id}/{type_}/{data.get('fulfillment', '')}"
        if entry.id
        else blake2b(content, digest_size=16).hexdigest()
    )
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": identity,
            "source": mapping.source,
            "type": type_,
            "time": entry.time,
            "data": data,
        }
    )
