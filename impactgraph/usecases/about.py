"""What answers: its version and the state of its data."""

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
    """Number of the last event taken."""
    orders: int
    fulfillments: int


@dataclass(frozen=True, slots=True)
class StateMark:
    """Another one whenever what is known is other, whoever changed it."""

    watermark: int
    topology: str


def about(store: Store) -> StoreState:
    """Costs a look at the columns."""
    seen = mark(store)
    with store.columns() as columns:
        return StoreState(
            version("impactgraph"),
            seen.topology,
            columns.watermark,
            len(columns.orders),
            len(columns.fulfillments),
        )


def mark(store: Store) -> StateMark:
    """Cheap enough to be asked several times a second."""
    versions = store.topologies()
    with store.columns() as columns:
        return StateMark(columns.watermark, versions[0].key if versions else "")
