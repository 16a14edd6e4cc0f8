"""Orders out of the columns: by row, and pages of all that are asked for."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import OrderSort, OrderStatus
from graph_models.money import from_micros
from graph_models.orders import Fulfillment, Order, OrderFilter, Page
from graph_models.topology import Topology
from impactgraph.impact import keyset
from impactgraph.impact.cells import Membership
from impactgraph.impact.columns import CANCELLED, COMPLETED, IN_FLIGHT, Codes, Columns

_STATUS = {IN_FLIGHT: OrderStatus.IN_FLIGHT, COMPLETED: OrderStatus.COMPLETED, CANCELLED: OrderStatus.CANCELLED}


def order_page(columns: Columns, topology: Topology, where: OrderFilter, sort: OrderSort, first: int, after: str | None) -> Page[Order]:
    """Bands, effects and missed promises are of a failure, so nothing is asked of them here; without one, the longest delay first is the first placed first."""
    rows = _asked_for(columns, topology, where)
    ids = columns.orders.ids

    def names(at: NDArray[np.intp]) -> list[str]:
        return [str(name) for name in ids[rows[at]]]

    chosen, cursors, more, before = keyset.page(_keys(columns, rows, sort), names, first, after, sort.value)
    return Page(tuple(orders_of(columns, rows[chosen])), tuple(cursors), len(rows), more, before)


def _asked_for(columns: Columns, topology: Topology, where: OrderFilter) -> Codes:
    """Rows of orders of which a fulfillment is asked for."""
    from impactgraph.impact.filters import order_mask  # it comes with the forecast, which ingesting does without

    keep = order_mask(columns, Membership(columns, topology), where)
    if keep is None:
        return np.arange(len(columns.orders), dtype=np.int32)
    wanted = np.zeros(len(columns.orders), np.bool_)
    wanted[columns.fulfillments.order[keep(np.arange(len(columns.fulfillments), dtype=np.int32))]] = True
    return np.flatnonzero(wanted).astype(np.int32)


def _keys(columns: Columns, rows: Codes, sort: OrderSort) -> NDArray[np.float64]:
    orders = columns.orders
    match sort:
        case OrderSort.VALUE_DESC:
            return -orders.value[rows].astype(np.float64)
        case OrderSort.PROMISE_ASC:
            promised = orders.promised_by[rows].astype(np.float64)
            return np.where(promised > 0, promised, np.inf)
        case OrderSort.DELAY_DESC | OrderSort.PLACED_ASC:
            return orders.placed_at[rows].astype(np.float64)


def orders_of(columns: Columns, rows: Codes) -> Iterator[Order]:
    """In the order of the rows, each with its fulfillments in the order of their ids."""
    at = np.flatnonzero(np.isin(columns.fulfillments.order, rows))
    parts: dict[int, list[int]] = {}
    for fulfillment, order in zip(at.tolist(), columns.fulfillments.order[at].tolist(), strict=True):
        parts.setdefault(order, []).append(fulfillment)
    for row in rows.tolist():
        yield _order(columns, row, parts.get(row, []))


def _order(columns: Columns, row: int, parts: Sequence[int]) -> Order:
    o, v = columns.orders, columns.vocabulary
    currency = v.currencies.words[int(o.currency[row])]
    fulfillments = tuple(sorted((_fulfillment(columns, part, currency) for part in parts), key=lambda f: f.key))
    return Order(
        key=str(o.ids[row]),
        channel=v.channels.words[int(o.channel[row])],
        mode=v.modes.words[int(o.mode[row])],
        region=v.regions.words[int(o.region[row])] or None,
        customer_tier=v.tiers.words[int(o.tier[row])] or None,
        value=from_micros(int(o.value[row]), currency),
        placed_at=int(o.placed_at[row]),
        promised_by=int(o.promised_by[row]) or None,
        status=_status([f.status for f in fulfillments]),
        attributes={name: v.attributes[name].words[int(codes[row])] for name, codes in o.attributes.items() if codes[row]},
        fulfillments=fulfillments,
    )


def _status(parts: Sequence[OrderStatus]) -> OrderStatus:
    """In flight while a part is; cancelled where all are."""
    if not parts or OrderStatus.IN_FLIGHT in parts:
        return OrderStatus.IN_FLIGHT
    return OrderStatus.COMPLETED if OrderStatus.COMPLETED in parts else OrderStatus.CANCELLED


def _fulfillment(columns: Columns, row: int, currency: str) -> Fulfillment:
    f, v = columns.fulfillments, columns.vocabulary
    workflow = v.workflows[int(f.workflow[row])] if f.workflow[row] >= 0 else None
    failed = bool(f.failed_at[row])
    return Fulfillment(
        key=str(f.ids[row]),
        workflow=workflow.key if workflow else "",
        step=workflow.steps[int(f.step[row])] if workflow and f.step[row] >= 0 else None,
        location=v.locations.words[int(f.location[row])] or None,
        entered_at=int(f.entered_at[row]) or None,
        value=from_micros(int(f.value[row]), currency),
        status=_STATUS[int(f.status[row])],
        failed_code=(v.fail_codes.words[int(f.failed_code[row])] or None) if failed else None,
        failed_element=(v.elements.words[int(f.failed_element[row])] or None) if failed else None,
    )
