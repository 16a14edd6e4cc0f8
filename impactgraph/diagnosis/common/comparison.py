"""Case-control sample: overdue visits, and the visits to the same step that began in the same hour and ended
in time.

The fulfillments that are in a step now are the overdue ones, which came long ago, and others that have just
come: whatever changed in between, such as night falling elsewhere, would tell them apart. Those that entered
with the overdue had the same chance. Where too few of these are recorded, because the records of an order
begin with the step that it is in, the controls are those placed in the same hour that have got further;
where there are too few of these as well, those that are in the step now.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from graph_models.time import HOUR, Millis
from impactgraph.columns import COMPLETED, Codes, Columns, Ints
from impactgraph.diagnosis.overdue.visits import in_step, visits_of

Flags = NDArray[np.bool_]

CONTROLS = 20_000
"""Fulfillments of a workflow among which controls are looked for."""
CASES = 50_000
"""Overdue fulfillments that are sampled, evenly spaced where there are more."""


@dataclass(frozen=True)
class Comparison:
    """One row a visit to a step, either overdue or over in time."""

    rows: Codes
    """Of the fulfillment."""
    step_index: Codes
    """Of the step, in the dictionary of the row's workflow."""
    entered_at: Ints
    is_overdue: Flags
    step_stratum: Codes
    """Stratum: (workflow, step), numbered from 0."""
    hour_stratum: Codes
    """Finer stratum: (workflow, step, hour of entry), numbered from 0."""

    def __len__(self) -> int:
        return len(self.is_overdue)

    def take(self, mask: Flags) -> "Comparison":
        """The visits where the mask is true."""
        return Comparison(**{field.name: getattr(self, field.name)[mask] for field in fields(self)})


@dataclass(frozen=True)
class Population:
    """Fulfillments that are compared: `overdue` and `among` by fulfillment.

    `limit` is by (workflow, step index), in milliseconds.
    """

    columns: Columns
    overdue: Flags
    among: Flags
    limit: Ints
    controls: int = CONTROLS

    @property
    def width(self) -> int:
        """Number of step columns."""
        return self.columns.fulfillments.entered_step_at.shape[1]


def comparison_of(population: Population, at: Millis) -> Comparison:
    """The overdue visits with their controls.

    Costs a look at all fulfillments for the overdue ones, and a sort of the steps of up to `controls`
    fulfillments of each of their workflows.
    """
    f = population.columns.fulfillments
    width = population.width
    place_count = width * len(population.columns.dictionaries.workflows)
    late = evenly(np.flatnonzero(population.overdue & population.among), CASES)
    cases = _Visits(late, f.step[late], f.entered_at[late])
    controls = _ended_in_time(population, cases)
    lacks_history = _has_few(cases.places(f.workflow, width), controls.places(f.workflow, width), place_count)
    cases = _since_placement(population.columns, cases, lacks_history[cases.places(f.workflow, width)])
    controls = controls.append(_got_further(population, cases, lacks_history))
    has_few = _has_few(cases.places(f.workflow, width), controls.places(f.workflow, width), place_count)
    present = np.flatnonzero(population.among & ~population.overdue & in_step(f, at))
    present = evenly(present[has_few[f.workflow[present] * width + f.step[present]]], CASES)
    visits = cases.append(controls).append(_Visits(present, f.step[present], f.entered_at[present]))
    place = visits.places(f.workflow, width)
    hours = np.where(has_few[place], 0, visits.entered_at // HOUR)
    _, step_stratum = np.unique(place, return_inverse=True)
    _, hour_stratum = np.unique(_keys(place, hours), return_inverse=True)
    return Comparison(
        rows=visits.row,
        step_index=visits.step,
        entered_at=visits.entered_at,
        is_overdue=np.arange(len(visits.row)) < len(late),
        step_stratum=step_stratum.astype(np.int32),
        hour_stratum=hour_stratum.astype(np.int32),
    )


def evenly(rows: NDArray[np.intp], most: int) -> Codes:
    """At most `most` of the rows, evenly spaced, so that the same state always gives the same sample."""
    return rows[:: max(1, -(-len(rows) // most))].astype(np.int32)


@dataclass(frozen=True)
class _Visits:
    row: Codes
    step: Codes
    entered_at: Ints

    def places(self, workflow: Codes, width: int) -> Ints:
        """By visit: number of the (workflow, step)."""
        return workflow[self.row].astype(np.int64) * width + self.step

    def append(self, other: "_Visits") -> "_Visits":
        return _Visits(
            np.append(self.row, other.row),
            np.append(self.step, other.step),
            np.append(self.entered_at, other.entered_at),
        )


def _ended_in_time(population: Population, cases: _Visits) -> _Visits:
    """Visits that began in the same step and hour as an overdue one, and ended within the limit."""
    f = population.columns.fulfillments
    width = population.width
    case_keys = np.unique(_keys(cases.places(f.workflow, width), cases.entered_at // HOUR))
    controls = _Visits(cases.row[:0], cases.step[:0], cases.entered_at[:0])
    for workflow in np.unique(f.workflow[cases.row]).tolist():
        rows = evenly(np.flatnonzero((f.workflow == workflow) & population.among), population.controls)
        visits = visits_of(population.columns, rows)
        dwell = visits.left_at - visits.entered_at
        keep = (visits.left_at > 0) & (dwell <= population.limit[workflow, visits.step])
        place = workflow * width + visits.step.astype(np.int64)
        keep &= np.isin(_keys(place, visits.entered_at // HOUR), case_keys)
        controls = controls.append(_Visits(visits.row[keep], visits.step[keep], visits.entered_at[keep]))
    return controls


def _since_placement(columns: Columns, visits: _Visits, mask: Flags) -> _Visits:
    """Where the mask is true, visits count from the placement of the order instead of the entry into the
    step.
    """
    placed_at = columns.orders.placed_at[columns.fulfillments.order[visits.row]]
    return _Visits(visits.row, visits.step, np.where(mask, placed_at, visits.entered_at))


def _got_further(population: Population, cases: _Visits, lacks_history: Flags) -> _Visits:
    """Controls for places without history: placed in the hour of an overdue order there, and further on by
    now.
    """
    columns = population.columns
    f = columns.fulfillments
    places = cases.places(f.workflow, population.width)
    controls = _Visits(cases.row[:0], cases.step[:0], cases.entered_at[:0])
    for place in np.unique(places[lacks_history[places]]).tolist():
        workflow, step = divmod(place, population.width)
        is_further = (f.step > step) | (f.status == COMPLETED)
        candidates = (f.workflow == workflow) & population.among & ~population.overdue & is_further
        rows = evenly(np.flatnonzero(candidates), population.controls)
        placed_at = columns.orders.placed_at[f.order[rows]]
        keep = np.isin(placed_at // HOUR, np.unique(cases.entered_at[places == place] // HOUR))
        step_codes = np.full(int(keep.sum()), step, np.int32)
        controls = controls.append(_Visits(rows[keep], step_codes, placed_at[keep]))
    return controls


def _has_few(cases: Ints, controls: Ints, places: int) -> Flags:
    """By place: whether there are fewer controls than overdue visits."""
    return np.bincount(controls, minlength=places) < np.bincount(cases, minlength=places)


def _keys(place: Ints, hour: Ints) -> Ints:
    return place * 2**32 + hour
