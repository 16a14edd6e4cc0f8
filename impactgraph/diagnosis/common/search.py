"""Which values, and pairs of values, the overdue share: the best explanation first, then what explains the rest.

Within each step, units with the value are compared with the others by the likelihood-ratio statistic G; how many of them should be overdue is
summed over the hours in which they came. The G of the steps in which the value stands out add up; their chi-square tail, or Fisher's exact test over
the strata where few are expected, is multiplied by the number of values that were tried (Bonferroni): one wrong blame costs more than a cause that is
found an hour later. Source: Agresti, Categorical Data Analysis, 3rd ed., 3.2, 7.3.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.diagnosis.common.cohort import Cohort
from impactgraph.diagnosis.common.dimensions import Dimension
from impactgraph.diagnosis.common.tails import g_statistic, log_chi_square_tail, sum_tail
from impactgraph.forecast.lattice import Reals
from impactgraph.impact.columns import Codes

Flags = NDArray[np.bool_]

ALPHA = 0.01
"""Likelihood, after correction, that anything at all is blamed by chance; half of it for single values, half for pairs."""
SUPPORT = 5
"""Overdue units that a value must have."""
STANDS_OUT = 1.5
"""Times as many overdue as without it, in the same steps and hours."""
MOST = 5
"""Independent causes that are looked for."""
_FEW = 10.0
_SHORTLIST = 12
_PAIRED = 8
_PAIR_GAIN = 5.0


@dataclass(frozen=True)
class Value:
    """Units whose codes are these; a pair has two dimensions."""

    dimensions: tuple[int, ...]
    codes: tuple[int, ...]

    def holds(self, codes: Sequence[Codes]) -> Flags:
        return np.logical_and.reduce([codes[d] == c for d, c in zip(self.dimensions, self.codes, strict=True)])


@dataclass(frozen=True)
class Found:
    """What was found. `log_p`: natural logarithm of the corrected probability that chance alone does it."""

    value: Value
    gain: float
    """G, summed over the steps in which it stands out."""
    log_p: float

    @property
    def p_value(self) -> float:
        return min(1.0, exp(min(self.log_p, 0.0)))


def causes(cohort: Cohort, dimensions: Sequence[Dimension]) -> Iterator[Found]:
    """Independent causes, the best first: after each, its units are left out and the rest is tried again. Costs a few counts of the units for each."""
    codes = [dimension.codes for dimension in dimensions]
    for _ in range(MOST):
        found = _best(cohort, codes)
        if found is None:
            return
        yield found
        rest = ~found.value.holds(codes)
        cohort, codes = cohort.take(rest), [each[rest] for each in codes]


def _best(cohort: Cohort, codes: Sequence[Codes]) -> Found | None:
    """The likeliest value; a pair only where it says clearly more than either half."""
    counts = _Counts.of(cohort)
    if counts is None:
        return None
    kept = counts.informative[cohort.hour]
    cohort, codes = cohort.take(kept), [each[kept] for each in codes]
    sizes = [_testable(each) for each in codes]
    singles = [found for d, each in enumerate(codes) for found in _tried(counts, cohort, each, (d,), np.ones(len(cohort), bool), ())]
    singles.sort(key=_rank)
    singles = [replace(each, log_p=each.log_p + log(2 * max(sum(sizes), 1))) for each in singles]
    best = next((each for each in singles if each.log_p < log(ALPHA)), None)
    tried = sum(a * b for i, a in enumerate(sizes) for b in sizes[i + 1 :])
    pairs = [replace(each, log_p=each.log_p + log(2 * max(tried, 1))) for each in _pairs(counts, cohort, codes, singles[:_PAIRED])]
    pair = min(pairs, key=_rank, default=None)
    if pair is None or pair.log_p >= log(ALPHA):
        return best
    if best is None or _adds(pair, [*singles, *([best] if best not in singles else [])]):
        return pair
    return best


def _adds(pair: Found, singles: Sequence[Found]) -> bool:
    """Whether the pair beats every single value by far more than the further pairs that were tried would by chance."""
    best = min((each for each in singles), key=_rank)
    return pair.log_p < best.log_p - _PAIR_GAIN and pair.gain > best.gain


def _rank(found: Found) -> tuple[float, float]:
    return found.log_p, -found.gain


def _testable(codes: Codes) -> int:
    """Values that enough units have to be tried, whatever became of these."""
    return int((np.bincount(codes)[1:] >= SUPPORT).sum()) if len(codes) else 0


@dataclass(frozen=True)
class _Counts:
    """By step: overdue and all; by unit: what share of those that came with it are overdue."""

    overdue: Reals
    all: Reals
    rate: Reals
    """By hour stratum."""
    informative: Flags
    """By hour stratum: some are overdue and some are not."""

    @staticmethod
    def of(cohort: Cohort) -> "_Counts | None":
        if not cohort.overdue.any():
            return None
        size = np.bincount(cohort.hour)
        hit = _sums(cohort.hour, cohort.overdue, len(size))
        informative = (hit > 0) & (hit < size)
        kept = informative[cohort.hour]
        if not kept.any():
            return None
        steps = int(cohort.step.max()) + 1
        overdue = _sums(cohort.step[kept], cohort.overdue[kept], steps)
        every = np.bincount(cohort.step[kept], minlength=steps).astype(np.float64)
        return _Counts(overdue, every, hit / np.maximum(size, 1), informative)


def _tried(counts: _Counts, cohort: Cohort, codes: Codes, dimensions: tuple[int, ...], among: Flags, first: tuple[int, ...]) -> list[Found]:
    """The values of a dimension (of the units `among`) that have support and stand out, with their probabilities before correction."""
    chosen = np.flatnonzero(among & (codes > 0))
    if not len(chosen):
        return []
    own = codes[chosen]
    hits = np.bincount(own, weights=cohort.overdue[chosen])
    values = np.flatnonzero(hits >= SUPPORT)
    if not len(values):
        return []
    place = np.full(len(hits), -1)
    place[values] = np.arange(len(values))
    kept = place[own] >= 0
    chosen, own = chosen[kept], place[own[kept]]
    steps = len(counts.all)
    cell = own * steps + cohort.step[chosen]
    shape = len(values), steps
    weights = cohort.overdue[chosen], np.ones(len(chosen)), counts.rate[cohort.hour[chosen]]
    hit, size, expected = (_sums(cell, each, shape[0] * steps).reshape(shape) for each in weights)
    g = np.where(hit > expected, g_statistic(hit, size, expected, counts.overdue[None, :], counts.all[None, :]), 0.0).sum(axis=1)
    contrast = (size > 0) & (size < counts.all[None, :])
    freedom = contrast.sum(axis=1)
    more = _relative(np.where(contrast, hit, 0.0), np.where(contrast, expected, 0.0), np.where(contrast, counts.overdue[None, :], 0.0))
    order = [n for n in np.argsort(-(g - freedom), kind="stable")[:_SHORTLIST].tolist() if more[n] >= STANDS_OUT and freedom[n] > 0]
    found: list[Found] = []
    for n in order:
        value = Value(dimensions, (*first, int(values[n])))
        log_p = log_chi_square_tail(float(g[n]), int(freedom[n]))
        if expected[n].sum() < _FEW:
            log_p = max(log_p, _exact(cohort, chosen[own == n], log_p))
        found.append(Found(value, float(g[n]), log_p))
    return found


def _sums(codes: NDArray[Any], weights: NDArray[Any], most: int) -> Reals:
    """By code: the sum of the weights."""
    return np.bincount(codes, weights=weights, minlength=most).astype(np.float64)


def _relative(hit: Reals, expected: Reals, every: Reals) -> Reals:
    """By value (steps summed up): observed over expected with the value, over the same without it; half a unit is added to what may be nothing."""
    a, e, total = hit.sum(axis=1), expected.sum(axis=1), every.sum(axis=1)
    return (a / np.maximum(e, 1e-12)) / ((total - a + 0.5) / np.maximum(total - e + 0.5, 1e-12))


def _exact(cohort: Cohort, units: NDArray[np.intp], otherwise: float) -> float:
    """Logarithm of the exact probability of as many overdue among the units, given those of each hour; `otherwise` where it is too small for a float."""
    drawn = np.bincount(cohort.hour[units], minlength=int(cohort.hour.max()) + 1)
    used = np.flatnonzero(drawn)
    total = np.bincount(cohort.hour, minlength=len(drawn))
    marked = np.bincount(cohort.hour, weights=cohort.overdue, minlength=len(drawn)).astype(np.int64)
    tail = sum_tail([(int(drawn[h]), int(marked[h]), int(total[h])) for h in used], int(cohort.overdue[units].sum()))
    return log(tail) if tail > 1e-250 else otherwise


def _pairs(counts: _Counts, cohort: Cohort, codes: Sequence[Codes], singles: Sequence[Found]) -> list[Found]:
    """Pairs with a half among `singles`. A pair that is the cause makes its halves stand out too."""
    found: list[Found] = []
    seen: set[frozenset[tuple[int, int]]] = set()
    for single in singles:
        (first,), (code,) = single.value.dimensions, single.value.codes
        among = codes[first] == code
        for second, each in enumerate(codes):
            if second == first:
                continue
            for one in _tried(counts, cohort, each, (first, second), among, (code,)):
                key = frozenset(zip(one.value.dimensions, one.value.codes, strict=True))
                if key not in seen:
                    seen.add(key)
                    found.append(one)
    return found
