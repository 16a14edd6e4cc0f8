"""Visits of steps, read from the state: dwell times are learned from them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import CANCELLED, IN_FLIGHT, Codes, Ints, Visits
from impactgraph.columns.declare import Flags
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.state_tables import StoredFulfillments, VisitRows
from impactgraph.stores.state.workflow_lookup import WorkflowLookup

_NEVER = 2**62


def visits(instances: Instances, lookup: WorkflowLookup, per_step: int) -> Visits:
    """The latest `per_step` visits of each step of each workflow, in order of workflow, step and entry.

    Of visits that began at one moment, those with the greater fulfillment ids are the later ones. Costs a
    selection over the entries of each step, and little more for those that are selected.
    """
    return VisitRows.concatenate([VisitRows.empty(), *_latest_visits(instances, lookup, per_step)])


def _latest_visits(instances: Instances, lookup: WorkflowLookup, per_step: int) -> Iterator[VisitRows]:
    fulfillments = instances.fulfillments.rows
    workflows = instances.dictionaries.workflows
    irregular = instances.all_irregular_visits()
    regular = np.flatnonzero(fulfillments.is_regular)
    by_workflow = regular[np.argsort(fulfillments.workflow[regular], kind="stable")]
    bounds = np.searchsorted(fulfillments.workflow[by_workflow], np.arange(len(workflows) + 1))
    for index, workflow in enumerate(workflows):
        rows = by_workflow[bounds[index] : bounds[index + 1]].astype(np.int32)
        of_workflow = irregular.take(irregular.workflow == index)
        for step in range(len(workflow.steps)):
            reader = _StepVisits(fulfillments, lookup, index, step)
            regular_visits = reader.latest(rows, per_step)
            irregular_visits = of_workflow.take(of_workflow.step == step)
            together = VisitRows.concatenate([regular_visits, irregular_visits])
            yield _latest(together, instances, per_step)


class _StepVisits:
    """Reads the visits of one step by regular fulfillments from the matrices of entries."""

    def __init__(
        self, fulfillments: StoredFulfillments, lookup: WorkflowLookup, workflow: int, step: int
    ) -> None:
        self._fulfillments = fulfillments
        self._position = lookup.position[workflow]
        self._workflow = workflow
        self._step = step

    def latest(self, rows: Codes, per_step: int) -> VisitRows:
        """Visits by these rows that can be among the latest, and maybe more."""
        entered_at = self._fulfillments.entered_step_at[rows, self._step]
        candidates = np.flatnonzero(entered_at)
        # Visits that a cancellation ended are dropped later: a few more are read, so that enough remain.
        count = per_step + len(candidates) // 16 + 64
        while True:
            latest = candidates
            if len(candidates) > count:
                nth = len(candidates) - count
                threshold = np.partition(entered_at[candidates], nth)[nth]
                latest = candidates[entered_at[candidates] >= threshold]
            visit_rows = self._visits(rows[latest])
            if len(visit_rows) >= per_step or len(latest) == len(candidates):
                return visit_rows
            count *= 4

    def _visits(self, rows: Codes) -> VisitRows:
        """The visits of the rows, all of which entered the step; without those that a cancellation ended."""
        f = self._fulfillments
        entries = f.entered_step_at[rows]
        entered_at = entries[:, self._step]
        is_later_step = (self._position > self._position[self._step])[None, :]
        is_later = (entries > entered_at[:, None]) | ((entries == entered_at[:, None]) & is_later_step)
        next_entry = np.where(is_later, entries, _NEVER).min(axis=1)
        ended_at = np.where(f.status[rows] == IN_FLIGHT, _NEVER, f.ended_at[rows])
        left_at = np.minimum(next_entry, ended_at)
        is_cancelled = (f.status[rows] == CANCELLED) & (next_entry == _NEVER)
        keep = np.flatnonzero(~is_cancelled)
        is_earlier = ~is_later[keep] & (entries[keep] > 0)
        return VisitRows(
            fulfillment=f.number[rows[keep]],
            workflow=np.full(len(keep), self._workflow, np.int32),
            step=np.full(len(keep), self._step, np.int32),
            location=self._locations(rows[keep], entries[keep], is_earlier),
            entered_at=entered_at[keep],
            left_at=np.where(left_at == _NEVER, 0, left_at)[keep],
        )

    def _locations(self, rows: Codes, entries: Ints, is_earlier: NDArray[np.bool_]) -> Codes:
        """As the entry names it, else as the latest entry before it does, else where it was placed."""
        f = self._fulfillments
        entry_location = f.entry_location[rows]
        location: Codes = entry_location[:, self._step].copy()
        without_location = np.flatnonzero(location == 0)
        is_named: Flags = is_earlier[without_location] & (entry_location[without_location] > 0)
        latest = np.where(is_named, entries[without_location], -1).argmax(axis=1)
        by_entry = entry_location[without_location, latest]
        location[without_location] = np.where(
            is_named.any(axis=1), by_entry, f.placement_location[rows[without_location]]
        )
        return location


def _latest(rows: VisitRows, instances: Instances, per_step: int) -> VisitRows:
    """The last `per_step` by (entry, id of the fulfillment), in that order."""
    rows = rows.take(np.argsort(rows.entered_at, kind="stable"))
    if len(rows) <= per_step:
        return rows
    threshold = rows.entered_at[-per_step]
    later = np.flatnonzero(rows.entered_at > threshold)
    ties = np.flatnonzero(rows.entered_at == threshold)
    ids = instances.fulfillments.rows.ids[instances.fulfillment_rows(rows.fulfillment[ties])]
    ties = ties[np.argsort(ids, kind="stable")][len(later) - per_step :]
    return rows.take(np.sort(np.concatenate([ties, later])))
