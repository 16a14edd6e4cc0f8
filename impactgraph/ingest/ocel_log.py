"""An OCEL log, whatever format it was in: its objects in memory, its events in a file.

Equal ids and names are one text: logs repeat them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from sys import intern
from typing import Any

import msgspec

from impactgraph.ingest.moments import instant
from impactgraph.ingest.ocel_events import OcelEvent, OcelEvents


class OcelObject(msgspec.Struct, gc=False):
    type: str
    attributes: dict[str, Any]
    """The last value of each."""
    related: list[str] = msgspec.field(default_factory=list[str])
    """Ids of objects, in either direction; some may not be in the log."""


@dataclass
class OcelLog:
    """Readers of every format fill it: all objects before their relations, events at any time."""

    objects: dict[str, OcelObject] = field(default_factory=dict[str, OcelObject])
    events: OcelEvents = field(default_factory=OcelEvents)
    """By time; ids may stand twice."""
    event_attributes: set[str] = field(default_factory=set[str])
    """Names of the attributes of events."""
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

    def add_event(
        self, event: tuple[str, str, str], attributes: dict[str, Any], relations: Iterable[tuple[str, str]]
    ) -> None:
        """Adds an event: its id, type and moment, its attributes and its (object, qualifier) pairs."""
        qualifiers: dict[str, str] = {}
        for id_, qualifier in relations:
            bare_text = id_.strip()
            if not qualifiers.get(bare_text):
                qualifiers[bare_text] = qualifier.strip()
        stated_qualifiers = qualifiers if any(qualifiers.values()) else {}
        self.events.add(OcelEvent(*event, attributes, tuple(qualifiers), stated_qualifiers))
        self.event_attributes.update(attributes)


def last_values(changes: Iterable[tuple[str, Any, str | None]]) -> dict[str, Any]:
    """The last value of each attribute, of (name, value, time); one without a time is from the beginning."""
    by_time = [(instant(time) if time else float("-inf"), name, value) for name, value, time in changes]
    by_time.sort(key=lambda change: change[0])
    return {intern(name): clean(value) for _, name, value in by_time if value is not None}


def clean(value: Any) -> Any:
    """Without spaces around text."""
    return value.strip() if isinstance(value, str) else value
