"""The record in parts, for backups: families of tables, cut into ranges of their numbers.

A part is written again only where its fingerprint changed. Ranges are those of the last backup; what came
since makes new ones, and many small ones at the end are merged.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from impactgraph.ports.backup import Part, PartKey, Totals
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.packing import pack
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.record_file import FrozenRecord
from impactgraph.stores.local.tables import NUMBERED
from impactgraph.stores.state.event_kinds import JOURNAL

PART_ROWS = 50_000
"""Numbers of a range at most: a part is then a few megabytes."""
MOST_SMALL = 16
"""Parts of a family that have less than half of that; where there are more, those at the end are merged."""


@dataclass(frozen=True)
class Family:
    """Tables that are saved together."""

    name: str
    tables: Mapping[str, str]
    """The column of each by which its rows are numbered; empty: it is saved as a whole."""
    order: Mapping[str, str] = field(default_factory=dict[str, str])
    """By what the rows of a table are ordered, where not by its number."""


FAMILIES = (
    Family("words", {"words": ""}, {"words": "domain, code"}),
    Family("topologies", {"topologies": "number"}),
    Family("orders", {"orders": "number"}),
    Family("fulfillments", {"fulfillments": "number"}),
    Family("events", {"events": "seq", "placed": "seq", "placements": "seq"}),
    Family("quarantine", {"aside": "number"}),
    Family(
        "ingests",
        {"ingests": "", "ingest_reports": "", "brought": "", "brought_aside": "", "undos": ""},
        dict.fromkeys(("ingests", "ingest_reports", "brought", "brought_aside", "undos"), "rowid"),
    ),
    Family("sources", {"source_positions": "", "source_counts": ""}, {"source_positions": "source, part"}),
    Family("retentions", {"retentions": ""}, {"retentions": "seq"}),
    Family("removals", {"forgotten": ""}, {"forgotten": "seq"}),
)
"""In the order in which they are restored: what is taken back or removed comes after the events."""
_COUNTS = {
    "events": "events",
    "orders": "orders",
    "fulfillments": "fulfillments",
    "journal": f"events where kind between {int(JOURNAL[0])} and {int(JOURNAL[-1])}",
    "quarantine": "aside",
    "ingests": "ingests",
    "undos": "undos",
    "topologies": "topologies",
    "retentions": "retentions",
    "sources": "source_positions",
    "forgotten": "forgotten",
}


def totals(record: "Record | FrozenRecord") -> Totals:
    greatest = ", ".join(f"(select coalesce(max(seq), 0) from {table})" for table in NUMBERED)
    counts = ", ".join(f"(select count(*) from {table})" for table in _COUNTS.values())
    watermark, *values = record.rows(f"select greatest({greatest}), {counts}")[0]
    return Totals(int(watermark), dict(zip(_COUNTS, map(int, values), strict=True)))


def parts(record: FrozenRecord, known: Mapping[PartKey, str]) -> Iterator[Part]:
    """Every part of the record; those of `known` (fingerprints) without their data where they are the
    same.
    """
    for family in FAMILIES:
        for key in _ranges(record, family, known):
            count, fingerprint = _fingerprint(record, family, key)
            is_known = known.get(key) == fingerprint
            if count:
                yield Part(key, fingerprint, count, None if is_known else _data(record, family, key))


def _ranges(record: FrozenRecord, family: Family, known: Iterable[PartKey]) -> Iterator[PartKey]:
    """Adjacent ranges that hold all rows of a family."""
    if not all(family.tables.values()):
        yield PartKey(family.name, 0, 0)
        return
    (table, number), *_ = family.tables.items()
    first, last = record.rows(f"select coalesce(min({number}), 0), coalesce(max({number}), -1) from {table}")[
        0
    ]
    known_ends = sorted(key.last for key in known if key.family == family.name)
    ends = _merge([end for end in known_ends if end < last])
    edges = [min(first, 0) - 1, *ends, last]
    for before, end in pairwise(edges):
        for start in range(before + 1, end + 1, PART_ROWS):
            yield PartKey(family.name, start, min(start + PART_ROWS - 1, end))


def _merge(ends: Sequence[int]) -> list[int]:
    """The ends of ranges without those of many small ones at the end."""
    small = 0
    for before, end in pairwise(reversed([-1, *ends])):
        if before - end >= PART_ROWS // 2:
            break
        small += 1
    return list(ends[:-small]) if small > MOST_SMALL else list(ends)


def _condition(family: Family, table: str, key: PartKey) -> str:
    number = family.tables[table]
    return f"where {number} between {key.first} and {key.last}" if number else ""


def _fingerprint(record: FrozenRecord, family: Family, key: PartKey) -> tuple[int, str]:
    """The number of rows, and a text that tells them apart from others: DuckDB's hashes of the rows,
    added.
    """
    total, texts = 0, list[str]()
    for table in family.tables:
        query = f"select count(*), coalesce(sum(hash(t)::hugeint), 0) from {table} t"
        count, hashes = record.rows(f"{query} {_condition(family, table, key)}")[0]
        total += int(count)
        texts.append(f"{count}-{int(hashes):x}")
    return total, " ".join(texts)


def _data(record: FrozenRecord, family: Family, key: PartKey) -> bytes:
    block = Block()
    for table, number in family.tables.items():
        order = family.order.get(table) or number or "all"
        block.add(
            table, record.table(f"select * from {table} {_condition(family, table, key)} order by {order}")
        )
    return pack(block)
