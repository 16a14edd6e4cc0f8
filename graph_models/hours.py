"""Opening hours and pick-up times of locations, on the clock of a time zone.

Days are days since 1970-01-01, times of day are milliseconds since midnight. A week begins on Monday.
"""

from dataclasses import dataclass
from typing import TypeAlias

from graph_models.time import Millis

Spans: TypeAlias = tuple[tuple[Millis, Millis], ...]
"""(from, until) of a day, ascending; `until` is more than a day where it is on the next."""


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a location is open. On a holiday it is closed, unless `dates` has that day."""

    week: tuple[Spans, ...]
    """Of the seven days."""
    dates: tuple[tuple[int, Spans], ...] = ()
    """Of single days, in place of those of the week."""


@dataclass(frozen=True, slots=True)
class Holidays:
    """Days on which a location is closed and nothing is collected, in addition to those of the topology."""

    calendars: tuple[str, ...] = ()
    """Names of calendars of the topology."""
    days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Pickups:
    """When a carrier collects. On a holiday it does not."""

    week: tuple[tuple[Millis, ...], ...]
    """Times of the seven days, each ascending."""
    cutoff: Millis | None = None
    """How long before the pick-up an order must be ready; None: as the hand-off says, else 0."""


@dataclass(frozen=True, slots=True)
class PickupRule:
    """That orders leave a step with a pick-up of the location."""

    carrier: str = ""
    """Whose pick-ups of the location count; empty: those that have no carrier."""
    usual: Pickups | None = None
    """At locations without pick-ups of their own."""
    cutoff: Millis | None = None
    """Where the pick-ups have none of their own."""


@dataclass(frozen=True, slots=True)
class Site:
    """When a location works. Locations with the same times are one site."""

    timezone: str | None = None
    """IANA name; None: UTC."""
    hours: OpeningHours | None = None
    """None: always open."""
    holidays: tuple[int, ...] = ()
    """Ascending."""
    pickups: tuple[tuple[str, Pickups], ...] = ()
    """By carrier; the empty one: without a carrier."""
