"""The last event of a store: its number, and when something last happened to an order."""

from dataclasses import dataclass

from graph_models.time import Millis
from impactgraph.ports.store import Store


@dataclass(frozen=True, slots=True)
class LatestEvent:
    watermark: int
    """Number of the last event ingested."""
    orders: int
    """In memory."""
    at: Millis | None
    """When something last happened to an order; None where there is none."""


def latest_event(store: Store) -> LatestEvent:
    """Costs a pass over four columns. Raises StoreUnavailableError."""
    with store.columns() as columns:
        orders, parts = columns.orders, columns.fulfillments
        moments = (orders.placed_at, parts.entered_at, parts.ended_at)
        latest = max((int(moment.max()) for moment in moments if len(moment)), default=0)
        return LatestEvent(columns.watermark, len(orders), latest or None)
