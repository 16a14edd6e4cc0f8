"""Description of a removal for good.

The same description is applied to the tables, to the earlier blocks of a log and to earlier backups
(`cleaner.py`). It has numbers and hashes only, and the texts that stay, so that it may itself be kept.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from graph_models.time import Millis
from impactgraph.columns import Ints
from impactgraph.stores.local.block import Table
from impactgraph.stores.local.terms import Terms
from impactgraph.stores.state.key_numbers import id_hashes

_TOKENS = re.compile(r"[^\s\"',;:=<>(){}\[\]/\\|]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)+)"')
FORGOTTEN = "[forgotten]"
"""Stands in texts for what was removed from them; as the id of an event it fits every id with its hash."""
ORDER = "order"
ATTRIBUTE = "attribute"
EDITED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "events": ("seq", ("extra", "document", "id")),
    "placed": ("seq", ("attributes",)),
    "ingests": ("number", ("files",)),
    "ingest_reports": ("number", ("report",)),
}
"""Tables whose texts may be edited: their key, and the columns."""
_JSON = {("events", "extra"), ("placed", "attributes")}
"""Columns whose texts are JSON of events."""
_REPORTS = {("ingests", "files"), ("ingest_reports", "report")}
"""Columns whose texts are JSON of our own: numbers in them are counts, and of nobody."""


class Removal(msgspec.Struct, omit_defaults=True):
    """What is removed."""

    seqs: list[int] = []
    """Sequence numbers of events."""
    orders: list[tuple[int, int]] = []
    """Hashes of the ids of orders, in two halves."""
    fulfillments: list[tuple[int, int]] = []
    entries: list[int] = []
    """Hashes of the contents of quarantine entries."""
    subjects: list[tuple[int, int]] = []
    """Hashes of the ids and values that may not be found any more, in every way in which they are written."""
    names: list[str] = []
    """Attributes that are removed where they have such a value."""
    numbers: list[int] = []
    """Of quarantine entries."""
    edits: dict[str, dict[str, dict[int, str | None]]] = {}
    """By table, column and key of a row, the text in place of what it has."""

    def text_after_edits(self, table: str, column: str, key: int, text: str | None) -> str | None:
        """The text of a row, after the edits so far."""
        return self.edits.get(table, {}).get(column, {}).get(key, text)

    def edit(self, table: str, column: str, key: int, text: str | None) -> None:
        self.edits.setdefault(table, {}).setdefault(column, {})[key] = text


def hash_pairs(ids: Sequence[str]) -> list[tuple[int, int]]:
    """Both halves of the hash of each id."""
    if not ids:
        return []
    high, low = id_hashes(ids)
    return list(zip(high.tolist(), low.tolist(), strict=True))


def forgotten_row(kind: str, name: str, text: str, removal: Removal, at: Millis, seq: int) -> Table:
    """Row of the table `forgotten`: `text` is the id of the order, or the value of the attribute."""
    high, low = id_hashes([text])
    return {
        "kind": np.array([kind], np.object_),
        "name": np.array([name], np.object_),
        "high": high,
        "low": low,
        "removed_at": np.array([at], np.int64),
        "seq": np.array([seq], np.int64),
        "parts": np.array([msgspec.json.encode(removal).decode()], np.object_),
    }


def removals_in(rows: Table) -> list[Removal]:
    """Those of rows of the table `forgotten`."""
    return [msgspec.json.decode(parts, type=Removal) for parts in rows["parts"].tolist()]


def edit_statements(removal: Removal) -> list[tuple[str, list[Any]]]:
    """SQL that makes the edits, with its values."""
    return [
        (f"update {table} set {column} = ? where {EDITED[table][0]} = ?", [text, key])
        for table, columns in removal.edits.items()
        for column, texts in columns.items()
        for key, text in texts.items()
    ]


def without_terms(table: str, column: str, text: str | None, terms: Terms) -> str | None:
    """The text of one of the columns that may be edited, with FORGOTTEN in place of the terms."""
    place = (table, column)
    if place in _JSON or place in _REPORTS:
        return terms.replaced_in_json(text, FORGOTTEN, are_numbers_kept=place in _REPORTS)
    return terms.replace_in(text, FORGOTTEN)


def tokens(text: str) -> list[str]:
    """What may be an id or a value in a text, in small letters too: words, and what stands in quotes, as in
    JSON, which may be several.
    """
    words = [*_TOKENS.findall(text), *_QUOTED.findall(text)]
    return list(dict.fromkeys([*words, *(token.lower() for token in words)]))


def removed_seqs(removal: Removal) -> Ints:
    return np.array(removal.seqs, np.int64)
