"""Version of the product and state of a store's data."""

from dataclasses import dataclass
from importlib.metadata import version

from impactgraph.ports.store import Store


@dataclass(frozen=True, slots=True)
class StoreState:
    version: str
    """Of the product."""
    topology: str
    """Bare key of the current version; empty before the first."""
    watermark: int
    """Number of the last event ingested."""
    orders: int
    fulfillments: int


@dataclass(frozen=True, slots=True)
class StateMark:
    """Differs after every change of a store's data, also by another process."""

    watermark: int
    topology: str


def about(store: Store) -> StoreState:
    """Version and counts of the store."""
    current = mark(store)
    with store.columns() as columns:
        return StoreState(
            version("impactgraph"),
            current.topology,
            columns.watermark,
            len(columns.orders),
            len(columns.fulfillments),
        )


def mark(store: Store) -> StateMark:
    """The present mark; cheap enough for several calls a second."""
    versions = store.topologies()
    with store.columns() as columns:
        return StateMark(columns.watermark, versions[0].key if versions else "")
