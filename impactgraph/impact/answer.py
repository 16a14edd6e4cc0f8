"""The blast radius: one question's answer, whose totals, pages and breakdowns all come from the same matches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Band, Dimension, Effect, ElementKind, OrderSort, RecordEffect, RecordKind
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder, AffectedRecord, Explanation, ForecastPoint, ImpactGroup, ImpactTotals, OwnerShare, Path, Question, ResidualTotals
from graph_models.impairment import Absorption, Impairment, Impairments
from graph_models.orders import OrderFilter, Page
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.forecast.outcome import BANDS
from impactgraph.impact import breakdown, explain, headline, order_pages, owners, record_pages, residual, waves
from impactgraph.impact.affected import AffectedRows, affected_orders, affected_rows
from impactgraph.impact.cells import Membership
from impactgraph.impact.columns import Columns
from impactgraph.impact.filters import order_mask, post_filter
from impactgraph.impact.match import match
from impactgraph.impact.matches import Matches
from impactgraph.impact.paths import path_to
from impactgraph.impact.totals import impact_totals

EFFECTS = tuple(Effect)


@dataclass
class Inputs:
    """All that an answer is made of, at one moment. `columns` must not change while the answer is asked."""

    question: Question
    as_of: Millis
    topology: Topology
    failures: tuple[Failure, ...]
    impairments: Impairments
    forecaster: Forecaster
    columns: Columns
    assumptions: tuple[str, ...]


class BlastRadius:
    """What the failures hit. Parts are worked out when they are asked for, then kept."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.as_of = inputs.as_of
        self.topology = inputs.topology.version
        self.failures = inputs.failures
        self.assumptions = inputs.assumptions
        self.absorbed: tuple[Absorption, ...] = inputs.impairments.absorbed
        self.complete = inputs.impairments.complete
        self.frontier = inputs.impairments.frontier
        self.workflows = list(inputs.topology.workflows)
        self.failure_by_key: Mapping[str, Failure] = {f.key: f for f in inputs.failures}

    # ---- the match

    @property
    def impairments(self) -> tuple[Impairment, ...]:
        """By the index that rows refer to."""
        return self.inputs.forecaster.hazards.all

    @cached_property
    def matches(self) -> Matches:
        keep = order_mask(self.inputs.columns, self.membership, self.inputs.question.where)
        return match(self.inputs.columns, self.inputs.forecaster, keep)

    @cached_property
    def membership(self) -> Membership:
        return Membership(self.inputs.columns, self.inputs.topology)

    @cached_property
    def rows(self) -> AffectedRows:
        """A row a fulfillment and reason, whatever its likelihood, hit before the horizon."""
        rows = affected_rows(self.inputs.columns, self.matches, self.workflows)
        end = self.as_of + self.inputs.question.horizon
        with np.errstate(invalid="ignore"):
            late = rows.hit_at >= end
        return rows.take(~late) if late.any() else rows

    @cached_property
    def orders_hit(self) -> AffectedRows:
        """A row an affected order."""
        found = affected_orders(self.inputs.columns, self.rows, self.inputs.question.min_likelihood)
        return post_filter(found, self.inputs.question.where, self.effects_of)

    def effects_of(self, rows: AffectedRows) -> NDArray[np.int8]:
        table = np.array([EFFECTS.index(i.effect) for i in self.impairments] + [EFFECTS.index(Effect.DELAYED)], np.int8)
        return table[rows.hit_by]

    # ---- the parts

    @cached_property
    def totals(self) -> ImpactTotals:
        return impact_totals(
            self.inputs.columns,
            self.orders_hit,
            self._fulfillments,
            self.matches.records,
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

    def elements(self, kinds: Sequence[ElementKind] | None = None) -> tuple[Impairment, ...]:
        """Every impairment, nearest to the failure first."""
        wanted = None if kinds is None else {k.value.lower() for k in kinds}
        found = [i for i in self.impairments if wanted is None or i.element.partition(":")[0] in wanted]
        return tuple(sorted(found, key=lambda i: (len(i.hops), i.element, i.since, EFFECTS.index(i.effect))))

    def path(self, impairment: Impairment) -> Path:
        return path_to(impairment, self.failure_by_key)

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


Explainer = Callable[[str], Explanation]


def band_of(code: int) -> Band:
    return BANDS[code]
