"""OrderFilter over columns: what of it can be told before the forecast, and what only after."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect
from graph_models.ids import key_of
from graph_models.money import to_micros
from graph_models.orders import ANY_ORDER, OrderFilter
from graph_models.scope import Scope
from impactgraph.columns import Codes, Columns
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.impact.affected import AffectedRows
from impactgraph.impact.membership import Membership

Flags = NDArray[np.bool_]


def order_mask(
    columns: Columns, membership: Membership, where: OrderFilter
) -> Callable[[Codes], Flags] | None:
    """Which fulfillments (by row) are asked for; None: all. What depends on the failure (bands, effects, missed promises) is left to `post_filter`."""
    if where == ANY_ORDER:
        return None

    def keep(rows: Codes) -> Flags:
        chosen = np.ones(len(rows), bool)
        for test in (_of_order, _of_fulfillment):
            chosen &= test(columns, membership, where, rows)
        return chosen

    return keep


def _of_order(columns: Columns, membership: Membership, where: OrderFilter, rows: Codes) -> Flags:
    orders, words = columns.orders, columns.dictionaries
    order = columns.fulfillments.order[rows]
    chosen = np.ones(len(rows), bool)
    for values, codes, vocabulary in (
        (where.channels, orders.channel, words.channels),
        (where.modes, orders.mode, words.modes),
        (where.regions, orders.region, words.regions),
        (where.tiers, orders.tier, words.tiers),
        (where.currencies, orders.currency, words.currencies),
    ):
        if values is not None:
            chosen &= vocabulary.mask_of(values)[codes[order]]
    for values, name in ((where.carriers, "carrier"), (where.suppliers, "supplier")):
        if values is not None:
            chosen &= (
                words.attributes[name].mask_of(values)[orders.attributes[name][order]]
                if name in orders.attributes
                else False
            )
    if where.ids is not None:
        chosen &= np.isin(
            rows, columns.fulfillment_rows(columns.order_rows([key_of(i, "order") for i in where.ids]))
        )
    if where.min_value is not None:
        chosen &= orders.value[order] >= to_micros(where.min_value)
    if where.placed_from is not None:
        chosen &= orders.placed_at[order] >= where.placed_from
    if where.placed_to is not None:
        chosen &= orders.placed_at[order] < where.placed_to
    if where.promised_before is not None:
        promised = orders.promised_by[order]
        chosen &= (promised > 0) & (promised < where.promised_before)
    return chosen


def _of_fulfillment(columns: Columns, membership: Membership, where: OrderFilter, rows: Codes) -> Flags:
    chosen = np.ones(len(rows), bool)
    if where.locations is not None:
        chosen &= membership.in_scope(
            rows, Scope.of(locations=[key_of(v, "location") for v in where.locations])
        )
    if where.workflows is not None:
        chosen &= membership.in_scope(
            rows, Scope.of(workflows=[key_of(v, "workflow") for v in where.workflows])
        )
    if where.steps is not None:
        chosen &= _in_steps(columns, {key_of(v, "step") for v in where.steps}, rows)
    return chosen


def _in_steps(columns: Columns, steps: set[str], rows: Codes) -> Flags:
    """Steps where the fulfillments are now."""
    f, vocabulary = columns.fulfillments, columns.dictionaries
    widest = max((len(w.steps) for w in vocabulary.workflows), default=0) + 1
    table = np.zeros((len(vocabulary.workflows) + 1, widest), bool)
    for n, workflow in enumerate(vocabulary.workflows):
        for m, step in enumerate(workflow.steps):
            table[n, m] = f"{workflow.key}/{step}" in steps
    return table[f.workflow[rows], f.step[rows]]


def post_filter(
    rows: AffectedRows, where: OrderFilter, effects_of: Callable[[AffectedRows], NDArray[np.int8]]
) -> AffectedRows:
    """Affected orders of the bands, effects and missed promises that are asked for."""
    chosen = np.ones(len(rows), bool)
    if where.bands is not None:
        chosen &= np.isin(rows.band, [BANDS.index(b) for b in where.bands])
    if where.effects is not None:
        chosen &= np.isin(effects_of(rows), [tuple(Effect).index(e) for e in where.effects])
    if where.will_miss_promise is not None:
        chosen &= rows.misses == where.will_miss_promise
    return rows if chosen.all() else rows.take(chosen)
