"""Working times of a location as texts: opening hours, closed days and pick-ups, in its time zone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from graph_models.hours import OpeningHours, Pickups, Spans
from graph_models.time import DAY, HOUR, MINUTE, Millis
from graph_models.topology import Location, Topology
from graph_models.zones import UTC

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class PickupTimes:
    """The pick-ups of one carrier at a location."""

    carrier: str
    """Empty: without a carrier."""
    times: str
    """Such as `mon-fri 12:00, 17:00; sat 12:00`."""
    cutoff: Millis | None
    """How long before a pick-up an order must be ready; None: as the hand-off says."""


def timezone_of(topology: Topology, location: Location) -> str:
    """IANA name: its own, that of its region, that of the topology, else UTC."""
    region = topology.regions.get(location.region or "")
    return location.timezone or (region.timezone if region else None) or topology.timezone or UTC


def language_of(topology: Topology, location: Location) -> str | None:
    """Its own, that of its region, that of the topology; None where none is declared."""
    region = topology.regions.get(location.region or "")
    return location.language or (region.language if region else None) or topology.language


def hours_text(hours: OpeningHours | None) -> str | None:
    """Such as `mon-fri 09:00-20:00; sat 10:00-18:00; sun closed`, as a topology has it; None: always open.

    Dates that have times of their own come after the week.
    """
    if hours is None:
        return None
    dates = (f"{_date(day)} {_spans(spans)}" for day, spans in hours.dates)
    return "; ".join([*_by_days([_spans(spans) for spans in hours.week]), *dates])


def holidays_of(topology: Topology, location: Location) -> tuple[str, ...]:
    """Dates on which it is closed and nothing is collected, ascending, such as `2026-12-25`.

    Those of the topology, of its region, and its own.
    """
    region = topology.regions.get(location.region or "")
    days = set(topology.holidays.get("", ()))
    for holidays in (location.holidays, *((region.holidays,) if region else ())):
        days.update(holidays.days)
        for name in holidays.calendars:
            days.update(topology.holidays.get(name, ()))
    return tuple(map(_date, sorted(days)))


def pickups_of(location: Location) -> tuple[PickupTimes, ...]:
    """By carrier, in document order."""
    return tuple(
        PickupTimes(carrier, "; ".join(_by_days(_pickup_days(pickups))), pickups.cutoff)
        for carrier, pickups in location.pickups
    )


def _pickup_days(pickups: Pickups) -> list[str]:
    return [", ".join(map(_time, times)) or "none" for times in pickups.week]


def _by_days(texts: Sequence[str]) -> Iterable[str]:
    """One text for each run of days with the same: `mon-fri 09:00-20:00`."""
    for text, run in groupby(zip(_WEEK, texts, strict=True), key=lambda pair: pair[1]):
        days = [day for day, _ in run]
        yield f"{days[0] if len(days) == 1 else f'{days[0]}-{days[-1]}'} {text}"


def _spans(spans: Spans) -> str:
    return ", ".join(f"{_time(since)}-{_time(until)}" for since, until in spans) or "closed"


def _time(at: Millis) -> str:
    """`24:00` for midnight at the end of the day, `02:00` for a time of the next day."""
    at = at if at <= DAY else at - DAY
    return f"{at // HOUR:02}:{at % HOUR // MINUTE:02}"


def _date(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()
