"""Which orders are beyond their limit, what they have in common, and which elements would explain it."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import CommonFactor, OverdueGroup
from graph_models.enums import Dimension
from graph_models.failure import Failure
from graph_models.orders import ANY_ORDER, Order, OrderFilter, Page
from graph_models.scope import Scope
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns
from impactgraph.diagnosis.common import OverdueState, SharedFactor, common_factors
from impactgraph.diagnosis.overdue import limits, overdue_mask
from impactgraph.diagnosis.overdue.groups import overdue_groups
from impactgraph.diagnosis.overdue.visits import in_step
from impactgraph.diagnosis.suspects import Investigation, Suspect, suspects
from impactgraph.errors import BadInputError, NotFoundError, NoTopologyError, Problem
from impactgraph.impact import keyset
from impactgraph.impact.filters import order_mask
from impactgraph.impact.membership import Membership
from impactgraph.impact.orders import orders_of
from impactgraph.ports.store import Store
from impactgraph.propagation import propagate
from impactgraph.usecases.habits import Habits, habits
from impactgraph.usecases.learned import Known, learned
from impactgraph.usecases.orders import (
    asks_for_impact,
    current_topology,
    expected,
    overdue_parts,
    paces_by_location,
)
from impactgraph.usecases.pages import check_first
from impactgraph.usecases.validation import check_filter

Flags = NDArray[np.bool_]

_NOT_OF_OVERDUE = (Dimension.BAND, Dimension.EFFECT, Dimension.CAUSE)
_SORT = "overdue-longest"


@dataclass(frozen=True, slots=True)
class OverdueQuestion:
    """Of which orders, as of when (None: now)."""

    where: OrderFilter = ANY_ORDER
    as_of: Millis | None = None


@dataclass(frozen=True)
class Overdue:
    """The answer, good while the context that gave it is open; each part is worked out when it is first asked for."""

    asked: OverdueQuestion
    at: Millis
    topology: Topology
    columns: Columns
    reported: Sequence[Failure]
    known: Known
    habits: Habits
    among: Flags
    """By fulfillment: of the orders asked about."""

    @cached_property
    def _limit(self) -> NDArray[np.int64]:
        return limits(self.topology, self.columns, self.habits.stays, self.known.durations)

    @cached_property
    def overdue(self) -> Flags:
        """By fulfillment."""
        return overdue_mask(self.columns, self._limit, self.at) & self.among

    @cached_property
    def _orders(self) -> tuple[Codes, NDArray[np.float64]]:
        """Orders with an overdue part, by row, and how long its longest one is beyond the limit."""
        rows = np.flatnonzero(self.overdue)
        order, f = self.columns.fulfillments.order[rows], self.columns.fulfillments
        beyond = (self.at - f.entered_at[rows] - self._limit[rows]).astype(np.float64)
        longest = np.lexsort((-beyond, order))
        first = longest[np.diff(order[longest], prepend=-1) > 0]
        return order[first], beyond[first]

    @property
    def total_count(self) -> int:
        """Orders."""
        return len(self._orders[0])

    def orders(self, first: int | None, after: str | None) -> Page[Order]:
        """The longest beyond its limit first. Raises BadInputError for a bad page."""
        rows, beyond = self._orders
        ids = self.columns.orders.ids
        chosen, cursors, more, before = keyset.page(
            -beyond, lambda at: [str(each) for each in ids[rows[at]]], check_first(first), after, _SORT
        )
        paces = paces_by_location(self.columns, self.known)
        late = overdue_parts(self.columns, self.topology, self.habits, self.known, rows[chosen], self.at)
        found = tuple(
            expected(order, self.topology, self.habits, paces, late)
            for order in orders_of(self.columns, rows[chosen])
        )
        return Page(found, tuple(cursors), len(rows), more, before)

    def beyond(self, orders: Sequence[str]) -> dict[str, Millis]:
        """By bare key of the order: how long its longest overdue part is beyond its limit."""
        rows, beyond = self._orders
        place = self.columns.order_rows(list(orders))
        found = dict(zip(rows.tolist(), beyond.tolist(), strict=True)) if len(rows) else {}
        return {
            key: round(found[row]) for key, row in zip(orders, place.tolist(), strict=True) if row in found
        }

    def groups(self, by: Sequence[Dimension]) -> tuple[OverdueGroup, ...]:
        """The most overdue first. Raises BadInputError for a dimension that overdue orders have not."""
        if wrong := [each.value for each in by if each in _NOT_OF_OVERDUE]:
            raise BadInputError(
                Problem(
                    f"by names {', '.join(wrong)}, which is of failures. Ask it of a blastRadius; overdue orders are grouped by what they are."
                )
            )
        if len(set(by)) < len(by):
            raise BadInputError("by names a dimension twice.")
        return overdue_groups(
            self.columns,
            self.overdue,
            in_step(self.columns.fulfillments, self.at) & self.among,
            by or (Dimension.STEP,),
        )

    @cached_property
    def _shared(self) -> tuple[SharedFactor, ...]:
        return common_factors(
            OverdueState(
                self.columns, self.topology, self.habits.stays, self.overdue, at=self.at, among=self.among
            )
        )

    @property
    def in_common(self) -> tuple[CommonFactor, ...]:
        """Independent causes, the best first; nothing in common is an answer."""
        return tuple(each.factor for each in self._shared)

    @cached_property
    def suspects(self) -> tuple[Suspect, ...]:
        """Elements that would explain what orders show beyond what is on record, best first; whichever orders were asked about."""
        begun = [failure for failure in self.reported if failure.started_at <= self.at]
        impairments = (
            propagate(self.known.graph, begun, recovery=lambda failure: failure.ended_at or self.at)
            if begun
            else None
        )
        scopes = (_scope_of(each) for each in self._shared)
        return suspects(
            Investigation(
                self.columns,
                self.topology,
                self.known.graph,
                self.at,
                factors=tuple(scope for scope in scopes if scope is not None),
                recorded=impairments,
            )
        )


@contextmanager
def overdue(store: Store, asked: OverdueQuestion, now: Millis) -> Generator[Overdue]:
    """Raises NotFoundError where the filter names what there is not, NoTopologyError where there is nothing to hold orders against."""
    at = now if asked.as_of is None else asked.as_of
    topology = current_topology(store, asked.as_of)
    if not topology.workflows:
        raise NoTopologyError
    if asks_for_impact(asked.where):
        raise BadInputError(
            "where asks for bands, effects or missed promises, which are of failures. Ask it of the orders of a blastRadius."
        )
    check_filter(store, topology, asked.where)
    reported = store.failures(asked.as_of)
    with store.columns(asked.as_of) as columns:
        known = learned(store, topology, columns, reported, asked.as_of, at)
        usual = habits(store, topology, columns, reported, known, asked.as_of, at)
        yield Overdue(
            asked, at, topology, columns, reported, known, usual, _among(columns, topology, asked.where)
        )


def _among(columns: Columns, topology: Topology, where: OrderFilter) -> Flags:
    keep = order_mask(columns, Membership(columns, topology), where)
    rows = np.arange(len(columns.fulfillments), dtype=np.int32)
    return keep(rows) if keep is not None else np.ones(len(rows), bool)


_SCOPES = {
    "location": "locations",
    "region": "regions",
    "channel": "channels",
    "mode": "modes",
    "currency": "currencies",
    "workflow": "workflows",
}
_ATTRIBUTES = {"carrier": "carriers", "supplier": "suppliers", "payload_version": "versions"}


def _scope_of(shared: SharedFactor) -> Scope | None:
    """Whom a failure would touch that is the cause; None where it is a step or a way, which is not a scope."""
    limits: dict[str, tuple[str, ...]] = {}
    for dimension, value in shared.values:
        if dimension in ("step", "integration", "tier"):
            return None
        name = _SCOPES.get(dimension) or _ATTRIBUTES.get(dimension) or f"attributes.{dimension}"
        limits[name] = tuple(value.split(", "))
    return Scope.from_mapping(limits)


def suspected_failure(found: Overdue, element: str) -> Failure:
    """The report of a suspect, by full id. Raises NotFoundError where it is none (any more)."""
    for each in found.suspects:
        if element == each.failure.target or element in each.alike:
            return replace(each.failure, target=element)
    raise NotFoundError(element, near=[each.failure.target for each in found.suspects])
