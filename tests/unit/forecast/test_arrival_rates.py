"""Expected numbers of orders in the next hours, by those of the hours before."""

import numpy as np
import pytest

from impactgraph.forecast.arrival_rates import DAY_HOURS, WEEK_HOURS, ArrivalRates, arrival_rates
from impactgraph.forecast.scenarios import Reals


def rates(counts: Reals) -> ArrivalRates:
    """By counts of past hours, the last one first."""
    return arrival_rates(counts, np.ones(len(counts), bool))


def profile(hours: int, day: Reals) -> Reals:
    """The same day again and again; the next hour is the first of `day`."""
    return np.array([day[(-1 - n) % len(day)] for n in range(hours)], float)


def test_a_constant_rate_goes_on() -> None:
    learned = rates(np.full(36, 40.0))

    assert learned.of_hour == pytest.approx(np.full(WEEK_HOURS, 40.0))
    assert learned.days == 1.5


def test_hours_are_like_the_same_hours_of_the_day_before() -> None:
    day = 100 + 80 * np.sin(np.arange(DAY_HOURS) / DAY_HOURS * 2 * np.pi)

    assert rates(profile(60, day)).of_hour[:24] == pytest.approx(day, rel=0.08)


def test_weeks_of_history_show_the_days_of_the_week() -> None:
    week = np.where(np.arange(WEEK_HOURS) // DAY_HOURS >= 5, 200.0, 50.0)

    learned = rates(profile(6 * WEEK_HOURS, week))

    assert learned.of_hour[6 * DAY_HOURS] > 2.5 * learned.of_hour[0]
    assert learned.of_hour[0] == pytest.approx(50, rel=0.35)


def test_a_busier_day_raises_the_next_hours_and_less_those_far_ahead() -> None:
    counts = np.full(60, 50.0)
    counts[:12] = 75.0

    learned = rates(counts)

    assert learned.of_hour[0] == pytest.approx(75, rel=0.05)
    assert 50 < learned.of_hour[13 * 4] < learned.of_hour[0]


def test_hours_in_which_nobody_could_order_do_not_count() -> None:
    counts = np.full(48, 60.0)
    counts[:5] = 0.0
    usual = np.ones(48, bool)
    usual[:5] = False

    assert arrival_rates(counts, usual).of_hour == pytest.approx(np.full(WEEK_HOURS, 60.0))


def test_a_failure_that_has_always_lasted_leaves_what_was_placed_all_the_same() -> None:
    assert arrival_rates(np.full(30, 60.0), np.zeros(30, bool)).of_hour[0] == pytest.approx(60.0)


def test_less_than_a_day_of_history_gives_the_rate_of_the_last_hours_and_a_wide_range() -> None:
    learned = rates(np.array([30.0, 20.0, 10.0, 20.0]))

    assert learned.of_hour == pytest.approx(np.full(WEEK_HOURS, 20.0))
    assert (learned.days, learned.error) == (0.0, 0.5)


def test_days_with_far_fewer_orders_than_the_last_one_say_nothing() -> None:
    """Of a store that was filled with the orders in flight, ended ones are missing."""
    learned = rates(np.concatenate([np.full(24, 100.0), np.full(24, 4.0)]))

    assert learned.of_hour == pytest.approx(np.full(WEEK_HOURS, 100.0))
    assert learned.days == 0.0


def test_no_history_gives_no_orders() -> None:
    assert rates(np.zeros(0)).of_hour.sum() == 0


def test_days_that_differ_more_than_by_chance_make_the_error_larger() -> None:
    chance = np.random.default_rng(1)
    steady = rates(chance.poisson(100, 5 * DAY_HOURS).astype(float))
    changing = rates(np.repeat([100.0, 160.0, 80.0, 150.0, 70.0], DAY_HOURS))

    assert steady.error < 0.1 < 0.2 < changing.error


@pytest.mark.parametrize(("begin", "end"), [(0.0, 1.0), (0.25, 0.75), (3.5, 30.0), (160.0, 400.0)])
def test_between_two_moments_the_hours_add_up(begin: float, end: float) -> None:
    learned = rates(np.full(36, 40.0))
    middle = (begin + end) / 2

    parts = learned.between(np.array([begin, middle, end]))

    assert parts.sum() == pytest.approx(40 * (end - begin))
    assert parts.sum() == pytest.approx(float(learned.between(np.array([begin, end]))[0]))
