"""Blast radius: the answer to one question, whose totals, pages and breakdowns all come from the same
match.
"""

from collections.abc import Sequence
from dataclasses import fields
from functools import cached_property

import numpy as np

from graph_models.enums import Dimension, OrderSort, RecordEffect, RecordKind
from graph_models.estimates import Estimates, ToCome
from graph_models.impact import (
    AffectedOrder,
    AffectedRecord,
    AwaitingReplay,
    Explanation,
    ForecastPoint,
    ImpactGroup,
    ImpactTotals,
    OrderTotals,
    RecordCause,
    RecordTotals,
    ResidualTotals,
)
from graph_models.money import Money
from graph_models.orders import OrderFilter, Page
from graph_models.time import Millis
from impactgraph.impact import (
    explain,
    headline,
    no_orders,
    order_pages,
    owners,
    record_pages,
    residual,
    totals,
)
from impactgraph.impact.breakdown import breakdown_by
from impactgraph.impact.estimates import Sums, read_estimates, sum_parts, whole
from impactgraph.impact.filter_text import say_filter
from impactgraph.impact.forecast_points import forecast_points
from impactgraph.impact.lists import OrderList, RecordList
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.record_causes import record_causes
from impactgraph.impact.to_come import orders_to_come


class BlastRadius(MatchedImpact):
    """Everything that can be asked about one question. Parts are computed when first read, then kept."""

    @property
    def watermark(self) -> int:
        """Sequence number of the last event in the state that it was computed from."""
        return self.columns.watermark

    @property
    def totals(self) -> ImpactTotals:
        """All totals. Callers that show only some read `order_totals` and `record_totals` instead."""
        orders = self.order_totals
        return ImpactTotals(
            *(getattr(orders, field.name) for field in fields(orders)),
            refunds_at_risk=self.refunds_at_risk,
            postings=self.record_totals(RecordKind.POSTING),
            notifications=self.record_totals(RecordKind.NOTIFICATION),
            tasks=sum(r.count for r in self.record_totals(RecordKind.TASK)),
            supplier_orders=sum(r.count for r in self.record_totals(RecordKind.SUPPLIER_ORDER)),
            estimates=self.estimates,
        )

    @cached_property
    def order_totals(self) -> OrderTotals:
        return totals.order_totals(self.columns, self.affected_orders, self._fulfillments)

    def record_totals(self, kind: RecordKind) -> tuple[RecordTotals, ...]:
        """By type and effect, the most frequent first."""
        rows = self._record_totals.get(kind)
        if rows is None:
            rows = self._record_totals[kind] = totals.record_totals(
                self.columns, self.affected_records, kind, self.min_likelihood
            )
        return rows

    @cached_property
    def _record_totals(self) -> dict[RecordKind, tuple[RecordTotals, ...]]:
        return {}

    @cached_property
    def record_causes(self) -> tuple[RecordCause, ...]:
        """Affected records by type, effect and cause, the most expected first."""
        return record_causes(self)

    @cached_property
    def refunds_at_risk(self) -> tuple[Money, ...]:
        postings = self.record_totals(RecordKind.POSTING)
        return totals.refunds_at_risk(self.columns, self.affected_orders, postings, self.min_likelihood)

    @cached_property
    def estimates(self) -> Estimates:
        """Expected totals with their ranges."""
        return read_estimates(self.sums)[0]

    @cached_property
    def sums(self) -> Sums:
        """What the estimates are made of."""
        return sum_parts(self, whole(self))

    @cached_property
    def to_come(self) -> ToCome:
        """Orders that are expected to be placed while the failures last, and affected; in no total."""
        return orders_to_come(self.inputs)

    @cached_property
    def _fulfillments(self) -> int:
        """Number of affected fulfillments."""
        rows = self.affected_fulfillments
        is_affected = np.zeros(len(self.columns.fulfillments), bool)
        is_affected[rows.fulfillment.take(np.flatnonzero(rows.likelihood > self.min_likelihood))] = True
        return int(np.count_nonzero(is_affected))

    @cached_property
    def next_missed_promise(self) -> Millis | None:
        """The soonest promise of an affected order, not yet due, that is expected to be missed."""
        orders = self.affected_orders
        promised_by = self.columns.orders.promised_by[orders.order]
        missed_promises = promised_by[orders.misses_promise & (promised_by > self.as_of)]
        return int(missed_promises.min()) if len(missed_promises) else None

    @cached_property
    def oldest_order(self) -> str | None:
        """Bare key of the affected order that was placed first."""
        rows = self.affected_orders.order
        if not len(rows):
            return None
        oldest = rows[np.argmin(self.columns.orders.placed_at[rows])]
        return str(self.columns.orders.ids[oldest])

    @cached_property
    def headline(self) -> str:
        """The blast radius in one sentence."""
        totals = self.totals
        why_none = no_orders.reason(self) if self.failures and not totals.orders else ""
        circumstances = headline.Circumstances(
            awaiting_replay=self.awaiting_replay,
            left_out=[each for each in self.left_out if not (why_none and why_none in each)],
            clock=self.clock,
            topology=self.topology,
            to_come=self.to_come,
            why_none=why_none,
            asked_for=say_filter(self.question.where),
        )
        text = headline.headline(self.failures, totals, circumstances)
        is_of_all = not self.question.failures and not self.question.suppose
        if is_of_all and self.failures and not any(f.active_at(self.as_of) for f in self.failures):
            return f"No failure is active, but {text}"
        return text

    def breakdown(self, by: Sequence[Dimension], first: int | None = None) -> tuple[ImpactGroup, ...]:
        """Groups by the dimensions, the most orders first.

        An order counts in each group that one of its fulfillments is in. Raises: BadInputError.
        """
        key = tuple(by)
        if key not in self._groups:
            self._groups[key] = breakdown_by(self, by).groups
        return self._groups[key][:first]

    def group_estimates(self, by: Sequence[Dimension]) -> tuple[Estimates, ...]:
        """Estimates of all groups of the breakdown, in its order. Raises: BadInputError."""
        key = tuple(by)
        if key not in self._group_estimates:
            self._group_estimates[key] = breakdown_by(self, by).estimates
        return self._group_estimates[key]

    @cached_property
    def _groups(self) -> dict[tuple[Dimension, ...], tuple[ImpactGroup, ...]]:
        return {}

    @cached_property
    def _group_estimates(self) -> dict[tuple[Dimension, ...], tuple[Estimates, ...]]:
        return {}

    def forecast(self, bucket: Millis) -> tuple[ForecastPoint, ...]:
        """When orders are affected and promises missed; sums are the totals. Raises: BadInputError."""
        return forecast_points(self, bucket).points

    def forecast_estimates(self, bucket: Millis) -> tuple[Estimates, ...]:
        """Estimates of all points of the forecast. Raises: BadInputError."""
        if bucket not in self._forecast_estimates:
            self._forecast_estimates[bucket] = forecast_points(self, bucket).estimates
        return self._forecast_estimates[bucket]

    @cached_property
    def _forecast_estimates(self) -> dict[Millis, tuple[Estimates, ...]]:
        return {}

    def orders(
        self,
        where: OrderFilter | None = None,
        sort: OrderSort | None = None,
        first: int = 50,
        after: str | None = None,
    ) -> Page[AffectedOrder]:
        """Affected orders, the most urgent promise first. Raises: BadInputError."""
        return order_pages.order_page(
            self,
            self.affected_orders,
            where=where,
            sort=sort or OrderSort.PROMISE_ASC,
            first=first,
            after=after,
        )

    def records(
        self,
        kind: RecordKind,
        types: Sequence[str] | None = None,
        effects: Sequence[RecordEffect] | None = None,
        first: int = 50,
        after: str | None = None,
    ) -> Page[AffectedRecord]:
        """Affected postings, notifications, tasks or supplier orders, the first due first.

        Raises: BadInputError.
        """
        return record_pages.record_page(self, kind, types=types, effects=effects, first=first, after=after)

    def order_list(self, where: OrderFilter | None = None, sort: OrderSort | None = None) -> OrderList:
        """The list of `orders`, to be read in many pages, also when the state of the store has changed."""
        return OrderList.of(self, self.affected_orders, where, sort or OrderSort.PROMISE_ASC)

    def residual_list(self) -> OrderList:
        """The list of `residual_orders`, as `order_list`."""
        return OrderList.of(self, residual.orders_to_act_on(self), None, OrderSort.PROMISE_ASC)

    def record_list(
        self,
        kind: RecordKind,
        types: Sequence[str] | None = None,
        effects: Sequence[RecordEffect] | None = None,
    ) -> RecordList:
        """The list of `records`, as `order_list`."""
        return RecordList.of(self, kind, types, effects)

    @cached_property
    def playbooks(self) -> tuple[str, ...]:
        """Keys of the playbooks for the impaired elements."""
        return owners.playbooks_for(self.topology, self.elements(), self.failures)

    def explain(self, order: str) -> Explanation:
        """Why an order, by bare key, is affected or not. Raises: NotFoundError."""
        return explain.explain(self, order)

    @cached_property
    def awaiting_replay(self) -> tuple[AwaitingReplay, ...]:
        """What ended failures, and dead letters that no failure explains, leave to be sent again."""
        return residual.awaiting_replay(self)

    @cached_property
    def residual(self) -> ResidualTotals | None:
        """What is left after the end; None while a failure of the question is active."""
        return residual.residual_totals(self)

    def residual_orders(self, first: int = 50, after: str | None = None) -> Page[AffectedOrder]:
        """Affected orders that wait for a replay or a person."""
        return order_pages.order_page(
            self,
            residual.orders_to_act_on(self),
            where=None,
            sort=OrderSort.PROMISE_ASC,
            first=first,
            after=after,
        )
