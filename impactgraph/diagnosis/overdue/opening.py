"""Time in a step as its location counts it: only while it is open, where the step waits for that."""

from collections.abc import Iterator

import numpy as np

from graph_models.time import FOREVER
from graph_models.topology import Step, Topology
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.working_times import divide_visits
from impactgraph.topology.opening import OpenTimes, open_times


def work_begins_at(topology: Topology, columns: Columns, step: Step, rows: Codes) -> Ints:
    """By row, all of them in the step: when its work begins, which may be after the entry."""
    begins = columns.fulfillments.entered_at[rows]
    for opening, at in _openings(topology, columns, step, rows):
        begins[at] = opening.run_from(begins[at].astype(np.float64)).astype(np.int64)
    return begins


def lasting(topology: Topology, columns: Columns, step: Step, rows: Codes, span: Ints) -> Ints:
    """By row, all of them in the step: how long after the entry the location has been open for a span, in
    milliseconds; the span itself where the step does not wait for the opening.
    """
    entered_at = columns.fulfillments.entered_at[rows]
    lasts = span.copy()
    for opening, at in _openings(topology, columns, step, rows):
        finite = at[span[at] < FOREVER]
        since = entered_at[finite].astype(np.float64)
        lasts[finite] = np.ceil(opening.after_open(since, span[finite].astype(np.float64)) - since)
    return lasts


def open_lengths(
    topology: Topology, columns: Columns, step: Step, rows: Codes, entered_at: Ints, lengths: Reals
) -> Reals:
    """Lengths of visits (milliseconds) without the time at which the location was closed; of one that took
    place while it was closed, all of it.
    """
    open_length = lengths.copy()
    for opening, at in _openings(topology, columns, step, rows):
        since = entered_at[at].astype(np.float64)
        within = opening.open_within(since, since + lengths[at])
        open_length[at] = np.where(within > 0, within, lengths[at])
    return open_length


def _openings(
    topology: Topology, columns: Columns, step: Step, rows: Codes
) -> Iterator[tuple[OpenTimes, Codes]]:
    """Opening hours, each with the positions of the rows at locations with these."""
    workflow = topology.workflows.get(step.workflow)
    if not step.when_open or workflow is None or not len(rows):
        return
    location = columns.fulfillments.location[rows]
    for group in divide_visits(topology, workflow, location, columns.dictionaries.locations.values):
        opening = open_times(group.site)
        if opening is not None:
            yield opening, group.at
