"""Whom the overdue are compared with: those that entered the same step in the same hour, and left it in time.

In a step now are the overdue, which came long ago, and others that have just come: whatever changed in between (it was night elsewhere) would tell
them apart. Those that came with the overdue had the same chance. Where too few of them are known, because the record begins with the step that each is
in, those stand in for them that were placed in the same hour and are further on their way; where there are too few of these, those now in the step.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.time import HOUR, Millis
from impactgraph.columns import COMPLETED, Codes, Columns, Ints
from impactgraph.diagnosis.overdue.stays import in_step, stays_of

Flags = NDArray[np.bool_]

CONTROLS = 20_000
"""Fulfillments of a workflow among which those that left in time are looked for."""
CASES = 50_000
"""Overdue ones that are looked at, evenly spaced where there are more."""


@dataclass(frozen=True)
class Cohort:
    """A unit is a stay in a step: `overdue`, or over in time."""

    row: Codes
    """Of the fulfillment."""
    index: Codes
    """Of the step, in the vocabulary of the row's workflow."""
    entered: Ints
    overdue: Flags
    step: Codes
    """Stratum: (workflow, step), numbered from 0."""
    hour: Codes
    """Finer stratum: (workflow, step, hour in which it was entered), numbered from 0."""

    def __len__(self) -> int:
        return len(self.overdue)

    def take(self, chosen: Flags) -> "Cohort":
        return Cohort(
            self.row[chosen],
            self.index[chosen],
            self.entered[chosen],
            self.overdue[chosen],
            self.step[chosen],
            self.hour[chosen],
        )


def cohort_of(
    columns: Columns, overdue: Flags, among: Flags, limit: Ints, at: Millis, *, controls: int = CONTROLS
) -> Cohort:
    """`overdue` and `among` by fulfillment; `limit` (milliseconds) by (workflow, step index).

    Costs a look at all fulfillments for those that are overdue, and a sort of the steps of up to `controls` of each of their workflows.
    """
    f = columns.fulfillments
    cases = evenly(np.flatnonzero(overdue & among), CASES)
    hit = _Units(cases, f.step[cases], f.entered_at[cases])
    passed = _in_time(columns, hit, overdue, among, limit, controls)
    width, workflows = f.entered_step_at.shape[1], len(columns.dictionaries.workflows)
    unknown = _thin(hit.places(f.workflow, width), passed.places(f.workflow, width), width * workflows)
    hit = _by_placing(columns, hit, unknown[hit.places(f.workflow, width)])
    passed = passed.and_(_further(columns, hit, overdue, among, unknown, controls))
    thin = _thin(hit.places(f.workflow, width), passed.places(f.workflow, width), width * workflows)
    now = np.flatnonzero(among & ~overdue & in_step(f, at))
    now = evenly(now[thin[f.workflow[now] * width + f.step[now]]], CASES)
    units = hit.and_(passed).and_(_Units(now, f.step[now], f.entered_at[now]))
    place = units.places(f.workflow, width)
    hours = np.where(thin[place], 0, units.entered // HOUR)
    _, step = np.unique(place, return_inverse=True)
    _, hour = np.unique(_keys(place, hours), return_inverse=True)
    return Cohort(
        units.row,
        units.index,
        units.entered,
        np.arange(len(units.row)) < len(cases),
        step.astype(np.int32),
        hour.astype(np.int32),
    )


def evenly(rows: NDArray[np.intp], most: int) -> Codes:
    """At most `most` of the rows, evenly spaced, so that the same state has the same sample."""
    return rows[:: max(1, -(-len(rows) // most))].astype(np.int32)


@dataclass(frozen=True)
class _Units:
    row: Codes
    index: Codes
    entered: Ints

    def places(self, workflow: Codes, width: int) -> Ints:
        return workflow[self.row].astype(np.int64) * width + self.index

    def and_(self, others: "_Units") -> "_Units":
        row, index, entered = self.row, self.index, self.entered
        return _Units(
            np.append(row, others.row), np.append(index, others.index), np.append(entered, others.entered)
        )


def _in_time(
    columns: Columns, hit: _Units, overdue: Flags, among: Flags, limit: Ints, controls: int
) -> _Units:
    """Stays that began in a step and an hour with those that are overdue, and were over within the limit."""
    f, width = columns.fulfillments, columns.fulfillments.entered_step_at.shape[1]
    wanted = np.unique(_keys(hit.places(f.workflow, width), hit.entered // HOUR))
    found = _Units(hit.row[:0], hit.index[:0], hit.entered[:0])
    for workflow in np.unique(f.workflow[hit.row]).tolist():
        stays = stays_of(columns, evenly(np.flatnonzero((f.workflow == workflow) & among), controls))
        took = stays.left - stays.entered
        keep = (stays.left > 0) & (took <= limit[workflow, stays.step])
        keep &= np.isin(_keys(workflow * width + stays.step.astype(np.int64), stays.entered // HOUR), wanted)
        found = found.and_(_Units(stays.row[keep], stays.step[keep], stays.entered[keep]))
    return found


def _by_placing(columns: Columns, units: _Units, chosen: Flags) -> _Units:
    """The chosen ones count from when their order was placed instead of from when they entered the step."""
    placed = columns.orders.placed_at[columns.fulfillments.order[units.row]]
    return _Units(units.row, units.index, np.where(chosen, placed, units.entered))


def _further(
    columns: Columns, hit: _Units, overdue: Flags, among: Flags, unknown: Flags, controls: int
) -> _Units:
    """For places of which nothing is known but who is there: those placed in an hour with one that is overdue there, and further on their way now."""
    f, width = columns.fulfillments, columns.fulfillments.entered_step_at.shape[1]
    places = hit.places(f.workflow, width)
    found = _Units(hit.row[:0], hit.index[:0], hit.entered[:0])
    for place in np.unique(places[unknown[places]]).tolist():
        workflow, step = divmod(place, width)
        ahead = (f.workflow == workflow) & among & ~overdue & ((f.step > step) | (f.status == COMPLETED))
        rows = evenly(np.flatnonzero(ahead), controls)
        placed = columns.orders.placed_at[f.order[rows]]
        keep = np.isin(placed // HOUR, np.unique(hit.entered[places == place] // HOUR))
        found = found.and_(_Units(rows[keep], np.full(int(keep.sum()), step, np.int32), placed[keep]))
    return found


def _thin(cases: Ints, controls: Ints, places: int) -> Flags:
    """By place: whether there are fewer to compare with than are overdue."""
    return np.bincount(controls, minlength=places) < np.bincount(cases, minlength=places)


def _keys(place: Ints, hour: Ints) -> Ints:
    return place * 2**32 + hour
