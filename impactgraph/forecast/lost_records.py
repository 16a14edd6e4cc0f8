"""Records that may have been lost, or delayed, by chance: how likely, given that they have not come yet.

Bayes: the chance of each outcome at their way, weighed by how likely it is that a record has not come by now
under it. One that nothing harmed is there by its due time in 95 of 100 cases, and later in ever fewer.
"""

from collections.abc import Sequence

import numpy as np

from graph_models.enums import Effect, RecordEffect
from graph_models.time import MINUTE
from impactgraph.forecast.barriers import Barrier
from impactgraph.forecast.past_holds import pass_all
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS, RecordDetails, RecordOutcomes
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.forecast.stage import Record

_DECAY = 3.0
"""Of exp(-3 * time / allowance): 5 % are left when the record is due."""
_MISSING = RECORD_EFFECTS.index(RecordEffect.MISSING)
_LATE = RECORD_EFFECTS.index(RecordEffect.LATE)


def lost_records(record: Record, completed_at: Reals, as_of: float, tolerance: float) -> RecordOutcomes:
    """Outcomes of a record that has not come of a step completed at (G,): missing, or late, by chance."""
    cohorts = len(completed_at)
    due = record.emission.due
    emission = np.broadcast_to(completed_at[:, None], (cohorts, SCENARIOS))
    certain = [barrier for barrier in record.gate.barriers if barrier.is_certain]
    passage = pass_all(record.gate.with_barriers(certain), emission)
    likelihood = np.zeros(cohorts)
    details = RecordDetails(
        effect=np.full(cohorts, _MISSING, np.int8),
        expected_at=np.full(cohorts, np.inf),
        due_at=np.full(cohorts, np.nan) if due is None else completed_at + float(due),
        emitted_at=completed_at.copy(),
        hit_by=np.full(cohorts, -1, np.int16),
    )
    likeliest = np.zeros(cohorts)
    sent_at = record.gate.scheduled_departures(completed_at)
    total = _none_occurs(record.gate.uncertain_barriers, sent_at) * _absence(
        record, passage, as_of, tolerance
    )
    for barrier in record.gate.uncertain_barriers:
        arrival = pass_all(record.gate.with_barriers((*certain, barrier)), emission)
        weight = _chance_at(barrier, sent_at) * _absence(record, arrival, as_of, tolerance)
        total = total + weight
        expected_at = np.sort(arrival, axis=1)[:, SCENARIOS // 2]
        is_late = (expected_at > as_of) & (expected_at > np.nan_to_num(details.due_at, nan=-np.inf))
        with np.errstate(invalid="ignore"):  # where it is lost in any case
            is_late &= expected_at - np.sort(passage, axis=1)[:, SCENARIOS // 2] > tolerance
        weight = np.where(is_late, weight, 0.0)
        likelihood += weight
        is_likeliest = weight > likeliest
        likeliest = np.maximum(weight, likeliest)
        effect = _MISSING if barrier.impairment.effect is Effect.REJECTED else _LATE
        details.effect[is_likeliest] = effect
        details.expected_at[is_likeliest] = expected_at[is_likeliest]
        details.hit_by[is_likeliest] = barrier.index
        details.emitted_at[is_likeliest] = np.maximum(completed_at, barrier.since)[is_likeliest]
    likelihood /= np.maximum(total, 1e-300)
    return RecordOutcomes.known(record.bit, likelihood, details)


def absence_chance(record: Record, arrival: Reals, as_of: float, tolerance: float) -> Reals:
    """(G, K) how likely a record that was to arrive then has not come yet."""
    allowance = max(float(record.emission.due or tolerance), float(MINUTE))
    with np.errstate(invalid="ignore"):
        overdue = np.maximum(as_of - arrival, 0.0)
    return np.exp(-_DECAY * overdue / allowance)


def _absence(record: Record, arrival: Reals, as_of: float, tolerance: float) -> Reals:
    """(G,) the same over all scenarios."""
    return absence_chance(record, arrival, as_of, tolerance).mean(axis=1)


def _chance_at(barrier: Barrier, at: Reals) -> Reals:
    """(G,)"""
    in_force = (at >= barrier.since) & (at < barrier.latest_end)
    return np.where(in_force, barrier.chance, 0.0)


def _none_occurs(barriers: Sequence[Barrier], at: Reals) -> Reals:
    """(G,) the chance that nothing uncertain occurs: outcomes of one failure exclude each other."""
    by_failures: dict[tuple[str, ...], Reals] = {}
    for barrier in barriers:
        failures = barrier.impairment.failures
        by_failures[failures] = by_failures.get(failures, np.zeros(len(at))) + _chance_at(barrier, at)
    none = np.ones(len(at))
    for chance in by_failures.values():
        none = none * np.clip(1.0 - chance, 0.0, 1.0)
    return none
