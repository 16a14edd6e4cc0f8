"""Savings of moving the orders of a step to another step or workflow, where they are forecast."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from graph_models.enums import Band, Effect
from graph_models.estimates import Estimates
from graph_models.time import Millis
from graph_models.topology import Workflow
from impactgraph.columns import IN_FLIGHT, Codes, Ints
from impactgraph.forecast.cohort_outcomes import BANDS, CohortOutcomes
from impactgraph.forecast.cohorts import Cohorts, StepEvidence
from impactgraph.forecast.completions import distinct_promises
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.forecast.scenario_likelihoods import Deviations, deviations_of
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.segment import Segment
from impactgraph.impact.affected_fulfillments import RECORDS_ONLY
from impactgraph.impact.affected_rows import AffectedRows
from impactgraph.impact.estimates import Sums, band_sums, no_sums, one_part, read_estimates, value_sums
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.matches import Positions
from impactgraph.impact.segments import divide_rows
from impactgraph.impact.uncertain_sums import UncertainRows, UncertainSums, sum_deviations

_STUCK = BANDS.index(Band.STUCK)
_HOLDING = (Effect.BLOCKED, Effect.REJECTED)


@dataclass(frozen=True)
class Move:
    """Orders of a workflow, or of one of its steps, go on in a step of a workflow from a moment on."""

    workflow: str
    """Bare key."""
    step: str | None
    """Bare key; None: of all steps, and those that have not begun."""
    target: Workflow
    position: int
    at: Millis
    there: Forecaster
    """Where they go on: with all failures, of which the answer may be about some only."""


def movable_orders(impact: MatchedImpact, move: Move) -> AffectedRows:
    """The affected orders that are moved: those in flight there, each by its worst affected fulfillment.

    Of a moment to come only those that a failure still holds then: the others have gone on by themselves.
    """
    rows = impact.affected_orders
    columns = impact.columns
    f = columns.fulfillments
    mask = (rows.band != RECORDS_ONLY) & (f.status[rows.fulfillment] == IN_FLIGHT)
    for index, known in enumerate(columns.dictionaries.workflows):
        if known.key == move.workflow:
            mask &= f.workflow[rows.fulfillment] == index
            if move.step is not None:
                step = known.steps.index(move.step) if move.step in known.steps else -1
                mask &= (f.step[rows.fulfillment] == step) & (step >= 0)
            break
    else:
        mask &= False
    rows = rows.take(mask)
    return rows if move.at <= impact.as_of else rows.take(_held_until(impact, rows, move.at))


def _held_until(impact: MatchedImpact, rows: AffectedRows, at: Millis) -> Positions:
    """Positions of the rows that wait now and are expected to wait until a moment."""
    nominal = impact.forecaster.impairments.ends.nominal
    until = np.array(
        [
            max((nominal[key] for key in each.failures if key in nominal), default=0)
            if each.effect in _HOLDING
            else 0
            for each in impact.forecaster.impairments.entries
        ]
        + [0]
    )
    return np.flatnonzero((rows.band == _STUCK) & (until[rows.impairment] > at))


def is_limited_to_locations(impact: MatchedImpact, move: Move) -> bool:
    """Whether the failures affect the way that is left to moved orders at some locations only: at which ones
    they will be, nobody says.
    """
    segments = (segment for segment, _ in _segments(impact, move, movable_orders(impact, move)))
    return any(scope.values("locations") for segment in segments for scope in segment.scopes)


def saved_by_move(impact: MatchedImpact, move: Move) -> Estimates:
    """What moved orders are affected less than where they are: missed promises for whatever reason, since the
    other way may be slower. Their records are not counted.

    Costs a forecast of a cohort for each segment.
    """
    rows = movable_orders(impact, move)
    now = _sums_now(impact, rows)
    then = [
        _sums_then(impact, rows.take(at), _forecast(move, segment))
        for segment, at in _segments(impact, move, rows)
    ]
    nothing = no_sums(impact)
    return read_estimates(
        replace(
            nothing,
            bands=now.bands - sum((each.bands for each in then), nothing.bands),
            promises=now.promises - sum((each.promises for each in then), nothing.promises),
            value=now.value - sum((each.value for each in then), nothing.value),
        )
    )[0]


def _segments(impact: MatchedImpact, move: Move, rows: AffectedRows) -> Iterator[tuple[Segment, Positions]]:
    """The rows by segment of the other workflow."""
    fulfillments: Codes = rows.fulfillment
    yield from divide_rows(move.target, move.there, impact.membership, fulfillments)


def _forecast(move: Move, segment: Segment) -> CohortOutcomes:
    """Of a cohort that comes to the step at the moment of the move."""
    forecaster = Forecaster(
        topology=move.there.topology,
        durations=move.there.durations,
        impairments=move.there.impairments,
        as_of=float(move.at),
        tolerance=move.there.tolerance,
    )
    start = np.full(1, float(move.at))
    cohort = Cohorts(
        step=move.position,
        entered_at=start,
        past_delay=np.zeros(1),
        completion_recorded_at=start,
        slowdown=np.ones(1),
        evidence=StepEvidence(),
    )
    return forecaster.forecast(forecaster.plan(move.target, segment), [cohort])


def _sums_now(impact: MatchedImpact, rows: AffectedRows) -> Sums:
    if not len(rows):
        return no_sums(impact)
    part = one_part(rows)
    pair, deviations = impact.joined_groups.missed_deviations(rows.position)
    return replace(
        no_sums(impact),
        bands=band_sums(impact, rows, part),
        value=value_sums(impact, rows, part),
        promises=_promises(rows.missed + rows.late_anyway, pair, rows.certainty, deviations),
    )


def _sums_then(impact: MatchedImpact, rows: AffectedRows, outcome: CohortOutcomes) -> Sums:
    orders, count = impact.columns.orders, len(rows)
    cohort = np.zeros(count, np.intp)
    likelihood = outcome.likelihood[cohort]
    deviations = deviations_of(outcome.scenario_likelihoods, 1)
    currencies = len(impact.columns.dictionaries.currencies.values)

    def sums(group: Positions, groups: int, weight: Ints | None) -> UncertainSums:
        return UncertainRows(group, weight, likelihood, cohort, likelihood).sums(groups, deviations)

    promised_by = orders.promised_by[rows.order]
    chances = outcome.completions.chances(cohort, promised_by)
    pair, example = distinct_promises(cohort, promised_by)
    missed = outcome.completions.missed_deviations(cohort.take(example), promised_by.take(example))
    return replace(
        no_sums(impact),
        bands=sums(cohort + int(outcome.band[0]), len(BANDS), None),
        value=sums(orders.currency[rows.order].astype(np.intp), currencies, orders.value[rows.order]),
        promises=_promises(chances.missed + chances.late_anyway, pair, np.ones(count), missed),
    )


def _promises(likelihood: Reals, pair: Positions, scale: Reals, deviations: Deviations) -> UncertainSums:
    """Of rows whose promises are missed so likely, by pair of cohort and promise."""
    nothing = np.zeros(len(likelihood), np.intp)
    sums = UncertainRows(nothing, None, likelihood, nothing, likelihood).sums(
        1, np.zeros((1, deviations.shape[1]), np.float32)
    )
    return replace(sums, by_scenario=sum_deviations(nothing, 1, pair, scale, deviations))
