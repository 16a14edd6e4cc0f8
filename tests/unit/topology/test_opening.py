"""Opening hours and pick-ups, against a second implementation that looks at every minute."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.hours import OpeningHours, PickupRule, Pickups, Site
from graph_models.time import DAY, HOUR, MINUTE, Millis, parse_moment
from impactgraph.topology.opening import OpenTimes, PickupTimes, open_times, pickup_times
from tests.oracle import opening

SETTINGS = settings(max_examples=150, deadline=None)
MONDAY = parse_moment("2026-03-02")
SHOP = ((9 * HOUR, 20 * HOUR),)
WEEK = OpeningHours((SHOP,) * 5 + (((10 * HOUR, 18 * HOUR),), ()))
CHRISTMAS = parse_moment("2026-12-25") // DAY


def begins(hours: OpeningHours, at: str, holidays: tuple[int, ...] = (), zone: str | None = None) -> Millis:
    times = OpenTimes(hours, holidays, zone)
    return round(float(times.run_from(np.array([float(parse_moment(at))]))[0]))


def leaves(pickups: Pickups, at: str, zone: str | None = None) -> Millis:
    return round(float(PickupTimes(pickups, (), zone).run_from(np.array([float(parse_moment(at))]))[0]))


def test_work_begins_at_once_while_the_location_is_open() -> None:
    assert begins(WEEK, "2026-03-02T10:30Z") == parse_moment("2026-03-02T10:30Z")


def test_work_waits_for_the_opening() -> None:
    assert begins(WEEK, "2026-03-02T20:00Z") == parse_moment("2026-03-03T09:00Z")
    assert begins(WEEK, "2026-03-07T19:00Z") == parse_moment("2026-03-09T09:00Z")


def test_a_location_is_closed_on_a_holiday_unless_that_date_has_hours() -> None:
    assert begins(WEEK, "2026-12-25T10:00Z", (CHRISTMAS,)) == parse_moment("2026-12-26T10:00Z")
    special = OpeningHours(WEEK.week, ((CHRISTMAS, ((11 * HOUR, 14 * HOUR),)),))
    assert begins(special, "2026-12-25T10:00Z", (CHRISTMAS,)) == parse_moment("2026-12-25T11:00Z")


def test_hours_are_on_the_clock_of_the_location() -> None:
    assert begins(WEEK, "2026-03-02T20:30Z", zone="America/New_York") == parse_moment("2026-03-02T20:30Z")
    assert begins(WEEK, "2026-07-06T05:00Z", zone="Europe/Berlin") == parse_moment("2026-07-06T07:00Z")


def test_hours_may_go_past_midnight_and_around_the_clock() -> None:
    night = OpeningHours((((18 * HOUR, 26 * HOUR),),) * 7)
    always = OpeningHours((((0, DAY),),) * 7)

    assert begins(night, "2026-03-03T01:59Z") == parse_moment("2026-03-03T01:59Z")
    assert begins(night, "2026-03-03T02:00Z") == parse_moment("2026-03-03T18:00Z")
    assert begins(always, "2026-03-03T00:00Z") == parse_moment("2026-03-03T00:00Z")


def test_what_is_ready_after_the_last_pick_up_leaves_with_the_next() -> None:
    pickups = Pickups(((16 * HOUR, 19 * HOUR + 30 * MINUTE),) * 5 + ((), ()), 30 * MINUTE)

    assert leaves(pickups, "2026-03-02T15:30Z") == parse_moment("2026-03-02T16:00Z")
    assert leaves(pickups, "2026-03-02T15:31Z") == parse_moment("2026-03-02T19:30Z")
    assert leaves(pickups, "2026-03-06T19:01Z") == parse_moment("2026-03-09T16:00Z")


def test_the_cut_off_of_a_location_comes_before_that_of_the_hand_off() -> None:
    own = Site(pickups=(("dhl", Pickups(((16 * HOUR,),) * 7, HOUR)),))
    rule = PickupRule("dhl", Pickups(((18 * HOUR,),) * 7), 10 * MINUTE)

    there, elsewhere = pickup_times(own, rule), pickup_times(Site(), rule)
    assert there and elsewhere
    assert (there.cutoff, elsewhere.cutoff) == (HOUR, 10 * MINUTE)


def test_the_mean_wait_is_that_of_all_moments_of_a_week() -> None:
    hours = OpenTimes(OpeningHours((((0, 12 * HOUR),),) * 7))

    assert hours.typical_wait == 3 * HOUR  # half of the moments wait for six hours in the mean
    assert PickupTimes(Pickups(((12 * HOUR,),) * 7)).typical_wait == 12 * HOUR


times = st.integers(0, 24 * 12 - 1).map(lambda n: n * 5 * MINUTE)
spans = st.tuples(times, st.integers(1, 20 * 12).map(lambda n: n * 5 * MINUTE)).map(
    lambda pair: (pair[0], pair[0] + pair[1])
)
days = st.lists(spans, max_size=2).map(lambda each: tuple(sorted(each)))
zones = st.sampled_from([None, "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
moments = st.one_of(
    st.integers(0, 8 * 24 * 60).map(lambda n: MONDAY + n * MINUTE),
    st.integers(-2000, 2000).map(lambda n: parse_moment("2026-03-29T01:00Z") + n * MINUTE),
    st.integers(-2000, 2000).map(lambda n: parse_moment("2026-10-25T01:00Z") + n * MINUTE),
)


@st.composite
def sites(draw: Callable[..., Any]) -> Site:
    week = draw(st.lists(days, min_size=7, max_size=7).filter(any))
    near = st.integers(MONDAY // DAY, MONDAY // DAY + 7)
    return Site(
        draw(zones),
        OpeningHours(tuple(week), tuple(sorted(draw(st.dictionaries(near, days, max_size=1)).items()))),
        tuple(sorted(draw(st.sets(near, max_size=2)))),
        (("", Pickups(tuple(map(_times, week)), draw(st.sampled_from([None, 0, 45 * MINUTE])))),),
    )


def _times(spans: tuple[tuple[Millis, Millis], ...]) -> tuple[Millis, ...]:
    return tuple(sorted({since for since, _ in spans}))


BACK = {"Europe/Berlin": "2026-10-25", "America/New_York": "2026-11-01", "Australia/Lord_Howe": "2026-04-05"}
FORWARD = {"Europe/Berlin": "2026-03-29", "America/New_York": "2026-03-08"}


def is_near(site: Site, at: Millis, *changes: dict[str, str]) -> bool:
    """Whether the clock of the site is changed soon: there the minutes of a day are no measure."""
    own = [each[site.timezone] for each in changes if site.timezone in each]
    return any(-2 * DAY < parse_moment(change) - at < 9 * DAY for change in own)


@SETTINGS
@given(sites(), moments)
def test_work_begins_when_the_clock_says(site: Site, at: Millis) -> None:
    found = open_times(site)
    assert found

    if not is_near(site, at, BACK):
        assert float(found.run_from(np.array([float(at)]))[0]) == opening.opens(site, at)


@SETTINGS
@given(sites(), moments)
def test_orders_leave_when_the_clock_says(site: Site, at: Millis) -> None:
    found = pickup_times(site, PickupRule())
    assert found

    if not is_near(site, at, BACK, FORWARD):
        assert float(found.run_from(np.array([float(at)]))[0]) == opening.collected(site, PickupRule(), at)


@SETTINGS
@given(sites(), moments)
def test_timetables_are_monotone_and_their_inverse_is_exact(site: Site, at: Millis) -> None:
    for timetable in (open_times(site), pickup_times(site, PickupRule())):
        assert timetable
        t = np.arange(at, at + 2 * DAY, 17 * MINUTE).astype(np.float64)
        departs = timetable.run_from(t)
        last = timetable.run_before(t)

        assert (departs >= t).all()
        assert (np.diff(departs) >= 0).all()
        assert (timetable.run_from(departs) >= departs).all()
        assert (timetable.run_from(last) <= t).all()
        assert (timetable.run_from(last + 1.0) > t).all()


@SETTINGS
@given(sites(), moments, st.integers(1, 600))
def test_longer_hours_never_make_work_begin_later(site: Site, at: Millis, minutes: int) -> None:
    assert site.hours
    wider = OpeningHours(
        tuple(
            tuple((max(since - minutes * MINUTE, 0), until + minutes * MINUTE) for since, until in spans)
            for spans in site.hours.week
        ),
        site.hours.dates,
    )
    t = np.arange(at, at + 2 * DAY, 17 * MINUTE).astype(np.float64)

    longer = OpenTimes(wider, site.holidays, site.timezone).run_from(t)

    assert (longer <= OpenTimes(site.hours, site.holidays, site.timezone).run_from(t)).all()


@SETTINGS
@given(sites(), moments, st.integers(0, 4000))
def test_work_rests_while_the_location_is_closed(site: Site, at: Millis, minutes: int) -> None:
    found = open_times(site)
    assert found
    since, work = np.array([float(at)]), np.array([float(minutes * MINUTE)])

    ends = found.after_open(since, work)

    if not is_near(site, at, BACK) and not is_near(site, round(float(ends[0])), BACK):
        assert float(ends[0]) == opening.done(site, at, minutes * MINUTE) or minutes == 0
    assert found.open_within(since, ends) == work
    assert found.after_open(np.array([np.inf, np.nan]), np.array([1.0, 1.0])).tolist()[0] == np.inf
