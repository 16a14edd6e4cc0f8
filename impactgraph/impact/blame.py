"""Share of each of several failures in their joint answer on each order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TypeAlias

from graph_models.diagnosis import Blame
from impactgraph.impact.blast_radius import BlastRadius

MOST_EXACT = 4
"""Of more failures not every combination is asked about."""
_NOTICED = 0.005
"""Least change of a likelihood that a failure makes."""

Combination: TypeAlias = frozenset[int]
"""Numbers of the failures that are in force together."""


@dataclass(frozen=True)
class CombinedAnswers:
    """Answers on combinations of the failures of a joint answer, all of them among them.

    `failures`: bare keys by number: several where the same failure was reported under several.
    """

    failures: tuple[tuple[str, ...], ...]
    answers: Mapping[Combination, BlastRadius]

    @property
    def joint(self) -> BlastRadius:
        return self.answers[frozenset(range(len(self.failures)))]

    def alone(self, number: int) -> BlastRadius:
        return self.answers[frozenset((number,))]


def combinations_to_ask(count: int) -> Iterator[Combination]:
    """All of so many failures, each alone, all without one, and of few failures every other combination."""
    sizes = range(1, count + 1) if count <= MOST_EXACT else (1, count - 1, count)
    for size in sizes:
        yield from map(frozenset, combinations(range(count), size))


@dataclass(frozen=True, slots=True)
class _Figures:
    """Of one order in one answer."""

    likelihood: float = 0.0
    band: int = -1
    delay: float = 0.0
    misses_promise: bool = False


_NOTHING = _Figures()


def blame_by_order(combination: CombinedAnswers) -> Mapping[str, tuple[Blame, ...]]:
    """By bare key of each affected order, the failures that change something for it, the most to blame first.

    The share of a failure is its Shapley value: the mean, over all orders in which the failures may have
    come, of what it adds to those before it (L. S. Shapley, "A value for n-person games", 1953). Of more
    than `MOST_EXACT` failures only the first and the last place count, and shares are scaled. They add up to
    the likelihood of the joint answer. Costs a look at the affected orders of each answer.
    """
    joint = combination.joint
    figures = {members: _figures(answer) for members, answer in combination.answers.items()}
    ids = joint.columns.orders.ids
    return {
        str(ids[order]): _blame(
            combination.failures,
            {members: of_orders.get(order, _NOTHING) for members, of_orders in figures.items()},
            least=joint.min_likelihood,
            tolerance=joint.question.tolerance,
        )
        for order in joint.affected_orders.order.tolist()
    }


def _blame(
    keys: Sequence[tuple[str, ...]],
    figures: Mapping[Combination, _Figures],
    *,
    least: float,
    tolerance: float,
) -> tuple[Blame, ...]:
    """`figures`: of one order, by combination."""
    everyone = frozenset(range(len(keys)))
    joint = figures[everyone]
    steps = {number: list(_steps(number, figures)) for number in everyone}
    shares = {
        number: max(
            sum(weight * (after.likelihood - before.likelihood) for weight, before, after in each), 0.0
        )
        for number, each in steps.items()
        if figures[frozenset((number,))].likelihood > least
        or any(_differs(before, after, tolerance) for _, before, after in each)
    }
    total = sum(shares.values())
    blame = [
        Blame(
            failures=keys[number],
            alone=figures[frozenset((number,))].likelihood,
            adds=max(joint.likelihood - figures.get(everyone - {number}, _NOTHING).likelihood, 0.0),
            share=joint.likelihood * (share / total if total > 0 else 1 / len(shares)),
        )
        for number, share in shares.items()
    ]
    return tuple(sorted(blame, key=lambda each: (-each.share, each.failures)))


def _steps(
    number: int, figures: Mapping[Combination, _Figures]
) -> Iterator[tuple[float, _Figures, _Figures]]:
    """What is without a failure and with it, for all that others may have done before; with the probability
    of each in a random order of the failures.
    """
    count = max(map(len, figures))
    sizes = {len(members) for members in figures}
    for members, after in figures.items():
        if number not in members:
            continue
        others = members - {number}
        if not others or others in figures:
            places = count if len(sizes) == count else 2
            weight = 1 / (places * comb(count - 1, len(others)))
            yield weight, figures.get(others, _NOTHING), after


def _differs(one: _Figures, other: _Figures, tolerance: float) -> bool:
    """Whether an order has another answer."""
    if abs(one.likelihood - other.likelihood) > _NOTICED:
        return True
    if min(one.likelihood, other.likelihood) <= _NOTICED:
        return False
    is_later = one.delay != other.delay and not abs(one.delay - other.delay) <= tolerance
    return is_later or (one.band, one.misses_promise) != (other.band, other.misses_promise)


def _figures(answer: BlastRadius) -> dict[int, _Figures]:
    """By row of the order, however unlikely."""
    rows = answer.orders_above(0.0)
    columns = (rows.likelihood, rows.band, rows.delay, rows.misses_promise)
    return {
        order: _Figures(*values)
        for order, *values in zip(rows.order.tolist(), *(column.tolist() for column in columns), strict=True)
    }
