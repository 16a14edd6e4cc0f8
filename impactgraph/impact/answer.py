"""The blast radius: one question's answer, whose totals, pages and breakdowns all come from the same match."""

from collections.abc import Sequence
from dataclasses import fields
from functools import cached_property

import numpy as np

from graph_models.enums import Dimension, OrderSort, RecordEffect, RecordKind
from graph_models.impact import (
    AffectedOrder,
    AffectedRecord,
    Explanation,
    ForecastPoint,
    ImpactGroup,
    ImpactTotals,
    OrderTotals,
    OwnerShare,
    RecordTotals,
    ResidualTotals,
)
from graph_models.money import Money
from graph_models.orders import OrderFilter, Page
from graph_models.time import Millis
from impactgraph.impact import (
    breakdown,
    explain,
    headline,
    order_pages,
    owners,
    record_pages,
    residual,
    totals,
    waves,
)
from impactgraph.impact.hits import Hits


class BlastRadius(Hits):
    """All that can be asked of it."""

    @property
    def totals(self) -> ImpactTotals:
        """All of them. Who shows some asks for those."""
        orders, of = self.order_totals, self.record_totals
        return ImpactTotals(
            *(getattr(orders, field.name) for field in fields(orders)),
            refunds_at_risk=self.refunds_at_risk,
            postings=of(RecordKind.POSTING),
            notifications=of(RecordKind.NOTIFICATION),
            tasks=sum(r.count for r in of(RecordKind.TASK)),
            supplier_orders=sum(r.count for r in of(RecordKind.SUPPLIER_ORDER)),
        )

    @cached_property
    def order_totals(self) -> OrderTotals:
        return totals.order_totals(self.inputs.columns, self.orders_hit, self._fulfillments)

    def record_totals(self, kind: RecordKind) -> tuple[RecordTotals, ...]:
        """By type and effect, the most first."""
        found = self._record_totals.get(kind)
        if found is None:
            found = self._record_totals[kind] = totals.record_totals(
                self.inputs.columns, self.records_hit, kind, self.inputs.question.min_likelihood
            )
        return found

    @cached_property
    def _record_totals(self) -> dict[RecordKind, tuple[RecordTotals, ...]]:
        return {}

    @cached_property
    def refunds_at_risk(self) -> tuple[Money, ...]:
        return totals.refunds_at_risk(
            self.inputs.columns,
            self.orders_hit,
            self.record_totals(RecordKind.POSTING),
            self.inputs.question.min_likelihood,
        )

    @cached_property
    def _fulfillments(self) -> int:
        likely = self.rows.likelihood > self.inputs.question.min_likelihood
        hit = np.zeros(len(self.inputs.columns.fulfillments), bool)
        hit[self.rows.fulfillment[likely]] = True
        return int(np.count_nonzero(hit))

    @cached_property
    def headline(self) -> str:
        return headline.headline(self.failures, self.totals, self.absorbed)

    def breakdown(self, by: Sequence[Dimension], first: int | None = None) -> tuple[ImpactGroup, ...]:
        """Groups by the dimensions, the most orders first. An order counts in each group that a fulfillment of it is in."""
        return breakdown.breakdown(self, by, first)

    def forecast(self, bucket: Millis) -> tuple[ForecastPoint, ...]:
        """When orders are hit and promises missed; sums are the totals. Raises BadInputError."""
        return waves.forecast(self, bucket)

    def orders(
        self,
        where: OrderFilter | None = None,
        sort: OrderSort | None = None,
        first: int = 50,
        after: str | None = None,
    ) -> Page[AffectedOrder]:
        """Affected orders, the most urgent promise first. Raises BadInputError."""
        return order_pages.page_of(self, self.orders_hit, where, sort or OrderSort.PROMISE_ASC, first, after)

    def records(
        self,
        kind: RecordKind,
        types: Sequence[str] | None = None,
        effects: Sequence[RecordEffect] | None = None,
        first: int = 50,
        after: str | None = None,
    ) -> Page[AffectedRecord]:
        """Affected postings, notifications, tasks or supplier orders, the first due first. Raises BadInputError."""
        return record_pages.page_of(self, kind, types, effects, first, after)

    @cached_property
    def owners(self) -> tuple[OwnerShare, ...]:
        return owners.owner_shares(self)

    @cached_property
    def playbooks(self) -> tuple[str, ...]:
        return owners.playbooks_for(self.inputs.topology, self.elements(), self.failures)

    def explain(self, order: str) -> Explanation:
        """By bare key. Raises NotFoundError."""
        return explain.explain(self, order)

    @cached_property
    def residual(self) -> ResidualTotals | None:
        """None while a failure that was asked about still lasts."""
        return residual.residual_totals(self)

    def residual_orders(self, first: int = 50, after: str | None = None) -> Page[AffectedOrder]:
        """Affected orders that wait for a replay or a person."""
        return order_pages.page_of(self, residual.waiting(self), None, OrderSort.PROMISE_ASC, first, after)
