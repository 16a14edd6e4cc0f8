"""States of past moments, made of the live one and of the record, kept until an event changes them."""

from threading import Lock

from graph_models.time import Millis
from impactgraph.stores.local.prepare_batch import State
from impactgraph.stores.local.rebuild import rebuild
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.rewind import rewind
from impactgraph.stores.state.instances import Instances

MOST = 2
"""States that stay in memory: each is as large as the live one."""
MANY_FULFILLMENTS = 300_000
"""From this size on only one stays in memory."""


class PastStates:
    """Any thread may ask; the live state must not change during a call."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._lock = Lock()
        self._states: dict[Millis, Instances] = {}

    def at(self, as_of: Millis, live: State, horizon: Millis) -> Instances:
        """The state at a moment; `horizon`: the greatest time of the events of the live one."""
        with self._lock:
            instances = self._states.get(as_of)
            if instances is None:
                self._make_room(live.instances)
                instances = rewind(self._record, live.instances, live.lookup, as_of, horizon) or rebuild(
                    self._record, live.event_dictionaries, live.lookup, as_of
                )
                self._states[as_of] = instances
            instances.columns.watermark = live.instances.columns.watermark  # it has these events, too
            return instances

    def forget_since(self, earliest: Millis) -> None:
        """Drops those of moments from `earliest` on: of an event of that time. Nobody may be asking."""
        self._states = {moment: past for moment, past in self._states.items() if moment < earliest}

    def forget(self) -> None:
        """Drops them all: workflows have changed. Nobody may be asking."""
        self._states = {}

    def _make_room(self, live: Instances) -> None:
        """Makes room for one more."""
        most = 1 if len(live.columns.fulfillments) >= MANY_FULFILLMENTS else MOST
        self._states = dict(list(self._states.items())[len(self._states) + 1 - most :])
