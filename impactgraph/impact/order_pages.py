"""Pages of affected orders."""

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect, OrderSort
from graph_models.impact import AffectedOrder, Path
from graph_models.money import from_micros
from graph_models.orders import OrderFilter, Page
from graph_models.time import moment
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.impact import keyset
from impactgraph.impact.affected import AffectedRows
from impactgraph.impact.filters import order_mask, post_filter
from impactgraph.impact.hit_rows import RECORDS_ONLY
from impactgraph.impact.hits import Hits
from impactgraph.impact.paths import extended, path_to


def page_of(
    answer: Hits,
    rows: AffectedRows,
    where: OrderFilter | None,
    sort: OrderSort,
    first: int,
    after: str | None,
) -> Page[AffectedOrder]:
    """`where` narrows the answer's own orders."""
    if where is not None:
        keep = order_mask(answer.inputs.columns, answer.membership, where)
        if keep is not None and len(rows):
            rows = rows.take(keep(rows.fulfillment))
        rows = post_filter(rows, where, answer.effects_of)
    ids = answer.inputs.columns.orders.ids

    def names(at: NDArray[np.intp]) -> list[str]:
        return [str(name) for name in ids[rows.order[at]]]

    chosen, cursors, more, before = keyset.page(_keys(answer, rows, sort), names, first, after, sort.value)
    listed = rows.take(np.asarray(chosen, np.intp))
    items = tuple(shown(answer, listed, row) for row in range(len(listed)))
    return Page(items, tuple(cursors), len(rows), more, before)


def _keys(answer: Hits, rows: AffectedRows, sort: OrderSort) -> NDArray[np.float64]:
    orders = answer.inputs.columns.orders
    match sort:
        case OrderSort.VALUE_DESC:
            return -orders.value[rows.order].astype(np.float64)
        case OrderSort.PROMISE_ASC:
            promised = orders.promised_by[rows.order].astype(np.float64)
            return np.where(promised > 0, promised, np.inf)
        case OrderSort.DELAY_DESC:
            return -rows.delay
        case OrderSort.PLACED_ASC:
            return orders.placed_at[rows.order].astype(np.float64)


def shown(answer: Hits, rows: AffectedRows, row: int) -> AffectedOrder:
    columns = answer.inputs.columns
    order, fulfillment = int(rows.order[row]), int(rows.fulfillment[row])
    currency = columns.dictionaries.currencies.values[int(columns.orders.currency[order])]
    effect = tuple(Effect)[int(answer.effects_of(rows.take(np.array([row])))[0])]
    band = int(rows.band[row])
    delay, finish = float(rows.delay[row]), float(rows.finish[row])
    return AffectedOrder(
        order=str(columns.orders.ids[order]),
        fulfillment=str(columns.fulfillments.ids[fulfillment]),
        band=BANDS[band],
        effect=effect,
        first_hit=step_id(answer, rows, row),
        hit_at=round(float(rows.hit_at[row])) if np.isfinite(rows.hit_at[row]) else answer.as_of,
        likelihood=round(float(rows.likelihood[row]), 4),
        expected_delay=round(delay) if np.isfinite(delay) and band != RECORDS_ONLY else None,
        expected_completion=round(finish) if np.isfinite(finish) else None,
        misses_promise=bool(rows.misses[row]),
        value=from_micros(int(columns.orders.value[order]), currency),
        path=path_for(answer, rows, row, effect),
    )


def step_id(answer: Hits, rows: AffectedRows, row: int) -> str:
    workflow = answer.inputs.topology.workflows[answer.workflows[int(rows.workflow[row])]]
    return workflow.steps[max(int(rows.step[row]), 0)].id


def path_for(answer: Hits, rows: AffectedRows, row: int, effect: Effect) -> Path:
    impairment = answer.impairments[int(rows.hit_by[row])]
    path = path_to(impairment, answer.failure_by_key)
    step = step_id(answer, rows, row)
    at = round(float(rows.hit_at[row])) if np.isfinite(rows.hit_at[row]) else answer.as_of
    if impairment.element != step:
        kind = "record" if rows.band[row] == RECORDS_ONLY else "hand-off"
        how = (
            f"what {step} causes passes {impairment.element}"
            if kind == "record"
            else f"orders are handed to {step} over {impairment.element}"
        )
        path = extended(path, step, kind, effect, at, how)
    order = f"order:{answer.inputs.columns.orders.ids[int(rows.order[row])]}"
    band = BANDS[int(rows.band[row])].value.lower().replace("_", " ")
    return extended(
        path,
        order,
        "match",
        effect,
        at,
        f"{order} is {band}: it meets this at {moment(at).strftime('%Y-%m-%d %H:%M UTC')}",
    )
