"""Breakdown of affected orders by one or more dimensions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Dimension, Effect
from graph_models.estimates import Estimates
from graph_models.impact import ImpactGroup
from impactgraph.errors import BadInputError
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.impact.affected_rows import AffectedRows
from impactgraph.impact.dimensions import dimension_codes
from impactgraph.impact.estimates import Partition, estimate_parts
from impactgraph.impact.exact_sums import expected_by_group
from impactgraph.impact.grouping import Groups, group_rows
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.matches import Positions, RecordGroup
from impactgraph.impact.totals import worth_by_group

_Places = NDArray[np.intp] | slice
"""Positions among the affected orders."""
_ALL = slice(None)
_OF_FULFILLMENT = (Dimension.LOCATION, Dimension.WORKFLOW, Dimension.STEP)


@dataclass(frozen=True)
class Breakdown:
    """The affected orders in groups by some dimensions."""

    impact: MatchedImpact
    by: Sequence[Dimension]

    @cached_property
    def groups(self) -> tuple[ImpactGroup, ...]:
        """The most expected orders first."""
        groups = self._unsorted_groups
        return tuple(groups[n] for n in self._rank)

    @cached_property
    def estimates(self) -> tuple[Estimates, ...]:
        """Of each of the groups. A record counts in one of the groups of its order."""
        if not len(self.impact.affected_orders):
            return ()
        groups, at = self._grouped_orders
        group_of: NDArray[np.intp] = groups.group_of.astype(np.intp)
        order_at = np.arange(len(self.impact.affected_orders)) if isinstance(at, slice) else at
        every = estimate_parts(
            self.impact,
            Partition(
                parts=len(groups),
                order_at=order_at,
                order_part=group_of,
                promise_part=group_of,
                record_part=self._record_part(order_at, group_of),
            ),
        )
        return tuple(every[n] for n in self._rank)

    @property
    def _rank(self) -> list[int]:
        groups = self._unsorted_groups
        if not groups:
            return []
        of_orders, at = self._grouped_orders
        likelihood = self.impact.affected_orders.likelihood[at]
        expected = expected_by_group(of_orders.group_of, likelihood, len(groups))
        return sorted(
            range(len(groups)),
            key=lambda n: (-expected[n], -groups[n].orders, [str(v) for v in groups[n].key.values()]),
        )

    @cached_property
    def _columns(self) -> tuple[NDArray[Any], _Places, list[tuple[NDArray[Any], Sequence[str]]]]:
        """Rows of fulfillments, positions of their orders, and by dimension the code of each row."""
        orders = self.impact.affected_orders
        if any(dimension in _OF_FULFILLMENT for dimension in self.by):
            rows, at = _fulfillments_of(self.impact, orders)
        else:
            rows, at = orders.fulfillment, _ALL
        return rows, at, [_codes(self.impact, dimension, rows, at) for dimension in self.by]

    @cached_property
    def _grouped_orders(self) -> tuple[Groups, _Places]:
        """The groups, and the position of the order of each of their rows."""
        rows, at, columns = self._columns
        groups = group_rows(len(rows), *(codes for codes, _ in columns))
        if not isinstance(at, slice) and len(at) > len(self.impact.affected_orders):
            return _distinct(groups, at)
        return groups, at

    @cached_property
    def _unsorted_groups(self) -> list[ImpactGroup]:
        if not len(self.impact.affected_orders):
            return []
        groups, at = self._grouped_orders
        names = [names for _, names in self._columns[2]]
        orders = self.impact.affected_orders
        stuck_count = np.bincount(
            groups.group_of.take(np.flatnonzero(orders.band[at] == 0)), minlength=len(groups)
        )
        missed_sums = expected_by_group(groups.group_of, orders.missed[at], len(groups))
        worth = worth_by_group(self.impact.columns, groups.group_of, orders.order[at], len(groups))
        keys = zip(*(codes.tolist() for codes in groups.codes), strict=True)
        return [
            ImpactGroup(
                key=_key(self.by, names, key),
                orders=size,
                stuck=int(stuck_count[n]),
                value=worth[n],
                will_miss_promise=round(missed_sums[n]),
            )
            for n, (key, size) in enumerate(zip(keys, groups.sizes.tolist(), strict=True))
        ]

    def _record_part(
        self, order_at: NDArray[np.intp], group_of: NDArray[np.intp]
    ) -> Callable[[RecordGroup, Positions], NDArray[Any]]:
        """The group of a record: that of its fulfillment, else the first one of its order."""
        columns = self.impact.columns
        of_order = np.zeros(len(columns.orders), np.intp)
        of_order[self.impact.affected_orders.order[order_at[::-1]]] = group_of[::-1]
        rows, at, _ = self._columns
        if isinstance(at, slice):
            return lambda group, at: of_order[columns.fulfillments.order[group.rows[at]]]
        of_fulfillment = np.full(len(columns.fulfillments), -1, np.intp)
        of_fulfillment[rows] = group_rows(len(rows), *(codes for codes, _ in self._columns[2])).group_of

        def part(group: RecordGroup, at: Positions) -> NDArray[Any]:
            fulfillment = group.rows[at]
            own = of_fulfillment[fulfillment]
            return np.where(own >= 0, own, of_order[columns.fulfillments.order[fulfillment]])

        return part


def breakdown_by(impact: MatchedImpact, by: Sequence[Dimension]) -> Breakdown:
    """Raises: BadInputError where no dimension is named."""
    if not by:
        raise BadInputError("Name at least one dimension to break down by.")
    return Breakdown(impact, list(dict.fromkeys(by)))


def _key(
    by: Sequence[Dimension], names: Sequence[Sequence[str]], codes: Sequence[int]
) -> dict[str, str | None]:
    """Names of a group by dimension; None stands for the empty name."""
    return {d.value: n[code] or None for d, n, code in zip(by, names, codes, strict=True)}


def _distinct(groups: Groups, at: NDArray[np.intp]) -> tuple[Groups, NDArray[np.intp]]:
    """Each order once in each group, however many of its fulfillments are there."""
    group, at = np.unique(np.stack([groups.group_of, at]), axis=1)
    return Groups(np.bincount(group), groups.codes, group), at


def _fulfillments_of(impact: MatchedImpact, orders: AffectedRows) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Every affected fulfillment of the affected orders, each with the position of its order."""
    columns = impact.columns
    place = np.full(len(columns.orders), -1, np.intp)
    place[orders.order] = np.arange(len(orders))
    rows = impact.affected_fulfillments
    is_of_order = (place[rows.order] >= 0) & (rows.likelihood > impact.min_likelihood)
    fulfillments = np.unique(np.concatenate([rows.fulfillment[is_of_order], orders.fulfillment]))
    return fulfillments, place[columns.fulfillments.order[fulfillments]]


def _codes(
    impact: MatchedImpact, dimension: Dimension, rows: NDArray[Any], at: _Places
) -> tuple[NDArray[Any], Sequence[str]]:
    """Code of each row, and the name of each code."""
    orders = impact.affected_orders
    match dimension:
        case Dimension.BAND:
            return orders.band[at], [b.value for b in BANDS]
        case Dimension.EFFECT:
            return impact.effects_of(orders)[at], [e.value for e in Effect]
        case Dimension.CAUSE:
            cause_of = [",".join(f"failure:{key}" for key in i.failures) for i in impact.impairments]
            causes = [*dict.fromkeys(cause_of), ""]
            table = np.array([*(causes.index(cause) for cause in cause_of), len(causes) - 1])
            return table[orders.impairment][at], causes
        case _:
            return dimension_codes(impact.columns, dimension, rows, orders.order[at])
