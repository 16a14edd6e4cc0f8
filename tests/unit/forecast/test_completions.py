"""Chances of promises from the completions of cohorts, beside plain ones of one row after the other."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from graph_models.time import HOUR, MINUTE
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


@given(
    st.lists(st.tuples(st.integers(0, COHORTS - 1), st.integers(0, 40)), min_size=1, max_size=30),
    st.sampled_from([1, 7, int(MINUTE), 3 * int(HOUR), 10**8 + 1]),
)
def test_rows_with_the_same_promise_have_the_chances_that_each_has_alone(
    asked: list[tuple[int, int]], unit: int
) -> None:
    """However far promises lie apart."""
    steps: NDArray[np.float64] = np.arange(COHORTS * SCENARIOS, dtype=np.float64).reshape(COHORTS, SCENARIOS)
    every = Completions(steps * (2 * unit), steps * unit, None)
    cohort = np.array([row for row, _ in asked], np.intp)
    promised_by = np.array([promise * unit for _, promise in asked], np.int64)

    together = every.chances(cohort, promised_by)

    alone = [every.chances(cohort[n : n + 1], promised_by[n : n + 1]) for n in range(len(asked))]
    assert together.missed.tolist() == [float(one.missed[0]) for one in alone]
    assert together.late_anyway.tolist() == [float(one.late_anyway[0]) for one in alone]


def test_promises_of_cohorts_without_completions_are_kept() -> None:
    one = Completions(np.array([[30.0]]), np.array([[20.0]]), None)
    joined = JoinedCompletions([(np.array([1]), one)], 3)

    chances = joined.chances(np.array([0, 1, 2]), np.array([25, 25, 5]))

    assert chances.missed.tolist() == [0.0, 1.0, 0.0]
    assert chances.late_anyway.tolist() == [0.0, 0.0, 0.0]
