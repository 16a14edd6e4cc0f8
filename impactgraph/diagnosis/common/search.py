"""Search for the values, sets of values and pairs of values that overdue visits share, the best explanation
first.

Within each step, visits with the value are compared with the others by the likelihood-ratio statistic G; how
many of them should be overdue is summed over the hours in which they began. The G of the steps in which the
value stands out add up. Their chi-square tail, or Fisher's exact test over the strata where few are
expected, is multiplied by the number of values that were tried (Bonferroni): one wrong accusation costs more
than a cause that is reported an hour later. What a cause explains is left out before the next one is looked
for. Source: Agresti, Categorical Data Analysis, 3rd ed., 3.2 and 7.3.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import comb, exp, log

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes
from impactgraph.diagnosis.common.comparison import Comparison
from impactgraph.diagnosis.common.counts import Counts, Table, contrasting
from impactgraph.diagnosis.common.dimensions import DimensionValues

Flags = NDArray[np.bool_]

ALPHA = 0.01
"""Probability, after correction, that chance alone produces any cause: half for values of one dimension,
half for pairs.
"""
SUPPORT = 5
"""Overdue visits that a value must have."""
STANDS_OUT = 1.5
"""Odds of being overdue with the value, over the odds without it in the same steps."""
MOST = 5
"""Independent causes that are looked for."""
_SHORTLIST = 12
"""Values of a dimension that are tested precisely."""
_SET = 6
_PAIRED = 8
_AS_MUCH = 0.995
"""Share of the logarithm of the probability that counts as equal."""
_CLEARLY = 5.0
"""In natural logarithms: how much likelier a set or a pair must be than a single value (150 times)."""


@dataclass(frozen=True)
class Value:
    """Visits that have, in each of the dimensions, one of the codes. Two dimensions are a pair."""

    dimensions: tuple[int, ...]
    codes: tuple[tuple[int, ...], ...]

    def holds(self, codes: Sequence[Codes]) -> Flags:
        """By visit, given the codes of all dimensions: whether it has the value."""
        return np.logical_and.reduce(
            [np.isin(codes[d], c) for d, c in zip(self.dimensions, self.codes, strict=True)]
        )

    @property
    def is_single(self) -> bool:
        return len(self.dimensions) == 1 and len(self.codes[0]) == 1


@dataclass(frozen=True)
class ScoredValue:
    """A value with how clearly the overdue visits share it."""

    value: Value
    gain: float
    """G, summed over the steps in which it stands out."""
    log_p: float
    """Natural logarithm of the probability that chance produces it, corrected for all values that were
    tried.
    """

    @property
    def p_value(self) -> float:
        return exp(min(self.log_p, 0.0))


def causes(comparison: Comparison, dimensions: Sequence[DimensionValues]) -> Iterator[ScoredValue]:
    """Independent causes, the best first: the visits of each are left out before the next one is looked for.

    Costs a few counts of the visits for each cause.
    """
    codes = [dimension.codes for dimension in dimensions]
    for _ in range(MOST):
        mask = contrasting(comparison)
        comparison = comparison.take(mask)
        codes = [each[mask] for each in codes]
        best = _best(Counts.of(comparison), codes) if len(comparison) else None
        if best is None:
            return
        yield best
        others = ~best.value.holds(codes)
        comparison = comparison.take(others)
        codes = [each[others] for each in codes]


def _best(counts: Counts, codes: Sequence[Codes]) -> ScoredValue | None:
    """The likeliest single value; a set or a pair only where it explains clearly more."""
    sizes = [_testable(each) for each in codes]
    of_one_dimension = _after_correction(
        (each for d in range(len(codes)) for each in _score(counts, codes, (d,))), sum(sizes)
    )
    singles = [each for each in of_one_dimension if each.value.is_single]
    pair_count = sum(a * b for i, a in enumerate(sizes) for b in sizes[i + 1 :])
    pairs = _after_correction(_pairs(counts, codes, [each.value for each in singles[:_PAIRED]]), pair_count)
    sets = [each for each in of_one_dimension if not each.value.is_single]
    best = _simplest(singles)
    composite = _simplest(sorted([*sets, *pairs], key=_rank))
    if composite is not None and (
        best is None or (composite.log_p < best.log_p - _CLEARLY and composite.gain > best.gain)
    ):
        best = composite
    return best if best is not None and best.log_p < log(ALPHA) else None


def _simplest(values: Sequence[ScoredValue]) -> ScoredValue | None:
    """The first value, or one that explains as much in fewer dimensions, or in an earlier one.

    Values of different dimensions often describe the same visits: then a region comes before its currency.
    """
    same = [each for each in values if each.log_p <= values[0].log_p * _AS_MUCH]
    return min(same, key=lambda each: (len(each.value.dimensions), each.value.dimensions), default=None)


def _after_correction(values: Iterator[ScoredValue], trials: int) -> list[ScoredValue]:
    """With probabilities corrected for this number of trials, the likeliest first."""
    return sorted((replace(each, log_p=each.log_p + log(2 * max(trials, 1))) for each in values), key=_rank)


def _rank(score: ScoredValue) -> tuple[float, float]:
    return score.log_p, -score.gain


def _testable(codes: Codes) -> int:
    """Number of values that enough visits have to be tested, overdue or not."""
    return int((np.bincount(codes)[1:] >= SUPPORT).sum()) if len(codes) else 0


def _pairs(counts: Counts, codes: Sequence[Codes], singles: Sequence[Value]) -> Iterator[ScoredValue]:
    """Pairs with a half among `singles`: a pair that is the cause makes its halves stand out too."""
    earlier: set[frozenset[tuple[int, tuple[int, ...]]]] = set()
    for single in singles:
        for second in range(len(codes)):
            if second == single.dimensions[0]:
                continue
            for pair in _score(counts, codes, (*single.dimensions, second), single.codes):
                key = frozenset(zip(pair.value.dimensions, pair.value.codes, strict=True))
                if key not in earlier:
                    earlier.add(key)
                    yield pair


def _score(
    counts: Counts,
    codes: Sequence[Codes],
    dimensions: tuple[int, ...],
    first: tuple[tuple[int, ...], ...] = (),
) -> Iterator[ScoredValue]:
    """Values of the last dimension that have support and stand out, among the visits with `first`;
    uncorrected.
    """
    own = codes[dimensions[-1]]
    among = own > 0
    if first:
        among &= codes[dimensions[0]] == first[0][0]
    visits, place, values = _with_support(counts, own, np.flatnonzero(among))
    if not len(values):
        return
    table = counts.table(visits, place, len(values))
    gain, freedom = counts.gain(table)
    odds = counts.odds(table)
    shortlist = [
        n
        for n in np.argsort(freedom - gain, kind="stable")[:_SHORTLIST].tolist()
        if odds[n] >= STANDS_OUT and freedom[n] > 0
    ]
    testable = max(_testable(own), 1)
    significant: list[int] = []
    for n in shortlist:
        expected_count = float(table.expected_overdue_count[n].sum())
        log_p = counts.log_p(float(gain[n]), int(freedom[n]), expected_count, visits[place == n])
        if log_p + log(2 * testable) < log(ALPHA):
            significant.append(n)
        yield ScoredValue(Value(dimensions, (*first, (int(values[n]),))), float(gain[n]), log_p)
    if not first:
        for members, merged_gain, log_p in _sets(counts, table, np.array(significant, np.intp), testable):
            members_codes = tuple(sorted(values[members].tolist()))
            yield ScoredValue(Value(dimensions, (members_codes,)), merged_gain, log_p)


def _with_support(
    counts: Counts, own: Codes, visits: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Visits whose value has enough overdue ones, the number of the value of each, and the values by that
    number.
    """
    if not len(visits):
        return visits, visits, visits
    overdue = np.bincount(own[visits], weights=counts.comparison.is_overdue[visits])
    values = np.flatnonzero(overdue >= SUPPORT)
    place = np.full(len(overdue), -1)
    place[values] = np.arange(len(values))
    visits = visits[place[own[visits]] >= 0]
    return visits, place[own[visits]], values


def _sets(
    counts: Counts, table: Table, significant: NDArray[np.intp], testable: int
) -> Iterator[tuple[NDArray[np.intp], float, float]]:
    """(members, gain, log_p) of the two, three, ... values that are the most significant alone.

    The probability of each set is multiplied by the number of sets of its size.
    """
    for size in range(2, min(len(significant), _SET) + 1):
        merger = table.merge(significant[:size])
        gain, freedom = counts.gain(merger)
        if float(counts.odds(merger)[0]) < STANDS_OUT or not freedom[0]:
            continue
        correction = log(comb(max(testable, size), size))
        log_p = counts.log_p(float(gain[0]), int(freedom[0]), np.inf, significant) + correction
        yield significant[:size], float(gain[0]), log_p
