"""Which values, sets of values and pairs of values the overdue share: the best explanation first, then what explains the rest.

Within each step, units with the value are compared with the others by the likelihood-ratio statistic G; how many of them should be overdue is summed
over the hours in which they came. The G of the steps in which the value stands out add up; their chi-square tail, or Fisher's exact test over the
strata where few are expected, is multiplied by the number of values that were tried (Bonferroni): one wrong blame costs more than a cause that is found
an hour later. Source: Agresti, Categorical Data Analysis, 3rd ed., 3.2 and 7.3.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import comb, exp, log

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes
from impactgraph.diagnosis.common.cohort import Cohort
from impactgraph.diagnosis.common.counts import Counts, Table, contrasting
from impactgraph.diagnosis.common.dimensions import Dimension

Flags = NDArray[np.bool_]

ALPHA = 0.01
"""Likelihood, after correction, that anything at all is blamed by chance; half of it for values of one dimension, half for pairs."""
SUPPORT = 5
"""Overdue units that a value must have."""
STANDS_OUT = 1.5
"""Odds of being overdue with it, over the odds without it in the same steps."""
MOST = 5
"""Independent causes that are looked for."""
_SHORTLIST = 12
"""Values of a dimension that are looked at closely."""
_SET = 6
_PAIRED = 8
_AS_MUCH = 0.995
"""Of the logarithm of the probability."""
_CLEARLY = 5.0
"""In natural logarithms: how much likelier a set or a pair must make it than a single value does (150 times)."""


@dataclass(frozen=True)
class Value:
    """Units that have, in each of the dimensions, one of the codes. Two dimensions are a pair."""

    dimensions: tuple[int, ...]
    codes: tuple[tuple[int, ...], ...]

    def holds(self, codes: Sequence[Codes]) -> Flags:
        return np.logical_and.reduce(
            [np.isin(codes[d], c) for d, c in zip(self.dimensions, self.codes, strict=True)]
        )

    @property
    def single(self) -> bool:
        return len(self.dimensions) == 1 and len(self.codes[0]) == 1


@dataclass(frozen=True)
class Found:
    """What was found. `log_p`: natural logarithm of the probability that chance does it, corrected for all that were tried."""

    value: Value
    gain: float
    """G, summed over the steps in which it stands out."""
    log_p: float

    @property
    def p_value(self) -> float:
        return exp(min(self.log_p, 0.0))


def causes(cohort: Cohort, dimensions: Sequence[Dimension]) -> Iterator[Found]:
    """Independent causes, the best first: after each, its units are left out and the rest is tried again. Costs a few counts of the units for each."""
    codes = [dimension.codes for dimension in dimensions]
    for _ in range(MOST):
        kept = contrasting(cohort)
        cohort, codes = cohort.take(kept), [each[kept] for each in codes]
        found = _best(Counts.of(cohort), codes) if len(cohort) else None
        if found is None:
            return
        yield found
        rest = ~found.value.holds(codes)
        cohort, codes = cohort.take(rest), [each[rest] for each in codes]


def _best(counts: Counts, codes: Sequence[Codes]) -> Found | None:
    """The likeliest single value; a set or a pair only where that says clearly more."""
    sizes = [_testable(each) for each in codes]
    alone = _corrected(
        (found for d in range(len(codes)) for found in _tried(counts, codes, (d,))), sum(sizes)
    )
    singles = [found for found in alone if found.value.single]
    tried = sum(a * b for i, a in enumerate(sizes) for b in sizes[i + 1 :])
    pairs = _corrected(_pairs(counts, codes, [found.value for found in singles[:_PAIRED]]), tried)
    best = _simplest(singles)
    more = _simplest(sorted([*(found for found in alone if not found.value.single), *pairs], key=_rank))
    if more is not None and (best is None or (more.log_p < best.log_p - _CLEARLY and more.gain > best.gain)):
        best = more
    return best if best is not None and best.log_p < log(ALPHA) else None


def _simplest(found: Sequence[Found]) -> Found | None:
    """The first, or one that says as much (the same units, by other words) in fewer dimensions, or in one that is told first: a region before its currency."""
    same = [each for each in found if each.log_p <= found[0].log_p * _AS_MUCH]
    return min(same, key=lambda each: (len(each.value.dimensions), each.value.dimensions), default=None)


def _corrected(found: Iterator[Found], tried: int) -> list[Found]:
    """The likeliest first."""
    return sorted((replace(each, log_p=each.log_p + log(2 * max(tried, 1))) for each in found), key=_rank)


def _rank(found: Found) -> tuple[float, float]:
    return found.log_p, -found.gain


def _testable(codes: Codes) -> int:
    """Values that enough units have to be tried, whatever became of these."""
    return int((np.bincount(codes)[1:] >= SUPPORT).sum()) if len(codes) else 0


def _pairs(counts: Counts, codes: Sequence[Codes], singles: Sequence[Value]) -> Iterator[Found]:
    """Pairs with a half among `singles`. A pair that is the cause makes its halves stand out too."""
    seen: set[frozenset[tuple[int, tuple[int, ...]]]] = set()
    for single in singles:
        for second in range(len(codes)):
            if second == single.dimensions[0]:
                continue
            for one in _tried(counts, codes, (*single.dimensions, second), single.codes):
                key = frozenset(zip(one.value.dimensions, one.value.codes, strict=True))
                if key not in seen:
                    seen.add(key)
                    yield one


def _tried(
    counts: Counts,
    codes: Sequence[Codes],
    dimensions: tuple[int, ...],
    first: tuple[tuple[int, ...], ...] = (),
) -> Iterator[Found]:
    """Values of the last dimension that have support and stand out, among the units with `first`; without correction."""
    own = codes[dimensions[-1]]
    among = own > 0
    if first:
        among &= codes[dimensions[0]] == first[0][0]
    units, place, values = _supported(counts, own, np.flatnonzero(among))
    if not len(values):
        return
    table = counts.table(units, place, len(values))
    gain, freedom = counts.gain(table)
    odds = counts.odds(table)
    closely = [
        n
        for n in np.argsort(freedom - gain, kind="stable")[:_SHORTLIST].tolist()
        if odds[n] >= STANDS_OUT and freedom[n] > 0
    ]
    testable = max(_testable(own), 1)
    sure: list[int] = []
    for n in closely:
        log_p = counts.log_p(
            float(gain[n]), int(freedom[n]), float(table.expected[n].sum()), units[place == n]
        )
        if log_p + log(2 * testable) < log(ALPHA):
            sure.append(n)
        yield Found(Value(dimensions, (*first, (int(values[n]),))), float(gain[n]), log_p)
    if not first:
        yield from _sets(counts, table, np.array(sure, np.intp), dimensions, values, testable)


def _supported(
    counts: Counts, own: Codes, units: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Units whose value has enough overdue ones, the number of their value, and the values by that number."""
    if not len(units):
        return units, units, units
    hits = np.bincount(own[units], weights=counts.cohort.overdue[units])
    values = np.flatnonzero(hits >= SUPPORT)
    place = np.full(len(hits), -1)
    place[values] = np.arange(len(values))
    units = units[place[own[units]] >= 0]
    return units, place[own[units]], values


def _sets(
    counts: Counts,
    table: Table,
    sure: NDArray[np.intp],
    dimensions: tuple[int, ...],
    values: NDArray[np.intp],
    testable: int,
) -> Iterator[Found]:
    """Values that would each be blamed alone, together: two, three, ... of them. Each set is paid for by the number of such sets."""
    for size in range(2, min(len(sure), _SET) + 1):
        together = table.together(sure[:size])
        gain, freedom = counts.gain(together)
        if float(counts.odds(together)[0]) < STANDS_OUT or not freedom[0]:
            continue
        log_p = counts.log_p(float(gain[0]), int(freedom[0]), np.inf, sure) + log(
            comb(max(testable, size), size)
        )
        chosen = tuple(sorted(values[sure[:size]].tolist()))
        yield Found(Value(dimensions, (chosen,)), float(gain[0]), log_p)
