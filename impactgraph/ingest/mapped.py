"""CloudEvents of a foreign log's entries, by a mapping."""

from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import msgspec

from impactgraph.ingest.amounts import plain_amount
from impactgraph.ingest.mapping import From, Mapping, PostingMapping, Value
from impactgraph.ingest.moments import MomentReader

_NO_ATTRIBUTES: Pairs[str, Any] = {}


@dataclass(frozen=True, slots=True)
class LoggedObject:
    """An order or fulfillment of the log, with its final attributes; fulfillments by their id in events."""

    id: str
    attributes: Pairs[str, Any] = field(default_factory=lambda: _NO_ATTRIBUTES)


@dataclass(frozen=True, slots=True)
class Subject:
    """An order that an entry is about."""

    order: LoggedObject
    fulfillments: Sequence[LoggedObject]
    """Those that the entry moves."""
    whole: Sequence[LoggedObject]
    """All of the order."""
    places: bool = False
    """Whether the entry is the earliest of an order that no entry places by its activity."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of the log that becomes events."""

    id: str
    """Empty: entries with the same content are the same event."""
    activity: str
    time: str
    subjects: Sequence[Subject]
    attributes: Pairs[str, Any]
    place: str
    missing: str = ""
    """An object that it names and the log does not have, where there is one."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """One entry of the log that becomes no event, and why."""

    reason: str
    activity: str
    place: str
    is_expected: bool = False
    """Whether the mapping does not ask for it: no finding."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """An event that an activity stands for; it may have several, such as a step that begins and a posting."""

    type: str
    data: dict[str, str]
    posting: PostingMapping | None = None


class EventMaker:
    """Makes the events of entries."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._moments = MomentReader(mapping.time_format, mapping.zone)
        self._meanings = {
            activity: tuple(_meaning(mapping, activity, type_) for type_ in types if type_ != "order.placed")
            for activity, types in mapping.event_types().items()
        }
        self._placed = frozenset(mapping.order.placed)

    def events(self, entry: LogEntry) -> list[bytes]:
        """In structured JSON, one or more."""
        events: list[bytes] = []
        for subject in entry.subjects:
            if entry.activity in self._placed or subject.places:
                events.append(self._event(entry, "order.placed", self._placement(entry, subject), subject))
            for meaning in self._meanings.get(entry.activity, ()):
                values = self._values(meaning, entry, subject.order)
                for part in subject.fulfillments:
                    data = {"order": subject.order.id, "fulfillment": part.id} | values
                    events.append(self._event(entry, meaning.type, data, subject))
        return events

    def _values(self, meaning: _Meaning, entry: LogEntry, order: LoggedObject) -> dict[str, str]:
        """What the events of a meaning state beside their order and fulfillment."""
        if meaning.type == "fulfillment.entered":
            location = _read(self._mapping.fulfillment.location, entry.attributes)
            return meaning.data | ({"location": location} if location else {})
        if meaning.posting is None:
            return meaning.data
        sources = (entry.attributes, order.attributes)
        values = {
            "amount": self._amount(meaning.posting.amount, *sources),
            "currency": _read(meaning.posting.currency, *sources),
            "document": _read(meaning.posting.document, *sources),
        }
        return meaning.data | {name: value for name, value in values.items() if value is not None}

    def _placement(self, entry: LogEntry, subject: Subject) -> dict[str, Any]:
        o = self._mapping.order
        sources = (entry.attributes, subject.order.attributes)
        promise = _read(o.promised_by, *sources)
        optional = {
            "currency": _read(o.currency, *sources),
            "value": self._amount(o.value, *sources),
            "region": _read(o.region, *sources),
            "customer_tier": _read(o.customer_tier, *sources),
            "promised_by": None if promise is None else self._moments.rfc3339(promise),
        }
        attributes = {
            name: value
            for name, source in o.attributes.items()
            if (value := _read(source, *sources)) is not None
        }
        return (
            {
                "order": subject.order.id,
                "channel": _read(o.channel, *sources) or "unknown",
                "mode": _read(o.mode, *sources) or "unknown",
            }
            | {name: value for name, value in optional.items() if value is not None}
            | {
                "attributes": attributes,
                "fulfillments": [self._part(part, *sources) for part in subject.whole],
            }
        )

    def _part(self, part: LoggedObject, *sources: Pairs[str, Any]) -> dict[str, Any]:
        f = self._mapping.fulfillment
        own = (part.attributes, *sources)
        values = {
            "workflow": _read(f.workflow, *own),
            "location": _read(f.location, *own),
            "value": self._amount(f.value, part.attributes) or self._amount(f.value, *sources),
        }
        return {"fulfillment": part.id} | {name: value for name, value in values.items() if value is not None}

    def _amount(self, value: Value, *sources: Pairs[str, Any]) -> str | None:
        """The amount in plain decimal; as the log has it where it is not of the mapping's form."""
        text = _read(value, *sources)
        mark = self._mapping.decimal
        if text is None or mark is None or not isinstance(value, From):
            return text
        return plain_amount(text, mark)

    def _event(self, entry: LogEntry, type_: str, data: dict[str, Any], subject: Subject) -> bytes:
        if entry.id:
            several = len(entry.subjects) > 1 and "fulfillment" not in data
            identity = f"{entry.id}/{type_}/{subject.order.id if several else data.get('fulfillment', '')}"
        else:
            content = msgspec.json.encode([type_, entry.time, data])
            identity = blake2b(content, digest_size=16).hexdigest()
        if subject.places and type_ == "order.placed":
            data |= {"adds": True}
        return msgspec.json.encode(
            {
                "specversion": "1.0",
                "id": identity,
                "source": self._mapping.source,
                "type": type_,
                "time": entry.time,
                "data": data,
            }
        )


def unplaced_remark(orders: Sequence[str]) -> list[str]:
    """A remark on orders that no entry of a log places; none without such orders."""
    if not orders:
        return []
    what = f"order {orders[0]!r} is" if len(orders) == 1 else f"{len(orders):,} orders are"
    example = "" if len(orders) == 1 else f", such as {orders[0]!r}"
    return [
        f"{what} placed by no entry of this file{example}: their steps are kept, and count once another file "
        "or event places them."
    ]


def _meaning(mapping: Mapping, activity: str, type_: str) -> _Meaning:
    match type_:
        case "fulfillment.entered":
            return _Meaning(type_, {"step": mapping.steps[activity]})
        case "posting.recorded":
            posting = mapping.postings[activity]
            return _Meaning(type_, {"type": posting.type}, posting)
        case "notification.sent":
            return _Meaning(type_, {"type": mapping.notifications[activity]})
        case "task.closed":
            return _Meaning(type_, {"type": mapping.tasks[activity]})
        case "supplier_order.confirmed":
            return _Meaning(type_, {"type": mapping.supplier_orders[activity]})
        case "fulfillment.failed":
            return _Meaning(type_, {"code": mapping.failed[activity]})
        case _:
            return _Meaning(type_, {})


def _read(value: Value, *sources: Pairs[str, Any]) -> str | None:
    """The value as text, from the first source that has it; None for an empty text."""
    if not isinstance(value, From):
        return value or None
    name = value.attribute
    for attributes in sources:
        if (value_here := attributes.get(name)) not in (None, ""):
            return value_here if isinstance(value_here, str) else _text(value_here)
    return None


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return msgspec.json.encode(value).decode() if isinstance(value, bool | list | dict) else str(value)
