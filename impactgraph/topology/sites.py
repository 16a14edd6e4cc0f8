"""Sites: when the locations of a topology work, as far as a workflow depends on it."""

from graph_models.hours import Holidays, Site
from graph_models.topology import Location, Topology, Workflow


def depends_on_site(workflow: Workflow) -> bool:
    """Whether any step waits for the opening of its location, or for a pick-up there."""
    return workflow.waits_for_opening or bool(workflow.carriers)


def site_for(topology: Topology, workflow: Workflow, location: str) -> Site:
    """The site of a location (bare key; empty: none), without what the workflow does not depend on."""
    if not depends_on_site(workflow):
        return Site()
    place = topology.locations.get(location)
    pickups = tuple(each for each in place.pickups if each[0] in workflow.carriers) if place else ()
    return Site(
        timezone=timezone_of(topology, place),
        hours=place.hours if place and workflow.waits_for_opening else None,
        holidays=_holidays(topology, place),
        pickups=pickups,
    )


def timezone_of(topology: Topology, location: Location | None) -> str | None:
    """IANA name of the time zone of a location: its own, else that of its region, else of the topology."""
    region = topology.regions.get(location.region) if location and location.region else None
    return (location and location.timezone) or (region and region.timezone) or topology.timezone


def _holidays(topology: Topology, location: Location | None) -> tuple[int, ...]:
    region = topology.regions.get(location.region) if location and location.region else None
    every = [Holidays(("",)), *(each.holidays for each in (region, location) if each is not None)]
    calendars = (topology.holidays.get(name, ()) for each in every for name in each.calendars)
    return tuple(sorted({day for days in (*calendars, *(each.days for each in every)) for day in days}))
