"""Limits of the time in a step, and the fulfillments that exceed them."""

import numpy as np
from numpy.typing import NDArray

from graph_models.time import FOREVER, Millis
from graph_models.topology import Step, Topology
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.diagnosis.overdue.baseline import DwellBaseline
from impactgraph.diagnosis.overdue.opening import lasting
from impactgraph.diagnosis.overdue.runs import runs_of
from impactgraph.diagnosis.overdue.visits import in_step
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.slowdown import on_site, slowdown_factors

Flags = NDArray[np.bool_]


def limit_of(step: Step, baseline: DwellBaseline) -> float:
    """Milliseconds: what the step declares (`within`), else the 95th percentile of its usual dwell time;
    FOREVER where that is unknown.
    """
    if step.within is not None:
        return float(step.within)
    place = step.workflow, step.key
    return baseline.p95(place) if baseline.knows(step) else float(FOREVER)


def limit_table(topology: Topology, columns: Columns, baseline: DwellBaseline) -> Ints:
    """By (workflow, step index): milliseconds that a fulfillment may stay there, without waits for a run.

    FOREVER where the topology has no such step. There is one extra row and column, which are FOREVER.
    """
    table = np.full(_table_shape(columns), FOREVER, np.int64)
    for n, m, step in _steps(topology, columns):
        table[n, m] = min(limit_of(step, baseline), FOREVER)
    return table


def limits(
    topology: Topology,
    columns: Columns,
    baseline: DwellBaseline,
    durations: Durations,
    rows: Codes | None = None,
) -> Ints:
    """By fulfillment (only those in `rows`, if given): milliseconds that it may stay in its step.

    Every statement about overdue orders is based on this. A learned limit is scaled by the pace of the
    location. A limit counts only while the location is open, where the step waits for that. A fulfillment
    whose work was done within the limit and that waits for the run of a batch or for a pick-up may stay until
    then: it is overdue once that has left without it.
    """
    f = columns.fulfillments
    rows = np.arange(len(f), dtype=np.int32) if rows is None else rows
    table = limit_table(topology, columns, baseline)
    limit = _scaled_by_pace(topology, columns, table, durations, rows=rows)
    limit = _while_open(topology, columns, limit, rows)
    runs = runs_of(topology, columns, durations, rows)
    entered_at = f.entered_at[rows]
    in_time = (runs.run_at > 0) & (runs.done_at - entered_at <= limit)
    return np.where(in_time, np.maximum(limit, runs.run_at - entered_at), limit)


def _scaled_by_pace(
    topology: Topology, columns: Columns, table: Ints, durations: Durations, *, rows: Codes
) -> Ints:
    """Limits of the rows from the table by (workflow, step index), the learned ones scaled by location."""
    f = columns.fulfillments
    limit = table[f.workflow[rows], f.step[rows]]
    depends_on_pace = np.zeros(_table_shape(columns), bool)
    for n, m, step in _steps(topology, columns):
        depends_on_pace[n, m] = step.within is None and on_site(topology, step)
    if not depends_on_pace.any() or not len(durations.slowdown_levels):
        return limit
    slowness = np.ones(len(columns.dictionaries.locations))
    slowness[: len(durations.slowdown_levels)] = slowdown_factors(durations.slowdown_levels)
    return np.where(
        depends_on_pace[f.workflow[rows], f.step[rows]],
        np.minimum(limit * slowness[f.location[rows]], FOREVER),
        limit,
    ).astype(np.int64)


def _while_open(topology: Topology, columns: Columns, limit: Ints, rows: Codes) -> Ints:
    """The limits of the rows, counted while their location is open where their step waits for that."""
    f = columns.fulfillments
    for n, m, step in _steps(topology, columns):
        if step.when_open:
            at = np.flatnonzero((f.workflow[rows] == n) & (f.step[rows] == m))
            limit[at] = lasting(topology, columns, step, rows[at], limit[at])
    return limit


def overdue_mask(columns: Columns, limit: Ints, at: Millis, rows: Codes | None = None) -> Flags:
    """By fulfillment (only those in `rows`, if given): whether it is in its step for longer than its
    `limit`.
    """
    f = columns.fulfillments
    entered_at = f.entered_at if rows is None else f.entered_at[rows]
    return in_step(f, at, rows) & (at - entered_at > limit)


def overdue_rows(columns: Columns, limit: Ints, at: Millis) -> Codes:
    """Rows of the overdue fulfillments, ascending."""
    return np.flatnonzero(overdue_mask(columns, limit, at)).astype(np.int32)


def _table_shape(columns: Columns) -> tuple[int, int]:
    workflows = columns.dictionaries.workflows
    return len(workflows) + 1, max((len(w.steps) for w in workflows), default=0) + 1


def _steps(topology: Topology, columns: Columns) -> list[tuple[int, int, Step]]:
    """(workflow index, step index, step) of the steps that both the topology and the columns have."""
    return [
        (n, m, step)
        for n, workflow in enumerate(columns.dictionaries.workflows)
        for m, key in enumerate(workflow.steps)
        if isinstance(step := topology.elements.get(f"step:{workflow.key}/{key}"), Step)
    ]
