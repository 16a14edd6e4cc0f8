"""What each of several failures has of their joint answer on each order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graph_models.diagnosis import Blame
from impactgraph.impact.affected_orders import affected_orders
from impactgraph.impact.affected_rows import AffectedRows
from impactgraph.impact.blast_radius import BlastRadius

_NOTICED = 0.005
"""Least change of a likelihood that a failure makes."""


@dataclass(frozen=True)
class FailureAnswers:
    """The answers on one failure by itself, and on all the others of a joint answer without it."""

    failures: tuple[str, ...]
    """Bare keys: several where the same failure was reported under several."""
    alone: BlastRadius
    without: BlastRadius


@dataclass(frozen=True, slots=True)
class _Figures:
    """Of one order in one answer."""

    likelihood: float = 0.0
    band: int = -1
    delay: float = 0.0
    misses_promise: bool = False


def blame_by_order(joint: BlastRadius, answers: Sequence[FailureAnswers]) -> Mapping[str, tuple[Blame, ...]]:
    """By bare key of each affected order, the failures that change something for it, the most to blame first.

    The share of a failure is the mean of what it does alone and of what it adds to all others, which for two
    failures is the Shapley value (L. S. Shapley, "A value for n-person games", 1953); of more, shares are
    scaled. They add up to the likelihood of the joint answer. Costs a look at the affected orders of each
    answer.
    """
    if not answers:
        return {}
    listed = set(joint.affected_orders.order.tolist())
    of_all = _figures(joint)
    alone = [_figures(each.alone) for each in answers]
    without = [_figures(each.without) for each in answers]
    keys = [each.failures for each in answers]
    ids = joint.columns.orders.ids
    nothing = _Figures()
    return {
        str(ids[order]): _blame(
            keys,
            of_all[order],
            [figures.get(order, nothing) for figures in alone],
            [figures.get(order, nothing) for figures in without],
            least=joint.min_likelihood,
            tolerance=joint.question.tolerance,
        )
        for order in listed
    }


def _blame(
    keys: Sequence[tuple[str, ...]],
    joint: _Figures,
    alone: Sequence[_Figures],
    without: Sequence[_Figures],
    *,
    least: float,
    tolerance: float,
) -> tuple[Blame, ...]:
    places = [
        n
        for n, single in enumerate(alone)
        if single.likelihood > least or _differs(joint, without[n], tolerance)
    ]
    adds = [max(joint.likelihood - without[n].likelihood, 0.0) for n in places]
    means = np.array([(alone[n].likelihood + added) / 2 for n, added in zip(places, adds, strict=True)])
    if places and not means.sum() > 0:
        means = np.ones(len(places))
    shares = means * (joint.likelihood / means.sum()) if places else means
    blame = [
        Blame(keys[n], alone[n].likelihood, added, float(share))
        for n, added, share in zip(places, adds, shares, strict=True)
    ]
    return tuple(sorted(blame, key=lambda each: (-each.share, each.failures)))


def _differs(joint: _Figures, other: _Figures, tolerance: float) -> bool:
    """Whether an order has another answer without a failure."""
    with np.errstate(invalid="ignore"):
        is_later = abs(joint.delay - other.delay) > tolerance
    return (
        is_later
        or abs(joint.likelihood - other.likelihood) > _NOTICED
        or (joint.band, joint.misses_promise) != (other.band, other.misses_promise)
    )


def _figures(answer: BlastRadius) -> dict[int, _Figures]:
    """By row of the order, however unlikely."""
    rows: AffectedRows = affected_orders(answer.columns, answer.affected_fulfillments, 0.0)
    columns = (rows.likelihood, rows.band, rows.delay, rows.misses_promise)
    return {
        order: _Figures(*values)
        for order, *values in zip(rows.order.tolist(), *(column.tolist() for column in columns), strict=True)
    }
