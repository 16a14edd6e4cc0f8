"""Chances of promises from the completions of cohorts, beside plain ones of one row after the other."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from impactgraph.forecast.completions import Completions, JoinedCompletions

COHORTS, SCENARIOS = 4, 6
moments = st.sampled_from([10.0, 20.0, 30.0, 40.0, np.inf, np.nan])
completions = arrays(np.float64, (COHORTS, SCENARIOS), elements=moments)
weights = arrays(np.float64, (COHORTS, SCENARIOS), elements=st.sampled_from([0.0, 0.5, 1.0, 2.0]))
rows = st.lists(
    st.tuples(st.integers(0, COHORTS - 1), st.sampled_from([0, 5, 10, 15, 25, 40, 45])), max_size=12
)


def plain(with_: list[float], without: list[float], weight: list[float], promise: int) -> tuple[float, float]:
    """That it is missed because of the failures, and that it is missed in any case."""
    if not promise:
        return 0.0, 0.0
    scenarios = list(zip(with_, without, weight, strict=True))
    late = sum(part for _, usual, part in scenarios if usual > promise)
    return sum(part for at, usual, part in scenarios if at > promise and not usual > promise), late


@given(completions, completions, st.none() | weights, rows)
def test_chances_are_the_shares_of_the_scenarios(
    factual: NDArray[Any],
    counterfactual: NDArray[Any],
    weight: NDArray[Any] | None,
    asked: list[tuple[int, int]],
) -> None:
    if weight is not None:
        weight = (weight + 1e-3) / (weight + 1e-3).sum(axis=1, keepdims=True)
    every = Completions(factual, counterfactual, weight)
    shares = np.full((COHORTS, SCENARIOS), 1 / SCENARIOS) if weight is None else weight
    cohort = np.array([row for row, _ in asked], np.intp)
    promised_by = np.array([promise for _, promise in asked], np.int64)

    chances = every.chances(cohort, promised_by)

    expected = [
        plain(factual[row].tolist(), counterfactual[row].tolist(), shares[row].tolist(), promise)
        for row, promise in asked
    ]
    np.testing.assert_allclose(chances.missed, [missed for missed, _ in expected], atol=1e-12)
    np.testing.assert_allclose(chances.late_anyway, [late for _, late in expected], atol=1e-12)


@given(completions, completions, rows)
def test_parts_are_joined_by_the_positions_of_their_cohorts(
    factual: NDArray[Any], counterfactual: NDArray[Any], asked: list[tuple[int, int]]
) -> None:
    whole = Completions(factual, counterfactual, None)
    places = [np.array([3, 0]), np.array([1, 2])]
    joined = JoinedCompletions([(at, Completions(factual[at], counterfactual[at], None)) for at in places])
    cohort = np.array([row for row, _ in asked], np.intp)
    promised_by = np.array([promise for _, promise in asked], np.int64)

    assert (
        joined.chances(cohort, promised_by).missed.tolist()
        == whole.chances(cohort, promised_by).missed.tolist()
    )
    assert (
        joined.chances(cohort, promised_by).late_anyway.tolist()
        == whole.chances(cohort, promised_by).late_anyway.tolist()
    )
