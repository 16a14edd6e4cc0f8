"""Orders with the expected time at which each of their fulfillments leaves its step."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from graph_models.enums import OrderSort, OrderStatus
from graph_models.ids import key_of
from graph_models.orders import ANY_ORDER, Fulfillment, Order, OrderFilter, Page
from graph_models.time import Millis
from graph_models.topology import Step
from impactgraph.diagnosis.overdue import limits, overdue_mask
from impactgraph.errors import BadInputError
from impactgraph.forecast.slowdown import on_site, slowdown_factors
from impactgraph.ports.store import Store
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.pages import check_first
from impactgraph.usecases.snapshot import Snapshot, current_topology, snapshot
from impactgraph.usecases.validation import check_filter


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuery:
    """Filter, sort order, size (None: the default) and cursor of a page of orders."""

    where: OrderFilter = ANY_ORDER
    sort: OrderSort = OrderSort.PLACED_ASC
    first: int | None = None
    after: str | None = None


def list_orders(store: Store, now: Millis, query: OrderQuery) -> Page[Order]:
    """A page of all orders, also completed ones.

    Raises: BadInputError for a bad page, NotFoundError for an unknown id in the filter.
    """
    size = check_first(query.first)
    check_filter(store, current_topology(store), query.where)
    with snapshot(store, None, now) as s:
        page = store.find_orders(query.where, query.sort, first=size, after=query.after)
        return replace(page, items=tuple(with_expectations(s, page.items)))


def asks_for_impact(where: OrderFilter) -> bool:
    """Whether the filter depends on what failures affect.

    Raises: BadInputError for orders that will keep their promise: most orders were never at risk.
    """
    if where.will_miss_promise is False and where.bands is None and where.effects is None:
        raise BadInputError(
            "where.willMissPromise: false holds for every order that no failure hits. Ask it of the orders "
            "of a blastRadius."
        )
    return where.bands is not None or where.effects is not None or where.will_miss_promise is not None


def list_affected_orders(store: Store, answer: Answer, now: Millis, query: OrderQuery) -> Page[Order]:
    """Orders that the failures of `answer` affect, as `list_orders`."""
    size = check_first(query.first)
    check_filter(store, current_topology(store), query.where)
    page = answer.orders(query.where, query.sort, size, query.after)
    with snapshot(store, None, now) as s:
        orders = get_orders(s, [row.order for row in page.items])
    return Page(
        items=tuple(orders[row.order] for row in page.items),
        cursors=page.cursors,
        total_count=page.total_count,
        has_next=page.has_next,
        has_previous=page.has_previous,
    )


def get_orders(s: Snapshot, keys: Sequence[str]) -> dict[str, Order]:
    """Those of the orders that are on record, by bare key: one question to the store for all."""
    orders = s.store.orders(keys, s.as_of)
    return {order.key: order for order in with_expectations(s, orders.values())}


def find_order(store: Store, identifier: str, now: Millis, as_of: Millis | None = None) -> Order | None:
    """By full id or bare key; None where it is not on record (then)."""
    key = key_of(identifier, "order")
    with snapshot(store, as_of, now) as s:
        return get_orders(s, [key]).get(key)


def with_expectations(s: Snapshot, orders: Iterable[Order]) -> list[Order]:
    """The orders with `overdue` and `expected_next` of each fulfillment.

    Uses the baselines only where a fulfillment is in a step.
    """
    orders = list(orders)
    if not any(_is_under_way(part) for order in orders for part in order.fulfillments):
        return orders
    overdue_parts = _overdue_parts(s, [order.key for order in orders])
    paces = _pace_by_location(s)
    return [
        replace(
            order,
            fulfillments=tuple(
                _with_expectation(s, part, paces, overdue_parts) for part in order.fulfillments
            ),
        )
        for order in orders
    ]


def _is_under_way(part: Fulfillment) -> bool:
    return part.status is OrderStatus.IN_FLIGHT and bool(part.step)


def _overdue_parts(s: Snapshot, orders: Sequence[str]) -> frozenset[str]:
    """Bare keys of the fulfillments of these orders that are overdue."""
    order_rows = s.columns.order_rows(orders)
    rows = s.columns.fulfillment_rows(order_rows[order_rows >= 0])
    limit = limits(s.topology, s.columns, s.diagnosis_baseline.stays, s.durations, rows)
    overdue = overdue_mask(s.columns, limit, s.at, rows)
    return frozenset(str(key) for key in s.columns.fulfillments.ids[rows[overdue]])


def _pace_by_location(s: Snapshot) -> dict[str, float]:
    """By bare key of the location: duration of steps on site, relative to the usual one."""
    locations = s.columns.dictionaries.locations.values
    return dict(zip(locations, slowdown_factors(s.durations.slowdown_levels).tolist(), strict=False))


def _with_expectation(
    s: Snapshot, part: Fulfillment, paces: Mapping[str, float], overdue_parts: Set[str]
) -> Fulfillment:
    """The fulfillment, expected to leave after the median dwell time, which a slow location lengthens."""
    step = s.topology.elements.get(f"step:{part.workflow}/{part.step}")
    if not isinstance(step, Step) or part.entered_at is None or part.status is not OrderStatus.IN_FLIGHT:
        return part
    pace = paces.get(part.location or "", 1.0) if on_site(s.topology, step) else 1.0
    median = s.diagnosis_baseline.stays.by_step[step.workflow, step.key].median * pace
    return replace(
        part,
        overdue=part.key in overdue_parts,
        expected_next=part.expected_next or part.entered_at + round(median),
    )
