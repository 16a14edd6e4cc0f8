"""Queues for the people of locations that are out of capacity, from the columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graph_models.enums import Effect, FailureClass
from graph_models.failure import Failure
from graph_models.impairment import Impairment
from graph_models.time import HOUR, Millis
from graph_models.topology import Step, Topology
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.forecast.durations import Distribution, Durations
from impactgraph.forecast.people_queue import PeopleQueue, PeopleVisits, people_queue

_BEFORE: Millis = 12 * HOUR
"""Visits that ended longer before the failure say nothing of its queue."""
_NEVER = 2**62


@dataclass(frozen=True)
class PeopleQueues:
    """The present state that queues are read from."""

    topology: Topology
    columns: Columns
    durations: Durations
    as_of: Millis

    def of(self, failures: Iterable[Failure], impairments: Sequence[Impairment]) -> Mapping[str, PeopleQueue]:
        """By failure: the queue of the location that lost capacity, where its visits show one."""
        queues: dict[str, PeopleQueue] = {}
        for failure in failures:
            kind, _, location = failure.target.partition(":")
            if failure.failure_class is not FailureClass.CAPACITY or kind != "location" or not failure.delay:
                continue
            steps = {
                i.element for i in impairments if failure.key in i.failures and i.effect is Effect.DELAYED
            }
            visits = self._visits(location, failure.started_at, steps)
            queue = (
                people_queue(
                    visits=visits,
                    since=float(failure.started_at),
                    as_of=float(min(self.as_of, failure.ended_at or self.as_of)),
                    reported_delay=float(failure.delay),
                    name=failure.target,
                )
                if visits is not None
                else None
            )
            if queue is not None:
                queues[failure.key] = queue
        return queues

    def _visits(self, location: str, since: Millis, steps: set[str]) -> PeopleVisits | None:
        """Visits to these steps (full ids) by what is at the location now; None where there is none."""
        code = self.columns.dictionaries.locations.find(location)
        if code is None:
            return None
        rows = np.flatnonzero(self.columns.fulfillments.location == code).astype(np.int32)
        parts: list[tuple[Ints, Ints]] = []
        work: list[Distribution] = []
        for workflow, step in self._steps(steps):
            parts.append(_visits_of(self.columns, rows, workflow, step.key, since - _BEFORE))
            work.append(self.durations[step.workflow, step.key])
        if not sum(len(entered_at) for entered_at, _ in parts):
            return None
        entered_at = np.concatenate([part[0] for part in parts])
        order = np.argsort(entered_at, kind="stable")
        left_at = np.concatenate([part[1] for part in parts])[order].astype(np.float64)
        place = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])[order]
        left_at[left_at >= _NEVER] = np.inf
        return PeopleVisits(entered_at[order].astype(np.float64), left_at, place, tuple(work))

    def _steps(self, steps: set[str]) -> Iterator[tuple[int, Step]]:
        """(index of the workflow in the columns, step)."""
        for index, names in enumerate(self.columns.dictionaries.workflows):
            workflow = self.topology.workflows.get(names.key)
            for step in workflow.steps if workflow else ():
                if step.id in steps and step.key in names.steps:
                    yield index, step


def _visits_of(columns: Columns, rows: Codes, workflow: int, step: str, since: Millis) -> tuple[Ints, Ints]:
    """Entry and exit of the latest visit of each row to a step; of those that ended after `since`."""
    f = columns.fulfillments
    column = columns.dictionaries.workflows[workflow].steps.index(step)
    rows = rows[f.workflow[rows] == workflow]
    steps = f.entered_step_at[rows]
    entered_at = steps[:, column]
    later = np.where(steps > entered_at[:, None], steps, _NEVER).min(axis=1, initial=_NEVER)
    ended_at = np.where(f.ended_at[rows] >= entered_at, f.ended_at[rows], _NEVER)
    left_at = np.minimum(later, np.where(f.ended_at[rows] > 0, ended_at, _NEVER))
    is_visit = (entered_at > 0) & (left_at > since)
    return entered_at[is_visit], left_at[is_visit]
