"""What all stages of the match need of one workflow: columns, forecaster, and how both number its steps.

Rows that came through steps which the topology has lost have a context of their own for each step they are
in: it differs in how the steps before that one follow each other.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from graph_models.time import DAY, HOUR
from graph_models.topology import Schedule, Topology, Workflow
from impactgraph.columns import COMPLETED, ENDED, NOT_BEGUN, Codes, Columns
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.forecast.gates import Gate
from impactgraph.forecast.slowdown import MAX_LEVEL
from impactgraph.topology.calendar import Calendar
from impactgraph.topology.former import way_to
from impactgraph.topology.sites import depends_on_site

Flags = NDArray[np.bool_]
DEAD_LETTERED = "DEAD_LETTERED"
USUAL_PACE = MAX_LEVEL
"""Bin of the usual pace of a location."""
_ENOUGH_ERRORS = 8
_LONGEST_CLOSING = 14.0 * DAY
"""For how long at most an order waits for the opening of a location, or for a pick-up."""
_REROUTE_PRIOR = 100
"""One reroute among so many is assumed beside those that were observed."""


@dataclass(frozen=True)
class WorkflowContext:
    """One workflow that is matched. A position is the place of a step in the topology's workflow."""

    columns: Columns
    forecaster: Forecaster
    workflow: Workflow
    index: int
    """Of the workflow in the columns."""
    step_columns: tuple[int, ...]
    """By position: index of the step in the columns, -1 where they do not have it."""
    record_bits: tuple[int, ...]
    """By record of the workflow: its bit in the columns, -1 where they do not have it."""
    is_impaired: Flags
    """By code of an element: whether it is impaired, or on the path to an impaired one."""
    has_error: Flags
    """By row of a fulfillment: whether an error was reported of its present step."""
    was_rerouted: Flags
    """By row of a fulfillment: whether it was ever rerouted."""
    error_reporting: float
    """Share of the failed calls of which an error is reported."""
    dead_letter_code: int
    """Code of the errors of dead-lettered messages, -1 where there is none."""
    former_columns: tuple[int, ...]
    """Indexes in the columns of the steps that the topology has lost."""
    impaired_since: float
    """When the first impairment began, or the run before it left: what happened earlier does not matter."""
    former_position: tuple[int | None, ...] = ()
    """The only position (None: completed) of rows that came there through lost steps; empty: all others."""
    corrected: dict[int, Flags] = field(default_factory=dict[int, Flags], repr=False)
    """By record of the workflow, once computed: the rows of fulfillments that have a correction of it."""

    @property
    def as_of(self) -> int:
        return int(self.forecaster.as_of)

    def has_column(self, position: int) -> bool:
        """Whether the columns have a step."""
        return self.step_columns[position] >= 0

    def positions(self, among: Codes | None) -> list[int | None]:
        """Positions at which rows can be, the completed last; `among`: only where one of these is."""
        if self.former_position:
            return list(self.former_position)
        positions = [p for p in range(len(self.workflow.steps)) if self.has_column(p)]
        if among is None:
            return [*positions, None]
        f = self.columns.fulfillments
        present = {ENDED if f.status[row] == COMPLETED else int(f.step[row]) for row in among.tolist()}
        every: list[int | None] = [p for p in positions if self.step_columns[p] in present]
        return [*every, None] if ENDED in present else every

    def rows_at(self, position: int | None, among: Codes | None) -> Codes:
        """Rows of this context in one step, in the order in which they came there.

        None: those that were completed since the first impairment began.
        """
        step = ENDED if position is None else self.step_columns[position]
        rows = self.columns.rows_at(self.index, step, among)
        start = self._first_since_impairment(position, rows) if position is None or self.former_columns else 0
        if position is None:
            rows, start = rows[start:], 0
        if not self.former_columns:
            return rows
        mask = np.zeros(len(rows), bool)
        mask[start:] = self._came_through_lost_steps(rows[start:])
        return rows[mask == bool(self.former_position)]

    def rows_not_begun(self, among: Codes | None) -> Codes:
        """Rows that were placed and have entered no step."""
        if self.former_position:
            return np.zeros(0, np.int32)
        return self.columns.rows_at(self.index, NOT_BEGUN, among)

    def _first_since_impairment(self, position: int | None, rows: Codes) -> int:
        """Index of the first row that came there after the first impairment began: of those before it the
        past does not matter.
        """
        f = self.columns.fulfillments
        came_at = f.ended_at if position is None else f.entered_at
        return bisect_left(rows, self.impaired_since, key=lambda row: came_at[row])

    def _came_through_lost_steps(self, rows: Codes) -> Flags:
        """(rows,) whether they entered a step that the topology has lost."""
        entered_at = self.columns.fulfillments.entered_step_at
        return np.any(entered_at[rows][:, self.former_columns] > 0, axis=1)

    def pace_bins(self, rows: Codes) -> Codes:
        """(rows,) bin of the pace of each row's location, 0 the quickest; USUAL_PACE the usual one."""
        pace = self.forecaster.durations.slowdown_levels
        if not pace.any():
            return np.full(len(rows), USUAL_PACE, np.int32)
        bins = np.full(max(len(self.columns.dictionaries.locations), len(pace)), USUAL_PACE, np.int32)
        bins[: len(pace)] += pace
        return bins.take(self.columns.fulfillments.location.take(rows))

    def reroute_rate(self, before: float) -> float:
        """Share of the workflow's fulfillments that were rerouted before a moment.

        It changes slowly, so one figure serves the questions of an hour.
        """
        hour = float(before // HOUR * HOUR)
        return self.columns.cached_figure(("reroutes", self.index, hour), lambda: self._reroute_rate(hour))

    def _reroute_rate(self, before: float) -> float:
        f = self.columns.fulfillments
        is_earlier_entry = (f.workflow == self.index) & (f.entered_at < before)
        is_rerouted = is_earlier_entry & (f.rerouted_at > 0) & (f.rerouted_at < before)
        return (int(is_rerouted.sum()) + 1) / (int(is_earlier_entry.sum()) + _REROUTE_PRIOR)


def workflow_contexts(
    columns: Columns, forecaster: Forecaster, among: Codes | None
) -> Iterator[WorkflowContext]:
    """The workflows of the topology that have rows, in the order of the columns; `among`: only these rows
    count.
    """
    is_impaired = _impaired_codes(columns, forecaster)
    has_error = _error_mask(columns, among)
    was_rerouted = columns.fulfillments.rerouted_at > 0
    error_reporting = _error_reporting(columns, forecaster, is_impaired)
    dead_letter_code = columns.dictionaries.fail_codes.find(DEAD_LETTERED)
    impaired_since = _impaired_since(forecaster)
    for index, dictionary in enumerate(columns.dictionaries.workflows):
        workflow = forecaster.topology.workflows.get(dictionary.key)
        if workflow is None:  # `unanswered` counts its orders
            continue
        if among is not None and not (columns.fulfillments.workflow[among] == index).any():
            continue
        records = [(emission.kind.value, emission.type) for _, emission in workflow.records]
        context = WorkflowContext(
            columns=columns,
            forecaster=forecaster,
            workflow=workflow,
            index=index,
            step_columns=_indexes([step.key for step in workflow.steps], dictionary.steps),
            record_bits=_indexes(records, dictionary.records),
            is_impaired=is_impaired,
            has_error=has_error,
            was_rerouted=was_rerouted,
            error_reporting=error_reporting,
            dead_letter_code=-1 if dead_letter_code is None else dead_letter_code,
            former_columns=_former_columns(forecaster, workflow, dictionary.steps),
            impaired_since=impaired_since,
        )
        yield context
        yield from _former_contexts(context, among)


def _impaired_since(forecaster: Forecaster) -> float:
    """The first moment from which on something can have been affected: what waits for a run when an
    impairment begins came after the run before.
    """
    integrations = forecaster.topology.integrations
    since: dict[Schedule | None, float] = {}
    for impairment in forecaster.impairments.entries:
        integration = integrations.get(impairment.element.removeprefix("integration:"))
        schedule = integration.schedule if integration else None
        since[schedule] = min(float(impairment.since), since.get(schedule, np.inf))
    gates = [(Gate((), Calendar(each) if each else None), moment) for each, moment in since.items()]
    first = min((gate.arrivals_of(moment, np.inf)[0] for gate, moment in gates), default=np.inf)
    return first - _longest_closing(forecaster.topology) if np.isfinite(first) else first


def _longest_closing(topology: Topology) -> float:
    """0 where no workflow waits for an opening or a pick-up."""
    waits = any(depends_on_site(workflow) for workflow in topology.workflows.values())
    return _LONGEST_CLOSING if waits else 0.0


def _former_contexts(context: WorkflowContext, among: Codes | None) -> Iterator[WorkflowContext]:
    """A context for each step that rows have come to through lost steps."""
    if not context.former_columns:
        return
    for position in context.positions(among):
        former = replace(context, former_position=(position,))
        if len(former.rows_at(position, among)):
            step = None if position is None else context.workflow.steps[position].key
            way = way_to(context.forecaster.topology, context.workflow, step)
            yield replace(former, workflow=way)


def _former_columns(forecaster: Forecaster, workflow: Workflow, steps: Sequence[str]) -> tuple[int, ...]:
    """Indexes in the columns of the steps of a workflow that the topology has lost."""
    former_steps = forecaster.topology.former_steps
    return tuple(n for n, step in enumerate(steps) if f"step:{workflow.key}/{step}" in former_steps)


def _indexes(keys: Sequence[object], values: Sequence[object]) -> tuple[int, ...]:
    """Index of each key in the values, -1 where it is not there."""
    return tuple(values.index(key) if key in values else -1 for key in keys)


def _impaired_codes(columns: Columns, forecaster: Forecaster) -> Flags:
    on_path = {hop.element for i in forecaster.impairments.entries for hop in i.hops}
    return np.array([element in on_path for element in columns.dictionaries.elements.values])


def _error_reporting(columns: Columns, forecaster: Forecaster, is_impaired: Flags) -> float:
    """Whether errors of what is impaired are reported: learned, as durations are, from those of the time
    before the failures. Few of them show nothing; after n errors the next is not reported with 1 in n + 1.
    """
    since = min((i.since for i in forecaster.impairments.entries), default=0)
    errors = columns.errors
    count = int(np.count_nonzero(is_impaired[errors.element] & (errors.at < since)))
    return count / (count + 1.0) if count >= _ENOUGH_ERRORS else 0.0


def _error_mask(columns: Columns, among: Codes | None) -> Flags:
    """By row of a fulfillment: whether an error was reported of its present step.

    Errors are few, so that only their fulfillments, or the few of the question, are looked at.
    """
    f = columns.fulfillments
    rows = columns.errors.fulfillment if among is None else among
    mask = np.zeros(len(f), bool)
    mask[rows] = f.failed_at.take(rows) >= np.maximum(f.entered_at.take(rows), 1)
    return mask
