"""When a location works, as texts."""

from graph_models.hours import Holidays, OpeningHours, Pickups
from graph_models.time import HOUR, MINUTE
from graph_models.topology import Location, Region, Topology
from impactgraph.usecases.location_times import (
    PickupTimes,
    holidays_of,
    hours_text,
    language_of,
    pickups_of,
    timezone_of,
)

DAY_TIMES = ((9 * HOUR, 20 * HOUR),)
LATE = ((18 * HOUR, 26 * HOUR),)
WEEK = (DAY_TIMES,) * 5 + (LATE, ())
CHRISTMAS, NEW_YEAR = 20447, 20454


def test_hours_are_runs_of_days_with_the_same_times() -> None:
    assert hours_text(OpeningHours(WEEK)) == "mon-fri 09:00-20:00; sat 18:00-02:00; sun closed"


def test_dates_with_times_of_their_own_come_last() -> None:
    assert hours_text(OpeningHours((DAY_TIMES,) * 7, ((CHRISTMAS, ()),))) == (
        "mon-sun 09:00-20:00; 2025-12-25 closed"
    )


def test_a_location_without_hours_is_always_open() -> None:
    assert hours_text(None) is None


def test_pick_ups_are_by_carrier_with_their_cut_off() -> None:
    noon = Pickups(((12 * HOUR,),) * 5 + ((), ()), cutoff=30 * MINUTE)

    assert pickups_of(Location("s", "store", pickups=(("northpost", noon),))) == (
        PickupTimes("northpost", "mon-fri 12:00; sat-sun none", 30 * MINUTE),
    )


def test_holidays_are_those_of_the_location_its_region_and_the_topology() -> None:
    topology = Topology(
        regions={"uk": Region("uk", holidays=Holidays(calendars=("banks",)))},
        holidays={"": (CHRISTMAS,), "banks": (NEW_YEAR,), "other": (1,)},
    )
    location = Location("s", "store", region="uk", holidays=Holidays(days=(20450,)))

    assert holidays_of(topology, location) == ("2025-12-25", "2025-12-28", "2026-01-01")


def test_zone_and_language_are_its_own_else_those_of_its_region_else_of_the_topology() -> None:
    topology = Topology(
        regions={"uk": Region("uk", timezone="Europe/London")}, timezone="Europe/Berlin", language="de"
    )

    assert timezone_of(topology, Location("s", "store", "uk", timezone="Europe/Lisbon")) == "Europe/Lisbon"
    assert timezone_of(topology, Location("s", "store", "uk")) == "Europe/London"
    assert timezone_of(topology, Location("s", "store")) == "Europe/Berlin"
    assert timezone_of(Topology(), Location("s", "store")) == "UTC"
    assert language_of(topology, Location("s", "store", "uk")) == "de"
