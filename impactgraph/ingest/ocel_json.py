"""OCEL 2.0 and 1.0 logs in JSON."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from sys import intern
from typing import Any

import msgspec

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.json_parts import Text, json_members
from impactgraph.ingest.json_text import refuse_repeated_key
from impactgraph.ingest.moments import MomentReader
from impactgraph.ingest.ocel_log import OcelLog, clean, last_values
from impactgraph.ingest.text_files import begins_as_json, open_unpacked, read_bytes

_START = 4096
"""Bytes that show what a file is."""


class _Attribute(msgspec.Struct, gc=False):
    name: str
    value: Any = None
    time: str | None = None


class _Relation(msgspec.Struct, rename="camel", gc=False):
    object_id: str
    qualifier: str | None = None


class _Object(msgspec.Struct, gc=False):
    id: str
    type: str
    attributes: list[_Attribute] | None = None
    relationships: list[_Relation] | None = None


class _Event(msgspec.Struct, gc=False):
    id: str = ""
    type: str = ""
    time: str | int | float = ""
    attributes: list[_Attribute] | None = None
    relationships: list[_Relation] | None = None


class _Document(msgspec.Struct):
    objects: list[_Object]
    events: list[_Event]


class _OldEvent(msgspec.Struct, gc=False):
    activity: str = msgspec.field(name="ocel:activity")
    time: str = msgspec.field(name="ocel:timestamp")
    objects: list[str] = msgspec.field(name="ocel:omap", default_factory=list[str])
    attributes: dict[str, Any] = msgspec.field(name="ocel:vmap", default_factory=dict[str, Any])


class _OldObject(msgspec.Struct, gc=False):
    type: str = msgspec.field(name="ocel:type")
    attributes: dict[str, Any] = msgspec.field(name="ocel:ovmap", default_factory=dict[str, Any])


class _OldDocument(msgspec.Struct):
    events: dict[str, _OldEvent] = msgspec.field(name="ocel:events")
    objects: dict[str, _OldObject] = msgspec.field(name="ocel:objects")


_OBJECT, _EVENT = msgspec.json.Decoder(_Object), msgspec.json.Decoder(_Event)
_OLD_OBJECT, _OLD_EVENT = msgspec.json.Decoder(_OldObject), msgspec.json.Decoder(_OldEvent)

_EVENTS = ("events", "ocel:events")
_OBJECTS = ("objects", "ocel:objects")
_BRACKETS = {"events": "[]", "objects": "[]", "ocel:events": "{}", "ocel:objects": "{}"}
_FAILURES = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)


def read_json(path: Path, moments: MomentReader, log: OcelLog) -> None:
    """Adds what the file has. Raises BadInputError where it is no OCEL log."""
    try:
        with open_unpacked(path) as (head, stream):
            _Reader(moments, log).read(json_members(head, stream, _BRACKETS))
    except _FAILURES as error:
        raise BadInputError(Problem(_problem_of(path, error), str(path))) from error


class _Reader:
    """Adds the members of a document to a log, in whatever order they come."""

    def __init__(self, moments: MomentReader, log: OcelLog) -> None:
        self._moments, self._log = moments, log
        self._relations: list[tuple[str, str, str]] = []
        """Between objects: they are added when all objects are there."""

    def read(self, members: Iterator[tuple[str, str, Text]]) -> None:
        """Raises ValueError where something is no OCEL, or a key is there twice."""
        add = {
            "objects": self._add_object,
            "events": self._add_event,
            "ocel:objects": self._add_old_object,
            "ocel:events": self._add_old_event,
        }
        names: set[str] = set()
        for name, key, text in members:
            if not text:
                names.add(name)
                continue
            refuse_repeated_key(text if isinstance(text, str) else bytes(text))
            if name in add:
                add[name](key, text)
        if not any({events, objects} <= names for events, objects in zip(_EVENTS, _OBJECTS, strict=True)):
            raise ValueError("it has no objects and no events")
        for relation in self._relations:
            self._log.relate(*relation)

    def _add_object(self, _: str, text: Text) -> None:
        each = _OBJECT.decode(text)
        id_ = each.id.strip()
        self._log.add(id_, each.type.strip(), _last(each.attributes or ()))
        for relation in each.relationships or ():
            self._relations.append(
                (intern(id_), intern(relation.object_id.strip()), intern((relation.qualifier or "").strip()))
            )

    def _add_event(self, _: str, text: Text) -> None:
        event = _EVENT.decode(text)
        self._log.add_event(
            (event.id.strip(), event.type.strip(), self._moments.rfc3339(str(event.time).strip())),
            _last(event.attributes or ()),
            [(relation.object_id, relation.qualifier or "") for relation in event.relationships or ()],
        )

    def _add_old_object(self, id_: str, text: Text) -> None:
        each = _OLD_OBJECT.decode(text)
        self._log.add(id_.strip(), each.type.strip(), _plain(each.attributes))

    def _add_old_event(self, id_: str, text: Text) -> None:
        event = _OLD_EVENT.decode(text)
        self._log.add_event(
            (id_.strip(), event.activity.strip(), self._moments.rfc3339(event.time.strip())),
            _plain(event.attributes),
            [(object_, "") for object_ in event.objects],
        )


def _problem_of(path: Path, error: Exception) -> str:
    """What is wrong with a document, with its place in the whole of it."""
    content = read_bytes(path)
    try:
        refuse_repeated_key(content)
        msgspec.json.decode(content, type=_OldDocument if b'"ocel:events"' in content else _Document)
    except _FAILURES as whole:
        error = whole
    return _json_problem(content, error)


def _plain(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: clean(value) for name, value in attributes.items() if value is not None}


def _json_problem(content: bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "It cannot be read as an OCEL log: it is nested too deeply."
    if not content.strip():
        return "It cannot be read as an OCEL 2.0 log: it is empty. One has `objects` and `events`."
    if isinstance(error, UnicodeDecodeError):
        return f"It is not text in UTF-8 (byte 0x{error.object[error.start]:02x}): save it in UTF-8."
    hint = ""
    if isinstance(error, msgspec.ValidationError) and "`objects`" in str(error):
        hint = " An OCEL 2.0 log has `objects` and `events`."
    elif not isinstance(error, msgspec.ValidationError) and not begins_as_json(content[:_START]):
        hint = " A CSV file needs a `csv` section in the mapping."
    return f"It cannot be read as an OCEL 2.0 log: {error}.{hint}"


def _last(attributes: Sequence[_Attribute]) -> dict[str, Any]:
    """The last value of each; a value without a time is from the beginning."""
    if not any(each.time for each in attributes):
        return {intern(each.name): clean(each.value) for each in attributes if each.value is not None}
    return last_values((each.name, each.value, each.time) for each in attributes)
