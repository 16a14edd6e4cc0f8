"""Stays in steps, out of the state: what durations are learned from."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import CANCELLED, IN_FLIGHT, Codes, Visits
from impactgraph.stores.state.event_dictionaries import Reading
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.states import Stays

_NEVER = 2**62


def visits(instances: Instances, reading: Reading, per_step: int) -> Visits:
    """Of each (workflow, step) the latest `per_step` by (entered, fulfillment id), in order of workflow, step, entered.

    Costs a selection over the entries of each step, and little more for those that are chosen.
    """
    chosen = list(_chosen(instances, reading, per_step))
    if not chosen:
        nothing = Stays.none()
        return Visits(nothing.workflow, nothing.step, nothing.location, nothing.entered, nothing.left)
    stays = Stays.joined(chosen)
    return Visits(stays.workflow, stays.step, stays.location, stays.entered, stays.left)


def _chosen(instances: Instances, reading: Reading, per_step: int) -> Iterator[Stays]:
    f = instances.fulfillments
    irregular = Stays.joined(list(instances.stays.values())) if instances.stays else Stays.none()
    regular = np.flatnonzero(f["regular"])
    by_workflow = regular[np.argsort(f["workflow"][regular], kind="stable")]
    bounds = np.searchsorted(
        f["workflow"][by_workflow], np.arange(len(instances.lexicon.dictionaries.workflows) + 1)
    )
    for workflow, known in enumerate(instances.lexicon.dictionaries.workflows):
        rows = by_workflow[bounds[workflow] : bounds[workflow + 1]]
        others = irregular.take(irregular.workflow == workflow)
        for step in range(len(known.steps)):
            stays = _of_step(instances, reading, rows, workflow, step, per_step)
            yield _latest(Stays.joined([stays, others.take(others.step == step)]), instances, per_step)


def _of_step(
    instances: Instances, reading: Reading, rows: NDArray[np.intp], workflow: int, step: int, per_step: int
) -> Stays:
    """The stays of regular fulfillments that can be among the latest."""
    f = instances.fulfillments
    entered = f["entered"][rows, step]
    some = np.flatnonzero(entered)
    # Stays that a cancellation ended are left out later: a few more than asked for are looked at, so that enough remain.
    wanted = per_step + len(some) // 16 + 64
    while True:
        if len(some) > wanted:
            threshold = np.partition(entered[some], len(some) - wanted)[len(some) - wanted]
            near = some[entered[some] >= threshold]
        else:
            near = some
        stays = _stays(instances, reading, rows[near].astype(np.int32), workflow, step)
        if len(stays) >= per_step or len(near) == len(some):
            return stays
        wanted *= 4


def _stays(instances: Instances, reading: Reading, rows: Codes, workflow: int, step: int) -> Stays:
    f = instances.fulfillments
    table = f["entered"][rows]
    entered, place = table[:, step], reading.position[workflow]
    after = (table > entered[:, None]) | ((table == entered[:, None]) & (place > place[step])[None, :])
    following = np.where(after, table, _NEVER).min(axis=1)
    ended = np.where(f["status"][rows] == IN_FLIGHT, _NEVER, f["ended_at"][rows])
    cancelled = (f["status"][rows] == CANCELLED) & (following == _NEVER)
    left = np.where(np.minimum(following, ended) == _NEVER, 0, np.minimum(following, ended))
    keep = np.flatnonzero(~cancelled)
    location = _locations(instances, rows[keep], table[keep], ~after[keep] & (table[keep] > 0), step)
    count = len(keep)
    return Stays(
        f["number"][rows[keep]],
        np.full(count, workflow, np.int32),
        np.full(count, step, np.int32),
        location,
        entered[keep],
        left[keep],
    )


def _locations(
    instances: Instances, rows: Codes, table: NDArray[np.int64], before: NDArray[np.bool_], step: int
) -> Codes:
    """Where the entry says, else where the latest entry before it says, else where it was placed."""
    f = instances.fulfillments
    carried = f["carried"][rows]
    location: Codes = carried[:, step].copy()
    open_ = np.flatnonzero(location == 0)
    said = before[open_] & (carried[open_] > 0)
    latest = np.where(said, table[open_], -1).argmax(axis=1)
    location[open_] = np.where(said.any(axis=1), carried[open_, latest], f["home"][rows[open_]])
    return location


def _latest(stays: Stays, instances: Instances, per_step: int) -> Stays:
    """The last `per_step` by (entered, id), in that order."""
    order = np.argsort(stays.entered, kind="stable")
    stays = stays.take(order)
    if len(stays) <= per_step:
        return stays
    threshold = stays.entered[-per_step]
    sure = np.flatnonzero(stays.entered > threshold)
    tied = np.flatnonzero(stays.entered == threshold)
    ids = instances.fulfillments["ids"][instances.fulfillment_rows(stays.fulfillment[tied])]
    tied = tied[np.argsort(ids, kind="stable")][len(sure) - per_step :]
    return stays.take(np.sort(np.concatenate([tied, sure])))
