"""What the failures hit, as arrays: the one match that totals, pages, breakdowns and explanations are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect, ElementKind
from graph_models.failure import Failure
from graph_models.ids import key_of
from graph_models.impact import Path, Question
from graph_models.impairment import Absorption, Impairment, Impairments
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.impact.affected import AffectedRows, affected_orders
from impactgraph.impact.filters import order_mask, post_filter
from impactgraph.impact.hit_rows import affected_rows
from impactgraph.impact.match import match
from impactgraph.impact.matches import Matches, RecordGroup
from impactgraph.impact.membership import Membership
from impactgraph.impact.paths import path_to

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
    membership: Membership
    assumptions: tuple[str, ...]
    parts: Codes | None = None
    """Rows of the fulfillments of `question.where.ids`, where they are known already."""


class Hits:
    """The match of one question: what everything that is told of a blast radius is told from. Parts are worked out when they are asked for, then kept."""

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
        self._narrowed = False
        self.failure_by_key: Mapping[str, Failure] = {f.key: f for f in inputs.failures}

    @property
    def impairments(self) -> tuple[Impairment, ...]:
        """By the index that rows refer to."""
        return self.inputs.forecaster.impairments.entries

    @cached_property
    def matches(self) -> Matches:
        where, columns, among = self.inputs.question.where, self.inputs.columns, self.inputs.parts
        if where.ids is not None and among is None:
            among = columns.fulfillment_rows(columns.order_rows([key_of(key, "order") for key in where.ids]))
        keep = order_mask(columns, self.membership, replace(where, ids=None))  # no others are looked at
        return match(columns, self.inputs.forecaster, self.membership, keep, among)

    @property
    def membership(self) -> Membership:
        return self.inputs.membership

    @cached_property
    def rows(self) -> AffectedRows:
        """A row a fulfillment and reason, whatever its likelihood, hit before the horizon."""
        rows = affected_rows(
            self.inputs.columns, self.matches, self.workflows, self.as_of + self.inputs.question.horizon
        )
        self._narrowed |= len(rows) < self.matches.rows
        return rows

    @cached_property
    def orders_hit(self) -> AffectedRows:
        """A row an affected order."""
        found = affected_orders(self.inputs.columns, self.rows, self.inputs.question.min_likelihood)
        chosen = post_filter(found, self.inputs.question.where, self.effects_of)
        self._narrowed |= len(chosen) < len(found)
        return chosen

    @cached_property
    def records_hit(self) -> list[RecordGroup]:
        """Hit records, all of affected orders."""
        orders = self.orders_hit.order
        if not self._narrowed:
            return self.matches.records
        listed = np.zeros(len(self.inputs.columns.orders), bool)
        listed[orders] = True
        return [
            group.take(listed[self.inputs.columns.fulfillments.order[group.rows]])
            for group in self.matches.records
        ]

    def effects_of(self, rows: AffectedRows) -> NDArray[np.int8]:
        return self._effects[rows.hit_by]

    @cached_property
    def _effects(self) -> NDArray[np.int8]:
        """By impairment, and at the end for rows that none is told of."""
        return np.array(
            [EFFECTS.index(i.effect) for i in self.impairments] + [EFFECTS.index(Effect.DELAYED)], np.int8
        )

    def elements(self, kinds: Sequence[ElementKind] | None = None) -> tuple[Impairment, ...]:
        """Every impairment, nearest to the failure first."""
        wanted = None if kinds is None else {k.value.lower() for k in kinds}
        found = [i for i in self.impairments if wanted is None or i.element.partition(":")[0] in wanted]
        return tuple(sorted(found, key=lambda i: (len(i.hops), i.element, i.since, EFFECTS.index(i.effect))))

    def path(self, impairment: Impairment) -> Path:
        return path_to(impairment, self.failure_by_key)
