"""How long a fulfillment may stay in its step, and which ones have stayed longer."""

import numpy as np
from numpy.typing import NDArray

from graph_models.time import FOREVER, Millis
from graph_models.topology import Step, Topology
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.diagnosis.overdue.runs import runs_of
from impactgraph.diagnosis.overdue.stays import in_step
from impactgraph.diagnosis.overdue.usual import Usual
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.pace import factors, on_site

Flags = NDArray[np.bool_]


def limit_of(step: Step, usual: Usual) -> float:
    """Milliseconds: what the step declares (`within`), else the learned p95 of its stays at a usual location."""
    if step.within is not None:
        return float(step.within)
    place = step.workflow, step.key
    return usual.p95(place) if place in usual.of else float(FOREVER)


def limit_table(topology: Topology, columns: Columns, usual: Usual) -> Ints:
    """By (workflow, step index): milliseconds that a fulfillment may stay there, a wait for a run not counted; FOREVER where the topology has no such step.

    There is one row and one column more, which are FOREVER.
    """
    most = max((len(w.steps) for w in columns.dictionaries.workflows), default=0) + 1
    table = np.full((len(columns.dictionaries.workflows) + 1, most), FOREVER, np.int64)
    for n, m, step in _steps(topology, columns):
        table[n, m] = min(limit_of(step, usual), FOREVER)
    return table


def limits(
    topology: Topology, columns: Columns, usual: Usual, durations: Durations, rows: Codes | None = None
) -> Ints:
    """By fulfillment (`rows`: these only), milliseconds that it may stay in its step. All that is told of overdue orders stands on this.

    As `limit_table`; a learned limit is longer or shorter where the location is slower or quicker. What is done within that and waits for the run of a batch
    may stay until the run: it is overdue when it has left without it.
    """
    f = columns.fulfillments
    rows = np.arange(len(f), dtype=np.int32) if rows is None else rows
    found = _paced(
        topology,
        columns,
        limit_table(topology, columns, usual)[f.workflow[rows], f.step[rows]],
        durations,
        rows,
    )
    runs = runs_of(topology, columns, durations, rows)
    entered = f.entered_at[rows]
    in_time = (runs.run > 0) & (runs.done - entered <= found)
    return np.where(in_time, np.maximum(found, runs.run - entered), found)


def _paced(topology: Topology, columns: Columns, limit: Ints, durations: Durations, rows: Codes) -> Ints:
    f, pace = columns.fulfillments, durations.pace
    paced = np.zeros(
        (
            len(columns.dictionaries.workflows) + 1,
            max((len(w.steps) for w in columns.dictionaries.workflows), default=0) + 1,
        ),
        bool,
    )
    for n, m, known in _steps(topology, columns):
        paced[n, m] = known.within is None and on_site(topology, known)
    if not paced.any() or not len(pace):
        return limit
    slower = np.ones(len(columns.dictionaries.locations))
    slower[: len(pace)] = factors(pace)
    return np.where(
        paced[f.workflow[rows], f.step[rows]], np.minimum(limit * slower[f.location[rows]], FOREVER), limit
    ).astype(np.int64)


def overdue_mask(columns: Columns, limit: Ints, at: Millis, rows: Codes | None = None) -> Flags:
    """By fulfillment (`rows`: these only): whether it is in its step for longer than `limit` (by the same)."""
    f = columns.fulfillments
    return in_step(f, at, rows) & (at - (f.entered_at if rows is None else f.entered_at[rows]) > limit)


def overdue_rows(columns: Columns, limit: Ints, at: Millis) -> Codes:
    """Rows of those, ascending."""
    return np.flatnonzero(overdue_mask(columns, limit, at)).astype(np.int32)


def _steps(topology: Topology, columns: Columns) -> list[tuple[int, int, Step]]:
    """(workflow index, step index, step) of the steps that the topology and the columns both know."""
    return [
        (n, m, step)
        for n, words in enumerate(columns.dictionaries.workflows)
        for m, key in enumerate(words.steps)
        if isinstance(step := topology.elements.get(f"step:{words.key}/{key}"), Step)
    ]
