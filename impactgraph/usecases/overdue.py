"""Orders beyond the limit of their step, what they have in common, and which elements would explain it."""

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
from graph_models.zones import UTC, TextClock
from impactgraph.columns import Codes
from impactgraph.diagnosis.common import OverdueState, SharedFactor, common_factors
from impactgraph.diagnosis.overdue import limits, overdue_mask
from impactgraph.diagnosis.overdue.groups import overdue_groups
from impactgraph.diagnosis.overdue.visits import in_step
from impactgraph.diagnosis.suspects import Investigation, Suspect, suspects
from impactgraph.errors import BadInputError, NotFoundError, NoTopologyError, Problem
from impactgraph.impact import keyset
from impactgraph.impact.filter_text import say_filter
from impactgraph.impact.filters import order_mask
from impactgraph.impact.orders import orders_of
from impactgraph.ports.store import Store
from impactgraph.usecases.orders import asks_for_impact, with_expectations
from impactgraph.usecases.pages import check_first
from impactgraph.usecases.snapshot import Snapshot, snapshot
from impactgraph.usecases.time_zones import check_zone
from impactgraph.usecases.validation import check_filter

Flags = NDArray[np.bool_]

_NOT_OF_OVERDUE = (Dimension.BAND, Dimension.EFFECT, Dimension.CAUSE)
_SORT = "overdue-longest"


@dataclass(frozen=True, slots=True)
class OverdueQuestion:
    """Of which orders, as of when (None: now)."""

    where: OrderFilter = ANY_ORDER
    as_of: Millis | None = None
    timezone: str = UTC
    """IANA name of the zone of the times in sentences."""

    @property
    def asked_for(self) -> str:
        """The filter, such as `channels=web`; empty: all orders."""
        return say_filter(self.where)


@dataclass(frozen=True)
class Overdue:
    """The answer, good while its snapshot is open; each part is computed when it is first asked for."""

    snapshot: Snapshot
    in_question: Flags
    """By fulfillment: of the orders asked about."""
    timezone: str = UTC
    """Of the times in sentences."""

    @property
    def at(self) -> Millis:
        return self.snapshot.at

    @property
    def topology(self) -> Topology:
        return self.snapshot.topology

    @cached_property
    def _limit(self) -> NDArray[np.int64]:
        s = self.snapshot
        return limits(s.topology, s.columns, s.diagnosis_baseline.dwell_times, s.durations)

    @cached_property
    def overdue(self) -> Flags:
        """By fulfillment."""
        return overdue_mask(self.snapshot.columns, self._limit, self.at) & self.in_question

    @cached_property
    def in_flight(self) -> bool:
        """Whether any order asked about is in a step."""
        return bool((in_step(self.snapshot.columns.fulfillments, self.at) & self.in_question).any())

    @cached_property
    def _orders(self) -> tuple[Codes, NDArray[np.float64]]:
        """Orders with an overdue part, by row, and how long its longest one is beyond the limit."""
        rows = np.flatnonzero(self.overdue)
        f = self.snapshot.columns.fulfillments
        order = f.order[rows]
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
        ids = self.snapshot.columns.orders.ids
        indices, cursors, has_next, has_previous = keyset.page(
            -beyond, lambda at: [str(each) for each in ids[rows[at]]], check_first(first), after, _SORT
        )
        orders = with_expectations(self.snapshot, orders_of(self.snapshot.columns, rows[indices]))
        return Page(
            items=tuple(orders),
            cursors=tuple(cursors),
            total_count=len(rows),
            has_next=has_next,
            has_previous=has_previous,
        )

    def beyond(self, orders: Sequence[str]) -> dict[str, Millis]:
        """By bare key of the order: how long its longest overdue part is beyond its limit."""
        rows, beyond = self._orders
        order_rows = self.snapshot.columns.order_rows(list(orders)).tolist()
        by_row = dict(zip(rows.tolist(), beyond.tolist(), strict=True)) if len(rows) else {}
        return {key: round(by_row[row]) for key, row in zip(orders, order_rows, strict=True) if row in by_row}

    def groups(self, by: Sequence[Dimension]) -> tuple[OverdueGroup, ...]:
        """The most overdue first. Raises BadInputError for a dimension that overdue orders have not."""
        if wrong := [each.value for each in by if each in _NOT_OF_OVERDUE]:
            raise BadInputError(
                Problem(
                    f"by names {', '.join(wrong)}, which only failures have. Use it for a blastRadius;"
                    " overdue orders are grouped by their own attributes."
                )
            )
        if len(set(by)) < len(by):
            raise BadInputError("by names a dimension twice.")
        columns = self.snapshot.columns
        in_flight = in_step(columns.fulfillments, self.at) & self.in_question
        return overdue_groups(columns, self.overdue, in_flight, by or (Dimension.STEP,))

    @cached_property
    def _shared_factors(self) -> tuple[SharedFactor, ...]:
        s = self.snapshot
        dwell_times = s.diagnosis_baseline.dwell_times
        return common_factors(
            OverdueState(s.columns, s.topology, dwell_times, self.overdue, at=s.at, among=self.in_question)
        )

    @property
    def in_common(self) -> tuple[CommonFactor, ...]:
        """Independent factors, the best first; empty where the orders have nothing in common."""
        return tuple(each.factor for each in self._shared_factors)

    @cached_property
    def suspects(self) -> tuple[Suspect, ...]:
        """Elements whose failure would explain overdue orders that no failure on record explains, best first.

        Based on all orders, whatever the filter of the question.
        """
        s = self.snapshot
        impairments = s.impairments if s.begun_failures else None
        scopes = [scope for each in self._shared_factors if (scope := _scope_of(each)) is not None]
        suspicions = suspects(
            Investigation(s.columns, s.topology, s.graph, s.at, factors=tuple(scopes), recorded=impairments)
        )
        clock = TextClock(s.at, self.timezone)
        return tuple(replace(each, cause=each.cause_by(clock)) for each in suspicions)


@contextmanager
def overdue(store: Store, question: OverdueQuestion, now: Millis) -> Generator[Overdue]:
    """The answer to one question, good while the context is open. Raises as `overdue_in` does."""
    with snapshot(store, question.as_of, now) as s:
        yield overdue_in(s, question)


def overdue_in(s: Snapshot, question: OverdueQuestion) -> Overdue:
    """The overdue orders in a snapshot.

    Raises:
        NotFoundError: an unknown id in the filter.
        BadInputError: the filter depends on failures.
        NoTopologyError: no topology says how long an order may take.
    """
    if not s.topology.workflows:
        raise NoTopologyError
    check_zone(question.timezone, "timezone")
    if asks_for_impact(question.where):
        raise BadInputError(
            "where names bands, effects or missed promises, which only failures have."
            " Use it for the orders of a blastRadius."
        )
    check_filter(s.store, s.topology, question.where)
    keep = order_mask(s.columns, s.membership, question.where)
    rows = s.all_rows
    in_question = keep(rows) if keep is not None else np.ones(len(rows), bool)
    return Overdue(s, in_question, question.timezone)


_SCOPES = {
    "location": "locations",
    "region": "regions",
    "channel": "channels",
    "mode": "modes",
    "currency": "currencies",
    "workflow": "workflows",
}
_ATTRIBUTES = {"carrier": "carriers", "supplier": "suppliers", "payload_version": "versions"}


def _scope_of(factor: SharedFactor) -> Scope | None:
    """Scope of a failure with this factor as its cause; None for a step, an integration or a tier."""
    limits: dict[str, tuple[str, ...]] = {}
    for dimension, value in factor.values:
        if dimension in ("step", "integration", "tier"):
            return None
        name = _SCOPES.get(dimension) or _ATTRIBUTES.get(dimension) or f"attributes.{dimension}"
        limits[name] = tuple(value.split(", "))
    return Scope.from_mapping(limits)


def suspected_failure(answer: Overdue, element: str) -> Failure:
    """The failure of a suspected element (full id). Raises NotFoundError where it is not suspected."""
    for suspect in answer.suspects:
        if element == suspect.failure.target or element in suspect.alike:
            return replace(suspect.failure, target=element)
    raise NotFoundError(element, near=[suspect.failure.target for suspect in answer.suspects])
