"""States of past moments, made of the live one and of the record, kept until the live one changes."""

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
        self._states: dict[Millis, tuple[tuple[int, int], Instances]] = {}
        """Each with the version of the live state at which it was folded."""

    def at(self, as_of: Millis, live: State, horizon: Millis) -> Instances:
        """The state at a moment; `horizon`: the greatest time of the events of the live one."""
        with self._lock:
            live_version = (id(live.instances), live.instances.columns.watermark)
            version, instances = self._states.get(as_of, (None, None))
            if instances is None or version != live_version:
                self._make_room(live.instances, live_version)
                instances = rewind(self._record, live.instances, live.lookup, as_of, horizon) or rebuild(
                    self._record, live.event_dictionaries, live.lookup, as_of
                )
                self._states[as_of] = (live_version, instances)
            return instances

    def forget(self) -> None:
        """Drops them all: the live state has changed."""
        self._states = {}

    def _make_room(self, live: Instances, live_version: tuple[int, int]) -> None:
        """Makes room for one more, and drops those of an earlier live state."""
        most = 1 if len(live.columns.fulfillments) >= MANY_FULFILLMENTS else MOST
        newest = list(self._states.items())[len(self._states) + 1 - most :]
        self._states = {moment: past for moment, past in newest if past[0] == live_version}
