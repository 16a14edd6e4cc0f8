"""Outcomes of the records of cohorts: which are late, out of sequence, duplicated, wrong or missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect, RecordEffect
from graph_models.topology import Emission
from impactgraph.forecast.comparison import AffectedScenarios, Comparison, masked_median
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
    """When its step is completed, in the futures in which it is hit."""
    hit_by: Indexes


@dataclass
class RecordComparison:
    """All records of one comparison: arrays of (records * G, K), one record after the other, as in `bits`."""

    bits: list[int]
    mask: Flags
    effect: Indexes
    arrival: Reals
    completed: Reals
    by: Indexes
    rows: int

    @property
    def any(self) -> Flags:
        """(G, K) whether any record is hit."""
        futures = self.mask.shape[1]
        return np.logical_or.reduce(
            self.mask.reshape(len(self.bits), self.rows, futures), axis=0, initial=False
        )


def compare_records(plan: Plan, pair: Comparison, tolerance: float) -> RecordComparison:
    emissions = [emission for _, emission in plan.workflow.records]
    bits, rows, impaired, free = (
        sorted(pair.factual.record_arrivals),
        len(pair.weight),
        pair.factual,
        pair.counterfactual,
    )
    with_, without = (
        _stacked(impaired.record_arrivals, bits, pair.weight),
        _stacked(free.record_arrivals, bits, pair.weight),
    )
    due = (
        _stacked(free.record_emissions, bits, pair.weight)
        + np.repeat([float(emissions[b].due or 0) for b in bits], rows)[:, None]
    )
    own = _stacked(impaired.record_hit_by, bits, impaired.hit_by)
    with np.errstate(invalid="ignore"):
        late = (with_ > due) & (with_ - without > tolerance)
        missing = np.isinf(with_) & np.isfinite(without)
        disordered, held_by = _disordered(bits, emissions, with_, without, own)
    effect = np.where(missing, 0, np.where(disordered, 1, 2)).astype(np.int16)
    by = np.where((own < 0) & disordered, held_by, own)
    by = np.where(by < 0, np.tile(impaired.hit_by, (len(bits), 1)), by) if bits else by
    return RecordComparison(
        bits,
        late | missing | disordered,
        effect,
        with_,
        _stacked(impaired.record_emissions, bits, pair.weight),
        by,
        rows,
    )


def _stacked(arrays: Mapping[int, NDArray[Any]], bits: list[int], like: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([arrays[b] for b in bits]) if bits else like[:0]


def _disordered(
    bits: list[int], emissions: Sequence[Emission], with_: Reals, without: Reals, own: Indexes
) -> tuple[Flags, Indexes]:
    """Where a record comes before one that it must follow, and would not without the failure; and what keeps
    that one. `own`: what keeps each.
    """
    found, held_by = np.zeros(with_.shape, bool), np.full(with_.shape, NOBODY)
    rows = len(with_) // max(len(bits), 1)
    at = {(emissions[b].kind, emissions[b].type): slice(n * rows, (n + 1) * rows) for n, b in enumerate(bits)}
    for b in bits:
        mine = at[emissions[b].kind, emissions[b].type]
        for kind in emissions[b].after:
            other = at.get((emissions[b].kind, kind))
            if other is not None:
                overtaken = (with_[other] > with_[mine] + 1.0) & ~(without[other] > without[mine] + 1.0)
                held_by[mine] = np.where(overtaken & (held_by[mine] < 0), own[other], held_by[mine])
                found[mine] |= overtaken
    return found, held_by


def record_outcomes(
    plan: Plan, pairs: list[Comparison], hits: list[RecordComparison]
) -> list[RecordOutcomes]:
    """Costs what the records cost that are hit, and a look at the others."""
    bits, rows = hits[0].bits, hits[0].rows
    if not bits:
        return []
    every = AffectedScenarios.of([np.tile(p.weight, (len(bits), 1)) for p in pairs], [h.mask for h in hits])
    hit = np.flatnonzero(every.likelihood)
    chosen = every.take(hit)

    def spread(values: NDArray[Any], blank: Any) -> NDArray[Any]:
        found = np.full(len(every.likelihood), blank, values.dtype)
        found[hit] = values
        return found.reshape(len(bits), rows)

    likelihood = every.likelihood.reshape(len(bits), rows)
    effect = spread(np.maximum(chosen.mode([h.effect[hit] for h in hits]), 0).astype(np.int8), 0)
    arrival = spread(chosen.median([h.arrival[hit] for h in hits]), np.nan)
    emitted = spread(chosen.median([h.completed[hit] for h in hits]), np.nan)
    by = spread(chosen.mode([h.by[hit] for h in hits]), NOBODY)
    due = _due(plan, bits, pairs[0].counterfactual)
    outcomes = [
        RecordOutcomes(bit, likelihood[n], effect[n], arrival[n], due[n], emitted[n], by[n])
        for n, bit in enumerate(bits)
    ]
    return [_spoil(one, pairs[0].factual) for one in outcomes]


def _due(plan: Plan, bits: list[int], free: SimulationResult) -> list[Reals]:
    """By record, (G,): when it was due without the failures."""
    completed: dict[int, Reals] = {}
    found: list[Reals] = []
    for bit in bits:
        step, emission = plan.workflow.records[bit]
        if emission.due is None:
            found.append(np.full(len(free.finish), np.nan))
            continue
        if step not in completed:
            completed[step] = masked_median(free.record_emissions[bit], np.ones(free.finish.shape, bool))
        found.append(completed[step] + float(emission.due))
    return found


def _spoil(row: RecordOutcomes, trace: SimulationResult) -> RecordOutcomes:
    """What makes its content wrong or doubles it often comes together: each future is asked whether it stays
    intact.
    """
    spoilings = trace.record_defects.get(row.bit, ())
    if not spoilings:
        return row
    intact, worst = np.ones(spoilings[0].chance.shape), row.likelihood
    for spoiling in spoilings:
        chance = spoiling.chance.mean(axis=1)
        worse = chance > worst
        code = RECORD_EFFECTS.index(
            RecordEffect.DUPLICATED
            if spoiling.barrier.impairment.effect is Effect.DUPLICATED
            else RecordEffect.WRONG
        )
        met = masked_median(trace.record_emissions[row.bit], spoiling.chance > 0)
        row.emitted_at = np.where(worse & ~np.isnan(met), met, row.emitted_at)
        row.effect = np.where(worse, code, row.effect).astype(np.int8)
        row.hit_by = np.where(worse, spoiling.barrier.index, row.hit_by).astype(np.int16)
        worst, intact = np.maximum(worst, chance), intact * (1 - spoiling.chance)
    row.likelihood = 1 - (1 - row.likelihood) * intact.mean(axis=1)
    return row
