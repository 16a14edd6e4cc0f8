"""OrderFilter over columns: the part that columns decide before the forecast, and the part that needs it."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect, OrderStatus
from graph_models.ids import key_of
from graph_models.money import to_micros
from graph_models.orders import ANY_ORDER, OrderFilter
from graph_models.scope import Scope
from impactgraph.columns import CANCELLED, COMPLETED, IN_FLIGHT, Codes, Columns
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.impact.affected_rows import AffectedRows
from impactgraph.impact.membership import Membership

Flags = NDArray[np.bool_]
_STATUSES = (OrderStatus.IN_FLIGHT, OrderStatus.COMPLETED, OrderStatus.CANCELLED)
"""By the code in columns."""


def order_mask(
    columns: Columns, membership: Membership, where: OrderFilter
) -> Callable[[Codes], Flags] | None:
    """Function from rows of fulfillments to a mask of those that the filter keeps; None where it keeps all.

    Conditions on the forecast (bands, effects, missed promises) are left to `post_filter`.
    """
    if where == ANY_ORDER:
        return None

    def keep(rows: Codes) -> Flags:
        mask = np.ones(len(rows), bool)
        for flags in _order_conditions(columns, where, rows):
            mask &= flags
        for flags in _fulfillment_conditions(columns, membership, where, rows):
            mask &= flags
        return mask

    return keep


def _order_conditions(columns: Columns, where: OrderFilter, rows: Codes) -> Iterable[Flags]:
    """(rows,) of each condition on orders."""
    orders = columns.orders
    order = columns.fulfillments.order[rows]
    yield from _dictionary_conditions(columns, where, order)
    for values, name in ((where.carriers, "carrier"), (where.suppliers, "supplier")):
        if values is not None and name in orders.attributes:
            yield columns.dictionaries.attributes[name].mask_of(values)[orders.attributes[name][order]]
        elif values is not None:
            yield np.zeros(len(rows), bool)
    if where.ids is not None:
        ids = columns.order_rows([key_of(i, "order") for i in where.ids])
        yield np.isin(rows, columns.fulfillment_rows(ids))
    if where.statuses is not None:
        codes = [_STATUSES.index(each) for each in where.statuses]
        yield np.isin(_order_statuses(columns), codes)[order]
    if where.min_value is not None:
        yield orders.value[order] >= to_micros(where.min_value)
    if where.placed_from is not None:
        yield orders.placed_at[order] >= where.placed_from
    if where.placed_to is not None:
        yield orders.placed_at[order] < where.placed_to
    if where.promised_before is not None:
        promised_by = orders.promised_by[order]
        yield (promised_by > 0) & (promised_by < where.promised_before)


def _dictionary_conditions(columns: Columns, where: OrderFilter, order: Codes) -> Iterable[Flags]:
    """(rows,) of each condition on a dictionary-encoded column of orders; `order` (rows,) is the row of
    each.
    """
    orders = columns.orders
    dictionaries = columns.dictionaries
    for values, codes, dictionary in (
        (where.channels, orders.channel, dictionaries.channels),
        (where.modes, orders.mode, dictionaries.modes),
        (where.regions, orders.region, dictionaries.regions),
        (where.tiers, orders.tier, dictionaries.tiers),
        (where.currencies, orders.currency, dictionaries.currencies),
    ):
        if values is not None:
            yield dictionary.mask_of(values)[codes[order]]


def _fulfillment_conditions(
    columns: Columns, membership: Membership, where: OrderFilter, rows: Codes
) -> Iterable[Flags]:
    """(rows,) of each condition on fulfillments."""
    if where.locations is not None:
        keys = [key_of(v, "location") for v in where.locations]
        yield membership.in_scope(rows, Scope.of(locations=keys))
    if where.workflows is not None:
        keys = [key_of(v, "workflow") for v in where.workflows]
        yield membership.in_scope(rows, Scope.of(workflows=keys))
    if where.steps is not None:
        yield _in_steps(columns, {key_of(v, "step") for v in where.steps}, rows)
    if where.systems is not None:
        systems = {f"system:{key_of(v, 'system')}" for v in where.systems}
        is_in_flight = columns.fulfillments.status[rows] == IN_FLIGHT
        yield is_in_flight & _in_steps(columns, membership.steps_on(systems), rows)


def _order_statuses(columns: Columns) -> NDArray[np.int8]:
    """By order: in flight while a fulfillment is, cancelled where all are."""
    f = columns.fulfillments
    status = np.full(len(columns.orders), CANCELLED, np.int8)
    status[f.order[f.status == COMPLETED]] = COMPLETED
    status[f.order[f.status == IN_FLIGHT]] = IN_FLIGHT
    return status


def _in_steps(columns: Columns, steps: set[str], rows: Codes) -> Flags:
    """(rows,) whether the present step is one of these."""
    workflows = columns.dictionaries.workflows
    width = max((len(w.steps) for w in workflows), default=0) + 1
    table = np.zeros((len(workflows) + 1, width), bool)
    for n, workflow in enumerate(workflows):
        for m, step in enumerate(workflow.steps):
            table[n, m] = f"{workflow.key}/{step}" in steps
    return table[columns.fulfillments.workflow[rows], columns.fulfillments.step[rows]]


def post_filter(
    rows: AffectedRows, where: OrderFilter, effects_of: Callable[[AffectedRows], NDArray[np.int8]]
) -> AffectedRows:
    """Affected orders that meet the conditions on bands, effects and missed promises."""
    mask = np.ones(len(rows), bool)
    if where.bands is not None:
        mask &= np.isin(rows.band, [BANDS.index(b) for b in where.bands])
    if where.effects is not None:
        mask &= np.isin(effects_of(rows), [tuple(Effect).index(e) for e in where.effects])
    if where.will_miss_promise is not None:
        mask &= rows.misses_promise == where.will_miss_promise
    return rows if mask.all() else rows.take(mask)
