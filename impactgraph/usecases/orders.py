"""Orders as they are, with when each part of them is expected to move on."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from graph_models.enums import OrderSort, OrderStatus
from graph_models.ids import key_of
from graph_models.orders import ANY_ORDER, Fulfillment, Order, OrderFilter, Page
from graph_models.time import Millis
from graph_models.topology import Step, Topology
from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.ports.store import Store
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.known import check_filter
from impactgraph.usecases.pages import check_first


def list_orders(
    store: Store, now: Millis, *, where: OrderFilter = ANY_ORDER, sort: OrderSort = OrderSort.PLACED_ASC, first: int | None = None, after: str | None = None
) -> Page[Order]:
    """Every order known, ended ones too. Raises BadInputError for a bad page, NotFoundError where the filter names what there is not."""
    size = check_first(first)
    topology = current_topology(store)
    check_filter(store, topology, where)
    found = store.find_orders(where, sort, first=size, after=after)
    return replace(found, items=tuple(expected(order, topology, now) for order in found.items))


def asks_for_impact(where: OrderFilter) -> bool:
    """Whether the filter asks how orders stand to failures. Raises BadInputError for those that will keep their promise: most orders were never at risk."""
    if where.will_miss_promise is False and where.bands is None and where.effects is None:
        raise BadInputError("where.willMissPromise: false holds for every order that no failure hits. Ask it of the orders of a blastRadius.")
    return where.bands is not None or where.effects is not None or where.will_miss_promise is not None


def list_hit_orders(
    store: Store, answer: Answer, now: Millis, *, where: OrderFilter, sort: OrderSort = OrderSort.PLACED_ASC, first: int | None = None, after: str | None = None
) -> Page[Order]:
    """Those that the failures of `answer` hit, as `list_orders`."""
    size = check_first(first)
    check_filter(store, current_topology(store), where)
    found = answer.orders(where, sort, size, after)
    known = get_orders(store, [hit.order for hit in found.items], now)
    return Page(tuple(known[hit.order] for hit in found.items), found.cursors, found.total_count, found.has_next, found.has_previous)


def get_orders(store: Store, keys: Sequence[str], now: Millis, as_of: Millis | None = None) -> dict[str, Order]:
    """Those of the orders that are known (then), by bare key: one question to the store for all."""
    topology = current_topology(store, as_of)
    return {key: expected(order, topology, as_of if as_of is not None else now) for key, order in store.orders(keys, as_of).items()}


def find_order(store: Store, identifier: str, now: Millis, as_of: Millis | None = None) -> Order | None:
    """By full id or bare key; None where it is not known (then)."""
    key = key_of(identifier, "order")
    return get_orders(store, [key], now, as_of).get(key)


def current_topology(store: Store, as_of: Millis | None = None) -> Topology:
    """An empty one before the first was applied."""
    try:
        return store.topology(as_of)
    except NotFoundError:
        return Topology()


def expected(order: Order, topology: Topology, at: Millis) -> Order:
    """The order with what its steps say of time: overdue beyond their `within`, expected on after what they typically take."""
    return replace(order, fulfillments=tuple(_timed(order.fulfillments, topology, at)))


def _timed(fulfillments: Iterable[Fulfillment], topology: Topology, at: Millis) -> Iterable[Fulfillment]:
    for fulfillment in fulfillments:
        step = topology.elements.get(f"step:{fulfillment.workflow}/{fulfillment.step}")
        if isinstance(step, Step) and fulfillment.entered_at is not None and fulfillment.status is OrderStatus.IN_FLIGHT:
            stayed = at - fulfillment.entered_at
            yield replace(
                fulfillment,
                overdue=fulfillment.overdue or (step.within is not None and stayed > step.within),
                expected_next=fulfillment.expected_next or fulfillment.entered_at + step.takes.p50,
            )
        else:
            yield fulfillment
