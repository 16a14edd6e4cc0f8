"""Cleans blocks of a log, and parts of a backup, of what was removed from the record for good.

They are gone through in their order, from the first. What was recorded once and taken back before the removal
is found here, too: by the hashes of ids and values, and by the texts themselves where they are known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from impactgraph.stores.local.block import Block, Table
from impactgraph.stores.local.removal import EDITED, Removal, hash_pairs, tokens, without_terms
from impactgraph.stores.local.terms import Terms

_OF_ORDERS = ("events", "placed", "placements", "fulfillments")
_ENTRY_TEXTS = ("order_id", "id", "reason", "text", "place")


class Cleaner:
    def __init__(self, removals: Sequence[Removal], terms: Terms | None = None) -> None:
        """`terms`: the ids and values, where they are still known."""
        self._terms = terms
        self._orders = {pair for removal in removals for pair in removal.orders}
        self._fulfillments = {pair for removal in removals for pair in removal.fulfillments}
        self._subjects = {pair for removal in removals for pair in removal.subjects}
        self._entries = np.array([each for removal in removals for each in removal.entries], np.uint64)
        self._entry_numbers = {number for removal in removals for number in removal.numbers}
        self._seqs = np.array([seq for removal in removals for seq in removal.seqs], np.int64)
        self._names = {name for removal in removals for name in removal.names}
        self._edits = [removal.edits for removal in removals]
        self._numbers: set[int] = set()
        """Numbers of the forgotten orders, as they are at this place of the log."""

    def clean(self, block: Block) -> Block | None:
        """The block without what was removed; None where it has nothing of it."""
        rows = dict(block.rows)
        self._note_orders(rows)
        _keep(rows, "orders", lambda each: ~_are_of(each, self._orders))
        _keep(rows, "fulfillments", lambda each: ~_are_of(each, self._fulfillments))
        numbers = np.array(sorted(self._numbers), np.int64)
        for table in _OF_ORDERS:
            _keep(rows, table, lambda each: ~np.isin(each["order_number"], numbers))
            if table != "fulfillments":
                _keep(rows, table, lambda each: ~np.isin(each["seq"], self._seqs))
        _keep(rows, "aside", self._are_clean_entries)
        self._edit(rows)
        reasons = {
            number: text for number, text in block.reasons.items() if not self._is_reason(number, text)
        }
        is_same = all(rows.get(table) is each for table, each in block.rows.items())
        if is_same and len(reasons) == len(block.reasons):
            return None
        return replace(block, rows={table: each for table, each in rows.items() if each}, reasons=reasons)

    def _note_orders(self, rows: Mapping[str, Table]) -> None:
        """A number may be used again after an ingest was taken back."""
        if orders := rows.get("orders"):
            is_forgotten = _are_of(orders, self._orders)
            self._numbers.difference_update(orders["number"][~is_forgotten].tolist())
            self._numbers.update(orders["number"][is_forgotten].tolist())

    def _are_clean_entries(self, rows: Table) -> NDArray[np.bool_]:
        is_clean = ~np.isin(rows["hash"], self._entries)
        for row in np.flatnonzero(is_clean).tolist():
            is_clean[row] = not any(self.names_subject(rows[name][row]) for name in _ENTRY_TEXTS)
        return is_clean

    def _is_reason(self, number: int, text: str) -> bool:
        return number in self._entry_numbers or self.names_subject(text)

    def names_subject(self, text: str | None) -> bool:
        """Whether a text has one of the ids and values that were removed."""
        if not text or not self._subjects:
            return False
        if self._terms is not None:
            return self._terms.count(text) > 0
        return any(pair in self._subjects for pair in hash_pairs(tokens(text)))

    def _edit(self, rows: dict[str, Table]) -> None:
        for edits in self._edits:
            for table, columns in edits.items():
                if table in rows:
                    rows[table] = _edit_rows(table, rows[table], columns)
        if self._names and rows.get("placed"):
            rows["placed"] = self._without_values(rows["placed"])
        if self._terms is not None:
            for table, (_, columns) in EDITED.items():
                if rows.get(table):
                    rows[table] = self._replace(table, rows[table], columns, self._terms)

    def _without_values(self, placed: Table) -> Table:
        """Without the attributes that have a forgotten value."""

        def clean(text: str) -> str | None:
            attributes = msgspec.json.decode(text, type=dict[str, Any])
            removed_names = [
                name
                for name in self._names & attributes.keys()
                if self._subjects.intersection(
                    hash_pairs([str(attributes[name]), str(attributes[name]).lower()])
                )
            ]
            if not removed_names:
                return text
            rest = {name: value for name, value in attributes.items() if name not in removed_names}
            return msgspec.json.encode(rest).decode() if rest else None

        return _map(placed, "attributes", clean)

    @staticmethod
    def _replace(table: str, rows: Table, columns: Sequence[str], terms: Terms) -> Table:
        for column in columns:
            rows = _map(
                rows,
                column,
                lambda text, column=column: (
                    without_terms(table, column, text, terms) if terms.count(text) else text
                ),
            )
        return rows


def _map(rows: Table, name: str, change: Callable[[str], str | None]) -> Table:
    """The same rows where no text changes."""
    texts = rows[name].tolist()
    changed = [text if text is None else change(text) for text in texts]
    if changed == texts:
        return rows
    column = np.empty(len(changed), np.object_)
    column[:] = changed
    return rows | {name: column}


def _keep(rows: dict[str, Table], table: str, condition: Callable[[Table], NDArray[np.bool_]]) -> None:
    if not rows.get(table):
        return
    is_kept = condition(rows[table])
    if not is_kept.all():
        columns = {name: column[is_kept] for name, column in rows[table].items()}
        rows[table] = columns if is_kept.any() else {}


def _are_of(rows: Table, pairs: set[tuple[int, int]]) -> NDArray[np.bool_]:
    is_of = np.isin(rows["high"], np.array([high for high, _ in pairs], np.uint64))
    for row in np.flatnonzero(is_of).tolist():
        is_of[row] = (int(rows["high"][row]), int(rows["low"][row])) in pairs
    return is_of


def _edit_rows(table: str, rows: Table, columns: Mapping[str, Mapping[int, str | None]]) -> Table:
    """The same rows where nothing of them is edited."""
    if not rows:
        return rows
    key, _ = EDITED[table]
    for name, texts in columns.items():
        column = rows[name].copy()
        for row in np.flatnonzero(np.isin(rows[key], np.array(list(texts), np.int64))).tolist():
            column[row] = texts[int(rows[key][row])]
        if column.tolist() != rows[name].tolist():
            rows = rows | {name: column}
    return rows
