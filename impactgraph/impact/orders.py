"""Orders as the outside sees them, read from the columns by row."""

from collections.abc import Iterator, Sequence

from graph_models.enums import OrderStatus
from graph_models.money import from_micros
from graph_models.orders import Fulfillment, Order
from impactgraph.columns import CANCELLED, COMPLETED, IN_FLIGHT, Codes, Columns

_STATUS = {
    IN_FLIGHT: OrderStatus.IN_FLIGHT,
    COMPLETED: OrderStatus.COMPLETED,
    CANCELLED: OrderStatus.CANCELLED,
}


def orders_of(columns: Columns, rows: Codes) -> Iterator[Order]:
    """In the order of the rows, each with its fulfillments in the order of their ids."""
    at = columns.fulfillment_rows(rows)
    parts: dict[int, list[int]] = {}
    for fulfillment, order in zip(at.tolist(), columns.fulfillments.order[at].tolist(), strict=True):
        parts.setdefault(order, []).append(fulfillment)
    for row in rows.tolist():
        yield _order(columns, row, parts.get(row, []))


def _order(columns: Columns, row: int, parts: Sequence[int]) -> Order:
    o, v = columns.orders, columns.dictionaries
    currency = v.currencies.values[int(o.currency[row])]
    fulfillments = tuple(
        sorted((_fulfillment(columns, part, currency) for part in parts), key=lambda f: f.key)
    )
    return Order(
        key=str(o.ids[row]),
        channel=v.channels.values[int(o.channel[row])],
        mode=v.modes.values[int(o.mode[row])],
        region=v.regions.values[int(o.region[row])] or None,
        customer_tier=v.tiers.values[int(o.tier[row])] or None,
        value=from_micros(int(o.value[row]), currency),
        placed_at=int(o.placed_at[row]),
        promised_by=int(o.promised_by[row]) or None,
        status=_status([f.status for f in fulfillments]),
        attributes={
            name: v.attributes[name].values[int(codes[row])]
            for name, codes in o.attributes.items()
            if codes[row]
        },
        fulfillments=fulfillments,
    )


def _status(parts: Sequence[OrderStatus]) -> OrderStatus:
    """In flight while a part is; cancelled where all are."""
    if not parts or OrderStatus.IN_FLIGHT in parts:
        return OrderStatus.IN_FLIGHT
    return OrderStatus.COMPLETED if OrderStatus.COMPLETED in parts else OrderStatus.CANCELLED


def _fulfillment(columns: Columns, row: int, currency: str) -> Fulfillment:
    f, v = columns.fulfillments, columns.dictionaries
    workflow = v.workflows[int(f.workflow[row])] if f.workflow[row] >= 0 else None
    has_failed = bool(f.failed_at[row])
    return Fulfillment(
        key=str(f.ids[row]),
        workflow=workflow.key if workflow else "",
        step=workflow.steps[int(f.step[row])] if workflow and f.step[row] >= 0 else None,
        location=v.locations.values[int(f.location[row])] or None,
        entered_at=int(f.entered_at[row]) or None,
        value=from_micros(int(f.value[row]), currency),
        status=_STATUS[int(f.status[row])],
        failed_code=(v.fail_codes.values[int(f.failed_code[row])] or None) if has_failed else None,
        failed_element=(v.elements.values[int(f.failed_element[row])] or None) if has_failed else None,
    )
