"""The views of a store that were asked for last."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from graph_models.access import View
from graph_models.time import Millis
from impactgraph.ports.store import Store
from impactgraph.stores.local.event_digests import EventDigests
from impactgraph.stores.local.view_states import ViewStates
from impactgraph.stores.local.viewed_store import Reading, ViewedStore

MOST_VIEWS = 16
"""Views whose states and baselines stay in memory. Each is as large as the orders that it shows."""


class Views:
    """Bounded; thread-safe. Those used least recently leave."""

    def __init__(self, whole: Store, reading: Reading, now: Callable[[], Millis]) -> None:
        self._whole = whole
        self._reading = reading
        self._now = now
        self._digests = EventDigests()
        self._lock = Lock()
        self._stores: OrderedDict[View, ViewedStore] = OrderedDict()

    def get(self, view: View) -> ViewedStore:
        with self._lock:
            store = self._stores.get(view)
            if store is None:
                states = ViewStates(view, self._digests)
                store = self._stores[view] = ViewedStore(self._whole, self._reading, states, self._now)
            self._stores.move_to_end(view)
            while len(self._stores) > MOST_VIEWS:
                self._stores.popitem(last=False)
            return store

    def forget_since(self, at: Millis) -> None:
        """Drops what the views learned of moments from `at` on, as `Baselines.forget_since` does."""
        with self._lock:
            stores = list(self._stores.values())
        for store in stores:
            store.baselines.forget_since(at)
