"""Counts of a store: orders, failures and quarantined events."""

from dataclasses import dataclass

import numpy as np

from graph_models.time import Millis
from impactgraph.columns import IN_FLIGHT
from impactgraph.ports.store import Store
from impactgraph.ports.topologies import TopologyVersion

_MOST_ASIDE = 10_000


@dataclass(frozen=True, slots=True)
class StoreSummary:
    topology: TopologyVersion | None
    """The current one; None before the first."""
    orders: int
    in_flight: int
    """Orders with a fulfillment that has not ended."""
    latest: Millis | None
    """When something last happened to an order; None where there is none."""
    failures: int
    active_failures: int
    quarantine_size: int
    has_more_quarantined: bool
    """True where `quarantined` was only counted up to a limit."""


def summary_of(store: Store, now: Millis) -> StoreSummary:
    """Raises StoreUnavailableError."""
    failures = store.failures()
    aside = len(store.quarantined(_MOST_ASIDE))
    with store.columns() as columns:
        orders, parts = columns.orders, columns.fulfillments
        in_flight = len(np.unique(parts.order[parts.status == IN_FLIGHT]))
        moments = (orders.placed_at, parts.entered_at, parts.ended_at)
        latest = max((int(moment.max()) for moment in moments if len(moment)), default=0)
        order_count = len(orders)
    return StoreSummary(
        topology=next((version for version in store.topologies() if version.current), None),
        orders=order_count,
        in_flight=in_flight,
        latest=latest or None,
        failures=len(failures),
        active_failures=sum(failure.active_at(now) for failure in failures),
        quarantine_size=aside,
        has_more_quarantined=aside == _MOST_ASIDE,
    )
