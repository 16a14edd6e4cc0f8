"""Affected fulfillments, orders and records of one question as arrays, from one match of failures with
orders.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph_models.counts import say_count
from graph_models.enums import Effect, ElementKind
from graph_models.failure import Failure
from graph_models.ids import key_of
from graph_models.impact import Path, Question, Unanswered
from graph_models.impairment import Absorption, Impairment
from graph_models.topology import Topology
from graph_models.zones import TextClock
from impactgraph.columns import Columns
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.impact.affected_fulfillments import JoinedGroups, join_groups
from impactgraph.impact.affected_orders import affected_orders
from impactgraph.impact.affected_rows import AffectedRows
from impactgraph.impact.amounts import say_money
from impactgraph.impact.filters import order_mask, post_filter
from impactgraph.impact.impact_inputs import ImpactInputs
from impactgraph.impact.match import match
from impactgraph.impact.matches import Matches, RecordGroup
from impactgraph.impact.membership import Membership
from impactgraph.impact.money_estimates import conversion_assumptions
from impactgraph.impact.other_parts import OtherParts, with_others
from impactgraph.impact.paths import path_to
from impactgraph.impact.scope_gaps import ScopeGap, scope_gaps
from impactgraph.impact.segments import RowSelection
from impactgraph.impact.unanswered import unanswered

EFFECTS = tuple(Effect)


class MatchedImpact:
    """The arrays that totals, pages, breakdowns and explanations are made from, each computed when first
    read.
    """

    def __init__(self, inputs: ImpactInputs) -> None:
        self.inputs = inputs
        self.as_of = inputs.as_of
        self.topology_version = inputs.topology.version
        self.failures = inputs.failures
        self.failures_by_key: Mapping[str, Failure] = {f.key: f for f in inputs.failures}
        self.absorbed: tuple[Absorption, ...] = tuple(
            inputs.distinct.absorption(each) for each in inputs.impairments.absorbed
        )
        self.frontier = inputs.impairments.frontier
        self.workflows = list(inputs.topology.workflows)

    @property
    def question(self) -> Question:
        return self.inputs.question

    @property
    def clock(self) -> TextClock:
        """For the times of its sentences."""
        return TextClock(self.as_of, self.question.timezone)

    @property
    def topology(self) -> Topology:
        return self.inputs.topology

    @property
    def columns(self) -> Columns:
        return self.inputs.columns

    @property
    def membership(self) -> Membership:
        return self.inputs.membership

    @property
    def forecaster(self) -> Forecaster:
        return self.inputs.forecaster

    @property
    def min_likelihood(self) -> float:
        """Rows of at most this likelihood are left out."""
        return self.question.min_likelihood

    @cached_property
    def impairments(self) -> tuple[Impairment, ...]:
        """By the index that rows refer to; they name all failures that were reported, twins too."""
        return tuple(map(self.inputs.distinct.impairment, self.forecaster.impairments.entries))

    @cached_property
    def unanswered(self) -> tuple[Unanswered, ...]:
        """Orders in flight that no answer about these failures can be given on."""
        return unanswered(self.columns, self.topology, self.selection) if self.failures else ()

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """Sentences that name all that the answer leaves out."""
        return (
            *(_not_answered(each) for each in self.unanswered),
            *_not_followed(len(self.frontier)),
            *(gap.sentence for gap in self.scope_gaps),
        )

    @cached_property
    def scope_gaps(self) -> tuple[ScopeGap, ...]:
        """Values in the scopes of the failures that nothing has."""
        return scope_gaps(self.columns, self.topology, self.failures)

    @property
    def complete(self) -> bool:
        """Whether nothing is left out."""
        return not self.left_out

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the answer assumes, and what it leaves out."""
        return (*self.assumed, *(f"The answer is not complete: {each}" for each in self.left_out))

    @property
    def assumed(self) -> tuple[str, ...]:
        """What the answer assumes."""
        return (*self.inputs.assumptions, *self._conversion)

    @cached_property
    def _conversion(self) -> tuple[str, ...]:
        """How amounts are converted. Costs the affected orders, where the topology has rates."""
        rates = self.topology.rates
        if rates is None or not self.failures:
            return ()
        codes: list[int] = np.unique(self.columns.orders.currency.take(self.affected_orders.order)).tolist()
        names = self.columns.dictionaries.currencies.values
        return conversion_assumptions(sorted(names[code] for code in codes), rates)

    @cached_property
    def selection(self) -> RowSelection:
        """The fulfillments that the question is about."""
        where = self.question.where
        among = self.inputs.fulfillment_rows
        if where.ids is not None and among is None:
            orders = self.columns.order_rows([key_of(key, "order") for key in where.ids])
            among = self.columns.fulfillment_rows(orders)
        keep = order_mask(self.columns, self.membership, replace(where, ids=None))  # `among` holds the ids
        return RowSelection(keep, among)

    @cached_property
    def matches(self) -> Matches:
        return match(self.columns, self.forecaster, self.membership, self.selection)

    @cached_property
    def affected_fulfillments(self) -> AffectedRows:
        """A row for each fulfillment and reason that is affected before the horizon, whatever the
        likelihood.
        """
        return self.joined_groups.affected_before(self.as_of + self.question.horizon)

    @cached_property
    def joined_groups(self) -> JoinedGroups:
        """All affected rows, whenever they are affected."""
        return join_groups(self.columns, self.matches, self.workflows)

    @cached_property
    def _likely_orders(self) -> AffectedRows:
        return self.orders_above(self.min_likelihood)

    def orders_above(self, min_likelihood: float) -> AffectedRows:
        """A row for each order that is affected with more than this likelihood, whatever the filter."""
        every, joined = self.affected_fulfillments, self.joined_groups
        parts = OtherParts(
            columns=self.columns,
            forecaster=self.forecaster,
            membership=self.membership,
            forecast_rows=lambda: joined.forecast_among(every),  # without `self`, which would keep itself
        )
        return with_others(affected_orders(self.columns, every, min_likelihood), parts)

    @cached_property
    def affected_orders(self) -> AffectedRows:
        """A row for each affected order."""
        return post_filter(self._likely_orders, self.question.where, self.effects_of)

    @cached_property
    def affected_records(self) -> Sequence[RecordGroup]:
        """Affected records of affected orders."""
        orders = self.affected_orders
        left_out = self.matches.rows - len(self.affected_fulfillments)
        left_out += len(self._likely_orders) - len(orders)
        if not left_out:
            return self.matches.records
        is_affected_order = np.zeros(len(self.columns.orders), bool)
        is_affected_order[orders.order] = True
        return [
            group.take(is_affected_order[self.columns.fulfillments.order[group.rows]])
            for group in self.matches.records
        ]

    def effects_of(self, rows: AffectedRows) -> NDArray[np.int8]:
        """(rows,) index in EFFECTS."""
        return self.effects[rows.impairment]

    @cached_property
    def effects(self) -> NDArray[np.int8]:
        """By impairment; the last is for rows without one (-1)."""
        effects = [EFFECTS.index(i.effect) for i in self.impairments]
        return np.array([*effects, EFFECTS.index(Effect.DELAYED)], np.int8)

    def elements(self, kinds: Sequence[ElementKind] | None = None) -> tuple[Impairment, ...]:
        """Every impairment, of elements of these kinds, nearest to the failure first."""
        names = None if kinds is None else {kind.value.lower() for kind in kinds}
        rows = [i for i in self.impairments if names is None or i.element.partition(":")[0] in names]
        return tuple(sorted(rows, key=lambda i: (len(i.hops), i.element, i.since, EFFECTS.index(i.effect))))

    def path(self, impairment: Impairment) -> Path:
        """From its failure to its element."""
        return path_to(impairment, self.failures_by_key, self.topology)


def _not_answered(group: Unanswered) -> str:
    count = say_count(group.orders, "order")
    verb = "is" if group.orders == 1 else "are"
    return f"{count} worth {say_money(group.value)} {verb} not answered: {group.reason}."


def _not_followed(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    dependants = "it, was" if count == 1 else "them, were"
    return (f"{say_count(count, 'element')} at the frontier, and what depends on {dependants} left out.",)
