"""OCEL 2.0 logs (JSON and SQLite), read into memory."""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.moments import MomentReader, instant
from impactgraph.ingest.text_files import (
    SQLITE,
    UndecodableError,
    foreign_kind,
    open_unpacked,
    read_bytes,
)


class _Attribute(msgspec.Struct):
    name: str
    value: Any = None
    time: str | None = None


class _Relation(msgspec.Struct, rename="camel"):
    object_id: str


class _Object(msgspec.Struct):
    id: str
    type: str
    attributes: list[_Attribute] | None = None
    relationships: list[_Relation] | None = None


class _Event(msgspec.Struct):
    id: str
    type: str
    time: str
    attributes: list[_Attribute] | None = None
    relationships: list[_Relation] | None = None


class _Document(msgspec.Struct):
    objects: list[_Object]
    events: list[_Event]


@dataclass(slots=True)
class OcelObject:
    type: str
    attributes: dict[str, Any]
    """The last value of each."""
    related: list[str] = field(default_factory=list[str])
    """Ids of objects, in either direction; some may not be in the log."""


@dataclass(slots=True)
class OcelEvent:
    id: str
    type: str
    time: str
    """RFC 3339, or as the log has it where that is no moment."""
    attributes: dict[str, Any]
    objects: list[str]
    """Ids of its objects; some may not be in the log."""


@dataclass
class OcelLog:
    objects: dict[str, OcelObject] = field(default_factory=dict[str, OcelObject])
    events: list[OcelEvent] = field(default_factory=list[OcelEvent])
    """By time; ids may stand twice."""
    unknown: dict[str, str] = field(default_factory=dict[str, str])
    """Objects that a relation between objects names and the log does not have, with one that names each."""

    repeated: list[str] = field(default_factory=list[str])
    """Ids that stand for several objects: the first counts."""

    def add(self, id_: str, type_: str, attributes: dict[str, Any]) -> None:
        """Adds an object, unless another one has its id."""
        if id_ in self.objects:
            self.repeated.append(id_)
        else:
            self.objects[id_] = OcelObject(type_, attributes)

    def relate(self, one: str, other: str) -> None:
        for source, target in ((one, other), (other, one)):
            if source in self.objects:
                self.objects[source].related.append(target)
            elif source:
                self.unknown.setdefault(source, target)


def read_ocel(path: Path, moments: MomentReader) -> OcelLog:
    """Raises BadInputError where the file is no OCEL 2.0 log, with what it is instead where that shows."""
    try:
        with open_unpacked(path) as (head, stream):
            if head.startswith(SQLITE):
                with tempfile.NamedTemporaryFile(suffix=".sqlite") as copy:
                    copy.write(stream.read())
                    copy.flush()
                    return _sqlite(Path(copy.name), moments)
        if foreign := foreign_kind(head):
            raise BadInputError(Problem(f"It is no OCEL 2.0 log in JSON or SQLite but {foreign}.", str(path)))
        return _json(path, moments)
    except (OSError, EOFError, sqlite3.Error, IndexError, UndecodableError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInputError(Problem(f"It cannot be read as an OCEL 2.0 log: {reason}.", str(path))) from error


def _json(path: Path, moments: MomentReader) -> OcelLog:
    content = read_bytes(path)
    try:
        document = msgspec.json.decode(content, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise BadInputError(Problem(_json_problem(content, error), str(path))) from error
    log = OcelLog()
    for each in document.objects:
        log.add(each.id.strip(), each.type.strip(), _last(each.attributes or ()))
    for each in document.objects:
        for relation in each.relationships or ():
            log.relate(each.id.strip(), relation.object_id.strip())
    log.events = [
        OcelEvent(
            event.id.strip(),
            event.type.strip(),
            moments.rfc3339(event.time.strip()),
            _last(event.attributes or ()),
            _distinct(relation.object_id for relation in event.relationships or ()),
        )
        for event in document.events
    ]
    _sort(log)
    return log


def _json_problem(content: bytes, error: Exception) -> str:
    if b'"ocel:events"' in content or b'"ocel:global-log"' in content:
        return "It is an OCEL 1.0 log, and OCEL 2.0 is read: convert it, for example with pm4py."
    if isinstance(error, RecursionError):
        return "It cannot be read as an OCEL 2.0 log: it is nested too deeply."
    if isinstance(error, UnicodeDecodeError):
        return f"It is not text in UTF-8 (byte 0x{content[error.start]:02x}): save it in UTF-8."
    hint = ""
    if isinstance(error, msgspec.ValidationError) and "`objects`" in str(error):
        hint = " An OCEL 2.0 log has `objects` and `events`."
    elif not isinstance(error, msgspec.ValidationError):
        hint = " A CSV file needs a `csv` section in the mapping."
    return f"It cannot be read as an OCEL 2.0 log: {error}.{hint}"


def _distinct(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(id_.strip() for id_ in ids))


def _last(attributes: Iterable[_Attribute]) -> dict[str, Any]:
    """The last value of each; a value without a time is from the beginning."""
    return _last_values((each.name, each.value, each.time) for each in attributes)


def _last_values(changes: Iterable[tuple[str, Any, str | None]]) -> dict[str, Any]:
    timed = [(instant(time) if time else float("-inf"), name, value) for name, value, time in changes]
    timed.sort(key=lambda change: change[0])
    return {name: _clean(value) for _, name, value in timed if value is not None}


def _clean(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _sort(log: OcelLog) -> None:
    log.events.sort(key=lambda event: instant(event.time))


def _sqlite(path: Path, moments: MomentReader) -> OcelLog:
    log = OcelLog()
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        for type_, table in _tables(connection, "object"):
            for id_, rows in _rows_by_id(connection, table).items():
                changes = [
                    (name, row[name], moments.rfc3339(str(row["ocel_time"] or "")))
                    for row in rows
                    for name in _attribute_names(row)
                ]
                log.add(id_, type_, _last_values(changes))
        for one, other in connection.execute("select ocel_source_id, ocel_target_id from object_object"):
            log.relate(str(one).strip(), str(other).strip())
        relations: dict[str, list[str]] = {}
        for event, object_ in connection.execute("select ocel_event_id, ocel_object_id from event_object"):
            relations.setdefault(str(event).strip(), []).append(str(object_))
        for type_, table in _tables(connection, "event"):
            for id_, rows in _rows_by_id(connection, table).items():
                for row in rows:
                    attributes = {name: _clean(row[name]) for name in _attribute_names(row)}
                    time = moments.rfc3339(str(row["ocel_time"] or "").strip())
                    objects = _distinct(relations.get(id_, ()))
                    log.events.append(OcelEvent(id_, type_, time, attributes, objects))
    _sort(log)
    return log


def _tables(connection: sqlite3.Connection, what: str) -> Iterator[tuple[str, str]]:
    """(type, quoted name of its table) of every event or object type."""
    types = connection.execute(f"select ocel_type, ocel_type_map from {what}_map_type").fetchall()
    for type_, name in types:
        escaped = str(name).replace('"', '""')
        yield str(type_).strip(), f'"{what}_{escaped}"'


def _rows_by_id(connection: sqlite3.Connection, table: str) -> dict[str, list[sqlite3.Row]]:
    rows_by_id: dict[str, list[sqlite3.Row]] = {}
    for row in connection.execute(f"select * from {table}"):
        rows_by_id.setdefault(str(row["ocel_id"]).strip(), []).append(row)
    return rows_by_id


def _attribute_names(row: sqlite3.Row) -> list[str]:
    return [name for name in row.keys() if not name.startswith("ocel_")]  # noqa: SIM118 - a row iterates over values
