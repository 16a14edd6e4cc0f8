"""Sums over uncertain rows: exact expectations, ranges that hold what happens."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impactgraph.forecast.scenario_likelihoods import ScenarioLikelihoods, scenario_deviations
from impactgraph.forecast.scenarios import SCENARIOS
from impactgraph.impact.uncertain_sums import UncertainRows, UncertainSums

NOTHING_SHARED = np.zeros((SCENARIOS, 0))
LIKELIHOODS = st.lists(st.integers(0, 32).map(lambda n: n / 32), min_size=1, max_size=60)


def rows(likelihoods: list[float], weights: list[int] | None = None, groups: int = 1) -> UncertainRows:
    size = len(likelihoods)
    return UncertainRows(
        group=np.arange(size) % groups,
        weight=None if weights is None else np.array(weights, np.int64),
        likelihood=np.array(likelihoods),
        cohort=np.zeros(size, np.intp),
        cohort_likelihood=np.array(likelihoods),
    )


def sums(likelihoods: list[float], weights: list[int] | None = None, groups: int = 1) -> UncertainSums:
    return rows(likelihoods, weights, groups).sums(groups, np.zeros((1, SCENARIOS), np.float32))


@settings(max_examples=100, deadline=None)
@given(LIKELIHOODS, st.integers(1, 5))
def test_groups_add_up_and_every_range_holds_what_is_expected(likelihoods: list[float], groups: int) -> None:
    whole, parts = sums(likelihoods), sums(likelihoods, groups=groups)

    assert whole.expected[0] == pytest.approx(sum(likelihoods), abs=1e-9)
    assert parts.expected.sum() == pytest.approx(whole.expected[0], abs=1e-9)
    for each in (whole, parts):
        low, high = each.range(NOTHING_SHARED)
        assert (low >= 0).all() and (low <= each.expected).all()
        assert (each.expected <= high).all() and (high <= each.possible + 1e-9).all()


@settings(max_examples=50, deadline=None)
@given(st.permutations(list(range(40))))
def test_a_sum_of_money_does_not_depend_on_the_order_of_its_rows(order: list[int]) -> None:
    likelihoods = [(n % 33) / 32 for n in range(40)]
    weights = [10**12 + n * 7_919 for n in range(40)]

    shuffled = sums([likelihoods[n] for n in order], [weights[n] for n in order])

    assert shuffled.expected.tolist() == sums(likelihoods, weights).expected.tolist()


@pytest.mark.parametrize("likelihood", [0.05, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("count", [10, 100, 2000])
def test_a_range_of_independent_rows_holds_four_of_five_draws(likelihood: float, count: int) -> None:
    low, high = sums([likelihood] * count).range(NOTHING_SHARED)

    draws = np.random.default_rng(7).binomial(count, likelihood, 4000)

    assert ((draws >= np.rint(low[0])) & (draws <= np.rint(high[0]))).mean() >= 0.75


def test_a_shared_cause_makes_the_range_wide_and_own_doubts_average_out() -> None:
    late = np.arange(SCENARIOS) >= SCENARIOS // 2
    likelihoods = ScenarioLikelihoods.of(late[None, :], None)
    basis = scenario_deviations(late[None, :], None).astype(float).T
    basis /= np.linalg.norm(basis)
    together = rows([0.5] * 1000).sums(1, likelihoods.deviations)

    low, high = together.range(basis)
    own_low, own_high = sums([0.5] * 1000).range(NOTHING_SHARED)

    assert low[0] < 50 and high[0] > 950
    assert 300 < own_low[0] < own_high[0] < 700


def test_what_is_certain_hardly_varies_and_nothing_is_nothing() -> None:
    low, high = sums([1.0] * 100).range(NOTHING_SHARED)
    none_low, none_high = sums([0.0] * 10).range(NOTHING_SHARED)

    assert low[0] > 90 and high[0] == 100
    assert (none_low[0], none_high[0]) == (0.0, pytest.approx(0.0, abs=1e-3))
