"""OCEL 2.0 logs in SQLite."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import msgspec

from impactgraph.ingest.moments import MomentReader
from impactgraph.ingest.ocel_log import OcelLog, clean, last_values


def read_sqlite(path: Path, moments: MomentReader, log: OcelLog) -> None:
    """Adds what the file has. Raises sqlite3.Error and IndexError where it is no OCEL log."""
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        for type_, table in _tables(connection, "object"):
            for id_, rows in _rows_by_id(connection, table).items():
                changes = [
                    (name, row[name], moments.rfc3339(str(row["ocel_time"] or "")))
                    for row in rows
                    for name in _attribute_names(row)
                ]
                log.add(id_, type_, last_values(changes))
        for id_, type_ in _ids_and_types(connection, "object"):
            if id_ not in log.objects:
                log.add(id_, type_, {})
        for row in connection.execute("select * from object_object"):
            one, other = row["ocel_source_id"], row["ocel_target_id"]
            log.relate(str(one).strip(), str(other).strip(), _qualifier(row))
        _add_events(connection, moments, log)


def _add_events(connection: sqlite3.Connection, moments: MomentReader, log: OcelLog) -> None:
    """Events one by one; their relations are looked up in a temporary table with an index."""
    connection.create_function("tidy", 1, _tidy, deterministic=True)
    connection.executescript(_TEMPORARY)
    relations = (
        (_tidy(row["ocel_event_id"]), str(row["ocel_object_id"]), _qualifier(row))
        for row in connection.execute("select * from event_object")
    )
    connection.executemany("insert into temp.relations values (?, ?, ?)", relations)
    connection.execute("create index temp.of_event on relations (event)")
    for type_, table in _tables(connection, "event"):
        connection.execute(f"insert or ignore into temp.ids_with_row select tidy(ocel_id) from {table}")
        for row in connection.execute(f"select *, {_RELATED.format('tidy(ocel_id)')} from {table}"):
            attributes = {name: clean(row[name]) for name in _attribute_names(row)}
            event = (_tidy(row["ocel_id"]), type_, moments.rfc3339(str(row["ocel_time"] or "").strip()))
            log.add_event(event, attributes, _PAIRS.decode(row["ocel_related"]))
    # Those without a row in the table of their type have no moment.
    for id_, type_ in _ids_and_types(connection, "event"):
        if not connection.execute("select 1 from temp.ids_with_row where id = ?", (id_,)).fetchone():
            (related,) = connection.execute(f"select {_RELATED.format('?')}", (id_,)).fetchone()
            log.add_event((id_, type_, ""), {}, _PAIRS.decode(related))


_TEMPORARY = """
pragma temp_store = file;
create temp table relations (event text, object text, qualifier text);
create temp table ids_with_row (id text primary key) without rowid;
"""
_RELATED = """(
  select json_group_array(json_array(object, qualifier))
  from (select object, qualifier from temp.relations where event = {} order by rowid)
) as ocel_related"""
"""The relations of an event, by its id."""
_PAIRS = msgspec.json.Decoder(list[tuple[str, str]])


def _tidy(value: object) -> str:
    return str(value).strip()


def _ids_and_types(connection: sqlite3.Connection, what: str) -> Iterator[tuple[str, str]]:
    """All events or objects that the log lists, with or without a row in the table of their type; none where
    it lists none.
    """
    is_there = connection.execute("select 1 from sqlite_master where name = ?", (what,)).fetchone()
    for id_, type_ in connection.execute(f"select ocel_id, ocel_type from {what}") if is_there else ():
        yield str(id_).strip(), str(type_).strip()


def _qualifier(row: sqlite3.Row) -> str:
    has_qualifier = "ocel_qualifier" in row.keys()  # noqa: SIM118 - a row iterates over values
    return str(row["ocel_qualifier"] or "").strip() if has_qualifier else ""


def _tables(connection: sqlite3.Connection, what: str) -> Iterator[tuple[str, str]]:
    """(type, quoted name of its table) of every event or object type."""
    types = connection.execute(f"select ocel_type, ocel_type_map from {what}_map_type").fetchall()
    for type_, name in types:
        quoted_name = str(name).replace('"', '""')
        yield str(type_).strip(), f'"{what}_{quoted_name}"'


def _rows_by_id(connection: sqlite3.Connection, table: str) -> dict[str, list[sqlite3.Row]]:
    rows_by_id: dict[str, list[sqlite3.Row]] = {}
    for row in connection.execute(f"select * from {table}"):
        rows_by_id.setdefault(str(row["ocel_id"]).strip(), []).append(row)
    return rows_by_id


def _attribute_names(row: sqlite3.Row) -> list[str]:
    names = row.keys()
    return [name for name in names if not name.startswith("ocel_")]
