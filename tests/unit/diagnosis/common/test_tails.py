"""The small statistics, beside scipy's."""

from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.diagnosis.common.tails import g_statistic, hypergeometric, log_chi_square_tail, sum_tail

stats: Any = scipy.stats
"""Its results have no types."""


@given(st.floats(0.01, 1_200), st.integers(1, 200))
def test_the_tail_of_the_chi_square_is_that_of_scipy(value: float, freedom: int) -> None:
    assert log_chi_square_tail(value, freedom) == pytest.approx(
        float(stats.chi2.logsf(value, freedom)), rel=1e-7, abs=1e-9
    )


def test_far_in_the_tail_the_logarithm_is_still_computed() -> None:
    assert log_chi_square_tail(1e6, 1) == pytest.approx(-500_000, rel=1e-4)
    assert log_chi_square_tail(0, 3) == 0


@given(st.data())
def test_hypergeometric_probabilities_are_those_of_scipy(data: st.DataObject) -> None:
    total = data.draw(st.integers(1, 500))
    drawn, marked = data.draw(st.integers(0, total)), data.draw(st.integers(0, total))
    found = hypergeometric((drawn, marked, total))

    assert found == pytest.approx(stats.hypergeom(total, marked, drawn).pmf(np.arange(len(found))), abs=1e-9)


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_exact_test_of_one_stratum_is_fishers(total: int, drawn: int, marked: int, seen: int) -> None:
    drawn, marked = min(drawn, total), min(marked, total)
    seen = min(seen, drawn, marked)
    if marked - seen > total - drawn:
        seen = marked - (total - drawn)
    table = [[seen, drawn - seen], [marked - seen, total - drawn - marked + seen]]

    assert sum_tail([(drawn, marked, total)], seen) == pytest.approx(
        float(stats.fisher_exact(table, "greater").pvalue), abs=1e-9
    )


def test_over_strata_it_is_the_sum_over_every_way_to_share_them() -> None:
    tables = [(3, 2, 7), (4, 3, 9), (2, 5, 6)]
    every = [stats.hypergeom(total, marked, drawn).pmf(np.arange(10)) for drawn, marked, total in tables]
    plain = sum(
        every[0][a] * every[1][b] * every[2][c]
        for a in range(10)
        for b in range(10)
        for c in range(10)
        if a + b + c >= 5
    )

    assert sum_tail(tables, 5) == pytest.approx(float(plain))


@given(st.integers(1, 50), st.integers(1, 50), st.integers(1, 50), st.integers(1, 50))
def test_g_is_that_of_scipy(a: int, b: int, c: int, d: int) -> None:
    hit, size, every, total = (np.array([float(x)]) for x in (a, a + b, a + c, a + b + c + d))
    plain = stats.chi2_contingency([[a, b], [c, d]], correction=False, lambda_="log-likelihood").statistic

    assert g_statistic(hit, size, size * every / total, every, all_size=total)[0] == pytest.approx(
        plain, abs=1e-6
    )
