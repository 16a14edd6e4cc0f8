"""Affected orders by one or more dimensions."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Dimension, Effect
from graph_models.impact import ImpactGroup
from graph_models.money import Money
from impactgraph.errors import BadInputError
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.impact.affected import AffectedRows
from impactgraph.impact.classes import Classes, classify
from impactgraph.impact.dimensions import coded
from impactgraph.impact.hits import Hits
from impactgraph.impact.totals import worth_by_group

_Figures = tuple[int, int, tuple[Money, ...], int]
_At = NDArray[np.intp] | slice
"""Places of orders."""
_EACH = slice(None)
_OF_FULFILLMENT = (Dimension.LOCATION, Dimension.WORKFLOW, Dimension.STEP)


def breakdown(answer: Hits, by: Sequence[Dimension], first: int | None) -> tuple[ImpactGroup, ...]:
    """Groups, the most orders first. Raises BadInputError where no dimension is named."""
    if not by:
        raise BadInputError("Name at least one dimension to break down by.")
    by = list(dict.fromkeys(by))
    orders = answer.orders_hit
    if not len(orders):
        return ()
    rows, at = (
        _spread(answer, orders) if any(d in _OF_FULFILLMENT for d in by) else (orders.fulfillment, _EACH)
    )
    codes, names = zip(*(_codes(answer, dimension, orders, rows, at) for dimension in by), strict=True)
    groups = classify(len(rows), *codes)
    if not isinstance(at, slice) and len(at) > len(orders):
        groups, at = _once(groups, at)
    found = [
        ImpactGroup({d.value: w[c] or None for d, w, c in zip(by, names, place, strict=True)}, *figures)
        for place, figures in zip(
            zip(*(code.tolist() for code in groups.codes), strict=True),
            _figures(answer, orders, groups, at),
            strict=True,
        )
    ]
    found.sort(key=lambda g: (-g.orders, [str(v) for v in g.key.values()]))
    return tuple(found if first is None else found[:first])


def _once(groups: Classes, at: NDArray[np.intp]) -> tuple[Classes, NDArray[np.intp]]:
    """Each order once in each group, however many fulfillments of it are there."""
    group, at = np.unique(np.stack([groups.of, at]), axis=1)
    return Classes(np.bincount(group), groups.codes, group), at


def _spread(answer: Hits, orders: AffectedRows) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Every affected fulfillment of the affected orders, with the place of its order."""
    place = np.full(len(answer.inputs.columns.orders), -1, np.intp)
    place[orders.order] = np.arange(len(orders))
    rows = answer.rows
    chosen = (place[rows.order] >= 0) & (rows.likelihood > answer.inputs.question.min_likelihood)
    fulfillments = np.concatenate([rows.fulfillment[chosen], orders.fulfillment])
    unique = np.unique(fulfillments)
    return unique, place[answer.inputs.columns.fulfillments.order[unique]]


def _codes(
    answer: Hits, dimension: Dimension, orders: AffectedRows, rows: NDArray[Any], at: _At
) -> tuple[NDArray[Any], Sequence[str]]:
    match dimension:
        case Dimension.BAND:
            return orders.band[at], [b.value for b in BANDS]
        case Dimension.EFFECT:
            return answer.effects_of(orders)[at], [e.value for e in Effect]
        case Dimension.CAUSE:
            told = [",".join(f"failure:{key}" for key in i.failures) for i in answer.impairments]
            causes = [*dict.fromkeys(told), ""]
            table = np.array([*(causes.index(cause) for cause in told), len(causes) - 1])
            return table[orders.hit_by][at], causes
        case _:
            return coded(answer.inputs.columns, dimension, rows, orders.order[at])


def _figures(answer: Hits, orders: AffectedRows, groups: Classes, at: _At) -> Iterator[_Figures]:
    """Of each group: orders, those that are stuck, what they are worth, those that miss their promise."""
    stuck = np.bincount(groups.of[orders.band[at] == 0], minlength=len(groups))
    missed = np.bincount(groups.of[orders.misses[at]], minlength=len(groups))
    money = worth_by_group(answer.inputs.columns, groups.of, orders.order[at], len(groups))
    return zip(groups.count.tolist(), stuck.tolist(), money, missed.tolist(), strict=True)
