"""Runs of schedules, against a clock that counts and against cronsim."""

from datetime import timedelta

import numpy as np
import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.time import DAY, HOUR, MINUTE, Millis, millis, moment, parse_moment
from graph_models.topology import Schedule
from impactgraph.topology.calendar import Calendar

NOON = parse_moment("2026-03-02T12:00Z")
SETTINGS = settings(max_examples=300, deadline=None)
CRONS = (
    "* * * * *",
    "*/15 6-22 * * *",
    "0 0 * * *",
    "30 2 * * 1-5",
    "0 6 1 * *",
    "0 6 L * *",
    "0 6 LW * *",
    "0 12 29 2 *",
    "15 3 13 * 5",
    "15 3 */10 * 5",
    "0 5 * * 1#1",
    "0 5 * * 5L",
    "0 5 * * 0,7",
    "5,35 1,13 1,15 2,8 *",
)
moments = st.integers(8 * parse_moment("1950-01-01"), 8 * parse_moment("2150-01-01")).map(lambda n: n / 8)
"""To an eighth of a millisecond."""


def run_from(schedule: Schedule, at: float) -> float:
    return float(Calendar(schedule).run_from(np.array([at]))[0])


def run_before(schedule: Schedule, at: float) -> float:
    return float(Calendar(schedule).run_before(np.array([at]))[0])


def at(text: str) -> Millis:
    return parse_moment(text)


def test_an_interval_that_divides_a_day_is_counted_from_midnight() -> None:
    assert run_from(Schedule(6 * HOUR), NOON + 1) == NOON + 6 * HOUR
    assert run_before(Schedule(6 * HOUR), NOON + 1) == NOON


def test_a_run_at_the_moment_counts() -> None:
    assert run_from(Schedule(HOUR), NOON) == run_before(Schedule(HOUR), NOON) == NOON


@pytest.mark.parametrize("every", [36 * HOUR, 2 * DAY, 7 * DAY, 7 * HOUR, 50 * MINUTE])
def test_other_intervals_are_as_long_as_they_say(every: Millis) -> None:
    schedule = Schedule(every, counted_from=NOON)
    runs = [run_from(schedule, NOON)]
    for _ in range(20):
        runs.append(run_from(schedule, runs[-1] + 1))

    assert set(np.diff(runs)) == {every}
    assert run_from(schedule, at("2026-03-02")) == at("2026-03-02")


def test_a_time_of_day_moves_the_runs() -> None:
    assert run_from(Schedule(DAY, at=2 * HOUR), NOON) == at("2026-03-03T02:00Z")
    assert run_from(Schedule(2 * DAY, at=2 * HOUR, counted_from=NOON), NOON) == at("2026-03-04T02:00Z")
    assert run_from(Schedule(HOUR, at=2 * HOUR + 20 * MINUTE), NOON) == NOON + 20 * MINUTE


def test_a_moment_decides_alone() -> None:
    schedule = Schedule(7 * DAY, at=at("2026-02-06T22:00Z"), counted_from=NOON)

    assert run_from(schedule, NOON) == at("2026-03-06T22:00Z")


def test_without_anything_to_count_from_weeks_begin_on_monday() -> None:
    assert run_from(Schedule(7 * DAY), NOON) == at("2026-03-09")


@SETTINGS
@given(st.sampled_from(CRONS), moments)
def test_cron_runs_are_those_of_cronsim(cron: str, t: float) -> None:
    begin = moment(int(t // 1)) - timedelta(seconds=1)
    expected = next(run for run in map(millis, CronSim(cron, begin)) if run >= t)
    end = moment(int(t // 1)) + timedelta(seconds=1)
    last = next(run for run in map(millis, CronSim(cron, end, reverse=True)) if run <= t)

    assert run_from(Schedule(cron=cron), t) == expected
    assert run_before(Schedule(cron=cron), t) == last


SAME = [
    (Schedule(HOUR), Schedule(cron="0 * * * *")),
    (Schedule(DAY), Schedule(cron="0 0 * * *")),
    (Schedule(DAY, at=2 * HOUR), Schedule(cron="0 2 * * *")),
    (Schedule(15 * MINUTE), Schedule(cron="*/15 * * * *")),
    (Schedule(7 * DAY, at=at("2026-03-02T06:00Z")), Schedule(cron="0 6 * * 1")),
]


@SETTINGS
@given(st.sampled_from(SAME), moments)
def test_an_interval_and_its_cron_expression_are_the_same_runs(
    same: tuple[Schedule, Schedule], t: float
) -> None:
    one, other = same

    assert run_from(one, t) == run_from(other, t)
    assert run_before(one, t) == run_before(other, t)
    assert Calendar(one).typical_wait == pytest.approx(Calendar(other).typical_wait)


@SETTINGS
@given(
    st.one_of(
        st.sampled_from([Schedule(cron=cron) for cron in CRONS]),
        st.builds(Schedule, st.integers(1, 40 * DAY), at=st.integers(0, NOON), counted_from=st.just(NOON)),
    ),
    moments,
)
def test_between_two_runs_there_is_none(schedule: Schedule, t: float) -> None:
    before, after = run_before(schedule, t), run_from(schedule, t)

    assert before <= t <= after
    assert run_from(schedule, before) == before
    assert run_before(schedule, after) == after
    assert before == after == t or run_from(schedule, before + 1 / 8) == after


def test_what_never_comes_waits_for_no_run() -> None:
    calendar = Calendar(Schedule(cron="0 0 * * *"))

    assert calendar.run_from(np.array([np.inf, NOON]))[0] == np.inf
    assert np.isnan(calendar.run_from(np.array([np.nan]))[0])


def test_the_usual_wait_of_a_cron_weighs_the_long_gaps() -> None:
    """Five nights a week: of a week four intervals of a day and one of three."""
    wait = Calendar(Schedule(cron="0 2 * * 1-5")).typical_wait

    assert wait == pytest.approx((4 * DAY**2 + (3 * DAY) ** 2) / (2 * 7 * DAY))


@given(st.integers(1, 40 * DAY), st.lists(moments, min_size=1, max_size=20))
@SETTINGS
def test_intervals_since_the_last_run_are_remainders_to_the_last_bit(every: Millis, at: list[float]) -> None:
    calendar = Calendar(Schedule(every=every, at=NOON))
    runs = NOON + every * np.arange(-3.0, 4.0)
    around = np.concatenate([at, runs, np.nextafter(runs, 0.0), np.nextafter(runs, np.inf)])

    last = calendar.run_before(around)

    np.testing.assert_array_equal(last, around - np.mod(around - NOON, float(every)))
