"""Digests of sets of events: the watermarks of views, since numbers of events would count hidden ones.

The digest of a set is the sum of the hashes of its events, so it is the same in every process and in whatever
order the events came, and says nothing of events that are not in the set.
"""

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.columns import Codes
from impactgraph.stores.local.replica import Replica
from impactgraph.stores.state.event_kinds import EventKind

_BITS = 2**63 - 1
_QUERY = f"select seq, order_number, hash from events where kind <> {int(EventKind.INVENTORY)}"
"""Figures of stock are left out: they are of no order, and no list of orders depends on them."""


class EventDigests:
    """Sums of all recorded events by order, kept while events are only added. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._state: tuple[Replica, str] | None = None
        self._last = 0
        self._by_order: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self._others = 0

    def at(self, replica: Replica, orders: Codes, moment: Millis) -> int:
        """The digest of the events up to a moment that are of these orders (by number) or of no order.

        Cost: a look at the events since the last call and at those later than the moment.
        """
        later = replica.record.arrays(f"{_QUERY} and time > ?", [moment])
        with self._lock:
            self._follow(replica)
            by_order, others = self._by_order, self._others
        later_by_order, later_others, _ = _sums(later, len(by_order))
        orders = orders[orders < len(by_order)]
        until = by_order - later_by_order[: len(by_order)]  # of unsigned numbers, modulo 2^64
        return (int(until[orders].sum(dtype=np.uint64)) + others - later_others) & _BITS

    def _follow(self, replica: Replica) -> None:
        """Adds what is new; begins anew where events were removed."""
        state = (replica, replica.generation)
        if self._state is None or self._state[0] is not replica or self._state[1] != state[1]:
            self._state, self._last, self._others = state, 0, 0
            self._by_order = np.zeros(0, np.uint64)
        if replica.watermark == self._last:
            return
        new = replica.record.arrays(f"{_QUERY} and seq > ?", [self._last])
        by_order, others, last = _sums(new, len(self._by_order))
        by_order[: len(self._by_order)] += self._by_order
        self._by_order = by_order
        self._others += others
        self._last = max(self._last, last)


def _sums(events: list[NDArray[np.generic]], least: int) -> tuple[NDArray[np.uint64], int, int]:
    """Sums by number of the order (at least so many), sum of the events of none, greatest sequence number."""
    seq, order, hashes = events
    number = order.astype(np.int64)
    is_of_order = number >= 0
    of_orders = number[is_of_order]
    size = max(least, int(of_orders.max()) + 1 if len(of_orders) else 0)
    by_order = np.zeros(size, np.uint64)
    np.add.at(by_order, of_orders, hashes.astype(np.uint64)[is_of_order])
    others = int(hashes.astype(np.uint64)[~is_of_order].sum(dtype=np.uint64))
    return by_order, others, int(seq.astype(np.int64).max()) if len(seq) else 0
