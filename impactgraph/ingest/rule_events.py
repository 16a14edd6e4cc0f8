"""Rules of a mapping of version 2 as functions that make the events of a record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeAlias, cast

import msgspec

from impactgraph.ingest.expressions import Expression, Notes, is_true
from impactgraph.ingest.rule_values import ReadValue, ValueDefaults, ValueReaders, value_reader
from impactgraph.ingest.rules import Basis, EventRule, PartRule, Rule, ValueRule
from impactgraph.ingest.rules_format import STEP_ENDED
from impactgraph.ingest.skip_reasons import (
    EMPTY_LIST,
    ENDS_STEP,
    NO_EVENT_YET,
    NO_FULFILLMENT,
    NO_ID,
    NO_LIST,
    NOT_APPLICABLE,
)

EXPECTED = frozenset({EMPTY_LIST, ENDS_STEP, NO_EVENT_YET, NOT_APPLICABLE})
"""Reasons for which a record makes no event as the mapping wants it."""
_WITHOUT_FULFILLMENT = ("order.placed", "order.cancelled", "inventory.reported")
_TELLING = {"fulfillment.entered": "step", "fulfillment.rerouted": "step", "inventory.reported": "item"}
_encode = msgspec.json.Encoder().encode


class Subject(msgspec.Struct, gc=False):
    """What the events of a record have in common, as far as it is known."""

    id: str | None
    time: str | None
    order: str | None
    fulfillment: str | None
    names_fulfillment: bool = False
    """Whether the mapping says where the fulfillment is; else each order is one."""
    is_further: bool = False
    """Whether the events of the whole order were made already, of another of its fulfillments."""
    whole: "Callable[[], Sequence[tuple[Any, str]]] | None" = None
    """All fulfillments of the order where the log says which there are: what expressions see, and the id."""


IsEarliest: TypeAlias = Callable[[str, str, str], bool]
"""Whether a record with a moment is the earliest of a fulfillment: order, fulfillment, moment."""


class Making:
    """The events of one record while they are made."""

    __slots__ = ("_ids", "events", "inferred", "is_earliest", "notes", "reasons", "source")

    def __init__(self, source: str, is_earliest: IsEarliest | None = None) -> None:
        """`is_earliest` is None where it is not known."""
        self.source, self.is_earliest = source, is_earliest
        self.events: list[bytes] = []
        self.notes: Notes = []
        self.reasons: list[str] = []
        """Why an event was not made."""
        self.inferred: dict[int, str] = {}
        self._ids: dict[str, bytes] = {}

    def add(self, id_: str, type_: str, time: str | None, data: dict[str, Any]) -> None:
        """Adds an event; one with the id of another and other content gets a number behind its id."""
        number, own = 1, id_
        event = self._encoded(id_, type_, time, data)
        while (same := self._ids.get(own)) is not None:
            if same == event:
                return
            number += 1
            own = f"{id_}/{number}"
            event = self._encoded(own, type_, time, data)
        self._ids[own] = event
        self.events.append(event)

    def _encoded(self, id_: str, type_: str, time: str | None, data: dict[str, Any]) -> bytes:
        return _encode(
            {
                "specversion": "1.0",
                "id": id_,
                "source": self.source,
                "type": type_,
                "time": time or "",
                "data": data,
            }
        )


Apply: TypeAlias = Callable[[Any, Subject, Making], None]
"""Makes the events of a rule of a record, or of a member of a list in one."""


@dataclass(slots=True)
class BasisReader:
    """Reads what events have in common."""

    id: ReadValue | None
    time: ReadValue | None
    order: ReadValue | None
    fulfillment: ReadValue | None
    is_empty: bool

    @classmethod
    def of(cls, basis: Basis, prefix: str, defaults: ValueDefaults) -> "BasisReader":
        def reader(name: str) -> ReadValue | None:
            value: ValueRule | None = getattr(basis, name)
            return None if value is None else value_reader(value, prefix + name, defaults)

        readers = [reader(name) for name in ("id", "time", "order", "fulfillment")]
        return cls(*readers, is_empty=not any(readers))

    def subject(self, context: Any, outer: Subject, notes: Notes) -> Subject:
        """The subject with what this level says of it."""
        if self.is_empty:
            return outer
        return Subject(
            self.id(context, notes) if self.id else outer.id,
            self.time(context, notes) if self.time else outer.time,
            self.order(context, notes) if self.order else outer.order,
            self.fulfillment(context, notes) if self.fulfillment else outer.fulfillment,
            self.fulfillment is not None or outer.names_fulfillment,
            outer.is_further,
            None if self.order or self.fulfillment else outer.whole,
        )


def rule_function(rule: Rule, place: str, defaults: ValueDefaults) -> Apply:
    """What makes the events of a rule."""
    basis = BasisReader.of(rule.basis, f"{place}.", defaults)
    events = [event_function(event, f"{place}.{event.type}.", defaults) for event in rule.events]
    has_time = rule.basis.time is not None
    when, for_each = rule.when, rule.for_each

    def apply_to(context: Any, outer: Subject, making: Making) -> None:
        subject = outer if basis.is_empty else basis.subject(context, outer, making.notes)
        if has_time and subject.time is None:
            making.reasons.append(NO_EVENT_YET)
            return
        for event in events:
            event(context, subject, making)

    if basis.is_empty and when is None and for_each is None and len(events) == 1:
        return events[0]

    def apply(context: Any, outer: Subject, making: Making) -> None:
        if when is not None and not is_true(when.value(context, making.notes)):
            making.reasons.append(NOT_APPLICABLE)
        elif for_each is None:
            apply_to(context, outer, making)
        else:
            members = members_of(for_each, context, making.notes)
            if not members:
                making.reasons.append(NO_LIST if members is None else EMPTY_LIST)
            for member in members or ():
                id_ = outer.id and f"{outer.id}/{member['index']}"
                apply_to(member, msgspec.structs.replace(outer, id=id_, whole=None), making)

    return apply


def members_of(for_each: Expression, context: Any, notes: Notes) -> list[dict[str, Any]] | None:
    """For each member of the list what expressions see: `item`, `index` from 1 on, `record`; of a list in a
    member of another also `parent`, the outer item. None where there is no list.
    """
    members = for_each.value(context, notes)
    if members is None:
        return None
    items = cast("list[Any]", members) if isinstance(members, list) else [members]
    if isinstance(context, dict) and "record" in context and "item" in context:
        outer = cast("dict[str, Any]", context)
        return [
            {"record": outer["record"], "parent": outer["item"], "item": item, "index": index}
            for index, item in enumerate(items, 1)
        ]
    return [{"record": context, "item": item, "index": index} for index, item in enumerate(items, 1)]


def event_function(event: EventRule, place: str, defaults: ValueDefaults) -> Apply:
    """What makes an event of a rule."""
    type_, when = event.type, event.when
    basis = BasisReader.of(event.basis, place, defaults)
    has_time = event.basis.time is not None
    has_id = event.basis.id is not None
    make = _placement(event, place, defaults) if type_ == "order.placed" else _plain(event, place, defaults)
    needs_order = type_ != "inventory.reported"
    needs_fulfillment = type_ not in _WITHOUT_FULFILLMENT

    def apply(context: Any, outer: Subject, making: Making) -> None:
        if when is not None and not is_true(when.value(context, making.notes)):
            making.reasons.append(NOT_APPLICABLE)
            return
        if outer.is_further and not needs_fulfillment:
            return
        subject = outer if basis.is_empty else basis.subject(context, outer, making.notes)
        if has_time and subject.time is None:
            making.reasons.append(NO_EVENT_YET)
        elif needs_order and subject.order is None:
            making.reasons.append(NO_ID)
        elif needs_fulfillment and subject.names_fulfillment and subject.fulfillment is None:
            making.reasons.append(NO_FULFILLMENT)
        else:
            make(context, subject, making, subject.id if has_id else None)

    return apply


Make: TypeAlias = Callable[[Any, Subject, Making, str | None], None]
"""Makes an event; the last argument is its id where the mapping states it."""


def _plain(event: EventRule, place: str, defaults: ValueDefaults) -> Make:
    type_, values = _type_and_values(event, place, defaults)
    telling = _TELLING.get(type_, "type")
    has_order = type_ != "inventory.reported"
    has_fulfillment = type_ not in _WITHOUT_FULFILLMENT

    def make(context: Any, subject: Subject, making: Making, own_id: str | None) -> None:
        if not type_:
            making.reasons.append(ENDS_STEP)
            return
        data: dict[str, Any] = {"order": subject.order} if has_order else {}
        if has_fulfillment:
            data["fulfillment"] = subject.fulfillment or subject.order
        values.read_into(data, context, making.notes)
        id_ = own_id or _identity(type_, subject, data, data.get(telling))
        making.add(id_, type_, subject.time, data)

    return make


def _type_and_values(event: EventRule, place: str, defaults: ValueDefaults) -> tuple[str, ValueReaders]:
    """The type of the CloudEvent, empty where none can be made, and what reads its data."""
    values, type_ = dict(event.values), event.type
    if type_ == STEP_ENDED:
        values.pop("step", None)
        following = values.pop("next", None)
        if "last" in event.flags:
            type_, values = "fulfillment.completed", {}
        elif following is not None:
            type_, values["step"] = "fulfillment.entered", following
        else:
            type_ = ""
    return type_, ValueReaders(values, place, defaults)


def _identity(type_: str, subject: Subject, data: dict[str, Any], telling: str | None) -> str:
    """The id of an event: of the record's id, or of its content where the record has none."""
    if subject.id is None:
        content = _encode([type_, subject.time, data])
        return blake2b(content, digest_size=16).hexdigest()
    about = data.get("fulfillment") or data.get("order") or ""
    return f"{subject.id}/{type_}/{about}/{telling}" if telling else f"{subject.id}/{type_}/{about}"


def _placement(event: EventRule, place: str, defaults: ValueDefaults) -> Make:
    values = ValueReaders(event.values, place, defaults)
    attributes = ValueReaders(event.attributes, f"{place}attributes.", defaults)
    parts = [_part_function(part, f"{place}fulfillments.", defaults) for part in event.parts]
    is_earliest = "earliest" in event.flags
    adds = is_earliest or "adds" in event.flags

    def make(context: Any, subject: Subject, making: Making, own_id: str | None) -> None:
        order = cast("str", subject.order)
        notes = making.notes
        members: list[dict[str, Any]] = []
        for part in parts:
            members += part(context, subject, notes)
        if is_earliest and making.is_earliest is not None:
            members = [
                each for each in members if making.is_earliest(order, each["fulfillment"], subject.time or "")
            ]
        if not members:
            making.reasons.append(NOT_APPLICABLE if is_earliest else NO_FULFILLMENT)
            return
        data: dict[str, Any] = {"order": order, "channel": "unknown", "mode": "unknown"}
        values.read_into(data, context, notes)
        if attributes:
            data["attributes"] = found = dict[str, Any]()
            attributes.read_into(found, context, notes)
        data["fulfillments"] = members
        if adds:
            data["adds"] = True
        if is_earliest:
            making.inferred[len(making.events)] = order
        making.add(own_id or _placement_id(subject, data, making, adds=adds), event.type, subject.time, data)

    def _placement_id(subject: Subject, data: dict[str, Any], making: Making, *, adds: bool) -> str:
        first = data["fulfillments"][0]["fulfillment"] if adds else None
        if is_earliest and making.is_earliest is None:
            return f"{subject.order}/{event.type}/{first}"
        return _identity(event.type, subject, data, first)

    return make


PartMaker: TypeAlias = Callable[[Any, Subject, Notes], list[dict[str, Any]]]


def _part_function(part: PartRule, place: str, defaults: ValueDefaults) -> PartMaker:
    values = dict(part.values)
    own = values.pop("fulfillment", None)
    read_id = value_reader(own, f"{place}fulfillment", defaults) if own is not None else None
    other_values = ValueReaders(values, place, defaults)
    for_each = part.for_each

    def one(context: Any, subject: Subject, notes: Notes) -> list[dict[str, Any]]:
        if subject.whole is not None and read_id is None:
            return [data_of(view, id_, notes) for view, id_ in subject.whole()]
        if read_id is not None:
            id_ = read_id(context, notes)
        else:
            id_ = subject.fulfillment or (None if subject.names_fulfillment else subject.order)
        return [] if id_ is None else [data_of(context, id_, notes)]

    def data_of(context: Any, id_: str, notes: Notes) -> dict[str, Any]:
        data: dict[str, Any] = {"fulfillment": id_}
        other_values.read_into(data, context, notes)
        return data

    def several(context: Any, subject: Subject, notes: Notes) -> list[dict[str, Any]]:
        assert for_each is not None
        members = members_of(for_each, context, notes) or ()
        return [each for member in members for each in one(member, subject, notes)]

    return one if for_each is None else several
