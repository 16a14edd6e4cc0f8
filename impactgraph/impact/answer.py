"""The blast radius: one question's answer, whose totals, pages and breakdowns all come from the same match."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from graph_models.enums import Dimension, OrderSort, RecordEffect, RecordKind
from graph_models.impact import AffectedOrder, AffectedRecord, Explanation, ForecastPoint, ImpactGroup, ImpactTotals, OwnerShare, ResidualTotals
from graph_models.orders import OrderFilter, Page
from graph_models.time import Millis
from impactgraph.impact import breakdown, explain, headline, order_pages, owners, record_pages, residual, waves
from impactgraph.impact.hits import Hits
from impactgraph.impact.totals import impact_totals


class BlastRadius(Hits):
    """All that can be asked of it."""

    @cached_property
    def totals(self) -> ImpactTotals:
        return impact_totals(
            self.inputs.columns,
            self.orders_hit,
            self._fulfillments,
            self.records_hit,
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

    def orders(self, where: OrderFilter | None = None, sort: OrderSort | None = None, first: int = 50, after: str | None = None) -> Page[AffectedOrder]:
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
