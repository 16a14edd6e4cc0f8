"""Opening hours and pick-ups, minute by minute on the clock of the location."""

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from graph_models.hours import OpeningHours, PickupRule, Site
from graph_models.time import DAY, MINUTE, moment
from graph_models.topology import Topology

_EPOCH = date(1970, 1, 1)


def site(topology: Topology, location: str) -> Site:
    """The times of a location, with the holidays of all."""
    place = topology.locations.get(location)
    everywhere = topology.holidays.get("", ())
    if place is None:
        return Site(topology.timezone, holidays=everywhere)
    holidays = {*everywhere, *place.holidays.days}
    zone = place.timezone or topology.timezone
    return Site(zone, place.hours, tuple(sorted(holidays)), place.pickups)


def is_open(site: Site, at: float) -> bool:
    """Whether the location is open in the minute of the moment."""
    if site.hours is None:
        return True
    here = _here(site, at)
    time = (here.hour * 60 + here.minute) * MINUTE
    today, yesterday = _day(here), _day(here) - 1
    return any(since <= time < until for since, until in _spans(site.hours, site, today)) or any(
        time < until - DAY for _, until in _spans(site.hours, site, yesterday)
    )


def opens(site: Site, at: float) -> float:
    """The first moment, from that one on, at which the location is open."""
    known, minute = _known_minutes(site), int(at // MINUTE)
    first = minute
    while minute not in known and not is_open(site, minute * MINUTE):
        minute += 1
    open_minute = known.get(minute, minute)
    known.update(dict.fromkeys(range(first, minute + 1), open_minute))
    return at if open_minute == first else float(open_minute * MINUTE)


@cache
def _known_minutes(site: Site) -> dict[int, int]:
    """By minute, as far as it was looked for: the next minute in which the location is open."""
    return {}


def done(site: Site, begun: float, work: float) -> float:
    """When work is done that begins then, while the location is open."""
    t, left = opens(site, begun), work
    while left > 0:
        spent = min(t // MINUTE * MINUTE + MINUTE - t, left)
        t, left = t + spent, left - spent
        if left > 0:
            t = opens(site, t)
    return t


def collected(site: Site, rule: PickupRule | None, at: float) -> float:
    """When what is ready at the moment leaves."""
    if rule is None:
        return at
    pickups = dict(site.pickups).get(rule.carrier) or rule.usual
    if pickups is None:
        return at
    cutoff = pickups.cutoff if pickups.cutoff is not None else rule.cutoff or 0
    run = -(-(at + cutoff) // MINUTE) * MINUTE
    while True:
        here = _here(site, run)
        time = (here.hour * 60 + here.minute) * MINUTE
        if _day(here) not in site.holidays and time in pickups.week[here.weekday()]:
            return run
        run += MINUTE


def _spans(hours: OpeningHours, site: Site, day: int) -> tuple[tuple[int, int], ...]:
    own = dict(hours.dates).get(day)
    if own is not None:
        return own
    return () if day in site.holidays else hours.week[(_EPOCH + timedelta(day)).weekday()]


def _here(site: Site, at: float) -> datetime:
    return moment(int(at)).astimezone(ZoneInfo(site.timezone or "UTC"))


def _day(here: datetime) -> int:
    return (here.date() - _EPOCH).days
