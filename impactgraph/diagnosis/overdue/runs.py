"""Batch runs and pick-ups that hand fulfillments over: when the work of each was done and when the next one
leaves.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.topology import Step, Topology, Transition
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.diagnosis.overdue.opening import lasting
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.slowdown import on_site, slowdown_factors
from impactgraph.forecast.working_times import divide_visits
from impactgraph.impact.membership import Membership
from impactgraph.topology.calendar import Calendar
from impactgraph.topology.opening import InTurn, Timetable, pickup_times

_NEARLY_ALL = np.array(0.95)


@dataclass(frozen=True)
class Runs:
    """By position among the rows in question; both 0 where neither a batch nor a pick-up hands it over."""

    done_at: Ints
    """When its work was done, as recorded; else when 95 % of such work is done."""
    run_at: Ints
    """The first run or pick-up from then on."""


def runs_of(topology: Topology, columns: Columns, durations: Durations, rows: Codes) -> Runs:
    """Of fulfillments in flight. Costs a look at each, and more for those in steps with a batch hand-over."""
    f = columns.fulfillments
    runs = Runs(np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64))
    for number, column, step in _batch_steps(topology, columns):
        at = np.flatnonzero((f.workflow[rows] == number) & (f.step[rows] == column))
        if len(at):
            done_at = _recorded_or_usual_end(topology, columns, durations, step, rows=rows[at])
            for timetable, positions in _timetables(topology, columns, step, rows[at]):
                run_at = np.rint(timetable.run_from(done_at[positions].astype(np.float64)))
                runs.done_at[at[positions]] = done_at[positions]
                runs.run_at[at[positions]] = run_at.astype(np.int64)
    return runs


def _batch_steps(topology: Topology, columns: Columns) -> Iterator[tuple[int, int, Step]]:
    """(workflow index, step index, step) of the steps with a hand-over by batch or pick-up."""
    for number, known_workflow in enumerate(columns.dictionaries.workflows):
        workflow = topology.workflows.get(known_workflow.key)
        for step in workflow.steps if workflow is not None else ():
            if step.key in known_workflow.steps and any(
                transition.pickup is not None or _calendar(topology, transition) is not None
                for transition in step.then
            ):
                yield number, known_workflow.steps.index(step.key), step


def _recorded_or_usual_end(
    topology: Topology, columns: Columns, durations: Durations, step: Step, *, rows: Codes
) -> Ints:
    """By row, all of them in `step`: when its work was done as recorded, else when 95 % of such work is
    done.
    """
    f = columns.fulfillments
    place = step.workflow, step.key
    entered_at = f.entered_at[rows]
    recorded_at = f.first_recorded_at[rows, f.step[rows]]
    p95 = float(durations.of[place].quantile(_NEARLY_ALL)) if place in durations.of else 0.0
    slowness = np.ones(len(columns.dictionaries.locations))
    if on_site(topology, step):
        slowness[: len(durations.slowdown_levels)] = slowdown_factors(durations.slowdown_levels)
    span = np.rint(p95 * slowness[f.location[rows]]).astype(np.int64)
    estimate = entered_at + lasting(topology, columns, step, rows, span)
    return np.where((recorded_at > 0) & (recorded_at >= entered_at), recorded_at, estimate)


def _timetables(
    topology: Topology, columns: Columns, step: Step, rows: Codes
) -> Iterator[tuple[Timetable, NDArray[np.intp]]]:
    """Timetables of the batches and pick-ups, each with the positions of the rows that it takes.

    A row takes the first transition whose condition holds, else the most frequent unconditional one.
    """
    remaining = np.ones(len(rows), bool)
    conditional = [transition for transition in step.then if transition.when is not None]
    membership = Membership(columns, topology) if conditional else None
    for transition in conditional:
        assert membership is not None and transition.when is not None
        takes = remaining & membership.takes_branch(rows, transition.when)
        remaining &= ~takes
        yield from _leaving(topology, columns, transition, step, rows=rows, at=np.flatnonzero(takes))
    usual = max(
        (transition for transition in step.then if transition.when is None),
        key=lambda transition: transition.share or 0,
        default=None,
    )
    if usual is not None:
        yield from _leaving(topology, columns, usual, step, rows=rows, at=np.flatnonzero(remaining))


def _leaving(
    topology: Topology,
    columns: Columns,
    transition: Transition,
    step: Step,
    *,
    rows: Codes,
    at: NDArray[np.intp],
) -> Iterator[tuple[Timetable, NDArray[np.intp]]]:
    """By what the rows at some positions leave by a transition: its batch, then the pick-up at their
    location.
    """
    runs = _calendar(topology, transition)
    if transition.pickup is None:
        if runs is not None:
            yield runs, at
        return
    location = columns.fulfillments.location[rows[at]]
    workflow, names = topology.workflows[step.workflow], columns.dictionaries.locations.values
    for group in divide_visits(topology, workflow, location, names):
        pickups = pickup_times(group.site, transition.pickup)
        if pickups is not None:
            yield (InTurn(runs, pickups) if runs is not None else pickups), at[group.at]
        elif runs is not None:
            yield runs, at[group.at]


def _calendar(topology: Topology, transition: Transition) -> Calendar | None:
    via = topology.integrations.get(transition.via.partition(":")[2]) if transition.via else None
    return Calendar(via.schedule) if via is not None and via.schedule is not None else None
