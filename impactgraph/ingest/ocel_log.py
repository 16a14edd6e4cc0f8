"""An OCEL log in memory, whatever format it was in. Equal ids and names are one text: logs repeat them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern
from types import MappingProxyType
from typing import Any

import msgspec

from impactgraph.ingest.moments import instant

_NONE: Mapping[str, str] = MappingProxyType({})


class OcelObject(msgspec.Struct, gc=False):
    type: str
    attributes: dict[str, Any]
    """The last value of each."""
    related: list[str] = msgspec.field(default_factory=list[str])
    """Ids of objects, in either direction; some may not be in the log."""


class OcelEvent(msgspec.Struct, gc=False):
    id: str
    type: str
    time: str
    """RFC 3339, or as the log has it where that is no moment."""
    attributes: dict[str, Any]
    objects: Sequence[str]
    """Ids of its objects; some may not be in the log."""
    qualifiers: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    """By id of an object, where the log says more of the relation."""


@dataclass
class OcelLog:
    """Readers of every format fill it: all objects first, then their relations, then the events."""

    objects: dict[str, OcelObject] = field(default_factory=dict[str, OcelObject])
    events: list[OcelEvent] = field(default_factory=list[OcelEvent])
    """By time; ids may stand twice."""
    unknown: dict[str, str] = field(default_factory=dict[str, str])
    """Objects that a relation between objects names and the log does not have, with one that names each."""

    repeated: list[str] = field(default_factory=list[str])
    """Ids that stand for several objects: the first counts."""
    qualifiers: frozenset[str] = frozenset()
    """Of the relations between objects that count; none: all do."""

    @property
    def is_empty(self) -> bool:
        return not self.objects and not self.events

    def add(self, id_: str, type_: str, attributes: dict[str, Any]) -> None:
        """Adds an object, unless another one has its id."""
        if id_ in self.objects:
            self.repeated.append(id_)
        else:
            self.objects[intern(id_)] = OcelObject(intern(type_), attributes)

    def relate(self, one: str, other: str, qualifier: str = "") -> None:
        """Relates two objects, unless only relations with other qualifiers count."""
        if self.qualifiers and qualifier not in self.qualifiers:
            return
        for source, target in ((one, other), (other, one)):
            if source in self.objects:
                self.objects[source].related.append(intern(target))
            elif source:
                self.unknown.setdefault(source, target)

    def add_event(self, event: OcelEvent, relations: Iterable[tuple[str, str]]) -> None:
        """Adds an event with its (object, qualifier) pairs."""
        qualifiers: dict[str, str] = {}
        for id_, qualifier in relations:
            bare_text = intern(id_.strip())
            if not qualifiers.get(bare_text):
                qualifiers[bare_text] = intern(qualifier.strip())
        event.objects = tuple(qualifiers)
        event.qualifiers = qualifiers if any(qualifiers.values()) else _NONE
        event.type = intern(event.type)
        self.events.append(event)

    def sort(self) -> None:
        """Brings the events into the order of time."""
        self.events.sort(key=lambda event: instant(event.time))


def last_values(changes: Iterable[tuple[str, Any, str | None]]) -> dict[str, Any]:
    """The last value of each attribute, of (name, value, time); one without a time is from the beginning."""
    by_time = [(instant(time) if time else float("-inf"), name, value) for name, value, time in changes]
    by_time.sort(key=lambda change: change[0])
    return {intern(name): clean(value) for _, name, value in by_time if value is not None}


def clean(value: Any) -> Any:
    """Without spaces around text."""
    return value.strip() if isinstance(value, str) else value
