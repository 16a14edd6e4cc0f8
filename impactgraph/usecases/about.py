"""Version of the product and state of a store's data."""

from dataclasses import dataclass
from importlib.metadata import version

from graph_models.time import Millis
from impactgraph.ports.state import EventsAhead
from impactgraph.ports.store import Store
from impactgraph.usecases.events_ahead import events_ahead


@dataclass(frozen=True, slots=True)
class StoreState:
    version: str
    """Of the product."""
    store: str
    """Identity of the store."""
    topology: str
    """Bare key of the current version; empty before the first."""
    watermark: int
    """Number of the last event ingested."""
    orders: int
    fulfillments: int
    events_ahead: EventsAhead
    """Events that wait for their time, further ahead than clocks usually differ."""


@dataclass(frozen=True, slots=True)
class StateMark:
    """Differs after every change of a store's data, also by another process."""

    watermark: int
    topology: str
    next_event_at: Millis | None = None
    """When the next event that waits for its time takes effect."""


def about(store: Store, now: Millis) -> StoreState:
    """Version and counts of the store."""
    current = mark(store)
    with store.columns() as columns:
        return StoreState(
            version("impactgraph"),
            store.identity,
            current.topology,
            columns.watermark,
            len(columns.orders),
            len(columns.fulfillments),
            events_ahead(store, now),
        )


def mark(store: Store) -> StateMark:
    """The present mark; cheap enough for several calls a second."""
    current = next((version.key for version in store.topologies() if version.current), "")
    with store.columns() as columns:
        return StateMark(columns.watermark, current, store.events_ahead(0).next_at)
