"""Schedules in a time zone, against cronsim and against the clock of the standard library."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.time import DAY, HOUR, MINUTE, Millis, millis, moment, parse_moment
from graph_models.topology import Schedule
from impactgraph.topology.calendar import Calendar
from impactgraph.topology.load import check_documents
from impactgraph.topology.local_time import LocalTime
from tests.oracle.runs import next_run

SETTINGS = settings(max_examples=300, deadline=None)
ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
)
HALF_AN_HOUR = "Australia/Lord_Howe"
"""Its clock is changed by half an hour, after which cronsim leaves out the runs of half an hour."""
CRONS = (
    "*/15 * * * *",
    "*/15 6-22 * * *",
    "30 2 * * *",
    "0,30 2 * * *",
    "30 1 * * 0",
    "0 0 * * *",
    "0 * * * *",
    "15 */6 * * *",
    "10 2,3 29 3 *",
    "0 6 1 * *",
    "30 2 L * *",
)
EVERY = (15 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY)
changes = st.sampled_from(
    [
        parse_moment(text)
        for text in (
            "2026-03-29T01:00Z",
            "2026-10-25T01:00Z",
            "2026-03-08T07:00Z",
            "2026-11-01T06:00Z",
            "2026-10-03T15:30Z",
            "2026-04-04T15:00Z",
            "2026-02-15T02:00Z",
            "2011-12-30T10:00Z",
        )
    ]
)
"""Moments at which a clock of one of the zones is changed."""
moments = st.one_of(
    st.builds(lambda at, by: at + by * MINUTE, changes, st.integers(-240, 240)),
    st.builds(lambda at, by: at + by, changes, st.sampled_from([-1, 0, 1])),
    st.integers(parse_moment("1971-01-01"), parse_moment("2150-01-01")),
    st.integers(parse_moment("2400-01-01"), parse_moment("2401-01-01")),
)


def run_from(schedule: Schedule, at: float) -> float:
    return float(Calendar(schedule).run_from(np.array([at]))[0])


def run_before(schedule: Schedule, at: float) -> float:
    return float(Calendar(schedule).run_before(np.array([at]))[0])


def daily(timezone: str = "Europe/Berlin") -> Schedule:
    return Schedule(cron="30 2 * * *", timezone=timezone)


def runs_between(schedule: Schedule, since: str, until: str) -> list[str]:
    runs: list[str] = []
    at = run_from(schedule, parse_moment(since))
    while at < parse_moment(until):
        runs.append(f"{moment(round(at)):%m-%dT%H:%M}")
        at = run_from(schedule, at + 1)
    return runs


def test_a_run_is_at_its_local_time_in_winter_and_in_summer() -> None:
    assert runs_between(daily(), "2026-01-10", "2026-01-11") == ["01-10T01:30"]
    assert runs_between(daily(), "2026-07-10", "2026-07-11") == ["07-10T00:30"]


def test_a_time_that_the_clock_leaves_out_runs_when_the_clock_goes_forward() -> None:
    assert runs_between(daily(), "2026-03-28T12:00Z", "2026-03-30") == ["03-29T01:00"]


def test_a_time_that_the_clock_shows_twice_runs_once() -> None:
    assert runs_between(daily(), "2026-10-24T12:00Z", "2026-10-26") == ["10-25T00:30"]


def test_an_interval_of_minutes_goes_on_through_both_changes() -> None:
    quarter = Schedule(15 * MINUTE, timezone="Europe/Berlin")

    assert len(runs_between(quarter, "2026-03-29", "2026-03-29T03:00Z")) == 12
    assert len(runs_between(quarter, "2026-10-25", "2026-10-25T03:00Z")) == 12


def test_an_interval_of_days_keeps_its_time_of_day() -> None:
    weekly = Schedule(
        7 * DAY, at=22 * HOUR, counted_from=parse_moment("2026-03-20"), timezone="Europe/Berlin"
    )

    assert runs_between(weekly, "2026-03-20", "2026-04-05") == ["03-20T21:00", "03-27T21:00", "04-03T20:00"]


def test_another_interval_is_as_long_as_it_says_and_begins_at_local_midnight() -> None:
    schedule = Schedule(36 * HOUR, counted_from=parse_moment("2026-03-27T23:30Z"), timezone="Europe/Berlin")

    assert runs_between(schedule, "2026-03-27T12:00Z", "2026-03-31") == [
        "03-27T23:00",
        "03-29T11:00",
        "03-30T23:00",
    ]


def test_utc_by_name_is_utc() -> None:
    assert run_from(daily("UTC"), parse_moment("2026-07-10")) == parse_moment("2026-07-10T02:30Z")


def test_a_schedule_without_a_zone_has_that_of_the_topology() -> None:
    text = """
timezone: Europe/Berlin
systems: {oms: {}}
integrations:
  berlin: {from: oms, to: oms, transport: batch, cron: 30 2 * * *}
  tokyo: {from: oms, to: oms, transport: batch, every: 1d, at: "02:30", timezone: Asia/Tokyo}
"""
    topology = check_documents({"a.yaml": text}).require_topology()

    zones = {key: each.schedule and each.schedule.timezone for key, each in topology.integrations.items()}
    assert zones == {"berlin": "Europe/Berlin", "tokyo": "Asia/Tokyo"}


def clocked(runs: CronSim, at: float) -> Millis:
    """The first of the runs at or after (before) the moment."""
    forward = runs.tick_direction == 1
    return next(run for run in map(millis, runs) if (run >= at if forward else run <= at))


@SETTINGS
@given(st.sampled_from(CRONS), st.sampled_from([z for z in ZONES if z != HALF_AN_HOUR]), moments)
def test_runs_are_those_of_cronsim(cron: str, zone: str, t: Millis) -> None:
    schedule = Schedule(cron=cron, timezone=zone)
    begin = (moment(t) - timedelta(hours=3)).astimezone(ZoneInfo(zone))

    assert run_from(schedule, t) == clocked(CronSim(cron, begin), t)


@SETTINGS
@given(st.sampled_from(CRONS), st.sampled_from(ZONES), moments)
def test_the_run_before_is_the_last_one_that_the_run_from_finds(cron: str, zone: str, t: Millis) -> None:
    schedule = Schedule(cron=cron, timezone=zone)
    last = run_before(schedule, t)

    assert last <= t
    assert run_from(schedule, last) == last
    assert run_from(schedule, last + 1) > t


@SETTINGS
@given(st.sampled_from(EVERY), st.sampled_from(ZONES), moments)
def test_an_interval_and_its_cron_expression_are_the_same_runs(every: Millis, zone: str, t: Millis) -> None:
    crons = {
        15 * MINUTE: "*/15 * * * *",
        HOUR: "0 * * * *",
        2 * HOUR: "0 0,2,4,6,8,10,12,14,16,18,20,22 * * *",
        6 * HOUR: "0 0,6,12,18 * * *",
        DAY: "0 0 * * *",
    }

    found = run_from(Schedule(every, timezone=zone), t)

    assert found == run_from(Schedule(cron=crons[every], timezone=zone), t)


@SETTINGS
@given(st.sampled_from(EVERY[:3]), st.sampled_from(ZONES), moments)
def test_an_interval_runs_when_the_clock_shows_it(every: Millis, zone: str, t: Millis) -> None:
    schedule = Schedule(every, timezone=zone)

    assert run_from(schedule, t) == next_run(schedule, t)


@SETTINGS
@given(st.sampled_from(ZONES), moments)
def test_the_clock_is_that_of_the_standard_library(zone: str, t: Millis) -> None:
    shown = float(LocalTime(zone).shown(np.array([float(t)]))[0])
    local = moment(t).astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)

    assert shown == millis(local)
    assert moment(round(shown)) == local == datetime.combine(local.date(), local.time(), UTC)


@SETTINGS
@given(st.sampled_from(CRONS), st.sampled_from(ZONES), st.lists(moments, min_size=2, max_size=2))
def test_many_moments_have_the_runs_of_each(cron: str, zone: str, ends: list[Millis]) -> None:
    calendar = Calendar(Schedule(cron=cron, timezone=zone))
    low = float(min(ends))
    at = np.linspace(low, low + 3.0 * DAY, 300)

    together = calendar.run_from(at)

    assert (np.diff(together) >= 0).all()
    assert together.tolist() == [run_from(Schedule(cron=cron, timezone=zone), t) for t in at.tolist()]


@pytest.mark.parametrize("zone", ZONES)
def test_infinity_stays_infinity(zone: str) -> None:
    assert run_from(daily(zone), float("inf")) == float("inf")
