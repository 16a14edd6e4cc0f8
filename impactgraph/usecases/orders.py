"""Orders as they are, with when each part of them is expected to move on."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from graph_models.enums import OrderSort, OrderStatus
from graph_models.ids import key_of
from graph_models.orders import ANY_ORDER, Fulfillment, Order, OrderFilter, Page
from graph_models.time import Millis
from graph_models.topology import Step, Topology
from impactgraph.columns import Codes, Columns
from impactgraph.diagnosis.overdue import limits, overdue_mask
from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.forecast.slowdown import on_site, slowdown_factors
from impactgraph.ports.store import Store
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.habits import Habits, habits
from impactgraph.usecases.learned import Known, learned
from impactgraph.usecases.pages import check_first
from impactgraph.usecases.validation import check_filter


def list_orders(
    store: Store,
    now: Millis,
    *,
    where: OrderFilter = ANY_ORDER,
    sort: OrderSort = OrderSort.PLACED_ASC,
    first: int | None = None,
    after: str | None = None,
) -> Page[Order]:
    """Every order known, ended ones too. Raises BadInputError for a bad page, NotFoundError where the filter names what there is not."""
    size = check_first(first)
    topology = current_topology(store)
    check_filter(store, topology, where)
    found = store.find_orders(where, sort, first=size, after=after)
    return replace(found, items=tuple(_expected(store, found.items, topology, now, None)))


def asks_for_impact(where: OrderFilter) -> bool:
    """Whether the filter asks how orders stand to failures. Raises BadInputError for those that will keep their promise: most orders were never at risk."""
    if where.will_miss_promise is False and where.bands is None and where.effects is None:
        raise BadInputError(
            "where.willMissPromise: false holds for every order that no failure hits. Ask it of the orders of a blastRadius."
        )
    return where.bands is not None or where.effects is not None or where.will_miss_promise is not None


def list_affected_orders(
    store: Store,
    answer: Answer,
    now: Millis,
    *,
    where: OrderFilter,
    sort: OrderSort = OrderSort.PLACED_ASC,
    first: int | None = None,
    after: str | None = None,
) -> Page[Order]:
    """Those that the failures of `answer` hit, as `list_orders`."""
    size = check_first(first)
    check_filter(store, current_topology(store), where)
    found = answer.orders(where, sort, size, after)
    known = get_orders(store, [hit.order for hit in found.items], now)
    return Page(
        tuple(known[hit.order] for hit in found.items),
        found.cursors,
        found.total_count,
        found.has_next,
        found.has_previous,
    )


def get_orders(
    store: Store, keys: Sequence[str], now: Millis, as_of: Millis | None = None
) -> dict[str, Order]:
    """Those of the orders that are known (then), by bare key: one question to the store for all."""
    found = store.orders(keys, as_of)
    timed = _expected(
        store, found.values(), current_topology(store, as_of), now if as_of is None else as_of, as_of
    )
    return {order.key: order for order in timed}


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


def _expected(
    store: Store, orders: Iterable[Order], topology: Topology, at: Millis, as_of: Millis | None
) -> list[Order]:
    """What is usual is asked for only where something is under way."""
    found = list(orders)
    if not any(
        part.status is OrderStatus.IN_FLIGHT and part.step for order in found for part in order.fulfillments
    ):
        return found
    reported = store.failures(as_of)
    with store.columns(as_of) as columns:
        known = learned(store, topology, columns, reported, as_of, at)
        usual = habits(store, topology, columns, reported, known, as_of, at)
        paces = paces_by_location(columns, known)
        late = overdue_parts(
            columns, topology, usual, known, columns.order_rows([order.key for order in found]), at
        )
    return [expected(order, topology, usual, paces, late) for order in found]


def overdue_parts(
    columns: Columns, topology: Topology, usual: Habits, known: Known, orders: Codes, at: Millis
) -> frozenset[str]:
    """Bare keys of the fulfillments of these orders (by row) that are overdue."""
    rows = columns.fulfillment_rows(orders[orders >= 0])
    late = overdue_mask(columns, limits(topology, columns, usual.stays, known.durations, rows), at, rows)
    return frozenset(str(key) for key in columns.fulfillments.ids[rows[late]])


def paces_by_location(columns: Columns, known: Known) -> dict[str, float]:
    """By bare key: how much longer than usual it takes there what is done on site."""
    return dict(
        zip(
            columns.dictionaries.locations.values,
            slowdown_factors(known.durations.slowdown_levels).tolist(),
            strict=False,
        )
    )


def expected(
    order: Order, topology: Topology, usual: Habits, paces: Mapping[str, float], late: Set[str]
) -> Order:
    """The order with which of its parts are overdue (`late`, bare keys), and when each is expected on: after the usual stay.

    `paces`: by bare key of the location, how much longer than usual it takes on site.
    """
    return replace(order, fulfillments=tuple(_timed(order.fulfillments, topology, usual, paces, late)))


def _timed(
    fulfillments: Iterable[Fulfillment],
    topology: Topology,
    usual: Habits,
    paces: Mapping[str, float],
    late: Set[str],
) -> Iterable[Fulfillment]:
    for fulfillment in fulfillments:
        step = topology.elements.get(f"step:{fulfillment.workflow}/{fulfillment.step}")
        if (
            isinstance(step, Step)
            and fulfillment.entered_at is not None
            and fulfillment.status is OrderStatus.IN_FLIGHT
        ):
            slower = paces.get(fulfillment.location or "", 1.0) if on_site(topology, step) else 1.0
            median = usual.stays.by_step[step.workflow, step.key].median * slower
            yield replace(
                fulfillment,
                overdue=fulfillment.key in late,
                expected_next=fulfillment.expected_next or fulfillment.entered_at + round(median),
            )
        else:
            yield fulfillment
