"""Moments in the customer's words and time zone."""

import pytest
from babel import Locale

from graph_models.time import parse_moment
from impactgraph.messages.moments import CustomerClock, MomentKind

EVENING = "2026-11-23T18:34:00Z"


def clock(zone: str, locale: str, now: str = EVENING, *, is_short: bool = False) -> CustomerClock:
    return CustomerClock(zone, Locale.parse(locale), parse_moment(now), is_short)


@pytest.mark.parametrize(
    ("zone", "locale", "time", "name"),
    [
        ("Europe/London", "en_GB", "21:30", "British Time"),
        ("Asia/Tokyo", "ja", "6:30", "日本時間"),
        ("America/New_York", "en_US", "4:30 PM", "Eastern Time"),
        ("Asia/Kathmandu", "de", "03:15", "Nepal (Ortszeit)"),
    ],
)
def test_a_time_of_day_is_the_customers(zone: str, locale: str, time: str, name: str) -> None:
    kind, values = clock(zone, locale).upcoming(parse_moment("2026-11-23T21:20:00Z"))

    assert (kind, values["time"], values["zone"]) == (MomentKind.TODAY, time, name)


@pytest.mark.parametrize(
    ("zone", "at", "kind"),
    [
        ("Europe/Berlin", "2026-11-23T22:50:00Z", MomentKind.TONIGHT),
        ("Europe/Berlin", "2026-11-23T23:00:00Z", MomentKind.TONIGHT),
        ("Europe/Berlin", "2026-11-23T23:00:01Z", MomentKind.TOMORROW_MORNING),
        ("Europe/Berlin", "2026-11-24T11:00:00Z", MomentKind.TOMORROW_AFTERNOON),
        ("Europe/Berlin", "2026-11-24T16:00:00Z", MomentKind.TOMORROW_EVENING),
        ("Europe/Berlin", "2026-11-24T23:00:00Z", MomentKind.TOMORROW_EVENING),
        ("Europe/Berlin", "2026-11-24T23:00:01Z", MomentKind.DAY),
        ("America/Los_Angeles", "2026-11-24T07:50:00Z", MomentKind.TONIGHT),
        ("Asia/Tokyo", "2026-11-24T14:30:00Z", MomentKind.TODAY),
        ("UTC", "2026-11-23T10:00:00Z", MomentKind.TODAY),
    ],
)
def test_days_change_at_the_customers_midnight(zone: str, at: str, kind: MomentKind) -> None:
    assert clock(zone, "en_GB").upcoming(parse_moment(at))[0] is kind


def test_a_midnight_belongs_to_the_day_that_it_ends() -> None:
    kind, values = clock("Europe/Berlin", "en_GB").upcoming(parse_moment("2026-11-25T23:00:00Z"))

    assert (kind, values) == (MomentKind.DAY, {"date": "Wednesday 25 November"})


@pytest.mark.parametrize(
    ("locale", "full", "abbreviated", "of_next_year"),
    [
        ("en_GB", "Thursday 26 November", "Thu 26 Nov", "Wednesday, 13 January 2027"),
        ("en_US", "Thursday, November 26", "Thu, Nov 26", "Wednesday, January 13, 2027"),
        ("de", "Donnerstag, 26. November", "Do., 26. Nov.", "Mittwoch, 13. Januar 2027"),
        ("fr", "jeudi 26 novembre", "jeu. 26 nov.", "mercredi 13 janvier 2027"),
        ("es", "jueves, 26 de noviembre", "jue, 26 nov", "miércoles, 13 de enero de 2027"),
        ("ja", "11月26日(木曜日)", "11月26日(木)", "2027年1月13日水曜日"),
    ],
)
def test_a_date_has_its_weekday_and_in_another_year_the_year(
    locale: str, full: str, abbreviated: str, of_next_year: str
) -> None:
    this_year, next_year = parse_moment("2026-11-26T12:00:00Z"), parse_moment("2027-01-13T12:00:00Z")

    assert clock("UTC", locale).date(this_year) == full
    assert clock("UTC", locale, is_short=True).date(this_year) == abbreviated
    assert clock("UTC", locale).date(next_year) == of_next_year


def test_the_hour_that_autumn_repeats_is_not_named() -> None:
    # at 3:00 the clock goes back to 2:00: a customer would read 2:30 as the first one
    before = clock("Europe/Berlin", "de", "2026-10-25T00:10:00Z")

    assert before.upcoming(parse_moment("2026-10-25T01:20:00Z"))[1]["time"] == "03:00"
    assert before.upcoming(parse_moment("2026-10-25T00:20:00Z"))[1]["time"] == "02:30"


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("UTC", "UTC"),
        ("Etc/GMT+5", "UTC-5"),
        ("Europe/Berlin", "Central European Time"),
        ("Asia/Kolkata", "India Time"),
    ],
)
def test_a_zone_has_the_name_that_people_know(zone: str, name: str) -> None:
    assert clock(zone, "en_GB").zone == name


@pytest.mark.parametrize(
    ("at", "kind", "since"),
    [
        ("2026-11-23T13:15:00Z", MomentKind.AT_TODAY, MomentKind.SINCE_TODAY),
        ("2026-11-22T13:15:00Z", MomentKind.AT_YESTERDAY, MomentKind.SINCE_YESTERDAY),
        ("2026-11-21T13:15:00Z", MomentKind.AT_DAY, MomentKind.SINCE_DAY),
    ],
)
def test_what_has_passed(at: str, kind: MomentKind, since: MomentKind) -> None:
    found = clock("Europe/Berlin", "de")

    assert (found.past(parse_moment(at))[0], found.since(parse_moment(at))[0]) == (kind, since)
