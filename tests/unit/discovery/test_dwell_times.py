"""Durations are not biased by the ends of the log, nor by which orders it has."""

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from graph_models.time import DAY, HOUR, MINUTE
from impactgraph.discovery.dwell_times import Dwell, estimate_dwell
from impactgraph.discovery.samples import Sample
from impactgraph.discovery.tallies import EndedVisit, OpenVisit

BEGIN = 100 * DAY


def draw(rng: Generator, count: int, length: int, median: float, spread: float) -> tuple[np.ndarray, ...]:
    """(placements over the log, time before the step, dwell times)."""
    placed = BEGIN + rng.uniform(0, length, count)
    before = rng.lognormal(np.log(median / 2), 0.3, count)
    return placed, before, median * np.exp(spread * rng.standard_normal(count))


def estimate(
    placed: np.ndarray, before: np.ndarray, dwell: np.ndarray, end: float, kept: np.ndarray
) -> Dwell:
    """From the visits that the log has: `kept` says of which fulfillments that ended it has the events."""
    ended, unended = Sample[EndedVisit](20_000), Sample[OpenVisit](20_000)
    for at, lead, span, is_kept in zip(placed, before, dwell, kept, strict=True):
        entered = round(at + lead)
        if entered > end:
            continue
        if entered + span > end:
            unended.add(OpenVisit(entered, None))
        elif is_kept:
            ended.add(EndedVisit(round(entered + span), round(span), round(lead + span)))
    estimated = estimate_dwell(ended, unended, BEGIN, round(end))
    assert estimated is not None
    return estimated


@pytest.mark.parametrize("length", [30 * HOUR, 3 * DAY, 20 * DAY])
@pytest.mark.parametrize("median", [20 * MINUTE, 6 * HOUR, 14 * HOUR])
def test_neither_the_beginning_nor_the_end_of_the_log_shortens_a_duration(length: int, median: int) -> None:
    placed, before, dwell = draw(default_rng(3), 6_000, length, median, 0.5)

    found = estimate(placed, before, dwell, BEGIN + length, np.ones(len(placed), bool))

    assert found.p50 == pytest.approx(float(np.median(dwell)), rel=0.06)
    if not found.is_open_ended:
        assert found.mean == pytest.approx(float(dwell.mean()), rel=0.08)
        rel = 0.12 if length >= 4 * median else 0.2
        assert found.p95 == pytest.approx(float(np.quantile(dwell, 0.95)), rel=rel)


def test_without_care_the_short_log_would_be_biased() -> None:
    """The visits that ended are shorter: what the estimator makes up for."""
    placed, before, dwell = draw(default_rng(3), 6_000, 30 * HOUR, 14 * HOUR, 0.5)

    has_ended = placed + before + dwell <= BEGIN + 30 * HOUR

    assert float(np.median(dwell[has_ended])) < 0.8 * float(np.median(dwell))


@pytest.mark.parametrize("share", [0.03, 0.3])
def test_a_log_of_all_open_orders_and_some_ended_ones_gives_the_true_duration(share: float) -> None:
    rng = default_rng(5)
    placed, before, dwell = draw(rng, 30_000, 4 * DAY, 8 * HOUR, 0.4)
    end = BEGIN + 4 * DAY

    found = estimate(placed, before, dwell, end, rng.random(len(placed)) < share)

    assert found.p50 == pytest.approx(float(np.median(dwell)), rel=0.08)
    assert found.mean == pytest.approx(float(dwell.mean()), rel=0.08)
    assert (found.skew > 0.25) == (share < 0.1)


def test_a_log_of_ended_orders_only_gives_the_true_duration() -> None:
    placed, before, dwell = draw(default_rng(8), 8_000, 6 * DAY, 8 * HOUR, 0.4)
    end = BEGIN + 6 * DAY
    has_ended = placed + before + dwell <= end

    found = estimate(
        placed[has_ended], before[has_ended], dwell[has_ended], end, np.ones(8_000, bool)[has_ended]
    )

    assert found.p50 == pytest.approx(float(np.median(dwell)), rel=0.06)


def test_visits_that_stay_open_for_longer_than_others_took_are_counted() -> None:
    ended, unended = Sample[EndedVisit](100), Sample[OpenVisit](100)
    for number in range(20):
        ended.add(EndedVisit(BEGIN + number * HOUR + MINUTE, MINUTE, MINUTE))
        unended.add(OpenVisit(BEGIN + number * HOUR, None))

    found = estimate_dwell(ended, unended, BEGIN, BEGIN + DAY)

    assert found is not None and found.p50 == MINUTE and found.lingering == 20


def test_no_ended_visit_gives_no_duration() -> None:
    unended = Sample[OpenVisit](10)
    unended.add(OpenVisit(BEGIN, None))

    assert estimate_dwell(Sample[EndedVisit](10), unended, BEGIN, BEGIN + DAY) is None
