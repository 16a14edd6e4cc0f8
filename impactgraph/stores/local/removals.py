"""Index of what was removed for good: which orders are not taken again, and from when on the record is
whole.
"""

from collections.abc import Sequence

import numpy as np

from graph_models.time import Millis, moment
from impactgraph.errors import RemovedError
from impactgraph.ports.removal import RetainedFrom
from impactgraph.stores.local.batch import BatchEvent, as_text
from impactgraph.stores.local.block import Block, Table
from impactgraph.stores.local.ingest_index import IngestIndex
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.removal import ORDER, hash_pairs, tokens


class Removals:
    """In memory; `apply` keeps it current after each commit."""

    def __init__(self, record: Record) -> None:
        rows = record.rows("select high, low, removed_at from forgotten where kind = ?", [ORDER])
        self._orders: dict[tuple[int, int], Millis] = {(high, low): at for high, low, at in rows}
        self.count = sum(
            int(record.rows(f"select count(*) from {table}")[0][0]) for table in ("forgotten", "retentions")
        )
        self._before: dict[str, Millis] = dict(
            record.rows("select rule, max(before) from retentions where orders > 0 group by rule")
        )

    @property
    def retained_from(self) -> RetainedFrom | None:
        """None where no order was removed by its age."""
        if not self._before:
            return None
        return RetainedFrom(max(self._before.values()), min(self._before.values()))

    def check(self, as_of: Millis) -> None:
        """Raises RemovedError where orders that were there at this moment may have been removed by their
        age.
        """
        if (since := self.retained_from) is not None and as_of < since.answers:
            raise RemovedError(
                f"Ended orders were removed by retention up to {moment(since.answers).isoformat()}, so the "
                "state "
                f"of {moment(as_of).isoformat()} is no longer known: ask as of a later moment."
            )

    def forgotten_at(self, order: str) -> Millis | None:
        """When the order with this bare key was forgotten; None where it was not."""
        return self._orders.get(hash_pairs([order])[0])

    def mark(self, batch: Sequence[BatchEvent], index: IngestIndex) -> None:
        """Marks events that are not taken again as repeated, so that nothing of them is stored: those of
        forgotten orders, texts that name one and would be quarantined, and what is older than the record.
        """
        if self._orders:
            for event in batch:
                if self._is_forgotten(event):
                    _drop(event)
        if (since := self.retained_from) is not None:
            old = [
                event
                for event in batch
                if event.is_acceptable
                and event.order_key
                and event.event is not None
                and event.event.millis < since.events
            ]
            known = index.orders.find(list({event.order_key for event in old}))
            for event in old:
                if event.order_key not in known:
                    _drop(event)

    def _is_forgotten(self, event: BatchEvent) -> bool:
        if event.order_key:
            return self.forgotten_at(event.order_key) is not None
        if not event.rejection:
            return False
        return any(pair in self._orders for pair in hash_pairs(tokens(as_text(event.text))))

    def apply(self, block: Block) -> None:
        """Follows the commit of a block."""
        if rows := block.rows.get("forgotten"):
            self.count += len(rows["kind"])
            for kind, *pair, at in zip(
                *(rows[name].tolist() for name in ("kind", "high", "low", "removed_at")), strict=True
            ):
                if kind == ORDER:
                    self._orders[(pair[0], pair[1])] = at
        if rows := block.rows.get("retentions"):
            self.count += len(rows["rule"])
            columns = (rows[name].tolist() for name in ("rule", "before", "orders"))
            for rule, before in (
                (rule, before) for rule, before, orders in zip(*columns, strict=True) if orders
            ):
                self._before[rule] = max(before, self._before.get(rule, before))


def _drop(event: BatchEvent) -> None:
    event.rejection = ""
    event.is_duplicate = True


def retention_rows(rule: str, before: Millis, at: Millis, orders: int, seq: int) -> Table:
    """Row of the table `retentions`."""
    return {
        "rule": np.array([rule], np.object_),
        "before": np.array([before], np.int64),
        "removed_at": np.array([at], np.int64),
        "orders": np.array([orders], np.int32),
        "seq": np.array([seq], np.int64),
    }
