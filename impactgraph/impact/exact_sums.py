"""Sums of integers and of likelihoods by group that do not depend on the order of the rows, however large."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Ints
from impactgraph.forecast.scenarios import Reals

_MILLION = 1e6
_LOW_BITS = 20
"""Bits that are summed apart where sums are large."""
_EXACT = 2**52
"""Integers up to twice as large are exact as floats."""


def exact_sums(codes: NDArray[Any], values: Ints, size: int) -> list[int]:
    """Sum of the values of each code in [0, size), exact.

    Where floats cannot hold the sums, high and low bits, whose sums they can hold, are summed apart.
    """
    if np.abs(values).sum(dtype=np.float64) < _EXACT:
        return [int(s) for s in np.bincount(codes, weights=values, minlength=size)]
    high = np.bincount(codes, weights=(values >> _LOW_BITS).astype(np.float64), minlength=size)
    low = np.bincount(codes, weights=(values & ((1 << _LOW_BITS) - 1)).astype(np.float64), minlength=size)
    return [(int(h) << _LOW_BITS) + int(s) for h, s in zip(high, low, strict=True)]


def expected_number(likelihoods: Reals) -> float:
    """The sum of likelihoods, each to a millionth, so that it does not depend on their order."""
    return int(_millionths(likelihoods).sum()) / _MILLION


def expected_by_group(group: NDArray[Any], likelihoods: Reals, size: int) -> list[float]:
    """As `expected_number`, of each group in [0, size); `group`: that of each likelihood."""
    return [total / _MILLION for total in exact_sums(group, _millionths(likelihoods), size)]


def _millionths(likelihoods: Reals) -> Ints:
    return np.rint(likelihoods * _MILLION).astype(np.int64)
