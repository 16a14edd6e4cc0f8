"""Pages of affected orders."""

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Band, Effect, OrderSort
from graph_models.impact import AffectedOrder, Path
from graph_models.money import from_micros
from graph_models.orders import OrderFilter, Page
from graph_models.time import Millis
from graph_models.zones import TextClock
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.impact import keyset
from impactgraph.impact.affected_fulfillments import RECORDS_ONLY
from impactgraph.impact.affected_rows import AffectedRows
from impactgraph.impact.filters import order_mask, post_filter
from impactgraph.impact.matched_impact import EFFECTS, MatchedImpact
from impactgraph.impact.page_source import PageSource
from impactgraph.impact.paths import path_to, with_hop
from impactgraph.topology.names import element_text


def order_page(
    impact: MatchedImpact,
    rows: AffectedRows,
    *,
    where: OrderFilter | None,
    sort: OrderSort,
    first: int,
    after: str | None,
) -> Page[AffectedOrder]:
    """A page of these affected orders; `where` narrows them. Raises: BadInputError."""
    rows = narrowed(impact, rows, where)
    ids = impact.columns.orders.ids

    def names(at: NDArray[np.intp]) -> list[str]:
        return [str(name) for name in ids[rows.order[at]]]

    page = keyset.page(keys(impact, rows, sort), names, first=first, after=after, sort=sort.value)
    on_page = rows.take(np.asarray(page.rows, np.intp))
    return Page(
        items=tuple(affected_order(impact, on_page, row) for row in range(len(on_page))),
        cursors=tuple(page.cursors),
        total_count=len(rows),
        has_next=page.has_next,
        has_previous=page.has_previous,
    )


def narrowed(impact: MatchedImpact, rows: AffectedRows, where: OrderFilter | None) -> AffectedRows:
    """The affected orders that a filter keeps."""
    if where is None:
        return rows
    keep = order_mask(impact.columns, impact.membership, where)
    if keep is not None and len(rows):
        rows = rows.take(keep(rows.fulfillment))
    return post_filter(rows, where, impact.effects_of)


def keys(impact: MatchedImpact, rows: AffectedRows, sort: OrderSort) -> NDArray[np.float64]:
    """(rows,) what they are sorted by, ascending."""
    orders = impact.columns.orders
    match sort:
        case OrderSort.VALUE_DESC:
            return -orders.value[rows.order].astype(np.float64)
        case OrderSort.PROMISE_ASC:
            promised_by = orders.promised_by[rows.order].astype(np.float64)
            return np.where(promised_by > 0, promised_by, np.inf)
        case OrderSort.DELAY_DESC:
            return -rows.delay
        case OrderSort.PLACED_ASC:
            return orders.placed_at[rows.order].astype(np.float64)


def affected_order(impact: PageSource, rows: AffectedRows, row: int) -> AffectedOrder:
    """One row as a value."""
    columns = impact.columns
    order = int(rows.order[row])
    currency = columns.dictionaries.currencies.values[int(columns.orders.currency[order])]
    effect = EFFECTS[int(impact.effects[int(rows.impairment[row])])]
    band = int(rows.band[row])
    delay = float(rows.delay[row])
    completion = float(rows.completion[row])
    return AffectedOrder(
        order=str(columns.orders.ids[order]),
        fulfillment=str(columns.fulfillments.ids[int(rows.fulfillment[row])]),
        band=BANDS[band],
        effect=effect,
        first_hit=_step_id(impact, rows, row),
        hit_at=_hit_at(impact, rows, row),
        likelihood=round(float(rows.likelihood[row]), 4),
        expected_delay=round(delay) if np.isfinite(delay) and band != RECORDS_ONLY else None,
        expected_completion=round(completion) if np.isfinite(completion) else None,
        misses_promise=bool(rows.misses_promise[row]),
        value=from_micros(int(columns.orders.value[order]), currency),
        path=path_for(impact, rows, row, effect),
        miss_likelihood=round(float(rows.missed[row]), 4),
        late_anyway=round(float(rows.late_anyway[row]), 4),
    )


def _step_id(impact: PageSource, rows: AffectedRows, row: int) -> str:
    workflow = impact.topology.workflows[impact.workflows[int(rows.workflow[row])]]
    return workflow.steps[max(int(rows.step[row]), 0)].id


def _hit_at(impact: PageSource, rows: AffectedRows, row: int) -> Millis:
    hit_at = float(rows.hit_at[row])
    return round(hit_at) if np.isfinite(hit_at) else impact.as_of


def path_for(impact: PageSource, rows: AffectedRows, row: int, effect: Effect) -> Path:
    """The path from the failure to the order of a row."""
    impairment = impact.impairments[int(rows.impairment[row])]
    path = path_to(impairment, impact.failures_by_key, impact.topology)
    step = _step_id(impact, rows, row)
    at = _hit_at(impact, rows, row)
    step_text, element = (element_text(impact.topology, each) for each in (step, impairment.element))
    if impairment.element != step and rows.band[row] == RECORDS_ONLY:
        detail = f"records of {step_text} pass {element}"
        path = with_hop(path, step, rule="record", effect=effect, at=at, detail=detail)
    elif impairment.element != step:
        detail = f"orders reach {step_text} over {element}"
        path = with_hop(path, step, rule="hand-off", effect=effect, at=at, detail=detail)
    order = str(impact.columns.orders.ids[int(rows.order[row])])
    detail = _affected_text(order, BANDS[int(rows.band[row])], at, impact.clock)
    return with_hop(path, f"order:{order}", rule="match", effect=effect, at=at, detail=detail)


def _affected_text(order: str, band: Band, at: Millis, clock: TextClock) -> str:
    """Such as `order O-1 was first held there at 2026-03-02 10:00, and is stuck`."""
    moment = clock.dated(at)
    if band is Band.RECORDS_ONLY:
        return f"order {order} itself goes on: only its records are affected, from {moment}"
    if at > clock.now:
        return f"order {order} is expected to be affected there at {moment}"
    if band is Band.STUCK:
        return f"order {order} was first held there at {moment}, and is stuck"
    return f"order {order} was affected there at {moment}"
