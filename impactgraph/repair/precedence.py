"""Orders that keep their promise if they are treated first, and those that miss it even then.

The time that is left to do is forecast anew: from the present step on, begun at the earliest start, without
the failures. What it leaves until the promise is the slack: the least slack comes first.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from graph_models.enums import Band, Effect
from graph_models.impairment import Impairment
from graph_models.money import from_micros
from graph_models.repair import PressingGroup, PressingOrder
from graph_models.time import MINUTE, Millis
from graph_models.topology import Step, Workflow
from impactgraph.columns import IN_FLIGHT, Codes
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.forecast.cohorts import Cohorts, StepEvidence
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.forecast.impairment_forecast import ImpairmentForecast
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.segment import Segment
from impactgraph.forecast.slowdown import slowdown_factors
from impactgraph.impact.affected_fulfillments import RECORDS_ONLY
from impactgraph.impact.affected_rows import EVEN, AffectedRows
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.impact.segments import RowSelection, SegmentRows, segments
from impactgraph.impact.workflow_context import USUAL_PACE, WorkflowContext, workflow_contexts
from impactgraph.repair.sums import value_of_orders

_STUCK = BANDS.index(Band.STUCK)
_HOLDING = (Effect.BLOCKED, Effect.REJECTED)
"""Nobody can begin the work while these last."""
_USUALLY = 0.5
IN_DANGER = 0.1
"""Likelihood of a missed promise because of the failures from which on an order is looked at."""
_BIN: Millis = 5 * MINUTE
"""Orders that came to a step within it are forecast together."""


def pressing_orders(impact: BlastRadius) -> tuple[tuple[PressingOrder, ...], int]:
    """Affected orders that may miss their promise and keep it if treated first, by location and step and then
    the least slack first; and how many miss it in any case.

    They may miss it where that is as likely as not, or because of the failures in at least one of ten cases.

    Each by its worst affected fulfillment. Costs a forecast of these orders.
    """
    rows = impact.affected_orders
    in_danger = (rows.missed >= IN_DANGER) | (rows.missed + rows.late_anyway >= EVEN)
    in_danger &= rows.band != RECORDS_ONLY
    rows = rows.take(in_danger & (impact.columns.fulfillments.status[rows.fulfillment] == IN_FLIGHT))
    if not len(rows):
        return (), 0
    starts = _Starts(impact, rows)
    orders: list[PressingOrder] = []
    for place in _places(impact, rows):
        left_to_do = place.left_to_do(starts)
        orders += [place.order(row, starts, rows, span) for row, span in left_to_do.items()]
    keeping = [order for order in orders if order.slack >= 0]
    return tuple(sorted(keeping, key=order_of_list)), len(rows) - len(keeping)


def order_of_list(order: PressingOrder) -> tuple[str, str, Millis, str]:
    """By location and step, then the least slack first."""
    return order.location or "", order.step, order.slack, order.order


def pressing_groups(orders: Iterable[PressingOrder]) -> tuple[PressingGroup, ...]:
    """By location and step, the most orders first."""
    groups: dict[tuple[str, str | None], list[PressingOrder]] = {}
    for order in orders:
        groups.setdefault((order.step, order.location), []).append(order)
    rows = [
        PressingGroup(
            step=step,
            location=location,
            count=len(of_group),
            value=value_of_orders((each.order, each.value) for each in of_group),
            least_slack=min(each.slack for each in of_group),
        )
        for (step, location), of_group in groups.items()
    ]
    return tuple(sorted(rows, key=lambda g: (-g.count, g.location or "", g.step)))


@dataclass(frozen=True, slots=True)
class _Start:
    """How the forecast of an order begins."""

    at: Millis
    entered_at: Millis
    """When it entered its step, or (nothing was done there) the same as `at`."""
    is_completed: bool
    """Its work in the step is done: it waits to be handed over."""


@dataclass(frozen=True)
class _Starts:
    """The earliest start of each order in its present step."""

    impact: BlastRadius
    rows: AffectedRows

    @cached_property
    def number(self) -> Mapping[int, int]:
        """Position of each order among the rows, by the row of its fulfillment."""
        return {int(row): n for n, row in enumerate(self.rows.fulfillment)}

    def of(self, fulfillment: int, step: Step) -> _Start:
        """Now, or the expected end of the failures that hold it in this step."""
        n, as_of = self.number[fulfillment], self.impact.as_of
        impairment = self.impact.impairments[int(self.rows.impairment[n])]
        entered_at = int(self.impact.columns.fulfillments.entered_at[fulfillment])
        if int(self.rows.band[n]) != _STUCK:
            return _Start(as_of, min(entered_at // _BIN * _BIN or as_of, as_of), is_completed=False)
        at = self._end(impairment) if impairment.effect in _HOLDING else as_of
        ways = {transition.via for transition in step.then}
        return _Start(at, at, is_completed=impairment.element in ways)

    def _end(self, impairment: Impairment) -> Millis:
        nominal = self.impact.forecaster.impairments.ends.nominal
        ends = [nominal[key] for key in impairment.failures if key in nominal]
        return max(self.impact.as_of, min(ends, default=self.impact.as_of))


@dataclass(frozen=True)
class _Place:
    """Orders of one segment in one step."""

    impact: BlastRadius
    context: WorkflowContext
    segment: Segment
    position: int
    rows: Codes
    """Of their fulfillments."""

    def left_to_do(self, starts: _Starts) -> dict[int, Millis]:
        """By row of the fulfillment; without those whose promise no scenario fulfils."""
        spans: dict[int, Millis] = {}
        by_start: dict[_Start, list[int]] = {}
        for row in self.rows.tolist():
            by_start.setdefault(starts.of(row, self._step), []).append(row)
        for start, rows in by_start.items():
            moments = self._fulfilled_at(start, np.array(rows, np.int32))
            spans |= {
                row: max(round(moment - start.at), 0)
                for row, moment in zip(rows, moments.tolist(), strict=True)
                if np.isfinite(moment)
            }
        return spans

    def _fulfilled_at(self, start: _Start, rows: Codes) -> Reals:
        """(rows,) medians, begun at a start and without the failures."""
        pace = slowdown_factors(self.context.pace_bins(rows) - USUAL_PACE)
        paces, which = np.unique(pace, return_inverse=True)
        forecaster = _undisturbed_rows(self.impact.forecaster, start.at)
        plan = forecaster.plan(self._workflow, self.segment)
        count = len(paces)
        cohorts = Cohorts(
            step=self.position,
            entered_at=np.full(count, float(start.entered_at)),
            past_delay=np.zeros(count),
            completion_recorded_at=np.full(count, float(start.at)),
            slowdown=paces,
            evidence=StepEvidence(is_completed=start.is_completed),
        )
        completions = forecaster.forecast(plan, [cohorts]).completions
        return completions.fulfilled_by(np.arange(count), _USUALLY)[which]

    @property
    def _workflow(self) -> Workflow:
        return self.context.workflow

    @property
    def _step(self) -> Step:
        return self._workflow.steps[self.position]

    def order(self, row: int, starts: _Starts, affected: AffectedRows, span: Millis) -> PressingOrder:
        columns = self.impact.columns
        n, start = starts.number[row], starts.of(row, self._step).at
        order = int(affected.order[n])
        promised_by = int(columns.orders.promised_by[order])
        currency = columns.dictionaries.currencies.values[int(columns.orders.currency[order])]
        return PressingOrder(
            order=str(columns.orders.ids[order]),
            fulfillment=str(columns.fulfillments.ids[row]),
            step=self._step.id,
            location=columns.dictionaries.locations.values[int(columns.fulfillments.location[row])] or None,
            start_at=start,
            left_to_do=span,
            promised_by=promised_by,
            slack=promised_by - start - span,
            miss_likelihood=round(float(affected.missed[n] + affected.late_anyway[n]), 4),
            value=from_micros(int(columns.orders.value[order]), currency),
        )


def _undisturbed_rows(forecaster: Forecaster, start: Millis) -> Forecaster:
    """The same without failures, as of the start."""
    waits = ImpairmentForecast(manual_wait=forecaster.impairments.manual_wait)
    return Forecaster(
        topology=forecaster.topology,
        durations=forecaster.durations,
        impairments=waits,
        as_of=float(start),
        tolerance=forecaster.tolerance,
    )


def _places(impact: BlastRadius, rows: AffectedRows) -> Iterator[_Place]:
    """The fulfillments by segment and step."""
    among = np.sort(rows.fulfillment).astype(np.int32)
    selection = RowSelection(among=among)
    for context in workflow_contexts(impact.columns, impact.forecaster, among):
        for segment, steps in segments(context, impact.membership, selection).items():
            for each in steps:
                if each.position is not None and len(each.rows):
                    yield _place(impact, context, replace(segment, scopes=frozenset()), each)


def _place(impact: BlastRadius, context: WorkflowContext, segment: Segment, rows: SegmentRows) -> _Place:
    assert rows.position is not None
    return _Place(impact, context, segment, rows.position, rows.rows)
