"""The run of a batch that hands a fulfillment on: what is done in time and waits for it is where it should be."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.topology import Step, Topology, Transition
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.forecast.calendar import Calendar
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.pace import factors, on_site
from impactgraph.impact.membership import Membership

_NEARLY_ALL = np.array(0.95)


@dataclass(frozen=True)
class Runs:
    """By place among the rows asked for; both 0 where no batch hands the fulfillment over."""

    done: Ints
    """When its work was done: as told, else by when that of 95 of 100 is."""
    run: Ints
    """The first run from then on."""


def runs_of(topology: Topology, columns: Columns, durations: Durations, rows: Codes) -> Runs:
    """Of fulfillments in flight. Costs a look at each, and more for those in steps that a batch hands on from."""
    f = columns.fulfillments
    found = Runs(np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64))
    for number, column, step in _steps(topology, columns):
        at = np.flatnonzero((f.workflow[rows] == number) & (f.step[rows] == column))
        if len(at):
            done = _done(topology, columns, durations, step, column, rows[at])
            for calendar, chosen in _calendars(topology, columns, step, rows[at]):
                found.done[at[chosen]] = done[chosen]
                found.run[at[chosen]] = np.rint(calendar.run_from(done[chosen].astype(np.float64))).astype(
                    np.int64
                )
    return found


def _steps(topology: Topology, columns: Columns) -> Iterator[tuple[int, int, Step]]:
    """(workflow index, step index, step) of those that a batch may hand on from."""
    for number, words in enumerate(columns.dictionaries.workflows):
        workflow = topology.workflows.get(words.key)
        for step in workflow.steps if workflow is not None else ():
            if step.key in words.steps and any(
                _calendar(topology, transition) is not None for transition in step.then
            ):
                yield number, words.steps.index(step.key), step


def _done(
    topology: Topology, columns: Columns, durations: Durations, step: Step, column: int, rows: Codes
) -> Ints:
    f, place = columns.fulfillments, (step.workflow, step.key)
    entered, told = f.entered_at[rows], f.first_recorded_at[rows, column]
    usual = float(durations.of[place].quantile(_NEARLY_ALL)) if place in durations.of else 0.0
    slower = np.ones(len(columns.dictionaries.locations))
    if on_site(topology, step):
        slower[: len(durations.pace)] = factors(durations.pace)
    surely = entered + np.rint(usual * slower[f.location[rows]]).astype(np.int64)
    return np.where((told > 0) & (told >= entered), told, surely)


def _calendars(
    topology: Topology, columns: Columns, step: Step, rows: Codes
) -> Iterator[tuple[Calendar, NDArray[np.intp]]]:
    """Calendars of the batches, and which of the rows each takes: the first whose condition holds, else the most usual one without."""
    left = np.ones(len(rows), bool)
    conditional = [transition for transition in step.then if transition.when is not None]
    membership = Membership(columns, topology) if conditional else None
    for transition in conditional:
        assert membership is not None and transition.when is not None
        takes = left & membership.takes(rows, transition.when)
        left &= ~takes
        if (calendar := _calendar(topology, transition)) is not None:
            yield calendar, np.flatnonzero(takes)
    usual = max(
        (transition for transition in step.then if transition.when is None),
        key=lambda transition: transition.share or 0,
        default=None,
    )
    if usual is not None and (calendar := _calendar(topology, usual)) is not None:
        yield calendar, np.flatnonzero(left)


def _calendar(topology: Topology, transition: Transition) -> Calendar | None:
    via = topology.integrations.get(transition.via.partition(":")[2]) if transition.via else None
    return Calendar(via.schedule) if via is not None and via.schedule is not None else None
