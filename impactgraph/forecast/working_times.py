"""What visits to a step tell of its work, where it waits for the opening of its location or for a pick-up.

The times at which a location is closed are no part of the work: they are declared, and the forecast adds
them. A visit that was done while the location was closed did not wait for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_models.hours import Site
from graph_models.time import MINUTE, Millis
from graph_models.topology import Step, Topology, Workflow
from impactgraph.columns import Codes, Ints
from impactgraph.forecast.scenarios import Reals
from impactgraph.topology.calendar import Calendar
from impactgraph.topology.opening import InTurn, Timetable, open_times, pickup_times
from impactgraph.topology.sites import depends_on_site, site_for

_EARLY = 10.0 * MINUTE
"""A carrier may come so much before its time."""


@dataclass(frozen=True)
class SiteVisits:
    """Positions of the visits at locations with the same times."""

    site: Site
    at: Codes


def divide_visits(
    topology: Topology, workflow: Workflow, location: Codes, names: Sequence[Any]
) -> list[SiteVisits]:
    """Visits by the times of their location, given by code; all of them where no step depends on that."""
    if not depends_on_site(workflow):
        return [SiteVisits(Site(), np.arange(len(location), dtype=np.int32))]
    at_site: dict[Site, list[int]] = {}
    for code in np.unique(location).tolist():
        name = names[code] if code < len(names) else ""
        at_site.setdefault(site_for(topology, workflow, name), []).append(code)
    return [
        SiteVisits(site, np.flatnonzero(np.isin(location, codes)).astype(np.int32))
        for site, codes in at_site.items()
    ]


def work_began_at(step: Step, groups: Sequence[SiteVisits], entered_at: Ints, left_at: Ints) -> Ints:
    """When the work of each visit began: at the entry, or at the opening after it. `left_at`: 0 where it has
    not left.
    """
    if not step.when_open:
        return entered_at
    began_at = entered_at.copy()
    for group in groups:
        opening = open_times(group.site)
        if opening is not None:
            opened_at = opening.run_from(entered_at[group.at].astype(np.float64)).astype(np.int64)
            left_moments = left_at[group.at]
            began_at[group.at] = np.where(
                (left_moments > 0) & (opened_at >= left_moments), entered_at[group.at], opened_at
            )
    return began_at


def without_closed_time(step: Step, groups: Sequence[SiteVisits], began_at: Ints, dwell_time: Reals) -> Reals:
    """The dwell times (milliseconds) while the location was open. Those of what was done while it was closed,
    and of steps that end with a pick-up, stay.
    """
    if not step.when_open or _is_collected(step):
        return dwell_time
    working = dwell_time.copy()
    for group in groups:
        opening = open_times(group.site)
        if opening is not None:
            since, dwell = began_at[group.at].astype(np.float64), dwell_time[group.at]
            within = opening.open_within(since, since + dwell)
            working[group.at] = np.where((dwell > 0) & (within <= 0), dwell, within)
    return working


def _is_collected(step: Step) -> bool:
    return bool(step.then) and all(t.pickup is not None for t in step.then)


@dataclass(frozen=True)
class VisitEnding:
    """By what visits end that do not end with their work."""

    timetable: Timetable
    early: float = 0.0
    """How much before its time it may be recorded."""
    is_pickup: bool = False


def visit_ending(topology: Topology, step: Step, site: Site) -> VisitEnding | None:
    """A run or a pick-up, where all that leaves the step waits for one."""
    vias = [topology.integrations[t.via.partition(":")[2]] for t in step.then if t.via]
    schedules = [v.schedule for v in vias if v.schedule is not None]
    runs = Calendar(schedules[0]) if schedules and len(schedules) == len(step.then) else None
    pickups = [p for t in step.then if t.pickup is not None and (p := pickup_times(site, t.pickup))]
    if not pickups or len(pickups) < len(step.then):
        return VisitEnding(runs) if runs is not None else None
    return VisitEnding(InTurn(runs, pickups[0]) if runs is not None else pickups[0], _EARLY, is_pickup=True)


def least_work(topology: Topology, step: Step, location: str, visit: tuple[Millis, Millis]) -> Millis:
    """How long a visit (entry, departure) to a step at a location (bare key, or empty) was at work at least:
    without the time at which the location was closed, and up to the last pick-up that it was not ready for.
    """
    entered_at, left_at = visit
    workflow = topology.workflows.get(step.workflow)
    if workflow is None or not depends_on_site(workflow):
        return left_at - entered_at
    site = site_for(topology, workflow, location)
    ending = visit_ending(topology, step, site)
    if ending is not None and ending.is_pickup:
        table = ending.timetable
        last = table.run_from(table.run_before(np.array([float(left_at)])))
        left_at = max(round(float(table.run_before(last - 1.0)[0])), entered_at)
    opening = open_times(site) if step.when_open else None
    if opening is None:
        return left_at - entered_at
    return round(float(opening.open_within(np.array([float(entered_at)]), np.array([float(left_at)]))[0]))
