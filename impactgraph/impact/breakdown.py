"""Breakdown of affected orders by one or more dimensions."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Dimension, Effect
from graph_models.impact import ImpactGroup
from graph_models.money import Money
from impactgraph.errors import BadInputError
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.impact.affected_rows import AffectedRows
from impactgraph.impact.dimensions import dimension_codes
from impactgraph.impact.grouping import Groups, group_rows
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.totals import expected_by_group, worth_by_group

_Figures = tuple[int, int, tuple[Money, ...], int]
_Places = NDArray[np.intp] | slice
"""Positions among the affected orders."""
_ALL = slice(None)
_OF_FULFILLMENT = (Dimension.LOCATION, Dimension.WORKFLOW, Dimension.STEP)


def breakdown(impact: MatchedImpact, by: Sequence[Dimension], first: int | None) -> tuple[ImpactGroup, ...]:
    """Groups, the most orders first; `first` limits their number.

    Raises: BadInputError where no dimension is named.
    """
    if not by:
        raise BadInputError("Name at least one dimension to break down by.")
    by = list(dict.fromkeys(by))
    orders = impact.affected_orders
    if not len(orders):
        return ()
    if any(dimension in _OF_FULFILLMENT for dimension in by):
        rows, at = _fulfillments_of(impact, orders)
    else:
        rows, at = orders.fulfillment, _ALL
    columns = [_codes(impact, dimension, rows, at) for dimension in by]
    groups = group_rows(len(rows), *(codes for codes, _ in columns))
    if not isinstance(at, slice) and len(at) > len(orders):
        groups, at = _distinct(groups, at)
    keys = zip(*(codes.tolist() for codes in groups.codes), strict=True)
    impact_groups = [
        ImpactGroup(_key(by, [names for _, names in columns], key), *figures)
        for key, figures in zip(keys, _figures(impact, groups, at), strict=True)
    ]
    impact_groups.sort(key=lambda g: (-g.orders, [str(v) for v in g.key.values()]))
    return tuple(impact_groups if first is None else impact_groups[:first])


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


def _figures(impact: MatchedImpact, groups: Groups, at: _Places) -> Iterator[_Figures]:
    """Of each group: orders, how many are stuck, what they are worth, how many miss their promise."""
    orders = impact.affected_orders
    group_of = groups.group_of
    stuck_count = np.bincount(group_of[orders.band[at] == 0], minlength=len(groups))
    missed = map(round, expected_by_group(group_of, orders.missed[at], len(groups)))
    worth = worth_by_group(impact.columns, group_of, orders.order[at], len(groups))
    return zip(groups.sizes.tolist(), stuck_count.tolist(), worth, missed, strict=True)
