"""The figures of a soak: latencies, schedule, memory."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.soak.histogram import SHARES, Histogram
from tests.soak.memory import MEGABYTE, Sample, growth
from tests.soak.plan import plan

SECONDS = st.floats(1e-5, 100)


def histogram_of(values: list[float]) -> Histogram:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    return histogram


@given(st.lists(SECONDS, min_size=1, max_size=200), st.sampled_from(SHARES))
def test_a_percentile_is_at_most_one_percent_too_high(values: list[float], share: float) -> None:
    exact = float(np.percentile(values, share, method="inverted_cdf"))
    assert exact * (1 - 1e-9) <= histogram_of(values).percentile(share) <= exact * 1.01 * (1 + 1e-9)


@given(st.lists(SECONDS, max_size=50), st.lists(SECONDS, max_size=50))
def test_merged_histograms_are_that_of_all_values(first: list[float], second: list[float]) -> None:
    merged = histogram_of(first)
    merged.merge(histogram_of(second))
    assert merged == histogram_of(first + second)


def test_without_values_there_is_no_percentile() -> None:
    assert math.isnan(Histogram().percentile(50))
    assert Histogram().shares() == {"max": 0.0}


def test_the_schedule_has_ten_times_as_many_requests_in_a_spike() -> None:
    load = plan(300, {"events": 2.0, "none": 0.0}, spikes=1, spike_seconds=60)
    (spike,) = load.spikes
    arrivals = list(load.arrivals("events"))
    within = [at for at in arrivals if spike.start <= at < spike.end]
    assert (spike.start, spike.end) == (120, 180)
    assert len(within) == pytest.approx(60 * 20, abs=2)
    assert len(arrivals) - len(within) == pytest.approx(240 * 2, abs=2)
    assert list(load.arrivals("none")) == []


def samples(*, grows: int) -> list[Sample]:
    """An hour of memory that swings by 5 MB and grows by so many bytes for each order."""
    swing = np.random.default_rng(1).integers(0, 5 * MEGABYTE, 120).tolist()
    return [Sample(30.0 * n, 400 * MEGABYTE + swing[n] + n * grows * 100, 100 * n) for n in range(120)]


def test_memory_that_only_swings_does_not_grow() -> None:
    assert not growth(samples(grows=0)).is_growing


def test_memory_that_grows_with_the_orders_is_found_to_grow_by_so_much() -> None:
    found = growth(samples(grows=1000))
    assert found.is_growing
    assert found.per_order == pytest.approx(1000, rel=0.1)
