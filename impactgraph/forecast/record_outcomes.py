"""Outcomes of the records of cohorts: which are late, out of sequence, duplicated, wrong or missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect, RecordEffect
from graph_models.topology import Emission
from impactgraph.forecast.comparison import AffectedScenarios, Comparison, Positions, masked_median
from impactgraph.forecast.gates import Flags
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.simulate import NOBODY, Indexes, SimulationResult

RECORD_EFFECTS = (
    RecordEffect.MISSING,
    RecordEffect.OUT_OF_SEQUENCE,
    RecordEffect.LATE,
    RecordEffect.DUPLICATED,
    RecordEffect.WRONG,
)
_LATE = RECORD_EFFECTS.index(RecordEffect.LATE)
_DUPLICATED = RECORD_EFFECTS.index(RecordEffect.DUPLICATED)
_WRONG = RECORD_EFFECTS.index(RecordEffect.WRONG)


@dataclass
class RecordOutcomes:
    """Of one record (by bit), each (G,).

    All but `due_at` is valid only where the likelihood is more than 0.
    """

    bit: int
    likelihood: Reals
    effect: NDArray[np.int8]
    """Index of RECORD_EFFECTS."""
    expected_at: Reals
    """Infinite: never; NaN where it is not hit."""
    due_at: Reals
    """NaN where nothing is declared."""
    emitted_at: Reals
    """When its step is completed, in the scenarios in which it is hit; where the record waits for a run then,
    not before that begins by which it is hit.
    """
    hit_by: Indexes


_COLUMNS = ("likelihood", "effect", "expected_at", "due_at", "emitted_at", "hit_by")


@dataclass
class RecordComparison:
    """All records of one comparison: arrays of (records * G, K), one record after the other, as in `bits`."""

    bits: list[int]
    mask: Flags
    effect: Indexes
    arrival: Reals
    emitted_at: Reals
    by: Indexes
    rows: int

    @property
    def any(self) -> Flags:
        """(G, K) whether any record is hit."""
        scenarios = self.mask.shape[1]
        return np.logical_or.reduce(
            self.mask.reshape(len(self.bits), self.rows, scenarios), axis=0, initial=False
        )


def compare_records(plan: Plan, pair: Comparison, tolerance: float) -> RecordComparison:
    emissions = [emission for _, emission in plan.workflow.records]
    factual, counterfactual = pair.factual, pair.counterfactual
    bits = sorted(factual.record_arrivals)
    rows = len(factual.finish)
    with_ = _stack(factual.record_arrivals, bits, factual.finish)
    without = _stack(counterfactual.record_arrivals, bits, factual.finish)
    due = (
        _stack(counterfactual.record_emissions, bits, factual.finish)
        + np.repeat([float(emissions[b].due or 0) for b in bits], rows)[:, None]
    )
    own = _stack(factual.record_hit_by, bits, factual.hit_by)
    with np.errstate(invalid="ignore"):
        late = (with_ > due) & (with_ - without > tolerance)
        missing = np.isinf(with_) & np.isfinite(without)
        is_out_of_sequence, held_by = _out_of_sequence(
            bits=bits, emissions=emissions, with_=with_, without=without, own=own
        )
    effect = np.where(missing, 0, np.where(is_out_of_sequence, 1, 2)).astype(np.int16)
    by = np.where((own < 0) & is_out_of_sequence, held_by, own)
    by = np.where(by < 0, np.tile(factual.hit_by, (len(bits), 1)), by) if bits else by
    comparison = RecordComparison(
        bits=bits,
        mask=late | missing | is_out_of_sequence,
        effect=effect,
        arrival=with_,
        emitted_at=_stack(factual.record_emissions, bits, factual.finish),
        by=by,
        rows=rows,
    )
    _add_defects(comparison, factual)
    return comparison


def _add_defects(comparison: RecordComparison, factual: SimulationResult) -> None:
    """Records that come twice or with wrong content: worse than late, not as bad as missing."""
    for n, bit in enumerate(comparison.bits):
        rows = slice(n * comparison.rows, (n + 1) * comparison.rows)
        for defect in factual.record_defects.get(bit, ()):
            is_doubled = defect.barrier.impairment.effect is Effect.DUPLICATED
            code = _DUPLICATED if is_doubled else _WRONG
            is_worst = defect.occurs & ~(comparison.mask[rows] & (comparison.effect[rows] != _LATE))
            comparison.effect[rows] = np.where(is_worst, code, comparison.effect[rows])
            comparison.by[rows] = np.where(is_worst, np.int16(defect.barrier.index), comparison.by[rows])
            comparison.mask[rows] |= defect.occurs


def _stack(arrays: Mapping[int, NDArray[Any]], bits: list[int], like: NDArray[Any]) -> NDArray[Any]:
    """The arrays of the records one after the other; NaN for a record that is not emitted at all."""
    if not bits:
        return like[:0]
    nothing = np.full(like.shape, np.nan)
    return np.concatenate([arrays.get(b, nothing) for b in bits])


def _out_of_sequence(
    bits: list[int], emissions: Sequence[Emission], with_: Reals, without: Reals, own: Indexes
) -> tuple[Flags, Indexes]:
    """Where a record overtakes one that it must follow, only because of the failures, and the barrier that
    holds the other one. `own`: the barrier that holds each record.
    """
    is_out_of_sequence = np.zeros(with_.shape, bool)
    held_by = np.full(with_.shape, NOBODY)
    rows = len(with_) // max(len(bits), 1)
    at = {(emissions[b].kind, emissions[b].type): slice(n * rows, (n + 1) * rows) for n, b in enumerate(bits)}
    for b in bits:
        mine = at[emissions[b].kind, emissions[b].type]
        for kind in emissions[b].after:
            other = at.get((emissions[b].kind, kind))
            if other is not None:
                is_overtaken = (with_[other] > with_[mine] + 1.0) & ~(without[other] > without[mine] + 1.0)
                held_by[mine] = np.where(is_overtaken & (held_by[mine] < 0), own[other], held_by[mine])
                is_out_of_sequence[mine] |= is_overtaken
    return is_out_of_sequence, held_by


def record_outcomes(plan: Plan, pair: Comparison, hits: RecordComparison) -> list[RecordOutcomes]:
    """Outcomes of each record, computed only for the cohorts in which the failures affect it."""
    bits, rows = hits.bits, hits.rows
    if not bits:
        return []
    weight = None if pair.weight is None else np.tile(pair.weight, (len(bits), 1))
    every = AffectedScenarios.of(weight, hits.mask)
    hit_rows = np.flatnonzero(every.likelihood)
    affected_scenarios = every.take(hit_rows)

    def spread(values: NDArray[Any], blank: Any) -> NDArray[Any]:
        spread_values = np.full(len(every.likelihood), blank, values.dtype)
        spread_values[hit_rows] = values
        return spread_values.reshape(len(bits), rows)

    likelihood = every.likelihood.reshape(len(bits), rows)
    effect = spread(np.maximum(affected_scenarios.mode(hits.effect[hit_rows]), 0).astype(np.int8), 0)
    arrival = spread(affected_scenarios.median(hits.arrival[hit_rows]), np.nan)
    emitted_at = spread(affected_scenarios.median(hits.emitted_at[hit_rows]), np.nan)
    by = spread(affected_scenarios.mode(hits.by[hit_rows]), NOBODY)
    emitted_at = np.fmax(emitted_at, _beginnings(plan)[by])
    due = _due(plan, bits, pair)
    return [
        RecordOutcomes(
            bit=bit,
            likelihood=likelihood[n],
            effect=effect[n],
            expected_at=arrival[n],
            due_at=due[n],
            emitted_at=emitted_at[n],
            hit_by=by[n],
        )
        for n, bit in enumerate(bits)
    ]


def _beginnings(plan: Plan) -> Reals:
    """By index of a barrier: when it begins; at the end, for the index -1, NaN.

    A record that waits for a run when the barrier begins is hit then, and not when its step was completed.
    """
    since = {barrier.index: barrier.since for stage in plan.stages for barrier in stage.all_barriers}
    beginnings = np.full(max(since, default=0) + 2, np.nan)
    for index, moment in since.items():
        beginnings[index] = moment
    return beginnings


def join_records(parts: Sequence[tuple[Positions, list[RecordOutcomes]]]) -> list[RecordOutcomes]:
    """Outcomes of the records of all cohorts from those of some of them, each with their positions."""
    size = sum(len(at) for at, _ in parts)
    joined: dict[int, RecordOutcomes] = {}
    for at, records in parts:
        for record in records:
            whole = joined.get(record.bit)
            if whole is None:
                whole = joined[record.bit] = _no_outcomes(record.bit, size)
            for column in _COLUMNS:
                getattr(whole, column)[at] = getattr(record, column)
    return [joined[bit] for bit in sorted(joined)]


def _no_outcomes(bit: int, cohorts: int) -> RecordOutcomes:
    """Of a record that no failure affects."""
    return RecordOutcomes(
        bit=bit,
        likelihood=np.zeros(cohorts),
        effect=np.zeros(cohorts, np.int8),
        expected_at=np.full(cohorts, np.nan),
        due_at=np.full(cohorts, np.nan),
        emitted_at=np.full(cohorts, np.nan),
        hit_by=np.full(cohorts, NOBODY),
    )


def _due(plan: Plan, bits: list[int], pair: Comparison) -> list[Reals]:
    """By record, (G,): when it was due without the failures."""
    counterfactual = pair.counterfactual
    completion_by_step: dict[int, Reals] = {}
    due_moments: list[Reals] = []
    for bit in bits:
        step, emission = plan.workflow.records[bit]
        if emission.due is None or bit not in counterfactual.record_emissions:
            due_moments.append(np.full(len(counterfactual.finish), np.nan))
            continue
        if step not in completion_by_step:
            completion_by_step[step] = masked_median(
                counterfactual.record_emissions[bit], np.ones(counterfactual.finish.shape, bool), pair.weight
            )
        due_moments.append(completion_by_step[step] + float(emission.due))
    return due_moments
