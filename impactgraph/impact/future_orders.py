"""Forecast of orders that are still to be placed: examples of usual orders, placed again in each interval.

Examples that the failures treat alike, because they have the same scopes, branches and pace, are one cohort
an interval; those that are promised after the same time as well are one kind. So the cost depends on the
failures and the number of intervals, not on how many orders are expected.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Band
from graph_models.orders import OrderFilter
from graph_models.time import MINUTE
from impactgraph.columns import Codes, Ints
from impactgraph.forecast.cohort_outcomes import CohortOutcomes
from impactgraph.forecast.cohorts import Cohorts, StepEvidence
from impactgraph.forecast.completions import JoinedCompletions
from impactgraph.forecast.scenario_likelihoods import deviations_of
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.forecast.slowdown import slowdown_factors
from impactgraph.impact.arrivals import ArrivalBaseline
from impactgraph.impact.filters import order_mask
from impactgraph.impact.impact_inputs import ImpactInputs
from impactgraph.impact.segments import RowSelection, segments
from impactgraph.impact.workflow_context import USUAL_PACE, WorkflowContext, workflow_contexts

_LEAD_WIDTH = 15 * MINUTE
"""Promises are rounded to so much."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class FutureOrders:
    """Kinds of the examples, and how likely they are affected where they are placed in an interval."""

    kind: Codes
    """(orders,) of each example; -1: the failures cannot affect it."""
    affected: Reals
    """(kinds, I, K) likelihood in each scenario."""
    missed: Reals
    """(kinds, I, K) that the promise is missed because of the failures; at most `affected`."""


@dataclass(frozen=True)
class _Treatments:
    """Each a segment of a workflow at a pace, with one cohort an interval: numbers are treatment * I + i."""

    of_row: Codes
    """(fulfillments,) -1: the failures cannot affect it."""
    likelihood: Reals
    """(treatments + 1, I, K); the last one stands for -1."""
    completions: JoinedCompletions


def forecast_future_orders(
    inputs: ImpactInputs, arrivals: ArrivalBaseline, rows: Codes, placed_at: Reals
) -> FutureOrders:
    """Of the examples that these rows are fulfillments of, placed at moments (I,)."""
    treatments = _forecast(inputs, arrivals, rows, placed_at)
    examples = arrivals.examples
    lead = np.where(
        examples.orders.promised_by > 0, examples.orders.promised_by - examples.orders.placed_at, 0
    )
    slots, kind = _kinds(treatments.of_row, examples.fulfillments.order, lead)
    by_slot, lead = slots[:, :-1], slots[:, -1] * _LEAD_WIDTH
    unaffected_chance = np.ones((len(slots), len(placed_at), SCENARIOS))
    keep_chance = unaffected_chance.copy()
    for treatment in by_slot.T:
        unaffected_chance *= 1.0 - treatments.likelihood[treatment]
        keep_chance *= 1.0 - _misses(treatments, treatment, lead, placed_at)
    affected_chance = 1.0 - unaffected_chance
    miss_chance = np.minimum(1.0 - keep_chance, affected_chance)
    filter_value = inputs.question.where.will_miss_promise
    if filter_value is not None:
        affected_chance = miss_chance if filter_value else affected_chance - miss_chance
        miss_chance = miss_chance if filter_value else np.zeros_like(miss_chance)
    return FutureOrders(kind, affected_chance, miss_chance)


def selected_rows(inputs: ImpactInputs, arrivals: ArrivalBaseline) -> Codes:
    """Fulfillments of the examples that are in question. Orders to come are in no step and have no id."""
    where = inputs.question.where
    every = np.arange(len(arrivals.examples.fulfillments), dtype=np.int32)
    if where.ids is not None or where.steps is not None:
        return every[:0]
    if where.bands is not None and Band.UPCOMING not in where.bands:
        return every[:0]
    keep = order_mask(arrivals.examples, arrivals.membership, _timeless(where))
    return every if keep is None else every[keep(every)]


def _timeless(where: OrderFilter) -> OrderFilter:
    """The filter without its conditions on moments, which examples are not placed at."""
    return replace(where, placed_from=None, placed_to=None, promised_before=None)


def _forecast(inputs: ImpactInputs, arrivals: ArrivalBaseline, rows: Codes, placed_at: Reals) -> _Treatments:
    intervals = len(placed_at)
    of_row = np.full(len(arrivals.examples.fulfillments), -1, np.int32)
    likelihoods: list[Reals] = []
    parts: list[tuple[NDArray[np.intp], CohortOutcomes]] = []
    count = 0
    for context, segment_rows, outcome, treatment in _segments(inputs, arrivals, rows, placed_at):
        of_row[segment_rows] = count + treatment
        likelihoods.append(_by_scenario(inputs, context, outcome).reshape(-1, intervals, SCENARIOS))
        parts.append((count * intervals + np.arange(len(outcome.likelihood)), outcome))
        count += len(likelihoods[-1])
    none = np.zeros((1, intervals, SCENARIOS))
    return _Treatments(
        of_row=of_row,
        likelihood=np.concatenate([*likelihoods, none]),
        completions=JoinedCompletions(
            [(at, outcome.completions) for at, outcome in parts], count * intervals
        ),
    )


def _segments(
    inputs: ImpactInputs, arrivals: ArrivalBaseline, rows: Codes, placed_at: Reals
) -> Iterator[tuple[WorkflowContext, Codes, CohortOutcomes, Codes]]:
    """Of each segment that impairments can affect: its rows, its outcomes and (rows,) the treatment."""
    is_selected = np.zeros(len(arrivals.examples.fulfillments), bool)
    is_selected[rows] = True
    selection = RowSelection(keep=lambda among: is_selected[among])
    for context in workflow_contexts(arrivals.examples, inputs.forecaster, None):
        for segment, steps in segments(context, arrivals.membership, selection).items():
            plan = inputs.forecaster.plan(context.workflow, segment)
            if not any(plan.stages[position].is_impaired for position in plan.reach(0)):
                continue
            of_segment = np.concatenate([each.rows for each in steps])
            has_pace = any(stage.on_site for stage in plan.stages)
            pace = context.pace_bins(of_segment) if has_pace else np.full(len(of_segment), USUAL_PACE)
            paces, treatment = np.unique(pace, return_inverse=True)
            cohorts = _placed_again(placed_at, slowdown_factors(paces - USUAL_PACE))
            outcome = inputs.forecaster.forecast(plan, [cohorts])
            yield context, of_segment, outcome, treatment.astype(np.int32)


def _placed_again(placed_at: Reals, slowdown: Reals) -> Cohorts:
    """A cohort for each slowdown and moment."""
    entered_at = np.tile(placed_at, len(slowdown))
    return Cohorts(
        step=0,
        entered_at=entered_at,
        past_delay=np.zeros(len(entered_at)),
        completion_recorded_at=entered_at,
        slowdown=np.repeat(slowdown, len(placed_at)),
        evidence=StepEvidence(),
    )


def _by_scenario(inputs: ImpactInputs, context: WorkflowContext, outcome: CohortOutcomes) -> Reals:
    """(G, K) likelihood of what counts: affected before the horizon, by one of the effects in question."""
    likelihood = outcome.likelihood[:, None] + deviations_of(
        outcome.scenario_likelihoods, len(outcome.likelihood)
    )
    with np.errstate(invalid="ignore"):
        is_too_late = outcome.hit_at >= context.as_of + inputs.question.horizon
    counts = ~is_too_late
    effects = inputs.question.where.effects
    if effects is not None:
        entries = inputs.forecaster.impairments.entries
        hit_by: list[int] = outcome.hit_by.tolist()
        counts &= np.array([index >= 0 and entries[index].effect in effects for index in hit_by])
    return np.clip(likelihood, 0.0, 1.0) * counts[:, None]


def _kinds(treatment: Codes, order: Codes, lead: Ints) -> tuple[NDArray[np.int64], Codes]:
    """(kinds, slots + 1): the treatments of the fulfillments of each kind of order, -1 in slots that it does
    not need, and its promise; and (orders,) the kind of each, -1 where no fulfillment can be affected.
    """
    rows = np.flatnonzero(treatment >= 0)
    rows = rows[np.lexsort((treatment[rows], order[rows]))]
    of_order = order[rows]
    first = np.searchsorted(of_order, of_order)
    slot = np.arange(len(rows)) - first
    slots = np.full((len(lead), int(slot.max(initial=-1)) + 2), -1, np.int64)
    slots[of_order, slot] = treatment[rows]
    slots[:, -1] = np.rint(lead / _LEAD_WIDTH)
    can_be_affected = np.zeros(len(lead), bool)
    can_be_affected[of_order] = True
    kind = np.full(len(lead), -1, np.int32)
    kinds, number = np.unique(slots[can_be_affected], axis=0, return_inverse=True)
    kind[can_be_affected] = number
    return kinds, kind


def _misses(treatments: _Treatments, treatment: NDArray[np.int64], lead: Ints, placed_at: Reals) -> Reals:
    """(kinds, I, K) that the promise is missed because of one of the fulfillments."""
    intervals = len(placed_at)
    miss_chance = np.zeros((len(treatment) * intervals, SCENARIOS))
    promised_by = (np.rint(placed_at).astype(np.int64) + lead[:, None]).ravel()
    cohort = (treatment[:, None] * intervals + np.arange(intervals)).ravel()
    at = np.flatnonzero(np.repeat((treatment >= 0) & (lead > 0), intervals))
    if len(at):
        chance = treatments.completions.chances(cohort[at], promised_by[at]).missed
        at, chance = at[chance > 0], chance[chance > 0]
        deviations = treatments.completions.missed_deviations(cohort[at], promised_by[at])
        miss_chance[at] = np.clip(chance[:, None] + deviations, 0.0, 1.0)
    return miss_chance.reshape(len(treatment), intervals, SCENARIOS)
