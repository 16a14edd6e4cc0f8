"""Medians, modes and counts over the scenarios, beside the plain ones of one class after the other."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from impactgraph.forecast.barriers import Flags
from impactgraph.forecast.comparison import count_flags, masked_median, masked_mode
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.forecast.simulation import Indexes

SHAPE = (5, SCENARIOS)
masks = arrays(np.bool_, SHAPE)


@given(arrays(np.float64, SHAPE, elements=st.sampled_from([1.0, 2.0, 3.5, np.inf, np.nan])), masks)
def test_the_median_is_the_lower_one_of_what_strikes(values: Reals, mask: Flags) -> None:
    plain: list[float] = []
    for row, flags in zip(values, mask, strict=True):
        chosen = sorted(v for v in row[flags].tolist() if v == v)
        plain.append(chosen[(len(chosen) - 1) // 2] if chosen else float("nan"))

    np.testing.assert_array_equal(masked_median(values, mask), plain)


@given(arrays(np.int16, SHAPE, elements=st.integers(-1, 9)), masks)
def test_the_mode_is_the_commonest_and_the_least_of_several(values: Indexes, mask: Flags) -> None:
    plain: list[int] = []
    for row, flags in zip(values, mask, strict=True):
        seen = Counter(v for v in row[flags].tolist() if v >= 0)
        plain.append(min(seen, key=lambda v: (-seen[v], v)) if seen else -1)

    assert masked_mode(values, mask).tolist() == plain


@given(masks)
def test_flags_are_counted_by_row(mask: Flags) -> None:
    assert count_flags(mask).tolist() == [sum(row) for row in mask.tolist()]
