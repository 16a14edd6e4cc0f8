"""OCEL 2.0 and 1.0 logs in JSON."""

from collections.abc import Sequence
from pathlib import Path
from sys import intern
from typing import Any

import msgspec

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.json_text import refuse_repeated_key
from impactgraph.ingest.moments import MomentReader
from impactgraph.ingest.ocel_log import OcelEvent, OcelLog, clean, last_values
from impactgraph.ingest.text_files import begins_as_json, read_bytes

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
    events: list[msgspec.Raw]
    """Decoded one by one: in memory they take several times what their text takes."""


_EVENT = msgspec.json.Decoder(_Event)


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


def read_json(path: Path, moments: MomentReader, log: OcelLog) -> None:
    """Adds what the file has. Raises BadInputError where it is no OCEL log."""
    content = read_bytes(path)
    is_old = b'"ocel:events"' in content
    try:
        refuse_repeated_key(content)
        if is_old:
            _add_old(msgspec.json.decode(content, type=_OldDocument), moments, log)
        else:
            _add(msgspec.json.decode(content, type=_Document), moments, log)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise BadInputError(Problem(_json_problem(content, error), str(path))) from error


def _add(document: _Document, moments: MomentReader, log: OcelLog) -> None:
    for each in document.objects:
        log.add(each.id.strip(), each.type.strip(), _last(each.attributes or ()))
    for each in document.objects:
        for relation in each.relationships or ():
            log.relate(each.id.strip(), relation.object_id.strip(), (relation.qualifier or "").strip())
    for number, text in enumerate(document.events):
        event = _event(text, number)
        time = moments.rfc3339(str(event.time).strip())
        attributes = _last(event.attributes or ())
        log.add_event(
            OcelEvent(event.id.strip(), event.type.strip(), time, attributes, []),
            [(relation.object_id, relation.qualifier or "") for relation in event.relationships or ()],
        )


def _event(text: msgspec.Raw, number: int) -> _Event:
    """Raises ValidationError with the place in the whole document."""
    try:
        return _EVENT.decode(text)
    except msgspec.ValidationError as error:
        reason, at, place = str(error).partition(" - at `$")
        raise msgspec.ValidationError(f"{reason} - at `$.events[{number}]{place if at else '`'}") from None


def _add_old(document: _OldDocument, moments: MomentReader, log: OcelLog) -> None:
    for id_, each in document.objects.items():
        log.add(id_.strip(), each.type.strip(), _plain(each.attributes))
    for id_, event in document.events.items():
        time = moments.rfc3339(event.time.strip())
        log.add_event(
            OcelEvent(id_.strip(), event.activity.strip(), time, _plain(event.attributes), []),
            ((object_, "") for object_ in event.objects),
        )


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
