"""How long a fulfillment may stay in its step, and which ones have stayed longer."""

import numpy as np
from numpy.typing import NDArray

from graph_models.time import FOREVER, Millis
from graph_models.topology import Step, Topology
from impactgraph.diagnosis.overdue.stays import in_step
from impactgraph.diagnosis.overdue.usual import Usual
from impactgraph.forecast.pace import Paces, factors, on_site
from impactgraph.impact.columns import Codes, Columns, Ints

Flags = NDArray[np.bool_]


def limit_of(step: Step, usual: Usual) -> float:
    """Milliseconds: what the step declares (`within`), else the learned p95 of its stays at a usual location."""
    if step.within is not None:
        return float(step.within)
    place = step.workflow, step.key
    return usual.p95(place) if place in usual.of else float(FOREVER)


def limit_table(topology: Topology, columns: Columns, usual: Usual, *, declared: bool = True) -> Ints:
    """By (workflow, step index): milliseconds that a fulfillment may stay there; FOREVER where the topology has no such step, and in one row and column more.

    Without `declared` all limits are learned.
    """
    most = max((len(w.steps) for w in columns.vocabulary.workflows), default=0) + 1
    table = np.full((len(columns.vocabulary.workflows) + 1, most), FOREVER, np.int64)
    for n, m, step in _steps(topology, columns):
        place = step.workflow, step.key
        table[n, m] = min(limit_of(step, usual) if declared else usual.p95(place) if place in usual.of else FOREVER, FOREVER)
    return table


def limits(topology: Topology, columns: Columns, usual: Usual, pace: Paces, rows: Codes | None = None, *, declared: bool = True) -> Ints:
    """By fulfillment (`rows`: these only), as `limit_table`. A learned limit is longer or shorter where the location (by its code in `pace`) is."""
    f = columns.fulfillments
    workflow, step, location = (a if rows is None else a[rows] for a in (f.workflow, f.step, f.location))
    table = limit_table(topology, columns, usual, declared=declared)
    found = table[workflow, step]
    paced = np.zeros(table.shape, bool)
    for n, m, known in _steps(topology, columns):
        paced[n, m] = (known.within is None or not declared) and on_site(topology, known)
    if paced.any() and len(pace):
        slower = np.ones(len(columns.vocabulary.locations))
        slower[: len(pace)] = factors(pace)
        found = np.where(paced[workflow, step], np.minimum(found * slower[location], FOREVER), found).astype(np.int64)
    return found


def overdue_mask(columns: Columns, limit: Ints, at: Millis) -> Flags:
    """By fulfillment: whether it is in its step for longer than `limit` (by fulfillment too)."""
    f = columns.fulfillments
    return in_step(f, at) & (at - f.entered_at > limit)


def overdue_rows(columns: Columns, limit: Ints, at: Millis) -> Codes:
    """Rows of those, ascending."""
    return np.flatnonzero(overdue_mask(columns, limit, at)).astype(np.int32)


def _steps(topology: Topology, columns: Columns) -> list[tuple[int, int, Step]]:
    """(workflow index, step index, step) of the steps that the topology and the columns both know."""
    return [
        (n, m, step)
        for n, words in enumerate(columns.vocabulary.workflows)
        for m, key in enumerate(words.steps)
        if isinstance(step := topology.elements.get(f"step:{words.key}/{key}"), Step)
    ]
