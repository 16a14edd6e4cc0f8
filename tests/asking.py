"""Use cases that take a snapshot, asked of a store at one moment."""

from collections.abc import Mapping, Sequence

from graph_models.orders import Order, TimelineEntry
from graph_models.time import Millis
from impactgraph.ports.store import Store
from impactgraph.usecases import orders, why
from impactgraph.usecases.snapshot import snapshot


def cases_of(
    store: Store, keys: Sequence[str], now: Millis, as_of: Millis | None = None
) -> dict[str, why.Case]:
    """By bare key of the order."""
    with snapshot(store, as_of, now) as s:
        return why.cases(s, keys)


def timelines_of(store: Store, cases: Mapping[str, why.Case]) -> dict[str, tuple[TimelineEntry, ...]]:
    """By bare key of the order, as of the moment of the cases."""
    now = max((case.situation.at for case in cases.values()), default=0)
    with snapshot(store, None, now) as s:
        return why.timelines(s, cases)


def orders_by_key(store: Store, keys: Sequence[str], now: Millis) -> dict[str, Order]:
    """By bare key."""
    with snapshot(store, None, now) as s:
        return orders.get_orders(s, keys)
