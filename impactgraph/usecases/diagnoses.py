"""Why is this order where it is? The service desk's question, for one order or a page of them."""

from collections.abc import Mapping, Sequence

from graph_models.diagnosis import Diagnosis
from graph_models.ids import key_of
from graph_models.orders import Order
from graph_models.time import Millis
from impactgraph.errors import NotFoundError
from impactgraph.impact.orders import orders_of
from impactgraph.ports.store import OrderTimeline, Store
from impactgraph.topology.near import nearest
from impactgraph.usecases.blast_radius import Standpoint
from impactgraph.usecases.examination import Case, Examination
from impactgraph.usecases.habits import habits
from impactgraph.usecases.learned import learned
from impactgraph.usecases.orders import current_topology
from impactgraph.usecases.suspected import suspected

__all__ = ["Case", "cases", "diagnoses", "find_case"]


def find_case(store: Store, identifier: str, now: Millis, as_of: Millis | None = None) -> Case:
    """By full id or bare key. Raises NotFoundError where it is not known (then)."""
    key = key_of(identifier, "order")
    found = cases(store, [key], now, as_of).get(key)
    if found is None:
        with store.columns(as_of) as columns:
            known = [str(each) for each in columns.orders.ids] if len(columns.orders) <= _FEW else []
        raise NotFoundError(identifier, near=[f"order:{each}" for each in nearest(key, known, 3)])
    return found


_FEW = 20_000
"""Orders among which a near key is looked for."""


def cases(store: Store, keys: Sequence[str], now: Millis, as_of: Millis | None = None) -> dict[str, Case]:
    """Those of the orders that are known (then), by bare key: a few questions to the store for all of them."""
    at = now if as_of is None else as_of
    topology = current_topology(store, as_of)
    reported = store.failures(as_of)
    with store.columns(as_of) as columns:
        rows = columns.order_rows(list(dict.fromkeys(keys)))
        orders = {order.key: order for order in orders_of(columns, rows[rows >= 0])}
        if not orders:
            return {}
        known = learned(store, topology, columns, reported, as_of, at)
        usual = habits(store, topology, columns, reported, known, as_of, at)
        stand = Standpoint(
            at,
            topology,
            tuple(reported),
            columns,
            known,
            columns.fulfillment_rows(rows),
            usual.membership(columns, topology),
        )
        return Examination(
            stand, usual, orders, _stories(store, orders, as_of), lambda: suspected(store, now, as_of)
        ).cases()


def diagnoses(
    store: Store, keys: Sequence[str], now: Millis, as_of: Millis | None = None
) -> dict[str, Diagnosis]:
    """As `cases`."""
    return {key: case.diagnosis for key, case in cases(store, keys, now, as_of).items()}


def _stories(store: Store, orders: Mapping[str, Order], as_of: Millis | None) -> Mapping[str, OrderTimeline]:
    """Of the orders that an error was reported of, for what it said; the store is asked of no others."""
    failed = [
        key
        for key, order in orders.items()
        if any(part.failed_code or part.failed_element for part in order.fulfillments)
    ]
    return store.timelines(failed, as_of) if failed else {}
