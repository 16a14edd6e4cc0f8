"""A block: what one transaction changes in a record, as a value that can be written, sent and applied
elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.columns import Ints
from impactgraph.stores.local.tables import NUMBERED, latest_rows
from impactgraph.stores.state.event_kinds import FAILURES, JOURNAL, EventKind

Table: TypeAlias = dict[str, NDArray[Any]]
"""Columns by name, all those of the table in its order: integers, or objects that are str or None."""


@dataclass
class Block:
    rows: dict[str, Table] = field(default_factory=dict[str, Table])
    """Rows to add, by table."""
    removed_seqs: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """Sequence numbers of events that leave the record."""
    quarantine_releases: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """Numbers of entries that leave the quarantine."""
    reasons: dict[int, str] = field(default_factory=dict[int, str])
    """New reasons of quarantine entries, by number."""

    def add(self, table: str, columns: Table) -> None:
        if len(next(iter(columns.values()))):
            self.rows[table] = columns

    def __bool__(self) -> bool:
        return bool(self.rows or len(self.removed_seqs) or len(self.quarantine_releases) or self.reasons)

    @property
    def words(self) -> dict[str, list[str]]:
        """The words to add to each dictionary, in the order of their codes."""
        by_domain: dict[str, list[str]] = {}
        if rows := self.rows.get("words"):
            for domain, word in zip(rows["domain"].tolist(), rows["word"].tolist(), strict=True):
                by_domain.setdefault(domain, []).append(word)
        return by_domain

    @property
    def last_seq(self) -> int:
        """The greatest sequence number that it gives out; 0 where it gives out none."""
        numbers = [self.rows[table]["seq"] for table in NUMBERED if table in self.rows]
        return max((int(each.max()) for each in numbers), default=0)

    @property
    def earliest_change(self) -> Millis | None:
        """The earliest moment whose state of orders it changes; None where it changes none."""
        if len(self.removed_seqs):
            return 0
        events = self.rows.get("events")
        times = events["time"][events["order_number"] >= 0] if events else ()
        return int(min(times)) if len(times) else None

    @property
    def has_workflow_words(self) -> bool:
        """Whether it adds steps or records to a workflow: rows then have another width."""
        return any(domain.startswith(("steps:", "records:")) for domain in self.words)

    @property
    def is_removal(self) -> bool:
        """Whether it removes something for good: the state is then folded again from the record."""
        return "forgotten" in self.rows or "retentions" in self.rows

    @property
    def has_failure_events(self) -> bool:
        return self._has_events(FAILURES)

    @property
    def has_list_events(self) -> bool:
        return self._has_events((EventKind.LIST,))

    @property
    def has_journal_events(self) -> bool:
        return self._has_events(JOURNAL)

    def _has_events(self, kinds: Sequence[EventKind]) -> bool:
        events = self.rows.get("events")
        return bool(events and np.isin(events["kind"], kinds).any())


def concatenate_blocks(blocks: Sequence[Block]) -> Block:
    """Successive blocks as one; none may reuse a number that an earlier one of them released."""
    tables = dict.fromkeys(table for block in blocks for table in block.rows)
    rows = {
        table: latest_rows(
            table, _concatenate([block.rows[table] for block in blocks if table in block.rows])
        )
        for table in tables
    }
    reasons: dict[int, str] = {}
    for block in blocks:
        reasons |= block.reasons
    return Block(
        rows=rows,
        removed_seqs=np.concatenate([block.removed_seqs for block in blocks]),
        quarantine_releases=np.concatenate([block.quarantine_releases for block in blocks]),
        reasons=reasons,
    )


def _concatenate(tables: Sequence[Mapping[str, NDArray[Any]]]) -> Table:
    if len(tables) == 1:
        return dict(tables[0])
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
