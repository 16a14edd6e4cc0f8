"""What one transaction changes in a record, as a value: it can be written, sent and brought into the state of another process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Ints
from impactgraph.stores.state.kinds import Kind

Table: TypeAlias = dict[str, NDArray[Any]]
"""Columns by name, all those of the table in its order; ints, or objects that are texts or None."""


@dataclass
class Block:
    rows: dict[str, Table] = field(default_factory=dict[str, Table])
    """By table, what is added to it."""
    removed: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """Sequence numbers of events that leave the record."""
    let_go: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """Numbers of entries that are no longer kept aside."""
    reasons: dict[int, str] = field(default_factory=dict[int, str])
    """Of entries kept aside, those that have another one now."""

    def add(self, table: str, columns: Table) -> None:
        if len(next(iter(columns.values()))):
            self.rows[table] = columns

    def __bool__(self) -> bool:
        return bool(self.rows or len(self.removed) or len(self.let_go) or self.reasons)

    @property
    def words(self) -> dict[str, list[str]]:
        """The new words of each domain, in order of their codes."""
        found: dict[str, list[str]] = {}
        if rows := self.rows.get("words"):
            for domain, word in zip(rows["domain"].tolist(), rows["word"].tolist(), strict=True):
                found.setdefault(domain, []).append(word)
        return found

    @property
    def tells_of_failures(self) -> bool:
        events = self.rows.get("events")
        return bool(events and (events["kind"] >= Kind.FAILURE_REPORTED).any())


def joined(blocks: Sequence[Block]) -> Block:
    """Blocks that follow each other as one: none may give a number anew that one before it made free."""
    tables = dict.fromkeys(table for block in blocks for table in block.rows)
    rows = {
        table: _stacked([block.rows[table] for block in blocks if table in block.rows]) for table in tables
    }
    reasons: dict[int, str] = {}
    for block in blocks:
        reasons |= block.reasons
    return Block(
        rows,
        np.concatenate([block.removed for block in blocks]),
        np.concatenate([block.let_go for block in blocks]),
        reasons,
    )


def _stacked(parts: Sequence[Mapping[str, NDArray[Any]]]) -> Table:
    return (
        {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        if len(parts) > 1
        else dict(parts[0])
    )
