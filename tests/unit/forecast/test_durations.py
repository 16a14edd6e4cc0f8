"""Quantiles of a distribution are those of the plain interpolation, to the last digit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.forecast.durations import GRID, Distribution

PLACES = st.floats(0.0, 1.0, allow_subnormal=True)


@given(
    st.lists(st.floats(0.0, 1e12), min_size=len(GRID), max_size=len(GRID)),
    st.lists(PLACES, min_size=1, max_size=60),
)
def test_an_even_grid_need_not_be_searched(lengths: list[float], places: list[float]) -> None:
    at, p = np.sort(np.array(lengths)), np.array([*places, *GRID, np.nextafter(1.0, 0.0)])

    found = Distribution(at).quantile(p)

    np.testing.assert_array_equal(found, np.interp(p, GRID, at))
