"""Recorded events that are stamped ahead of the clock: they wait until their time comes."""

from dataclasses import dataclass, field

import numpy as np

from graph_models.time import Millis
from impactgraph.columns import Codes, Ints
from impactgraph.columns.declare import Flags
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.record import Record

EVER: Millis = 2**62
"""Later than the time of every event."""


def _no_ints() -> Ints:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class Waiting:
    """Their times, sequence numbers and numbers of their orders (-1: of none), the earliest first."""

    time: Ints = field(default_factory=_no_ints)
    seq: Ints = field(default_factory=_no_ints)
    order: Codes = field(default_factory=lambda: np.zeros(0, np.int32))

    @staticmethod
    def of(record: Record, present: Millis) -> "Waiting":
        """Those of a record at `present`."""
        query = "select time, seq, order_number from events where time > ? order by time, seq"
        time, seq, order = record.arrays(query, [present])
        return Waiting(time, seq, order.astype(np.int32))

    def __len__(self) -> int:
        return len(self.time)

    @property
    def next_at(self) -> Millis:
        """When the first takes effect; later than every moment where none waits."""
        return int(self.time[0]) if len(self) else EVER

    @property
    def horizon(self) -> Millis:
        """The greatest moment whose events have all taken effect."""
        return self.next_at - 1

    def until(self, at: Millis) -> "Waiting":
        """Those whose time has come at `at`."""
        return self._take(self.time <= at)

    def after(self, at: Millis) -> "Waiting":
        """Those that still wait at `at`."""
        return self._take(self.time > at)

    def with_block(self, block: Block, present: Millis) -> "Waiting":
        """Follows the commit of a block."""
        remaining = self
        if len(self) and len(block.removed_seqs):
            remaining = self._take(~np.isin(self.seq, block.removed_seqs))
        events = block.rows.get("events")
        is_ahead = events["time"] > present if events else np.zeros(0, np.bool_)
        if events is None or not is_ahead.any():
            return remaining
        time = np.concatenate([remaining.time, events["time"][is_ahead]])
        seq = np.concatenate([remaining.seq, events["seq"][is_ahead]])
        order = np.concatenate([remaining.order, events["order_number"][is_ahead]])
        return Waiting(time, seq, order)._take(np.lexsort((seq, time)))

    def _take(self, which: "Flags | np.ndarray[tuple[int], np.dtype[np.intp]]") -> "Waiting":
        return Waiting(self.time[which], self.seq[which], self.order[which])
