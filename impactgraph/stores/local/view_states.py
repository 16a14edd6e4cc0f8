"""The states that one view shows, kept while nothing that it shows changes."""

from dataclasses import dataclass
from threading import Lock

import numpy as np

from graph_models.access import View
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes
from impactgraph.columns.declare import Flags
from impactgraph.stores.local.cut_state import CutState, cut_down, masked_state
from impactgraph.stores.local.event_digests import EventDigests
from impactgraph.stores.local.replica import Replica
from impactgraph.stores.local.visible_orders import visible_orders
from impactgraph.stores.local.waiting import Waiting
from impactgraph.stores.state.instances import Instances

_MOST_PAST = 2
"""States of past moments that stay in memory."""


@dataclass(frozen=True)
class _Version:
    """What decides the present state of a replica."""

    instances: Instances
    watermark: int
    topology: str
    waiting: Waiting

    @staticmethod
    def of(replica: Replica) -> "_Version":
        live = replica.state.instances
        return _Version(live, live.columns.watermark, replica.topologies.current_key, replica.waiting)

    def same_as(self, other: "_Version") -> bool:
        return (
            self.instances is other.instances
            and self.waiting is other.waiting
            and (self.watermark, self.topology) == (other.watermark, other.topology)
        )


class ViewStates:
    """Cuts down the states of a replica. Thread-safe; the replica must not change during a call.

    Which orders are shown is decided by the present state, for every moment alike: so what is learned from
    the past is learned from the same orders.
    """

    def __init__(self, view: View, digests: EventDigests) -> None:
        self.view = view
        self._digests = digests
        self._lock = Lock()
        self._version: _Version | None = None
        self._is_shown: Flags = np.zeros(0, np.bool_)
        """By row of the present state."""
        self._present: CutState | None = None
        self._past: dict[Millis, tuple[Instances, CutState]] = {}

    def at(self, replica: Replica, as_of: Millis | None) -> CutState:
        instances = replica.instances(as_of)
        with self._lock:
            present = self._follow(replica)
            if instances is replica.state.instances:
                return present
            past = self._past.get(as_of or 0)
            if past is None or past[0] is not instances:
                past = instances, self._cut_past(replica, instances, as_of or 0)
                newest = list(self._past.items())[1 - _MOST_PAST :]
                self._past = {**dict(newest), as_of or 0: past}
            return past[1]

    def digest(self, replica: Replica, orders: Codes, moment: Millis) -> int:
        """Identifies the events up to a moment that are of these orders, or of none."""
        return self._digests.at(replica, orders, moment)

    def _follow(self, replica: Replica) -> CutState:
        version = _Version.of(replica)
        if self._present is not None and self._version is not None and version.same_as(self._version):
            return self._present
        live = replica.state.instances
        if self.view.rows.shows_everything:
            self._present = masked_state(live, self.view.masked)
        else:
            self._present = self._cut_present(replica, live)
        self._version = version
        self._past = {}
        return self._present

    def _cut_present(self, replica: Replica, live: Instances) -> CutState:
        """The cut of before where no event came of what it shows, and none of its orders left."""
        topology = replica.topologies.current()
        self._is_shown = visible_orders(live.columns, topology or Topology(), self.view.rows)
        numbers = live.orders.rows.number[self._is_shown]
        watermark = self.digest(replica, numbers, replica.horizon(None))
        before = self._present
        if (
            before is not None
            and self._version is not None
            and self._version.topology == replica.topologies.current_key
            and before.columns.watermark == watermark
            and np.array_equal(np.sort(before.numbers), np.sort(numbers))
        ):
            return before
        return cut_down(live, self._is_shown, self.view.masked, watermark)

    def _cut_past(self, replica: Replica, past: Instances, moment: Millis) -> CutState:
        if self.view.rows.shows_everything:
            return masked_state(past, self.view.masked)
        rows = replica.state.instances.order_rows(past.orders.rows.number)
        is_shown = (rows >= 0) & np.append(self._is_shown, np.False_)[rows]
        watermark = self.digest(replica, past.orders.rows.number[is_shown], moment)
        known = self._present.columns.dictionaries if self._present is not None else None
        return cut_down(past, is_shown, self.view.masked, watermark, known)
