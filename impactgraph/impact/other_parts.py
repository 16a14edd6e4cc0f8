"""Parts of affected orders whose own way is not affected: how likely each keeps the promise of its order.

An order misses its promise when any of its parts does. Those that no failure delays are in no match, so they
are forecast here, without failures.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.scope import EVERYWHERE
from impactgraph.columns import IN_FLIGHT, Codes, Columns
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import Reals
from impactgraph.impact.affected_rows import AffectedRows, Positions
from impactgraph.impact.cohorts import StepRows, cohorts_at
from impactgraph.impact.match import segment_past
from impactgraph.impact.membership import Membership
from impactgraph.impact.segments import RowSelection, SegmentRows, divide_places
from impactgraph.impact.workflow_context import WorkflowContext, workflow_contexts

_PROMISES = ("missed", "late_anyway")
_FEW = 2_000
"""Up to so many rows are looked at one by one, more by a mask of all rows."""


@dataclass(frozen=True)
class OtherParts:
    """What the other parts of affected orders are found with: those in flight that are not among
    `forecast_rows`.
    """

    columns: Columns
    forecaster: Forecaster
    membership: Membership
    forecast_rows: Callable[[], Codes]
    """Fulfillments whose own way is forecast."""

    def kept(self, orders: Codes) -> Reals | None:
        """By row of an order: how likely all other parts of these orders keep its promise without any
        failure. None: there are no other parts.

        Costs a pass over the fulfillments, and a forecast of the cohorts of those parts.
        """
        columns = self.columns
        others = _others(columns, orders, self.forecast_rows())
        if not len(others):
            return None
        kept = np.ones(len(columns.orders))
        among = others if len(others) <= _FEW else None
        selection = _selection(columns, others, among)
        for context in workflow_contexts(columns, self.forecaster.without_failures(), among):
            for rows, late_anyway in _chances(context, self.membership, selection):
                np.multiply.at(kept, columns.fulfillments.order.take(rows), 1.0 - late_anyway)
        return kept


def with_others(rows: AffectedRows, parts: OtherParts) -> AffectedRows:
    """Affected orders, with the promises that their other parts miss in any case: those are forecast when
    promises are first read.
    """

    @cache
    def kept() -> Reals | None:
        return parts.kept(rows.order)

    def read(name: str, at: Positions | None) -> NDArray[Any]:
        values = rows.column(name, at)
        by_order = kept() if name in _PROMISES else None
        if by_order is None:
            return values
        others = by_order.take(rows.column("order", at))
        return values * others if name == "missed" else 1.0 - (1.0 - values) * others

    return AffectedRows(len(rows), read)


def _others(columns: Columns, orders: Codes, forecast_rows: Codes) -> Codes:
    promised = orders[columns.orders.promised_by.take(orders) > 0]
    rows = columns.fulfillment_rows(promised)
    is_other = columns.fulfillments.status.take(rows) == IN_FLIGHT
    is_other &= ~np.isin(rows, forecast_rows, kind="table" if len(rows) > _FEW else None)
    return rows[is_other]


def _selection(columns: Columns, others: Codes, among: Codes | None) -> RowSelection:
    if among is not None:
        return RowSelection(among=among)
    is_other = np.zeros(len(columns.fulfillments), bool)
    is_other[others] = True
    return RowSelection(keep=is_other.take)


def _chances(
    context: WorkflowContext, membership: Membership, selection: RowSelection
) -> Iterator[tuple[Codes, Reals]]:
    """Rows of fulfillments, with the likelihood of each that it misses the promise of its order."""
    for segment, steps in divide_places(context, membership, selection, [EVERYWHERE]).items():
        in_flight = [rows for rows in steps if rows.position is not None and len(rows.rows)]
        if in_flight:
            yield _late_anyway(context, context.forecaster.plan(context.workflow, segment), in_flight)


def _late_anyway(context: WorkflowContext, plan: Plan, steps: Sequence[SegmentRows]) -> tuple[Codes, Reals]:
    """Of all rows of a segment, from one forecast."""
    segment = segment_past(context, plan, steps)
    every = [
        cohorts_at(
            context,
            plan,
            StepRows(rows.position or 0, of_step, segment.effects.of_part(part), None),
            np.arange(len(of_step)),
        )
        for rows, of_step, part in segment.parts
    ]
    completions = context.forecaster.completions(plan, [group for each in every for group in each.cohorts])
    rows: list[Codes] = []
    cohort: list[Positions] = []
    ends = accumulate(len(cohorts) for cohorts in every)
    for (_, of_step, _), cohorts, end in zip(segment.parts, every, ends, strict=True):
        at, group = cohorts.groups.members(np.ones(len(cohorts.groups), bool))
        rows.append(of_step.rows.take(at))
        cohort.append(group + (end - len(cohorts)))
    fulfillments = np.concatenate(rows)
    orders = context.columns.fulfillments.order.take(fulfillments)
    promised_by = context.columns.orders.promised_by.take(orders)
    return fulfillments, completions.chances(np.concatenate(cohort), promised_by).late_anyway
