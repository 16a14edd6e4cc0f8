"""Cleans the parts of an earlier backup of what was removed from the record since."""

from collections.abc import Sequence

from impactgraph.ports.backup import CleanPart
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.cleaner import Cleaner
from impactgraph.stores.local.packing import pack, unpack
from impactgraph.stores.local.removal import removals_in

_COUNTED = {"events": "events", "orders": "orders", "fulfillments": "fulfillments", "aside": "quarantine"}
"""Names of `Totals.counts` by the tables whose rows they count."""


class BackupCleaner:
    """Implements `impactgraph.ports.backup.PartCleaner`."""

    def __init__(self, removals: Sequence[bytes]) -> None:
        """`removals`: the parts of the latest backup in which removals are recorded."""
        tables = [unpack(data).rows["forgotten"] for data in removals]
        self._cleaner = Cleaner([removal for table in tables for removal in removals_in(table)])
        self.count = sum(len(table["seq"]) for table in tables)
        self.last = max((int(table["seq"].max()) for table in tables), default=0)

    def clean(self, data: bytes) -> CleanPart | None:
        before = unpack(data)
        block = self._cleaner.clean(before)
        if block is None:
            return None
        removed = {
            name: _rows(before, table) - _rows(block, table)
            for table, name in _COUNTED.items()
            if _rows(before, table)
        }
        rows = sum(_rows(block, table) for table in block.rows)
        return CleanPart(pack(block) if rows else None, rows, removed)

    def is_named_in(self, file: bytes) -> bool:
        return any(self._cleaner.names_subject(line.decode(errors="replace")) for line in file.splitlines())


def _rows(block: Block, table: str) -> int:
    columns = block.rows.get(table)
    return len(next(iter(columns.values()))) if columns else 0
