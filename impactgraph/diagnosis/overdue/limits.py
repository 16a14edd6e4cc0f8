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


def limits(topology: Topology, columns: Columns, usual: Usual, pace: Paces, rows: Codes | None = None, *, declared: bool = True) -> Ints:
    """By fulfillment (`rows`: these only): milliseconds that it may stay where it is; FOREVER where it is in no step of the topology.

    A learned limit is longer or shorter where the location is slower or quicker (`pace`: by location code). Without `declared` all are learned.
    """
    f = columns.fulfillments
    workflow, step, location = (a if rows is None else a[rows] for a in (f.workflow, f.step, f.location))
    most = max((len(w.steps) for w in columns.vocabulary.workflows), default=0) + 1
    table = np.full((len(columns.vocabulary.workflows) + 1, most), float(FOREVER))
    paced = np.zeros(table.shape, bool)
    for n, m, known in _steps(topology, columns):
        fixed = declared and known.within is not None
        place = known.workflow, known.key
        table[n, m] = limit_of(known, usual) if declared else usual.p95(place) if place in usual.of else float(FOREVER)
        paced[n, m] = not fixed and on_site(topology, known)
    found = table[workflow, step]
    if paced.any() and len(pace):
        slower = np.ones(len(columns.vocabulary.locations))
        slower[: len(pace)] = factors(pace)
        found = np.where(paced[workflow, step], found * slower[location], found)
    return np.minimum(found, FOREVER).astype(np.int64)


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
