"""Where a series changed."""

import numpy as np
import pytest
from scipy import stats

from impactgraph.diagnosis.drift.change import level_change, rate_change


def test_a_shift_of_the_values_is_found_where_it_is() -> None:
    dice = np.random.default_rng(3)
    bins = np.repeat(np.arange(40), 10)
    values = dice.lognormal(0, 0.5, 400) * np.where(bins >= 25, 2.0, 1.0)

    change = level_change(values, bins, least=20)

    assert change is not None
    assert abs(change.at - 25) <= 1
    assert change.after / change.before == pytest.approx(2.0, rel=0.2)
    assert change.log_p < -20


def test_the_best_split_is_the_best_of_all_rank_tests() -> None:
    dice = np.random.default_rng(5)
    bins = np.repeat(np.arange(12), 6)
    values = np.round(dice.exponential(1, 72) + (bins >= 8), 1)
    plain = {
        b: float(
            stats.mannwhitneyu(
                values[bins < b], values[bins >= b], use_continuity=False, method="asymptotic"
            ).pvalue
        )
        for b in range(2, 11)
    }

    change = level_change(values, bins, least=10)

    assert change is not None
    assert change.at == min(plain, key=lambda b: plain[b])
    assert change.log_p == pytest.approx(np.log(plain[change.at] * len(plain)), rel=1e-6)


def test_by_chance_nothing_is_reported_as_moved() -> None:
    dice = np.random.default_rng(7)
    bins = np.repeat(np.arange(48), 8)
    found = [level_change(dice.exponential(1, 384), bins, least=20) for _ in range(50)]

    assert all(change is not None and change.log_p > np.log(1e-4) for change in found)


def test_a_share_that_rises_is_found_with_both_shares() -> None:
    chances = np.full(72, 100.0)
    events = np.where(np.arange(72) >= 60, 20.0, 2.0)

    change = rate_change(events, chances, least=8)

    assert change is not None
    assert (change.at, change.before, change.after) == (60, pytest.approx(0.02), pytest.approx(0.2))


def test_no_split_before_the_earliest_and_too_few_events_are_no_series() -> None:
    chances, events = np.full(30, 50.0), np.where(np.arange(30) >= 5, 10.0, 1.0)
    late = rate_change(events, chances, least=8, earliest=24)

    assert late is not None and late.at >= 24
    assert rate_change(np.zeros(30), chances, least=8) is None
    assert level_change(np.ones(50), np.repeat(np.arange(5), 10), least=5) is None
