"""Looks for texts in everything that a store keeps, to prove that they are gone."""

from collections.abc import Iterator
from pathlib import Path

from impactgraph.audit.chain import texts_of_line
from impactgraph.ports.removal import Place, Search
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.packing import unpack
from impactgraph.stores.local.record import FILE, Record
from impactgraph.stores.local.terms import Terms
from impactgraph.stores.state.snapshot import texts_of

_AUDIT = "audit*.jsonl"
"""Files of the audit log."""
_TEXTS = """
select table_name, column_name from information_schema.columns
where data_type = 'VARCHAR' and table_catalog = current_database() order by 1, 2
"""


def search_record(record: Record, terms: Terms) -> Search:
    """Every text of every table, and every file of its folder.

    The file of the tables is read as bytes, too, where no table has the texts inside of longer ones.
    """
    search, is_inside = _search_tables(record, terms)
    if record.folder is not None:
        for path in sorted(each for each in record.folder.rglob("*") if each.is_file()):
            search += _search_file(path, terms, raw_tables=not is_inside)
    return search


def _search_tables(record: Record, terms: Terms) -> tuple[Search, bool]:
    search, is_inside = Search(), False
    for table, column in record.rows(_TEXTS):
        size, inside = record.rows(
            f"select coalesce(sum(strlen({column})), 0), "
            f"coalesce(bool_or({terms.condition(column, inside=True)}), false) from {table}"
        )[0]
        is_inside |= bool(inside)
        texts = record.rows(f"select {column} from {table} where {terms.condition(column)}") if inside else ()
        search += _search_of(
            f"table {table}.{column}", int(size), sum(terms.count(text) for (text,) in texts)
        )
    return search, is_inside


def _search_file(path: Path, terms: Terms, *, raw_tables: bool) -> Search:
    if path.suffix == ".text":
        texts = list(texts_of(path))
        return _search_of(str(path), path.stat().st_size, sum(map(terms.count, texts)))
    data = path.read_bytes()
    if path.match(_AUDIT):
        lines = data.decode("utf-8", "replace").split("\n")
        return _search_of(str(path), len(data), sum(terms.count(texts_of_line(line)) for line in lines))
    if path.name.startswith(FILE):
        return _search_of(str(path), len(data), int(raw_tables and terms.may_be_in(data)))
    return _search_of(str(path), len(data), terms.count(data.decode("utf-8", "replace")))


def search_block(name: str, data: bytes, terms: Terms) -> Search:
    """A packed block, unpacked."""
    texts = list(_texts(unpack(data)))
    return _search_of(name, sum(map(len, texts)), sum(map(terms.count, texts)))


def _texts(block: Block) -> Iterator[str]:
    for table in block.rows.values():
        for column in table.values():
            if column.dtype == object:
                yield from (text for text in column.tolist() if text)
    yield from block.reasons.values()


def _search_of(name: str, size: int, occurrences: int) -> Search:
    return Search(1, size, (Place(name, occurrences),) if occurrences else ())
