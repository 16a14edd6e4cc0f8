"""Pages of affected orders."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Band, Effect, OrderSort
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder, Path
from graph_models.impairment import Impairment
from graph_models.money import from_micros
from graph_models.orders import OrderFilter, Page
from graph_models.time import Millis
from graph_models.topology import Topology
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
    return Page(
        items=affected_orders(impact, rows.take(np.asarray(page.rows, np.intp))),
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


class _Row(NamedTuple):
    """What a row of the list shows, from the columns of a page."""

    order: str
    fulfillment: str
    currency: int
    value: int
    impairment: int
    effect: int
    band: int
    workflow: int
    step: int
    hit_at: float
    likelihood: float
    delay: float
    completion: float
    missed: float
    late_anyway: float
    misses_promise: bool


def affected_orders(source: PageSource, rows: AffectedRows) -> tuple[AffectedOrder, ...]:
    """The rows as values."""
    orders, fulfillments = source.columns.orders, source.columns.fulfillments
    columns = (
        orders.ids[rows.order],
        fulfillments.ids[rows.fulfillment],
        orders.currency[rows.order],
        orders.value[rows.order],
        rows.impairment,
        source.effects[rows.impairment],
        rows.band,
        rows.workflow,
        rows.step,
        rows.hit_at,
        rows.likelihood,
        rows.delay,
        rows.completion,
        rows.missed,
        rows.late_anyway,
        rows.misses_promise,
    )
    # Lists of Python's own values: reading an array value by value takes ten times as long.
    return tuple(
        _affected_order(source, _Row(*row))
        for row in zip(*(column.tolist() for column in columns), strict=True)
    )


def _affected_order(source: PageSource, row: _Row) -> AffectedOrder:
    path = _path_of(source, row)
    delay, completion = row.delay, row.completion
    return AffectedOrder(
        order=row.order,
        fulfillment=row.fulfillment,
        band=BANDS[row.band],
        effect=path.effect,
        first_hit=path.step,
        hit_at=path.at,
        likelihood=round(row.likelihood, 4),
        expected_delay=round(delay) if isfinite(delay) and row.band != RECORDS_ONLY else None,
        expected_completion=round(completion) if isfinite(completion) else None,
        misses_promise=row.misses_promise,
        value=from_micros(row.value, source.columns.dictionaries.currencies.values[row.currency]),
        find_path=path,
        miss_likelihood=round(row.missed, 4),
        late_anyway=round(row.late_anyway, 4),
    )


def _path_of(source: PageSource, row: _Row) -> "_OrderPath":
    return _OrderPath(
        impairment=source.impairments[row.impairment],
        step=source.topology.workflows[source.workflows[row.workflow]].steps[max(row.step, 0)].id,
        order=row.order,
        band=BANDS[row.band],
        effect=EFFECTS[row.effect],
        at=round(row.hit_at) if isfinite(row.hit_at) else source.as_of,
        failures=source.failures_by_key,
        topology=source.topology,
        clock=source.clock,
    )


@dataclass(frozen=True, slots=True)
class _OrderPath:
    """Makes the path from a failure to an order. It needs no column, so that it can be called after the end
    of the answer.
    """

    impairment: Impairment
    step: str
    """Full id of the step where the order is affected first."""
    order: str
    band: Band
    effect: Effect
    at: Millis
    """When it is affected first."""
    failures: Mapping[str, Failure] = field(compare=False)
    topology: Topology = field(compare=False)
    clock: TextClock

    def __call__(self) -> Path:
        path = path_to(self.impairment, self.failures, self.topology)
        effect, at = self.effect, self.at
        if self.impairment.element != self.step:
            path = with_hop(path, self.step, rule=self._rule, effect=effect, at=at, detail=self._reach)
        detail = _affected_text(self.order, self.band, at, self.clock)
        return with_hop(path, f"order:{self.order}", rule="match", effect=effect, at=at, detail=detail)

    @property
    def _rule(self) -> str:
        return "record" if self.band is Band.RECORDS_ONLY else "hand-off"

    @property
    def _reach(self) -> str:
        step, element = (element_text(self.topology, each) for each in (self.step, self.impairment.element))
        if self.band is Band.RECORDS_ONLY:
            return f"records of {step} pass {element}"
        return f"orders reach {step} over {element}"


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
