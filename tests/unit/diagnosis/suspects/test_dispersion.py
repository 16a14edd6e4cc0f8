"""Counts that scatter more than Poisson, beside the plain definition."""

import numpy as np
import pytest

from impactgraph.diagnosis.suspects.dispersion import log_likelihood, pause_variance, relative_variance

EXPECTED = np.full((1, 200), 40.0)


def test_poisson_counts_have_hardly_any_relative_variance() -> None:
    counts = np.random.default_rng(1).poisson(EXPECTED).astype(float)

    assert relative_variance(counts, EXPECTED)[0] < 0.01


def test_the_variance_of_a_gamma_rate_is_found() -> None:
    dice = np.random.default_rng(2)
    counts = dice.poisson(EXPECTED * dice.gamma(4.0, 0.25, EXPECTED.shape)).astype(float)

    assert relative_variance(counts, EXPECTED)[0] == pytest.approx(0.25, rel=0.3)


def test_without_pauses_they_add_no_variance() -> None:
    assert pause_variance(EXPECTED, EXPECTED)[0] == 0.0


def test_pauses_are_as_frequent_as_they_were() -> None:
    counts = np.where(np.arange(200) % 5 == 0, 0.0, EXPECTED)
    variance = pause_variance(counts, EXPECTED)

    none = log_likelihood(np.zeros(1), np.array([40.0]), variance)
    assert float(np.exp(none[0])) == pytest.approx(0.2, abs=0.03)


def test_nearly_without_variance_the_likelihood_is_that_of_poisson() -> None:
    ratio = log_likelihood(np.array([7.0]), np.array([12.0]), np.zeros(1))

    assert ratio[0] == pytest.approx(7 * np.log(12) - 12, abs=1e-3)
