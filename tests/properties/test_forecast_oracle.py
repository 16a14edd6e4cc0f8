"""The forecast against brute force: thousands of lives of one order, each drawn by itself from the documented
model (`tests/oracle`), with which the product shares no code.
"""

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist, fmean, median

import pytest
from hypothesis import HealthCheck, assume, given, settings

from graph_models.enums import Band
from graph_models.impact import AffectedOrder
from graph_models.time import DAY, MINUTE
from tests.listing import orders_of
from tests.oracle import known_worlds as known
from tests.oracle.montecarlo import Estimate, estimate
from tests.properties.oracle_worlds import lived_worlds, renamed
from tests.worlds import World, ask

LIVES = 3000
NEAR = 0.035
"""Of a likelihood: a share of 32 scenarios comes in steps of 0.03."""
FEWER = 500
NOISE = 0.05
"""Of a share of fewer lives, at most: two standard errors and a bit."""
NAMES = ("", "b", "c", "d", "e", "f", "g", "h")
"""Marks of the names under which a random world is asked about. The likelihood of an order that may or may
not be hit errs by 0.03 (rms) with 32 scenarios of several uncertain durations and ends, seldom by 0.1 or
more: that is what the names sample, not what the model says. So the mean over several samples is compared
with the lives, and each sample with that mean.
"""
SAMPLE = 0.25
"""Of a likelihood from one sample: no further from the mean."""
PART = 0.1
"""Of a median delay."""
LEAST = 0.1
"""Likelihood below which delays are not compared."""


def answers(world: World) -> dict[str, AffectedOrder]:
    return {row.order: row for row in orders_of(ask(world, horizon=365 * DAY))}


def differences(samples: Sequence[AffectedOrder | None], lives: Estimate, near: float = NEAR) -> list[str]:
    """What the product says otherwise than the lives do, on average over the samples of an order."""
    rows = [row for row in samples if row]
    likelihood = sum(row.likelihood for row in rows) / len(samples)
    found: list[str] = []
    if abs(likelihood - lives.likelihood) > near:
        found.append(f"likelihood {likelihood:.3f}, of the lives {lives.likelihood:.3f}")
    rows = [row for row in rows if row.band is not Band.RECORDS_ONLY]
    if not rows or min(likelihood, lives.itself) < LEAST:
        return found
    said = median(float("inf") if row.expected_delay is None else float(row.expected_delay) for row in rows)
    if not delay_agrees(said, lives, near):
        found.append(f"delay {said / MINUTE:.1f} min, of the lives {lives.delay / MINUTE:.1f} min")
    return found


def delay_agrees(said: float, lives: Estimate, near: float) -> bool:
    """Within a tenth of the median, or of what lies about it as near as the likelihood of it may err."""
    part = near / lives.itself
    low, high = lives.delay_at(max(0.5 - part, 0.0)), lives.delay_at(min(0.5 + part, 1.0))
    return low * (1 - PART) - MINUTE <= said <= high * (1 + PART) + MINUTE


@pytest.mark.parametrize("make", known.KNOWN, ids=lambda make: make.__name__)
def test_the_forecast_of_a_known_world_is_what_its_lives_show(make: Callable[[], World]) -> None:
    world = make()
    rows = answers(world)

    found = {j.order: differences([rows.get(j.order)], estimate(world, j, LIVES)) for j in world.journeys}

    assert {order: each for order, each in found.items() if each} == {}


def log_normal(minutes: float) -> float:
    """That work of the wide kind (a median of 20 minutes, 95 of 100 within the hour) has ended by then."""
    return NormalDist(0, math.log(3) / NormalDist().inv_cdf(0.95)).cdf(math.log(minutes / 20))


CLOSED_FORM = (
    # (world, order, likelihood, median delay in minutes or None where it has no short form)
    (known.two_alternatives, "pick-1", 0.5 * 0.5, None),
    (known.two_needs, "pick-1", 1 - 0.7 * 0.7, None),
    (known.attempts_with_backoff, "pick-1", 1 - 0.5 * 0.7, 20.0),
    (known.wait_for_a_person, "pick-1", 0.3, None),
    (known.slow_batch, "pick-1", 1.0, 20.0),
    (known.batch, "pick-45", (log_normal(105) - log_normal(45)) / (1 - log_normal(45)), 60.0),
    (known.shares, "pick-1", 0.3, None),
    (known.stale_read, "accept-1", 0.3, 30.0),
    (known.long_behind_errors, "pick-5", 1 - 0.8 * 0.8, None),
    (known.long_behind_errors, "pack-20", 0.2 / (0.2 + 0.8 * 0.05), None),
)


@pytest.mark.parametrize(
    ("make", "order", "likelihood", "delay"), CLOSED_FORM, ids=lambda each: getattr(each, "__name__", "")
)
def test_the_lives_show_what_can_be_worked_out(
    make: Callable[[], World], order: str, likelihood: float, delay: float | None
) -> None:
    world = make()
    lives = estimate(world, next(j for j in world.journeys if j.order == order), LIVES)

    assert lives.likelihood == pytest.approx(likelihood, abs=0.03)
    assert delay is None or lives.delay / MINUTE == pytest.approx(delay, rel=0.05)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(lived_worlds())
def test_the_forecast_of_a_random_world_is_what_its_lives_show(world: World) -> None:
    (journey,) = world.journeys
    lives = estimate(world, journey, FEWER)
    assume(lives.contradicted <= FEWER / 10)

    samples = [answers(renamed(world, mark)).get(journey.order) for mark in NAMES]
    assert differences(samples, lives, NEAR + NOISE) == []
    likelihoods = [row.likelihood if row else 0.0 for row in samples]
    assert max(abs(each - fmean(likelihoods)) for each in likelihoods) <= SAMPLE
