"""Entries of a foreign log to CloudEvents, by a mapping."""

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
    """An order or fulfillment of the log, with its attributes as they are in the end."""

    id: str
    attributes: Pairs[str, Any] = field(default_factory=lambda: _NO_ATTRIBUTES)


@dataclass(frozen=True, slots=True)
class Logged:
    """One entry of the log."""

    id: str
    """Empty: then it is the same event as another that says the same."""
    activity: str
    time: str
    order: LoggedObject
    fulfillments: Sequence[LoggedObject]
    """Those that the entry is of; none: all of the order."""
    attributes: Pairs[str, Any]
    place: str


@dataclass
class Book:
    """What is known of the orders of a log beforehand: the fulfillments of each, and which have an entry that places them."""

    fulfillments: dict[str, dict[str, LoggedObject]] = field(
        default_factory=dict[str, dict[str, LoggedObject]]
    )
    placed: set[str] = field(default_factory=set[str])


def cloud_events(entries: Iterable[Logged], mapping: Mapping, book: Book) -> Iterator[tuple[bytes, str]]:
    """(event in structured JSON, place) of every entry that means something; an order without an entry that places it is placed by its first one."""
    for entry in entries:
        parts = (
            entry.fulfillments
            or list(book.fulfillments.get(entry.order.id, {}).values())
            or [LoggedObject(entry.order.id)]
        )
        whole = list(book.fulfillments.get(entry.order.id, {}).values()) or parts
        if entry.activity in mapping.order.placed or entry.order.id not in book.placed:
            book.placed.add(entry.order.id)
            yield _event(mapping, entry, "order.placed", _placed(mapping, entry, whole)), entry.place
        for type_, data in _meanings(mapping, entry):
            for part in parts:
                yield (
                    _event(mapping, entry, type_, {"order": entry.order.id, "fulfillment": part.id} | data),
                    entry.place,
                )


def _meanings(mapping: Mapping, entry: Logged) -> Iterator[tuple[str, dict[str, Any]]]:
    """An activity may mean several things: a step that begins and a posting that comes with it."""
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


def _posting(posting: str | PostingMapping, entry: Logged) -> dict[str, Any]:
    if isinstance(posting, str):
        return {"type": posting}
    values = {
        name: _read(getattr(posting, name), entry.attributes, entry.order.attributes)
        for name in ("amount", "currency", "document")
    }
    return {"type": posting.type} | {name: value for name, value in values.items() if value is not None}


def _placed(mapping: Mapping, entry: Logged, parts: Sequence[LoggedObject]) -> dict[str, Any]:
    o, known = mapping.order, (entry.attributes, entry.order.attributes)
    required = {name: _read(getattr(o, name), *known) or "unknown" for name in ("channel", "mode")}
    optional = {
        name: _read(getattr(o, name), *known)
        for name in ("currency", "value", "region", "customer_tier", "promised_by")
    }
    attributes = {
        name: value for name, source in o.attributes.items() if (value := _read(source, *known)) is not None
    }
    fulfillments = [
        {name: value for name, value in (("fulfillment", part.id), *_part(mapping, part, *known)) if value is not None} for part in parts
    ]  # fmt: skip
    stated = {name: value for name, value in optional.items() if value is not None}
    return (
        {"order": entry.order.id}
        | required
        | stated
        | {"attributes": attributes, "fulfillments": fulfillments}
    )


def _part(mapping: Mapping, part: LoggedObject, *known: Pairs[str, Any]) -> Iterator[tuple[str, str | None]]:
    for name in ("workflow", "location", "value"):
        yield name, _read(getattr(mapping.fulfillment, name), part.attributes, *known)


def _read(value: Value, *where: Pairs[str, Any]) -> str | None:
    """As text, from the first that has it; an empty text is none."""
    if isinstance(value, From):
        value = next(
            (found for attributes in where if (found := attributes.get(value.attribute)) not in (None, "")),
            None,
        )
    return None if value is None or value == "" else str(value)


def _event(mapping: Mapping, entry: Logged, type_: str, data: dict[str, Any]) -> bytes:
    said = msgspec.json.encode([type_, entry.time, data])
    identity = (
        f"{entry.id}/{type_}/{data.get('fulfillment', '')}"
        if entry.id
        else blake2b(said, digest_size=16).hexdigest()
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
