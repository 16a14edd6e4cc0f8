"""Orders with the expected time at which each of their fulfillments leaves its step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from graph_models.enums import OrderSort, OrderStatus
from graph_models.ids import key_of
from graph_models.impact import Question
from graph_models.orders import ANY_ORDER, Fulfillment, Order, OrderFilter, Page
from graph_models.time import Millis
from impactgraph.columns import Columns
from impactgraph.diagnosis.overdue import limits, overdue_mask
from impactgraph.errors import BadInputError
from impactgraph.ports.store import Store
from impactgraph.topology.near import nearest
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.missing_records import with_missing
from impactgraph.usecases.outlooks import Outlooks
from impactgraph.usecases.pages import check_first
from impactgraph.usecases.snapshot import Snapshot, current_topology, snapshot
from impactgraph.usecases.validation import check_filter

_FEW = 20_000
"""Orders among which a near key is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuery:
    """Filter, sort order, size (None: the default) and cursor of a page of orders, as of a moment."""

    where: OrderFilter = ANY_ORDER
    sort: OrderSort = OrderSort.PLACED_ASC
    first: int | None = None
    after: str | None = None
    as_of: Millis | None = None
    missing: tuple[str, ...] | None = None
    """Only orders of which a record of one of these types is missing; the key of a system: by its list."""
    expectations: bool = True
    """Whether the orders have what is expected of them, which costs a forecast."""


def list_orders(store: Store, now: Millis, query: OrderQuery) -> Page[Order]:
    """A page of all orders, also completed ones.

    Raises: BadInputError for a bad page, NotFoundError for an unknown id in the filter.
    """
    size = check_first(query.first)
    check_filter(store, current_topology(store, query.as_of), query.where)
    with snapshot(store, query.as_of, now) as s:
        where = with_missing(s, query.where, query.missing)
        page = store.find_orders(where, query.sort, first=size, after=query.after, as_of=query.as_of)
        return replace(page, items=tuple(with_expectations(s, page.items))) if query.expectations else page


def asks_for_impact(where: OrderFilter) -> bool:
    """Whether the filter depends on what failures affect.

    Raises: BadInputError for orders that will keep their promise: most orders were never at risk.
    """
    if where.will_miss_promise is False and where.bands is None and where.effects is None:
        raise BadInputError(
            "where.willMissPromise: false holds for every order that no failure affects. Use it for the "
            "orders of a blastRadius."
        )
    return where.bands is not None or where.effects is not None or where.will_miss_promise is not None


def list_affected_orders(store: Store, answer: Answer, now: Millis, query: OrderQuery) -> Page[Order]:
    """Orders that the failures of `answer` affect, as `list_orders`."""
    size = check_first(query.first)
    check_filter(store, current_topology(store, query.as_of), query.where)
    with snapshot(store, query.as_of, now) as s:
        where = with_missing(s, query.where, query.missing)
        page = answer.orders(where, query.sort, size, query.after)
        orders = get_orders(s, [row.order for row in page.items])
    return Page(
        items=tuple(orders[row.order] for row in page.items),
        cursors=page.cursors,
        total_count=page.total_count,
        has_next=page.has_next,
        has_previous=page.has_previous,
    )


def orders_page(store: Store, now: Millis, query: OrderQuery) -> Page[Order]:
    """As `list_orders`, of the orders that the active failures affect where the filter asks for that."""
    if not asks_for_impact(query.where):
        return list_orders(store, now, query)
    with snapshot(store, query.as_of, now) as s:
        answer = answer_question(s, Question(as_of=query.as_of))
        return list_affected_orders(store, answer, now, query)


def recorded_orders(s: Snapshot, keys: Sequence[str]) -> Mapping[str, Order]:
    """Those of the orders that are on record, by bare key: one question to the store for all.

    Without what is expected of them, which costs a forecast.
    """
    return s.store.orders(keys, s.as_of)


def get_orders(s: Snapshot, keys: Sequence[str]) -> dict[str, Order]:
    """As `recorded_orders`, with what is expected of them."""
    orders = recorded_orders(s, keys)
    return {order.key: order for order in with_expectations(s, orders.values())}


def find_order(store: Store, identifier: str, now: Millis, as_of: Millis | None = None) -> Order | None:
    """By full id or bare key; None where it is not on record (then)."""
    key = key_of(identifier, "order")
    with snapshot(store, as_of, now) as s:
        return get_orders(s, [key]).get(key)


def near_orders(columns: Columns, key: str) -> list[str]:
    """Full ids of orders whose key looks like this one; none where there are too many to look at."""
    ids = columns.orders.ids
    keys = [str(each) for each in ids] if len(ids) <= _FEW else []
    return [f"order:{near}" for near in nearest(key, keys, 3)]


def with_expectations(s: Snapshot, orders: Iterable[Order]) -> list[Order]:
    """The orders with `overdue` and `expected_next` of each fulfillment, which is as its diagnosis has it.

    Uses the baselines, and the forecast of these orders, only where a fulfillment is in a step.
    """
    orders = list(orders)
    moving = {order.key: order for order in orders if any(map(_is_under_way, order.fulfillments))}
    if not moving:
        return orders
    overdue_parts = _overdue_parts(s, list(moving))
    dates = Outlooks(s, moving).next_dates()

    def with_expectation(part: Fulfillment) -> Fulfillment:
        if not _is_under_way(part):
            return part
        return replace(part, overdue=part.key in overdue_parts, expected_next=dates[part.key])

    return [
        replace(order, fulfillments=tuple(map(with_expectation, order.fulfillments)))
        if order.key in moving
        else order
        for order in orders
    ]


def _is_under_way(part: Fulfillment) -> bool:
    return part.status is OrderStatus.IN_FLIGHT and bool(part.step)


def _overdue_parts(s: Snapshot, orders: Sequence[str]) -> frozenset[str]:
    """Bare keys of the fulfillments of these orders that are overdue."""
    order_rows = s.columns.order_rows(orders)
    rows = s.columns.fulfillment_rows(order_rows[order_rows >= 0])
    limit = limits(s.topology, s.columns, s.diagnosis_baseline.dwell_times, s.durations, rows)
    overdue = overdue_mask(s.columns, limit, s.at, rows)
    return frozenset(str(key) for key in s.columns.fulfillments.ids[rows[overdue]])
