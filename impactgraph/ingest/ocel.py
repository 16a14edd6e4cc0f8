"""Events of OCEL 2.0 logs (JSON and SQLite), by a mapping."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.mapped import LogEntry, LoggedObject, OrderIndex, cloud_events
from impactgraph.ingest.mapping import Mapping

_SQLITE = b"SQLite format 3\x00"


class _Attribute(msgspec.Struct):
    name: str
    value: Any
    time: str = ""


class _Relation(msgspec.Struct, rename="camel"):
    object_id: str


class _Object(msgspec.Struct):
    id: str
    type: str
    attributes: list[_Attribute] = []
    relationships: list[_Relation] = []


class _Event(msgspec.Struct):
    id: str
    type: str
    time: str
    attributes: list[_Attribute] = []
    relationships: list[_Relation] = []


class _Document(msgspec.Struct):
    objects: list[_Object]
    events: list[_Event]


@dataclass
class _Log:
    """A log in memory: orders and fulfillments by id, and the events by time."""

    orders: dict[str, LoggedObject] = field(default_factory=dict[str, LoggedObject])
    fulfillments: dict[str, LoggedObject] = field(default_factory=dict[str, LoggedObject])
    owner: dict[str, str] = field(default_factory=dict[str, str])
    """Order of each fulfillment."""
    events: list[_Event] = field(default_factory=list[_Event])

    def relate(self, one: str, other: str) -> None:
        """Relates an order and a fulfillment, in either direction."""
        for order, part in ((one, other), (other, one)):
            if order in self.orders and part in self.fulfillments:
                self.owner.setdefault(part, order)


def ocel_events(path: Path, mapping: Mapping) -> Iterator[tuple[bytes, str]]:
    """(event, `file: event id`) of every mapped event.

    Raises BadInputError where the file is not an OCEL 2.0 log, or has no orders.
    """
    try:
        with path.open("rb") as file:
            start = file.read(16)
        log = _sqlite(path, mapping) if start == _SQLITE else _json(path, mapping)
    except (OSError, msgspec.DecodeError, sqlite3.Error) as error:
        raise BadInputError(
            Problem(
                f"It cannot be read as an OCEL 2.0 log: {getattr(error, 'strerror', None) or error}.",
                str(path),
            )
        ) from error
    if not log.orders:
        raise BadInputError(
            Problem(
                f"It has no object of the type {mapping.order.type!r}, which the mapping says are orders.",
                str(path),
            )
        )
    for event in log.events:
        orders, parts = _objects(event, log)
        for one, part in ((one, part) for one in orders for part in parts):
            log.relate(one, part)
    yield from cloud_events(_entries(path, mapping, log), mapping, _order_index(mapping, log))


def _json(path: Path, mapping: Mapping) -> _Log:
    document = msgspec.json.decode(path.read_bytes(), type=_Document)
    log = _Log()
    for instance in document.objects:
        _keep(log, mapping, instance.id, instance.type, _last(instance.attributes))
    for instance in document.objects:
        for relation in instance.relationships:
            log.relate(instance.id, relation.object_id)
    log.events = sorted(document.events, key=lambda event: event.time)
    return log


def _keep(log: _Log, mapping: Mapping, id_: str, type_: str, attributes: dict[str, Any]) -> None:
    if type_ == mapping.order.type:
        log.orders[id_] = LoggedObject(id_, attributes)
    elif type_ == mapping.fulfillment.type:
        log.fulfillments[id_] = LoggedObject(id_, attributes)


def _last(attributes: Sequence[_Attribute]) -> dict[str, Any]:
    """The last value of each."""
    return {
        attribute.name: attribute.value
        for attribute in sorted(attributes, key=lambda attribute: attribute.time)
    }


def _sqlite(path: Path, mapping: Mapping) -> _Log:
    log = _Log()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        for type_ in filter(None, (mapping.order.type, mapping.fulfillment.type)):
            for id_, rows in _by_id(connection, "object", type_).items():
                changes = [
                    (str(row["ocel_time"] or ""), name, row[name])
                    for row in rows
                    for name in row.keys()  # noqa: SIM118 - a row iterates over its values
                    if not name.startswith("ocel_")
                ]
                _keep(
                    log,
                    mapping,
                    id_,
                    type_,
                    {
                        name: value
                        for _, name, value in sorted(changes, key=lambda c: c[0])
                        if value is not None
                    },
                )
        for one, other in connection.execute("select ocel_source_id, ocel_target_id from object_object"):
            log.relate(str(one), str(other))
        relations: dict[str, list[_Relation]] = {}
        for event, object_ in connection.execute("select ocel_event_id, ocel_object_id from event_object"):
            relations.setdefault(str(event), []).append(_Relation(str(object_)))
        for (type_,) in connection.execute("select ocel_type from event_map_type").fetchall():
            for id_, rows in _by_id(connection, "event", str(type_)).items():
                attributes = [
                    _Attribute(name, rows[0][name])
                    for name in rows[0].keys()  # noqa: SIM118 - a row iterates over its values
                    if not name.startswith("ocel_")
                ]
                log.events.append(
                    _Event(id_, str(type_), str(rows[0]["ocel_time"]), attributes, relations.get(id_, []))
                )
    log.events.sort(key=lambda event: event.time)
    return log


def _by_id(connection: sqlite3.Connection, what: str, type_: str) -> dict[str, list[sqlite3.Row]]:
    """Rows of the table of an object or event type, by id; none where the log has no such type."""
    table = connection.execute(
        f"select ocel_type_map from {what}_map_type where ocel_type = ?", [type_]
    ).fetchone()
    rows_by_id: dict[str, list[sqlite3.Row]] = {}
    if table is not None:
        name = str(table[0]).replace('"', '""')
        for row in connection.execute(f'select * from "{what}_{name}"'):
            rows_by_id.setdefault(str(row["ocel_id"]), []).append(row)
    return rows_by_id


def _objects(event: _Event, log: _Log) -> tuple[list[str], list[str]]:
    """Ids of the orders and of the fulfillments that an event is of."""
    ids = list(dict.fromkeys(relation.object_id for relation in event.relationships))
    return [id_ for id_ in ids if id_ in log.orders], [id_ for id_ in ids if id_ in log.fulfillments]


def _entries(path: Path, mapping: Mapping, log: _Log) -> Iterator[LogEntry]:
    activities = mapping.activities()
    for event in log.events:
        if event.type not in activities:
            continue
        orders, parts = _objects(event, log)
        mine = dict.fromkeys([*orders, *(log.owner[part] for part in parts if part in log.owner)])
        for order in mine:
            own = [log.fulfillments[part] for part in parts if log.owner.get(part) == order]
            yield LogEntry(
                event.id,
                event.type,
                _moment(event.time),
                log.orders[order],
                own,
                _last(event.attributes),
                f"{path}: {event.id}",
            )


def _order_index(mapping: Mapping, log: _Log) -> OrderIndex:
    index = OrderIndex()
    for part, order in log.owner.items():
        index.fulfillments.setdefault(order, {})[part] = log.fulfillments[part]
    index.placements = {
        order
        for event in log.events
        if event.type in mapping.order.placed
        for order in _objects(event, log)[0]
    }
    return index


def _moment(text: str) -> str:
    """As RFC 3339: SQLite logs put a space between date and time."""
    return text.replace(" ", "T", 1)
