"""Residual of ended failures: orders that have recovered, will recover, or need an action."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Band, Effect, RecordEffect
from graph_models.failure import Failure
from graph_models.impact import AwaitingReplay, ResidualTotals
from impactgraph.columns import Codes
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.impact.affected_rows import EVEN, AffectedRows
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.open_rejections import open_dead_letters
from impactgraph.impact.totals import listed_mask, money_of

_MISSING = RECORD_EFFECTS.index(RecordEffect.MISSING)


def residual_totals(impact: MatchedImpact) -> ResidualTotals | None:
    """None where there is no failure, or one is still active at the moment of the question."""
    if not impact.failures or any(f.active_at(impact.as_of) for f in impact.failures):
        return None
    orders = impact.affected_orders
    needs_action = _needs_action(impact, orders)
    is_healed = (orders.band == BANDS.index(Band.EXPOSED)) & ~needs_action
    is_healing = ~needs_action & ~is_healed
    drain_ends = [i.until + i.drain for i in impact.impairments if i.effect is not Effect.REJECTED]
    return ResidualTotals(
        int(is_healed.sum()),
        int(is_healing.sum()),
        int(needs_action.sum()),
        max(drain_ends) if drain_ends else None,
    )


def orders_to_act_on(impact: MatchedImpact) -> AffectedRows:
    """Affected orders that do not go on by themselves: they wait for a replay or a person."""
    return impact.affected_orders.take(_needs_action(impact, impact.affected_orders))


def _needs_action(impact: MatchedImpact, orders: AffectedRows) -> NDArray[Any]:
    return np.isinf(orders.delay) & (orders.band != BANDS.index(Band.RECORDS_ONLY))


def awaiting_replay(impact: MatchedImpact) -> tuple[AwaitingReplay, ...]:
    """What waits for a replay although its failure has ended, by failure, the most orders first.

    Of a question about all failures also the dead letters that no failure on record explains.
    """
    groups = [
        _awaiting(impact, failure.key, *_left_by(impact, failure))
        for failure in impact.failures
        if failure.ended_at is not None and failure.ended_at <= impact.as_of
    ]
    if not impact.question.failures and not impact.question.suppose:
        groups.append(_awaiting(impact, None, _unexplained_dead_letters(impact), _NO_ORDERS))
    return tuple(sorted((each for each in groups if each is not None), key=lambda each: -each.orders))


_NO_ORDERS: Codes = np.zeros(0, np.int32)


def _left_by(impact: MatchedImpact, failure: Failure) -> tuple[Codes, Codes]:
    """Orders that wait for a replay after it, and the order of each record of a step that it lost."""
    is_cause = np.array([*(failure.key in i.failures for i in impact.impairments), False])
    waiting = orders_to_act_on(impact)
    records = [_NO_ORDERS, *_lost_records(impact, is_cause)]
    return waiting.order[is_cause[waiting.impairment]], np.concatenate(records)


def _lost_records(impact: MatchedImpact, is_cause: NDArray[np.bool_]) -> Iterator[Codes]:
    """The order of each record that was due and, likelier than not, never comes by itself."""
    for group in impact.affected_records:
        outcome, cohort = group.outcome, group.cohort
        with np.errstate(invalid="ignore"):
            is_due = outcome.emitted_at <= impact.as_of
        is_lost = is_due & (outcome.effect == _MISSING) & is_cause[outcome.hit_by]
        is_likely = outcome.likelihood[cohort] * group.certainty >= EVEN
        rows = group.rows[is_lost[cohort] & is_likely & listed_mask(group, impact.min_likelihood)]
        yield impact.columns.fulfillments.order[rows]


def _unexplained_dead_letters(impact: MatchedImpact) -> Codes:
    """Orders with a dead letter in their present step that no failure of the answer holds."""
    rows = open_dead_letters(impact.columns)
    keep = impact.selection.keep
    if keep is not None and len(rows):
        rows = rows[keep(rows)]
    if impact.selection.among is not None:
        rows = rows[np.isin(rows, impact.selection.among)]
    return np.setdiff1d(impact.columns.fulfillments.order[rows], impact.affected_orders.order)


def _awaiting(
    impact: MatchedImpact, failure: str | None, orders: Codes, of_records: Codes
) -> AwaitingReplay | None:
    """None where nothing waits. `of_records`: the order of each record."""
    every = np.unique(np.concatenate([orders, of_records]))
    if not len(every):
        return None
    columns = impact.columns
    oldest = every[np.argmin(columns.orders.placed_at[every])]
    return AwaitingReplay(
        failure=failure,
        orders=len(np.unique(orders)),
        records=len(of_records),
        value=money_of(columns, columns.orders.currency[every], columns.orders.value[every]),
        oldest_order=str(columns.orders.ids[oldest]),
    )
