"""Checks across the elements of a topology, once all of them are read."""

from collections.abc import Callable, Sequence

from graph_models.topology import Topology
from impactgraph.topology.entries import Entries
from impactgraph.topology.fields import Reading
from impactgraph.topology.near import did_you_mean


def unknown_regions(topology: Topology, entries: Entries, reading: Reading) -> None:
    """Warns of locations whose region is not among the regions, where there are any."""
    if not topology.regions:
        return
    for key, location in topology.locations.items():
        if location.region and location.region not in topology.regions:
            place = entries.sections["locations"][key].place
            reading.file, reading.element = place.file, f"location:{key}"
            hint = did_you_mean(location.region, topology.regions)
            reading.warn(f"its region {location.region!r} is not among `regions`.{hint}", place.line)


def unused_hours_and_pickups(topology: Topology, entries: Entries, reading: Reading) -> None:
    """Warns of steps and hand-offs that wait for hours or pick-ups that no location has."""
    carriers = {carrier for location in topology.locations.values() for carrier, _ in location.pickups}
    has_hours = any(location.hours for location in topology.locations.values())
    for step in (step for workflow in topology.workflows.values() for step in workflow.steps):
        place = entries.sections["workflows"][step.workflow].place
        reading.file, reading.element = place.file, step.id
        if step.when_open and not has_hours:
            reading.warn("`when_open` is not used: no location has `hours`.", place.line)
        for rule in (t.pickup for t in step.then if t.pickup is not None and t.pickup.usual is None):
            if rule.carrier not in carriers:
                whose = f" of {rule.carrier!r}" if rule.carrier else ""
                hint = did_you_mean(rule.carrier, carriers - {""}) if rule.carrier else ""
                reading.warn(f"`pickup` is not used: no location has `pickups`{whose}.{hint}", place.line)


CHECKS: Sequence[Callable[[Topology, Entries, Reading], None]] = (unknown_regions, unused_hours_and_pickups)
