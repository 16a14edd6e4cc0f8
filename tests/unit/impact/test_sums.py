"""Sums by code are exact, whatever floats can hold."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.impact.exact_sums import exact_sums

small, large = st.integers(-(2**30), 2**30), st.integers(0, 2**60)


@given(
    st.lists(st.tuples(st.integers(0, 3), small), max_size=30)
    | st.lists(st.tuples(st.integers(0, 3), large), max_size=30)
)
def test_sums_are_those_of_whole_numbers(rows: list[tuple[int, int]]) -> None:
    codes, values = (
        np.array([code for code, _ in rows], np.int64),
        np.array([value for _, value in rows], np.int64),
    )

    assert exact_sums(codes, values, 4) == [sum(value for code, value in rows if code == n) for n in range(4)]
