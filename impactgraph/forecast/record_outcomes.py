"""Outcomes of the records of cohorts: which are late, out of sequence, duplicated, wrong or missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect, RecordEffect
from impactgraph.forecast.barriers import Flags
from impactgraph.forecast.comparison import (
    AffectedScenarios,
    Comparison,
    Positions,
    count_flags,
    masked_median,
)
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenario_likelihoods import ScenarioLikelihoods
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.simulation import NOBODY, Indexes, RecordDefect, SimulationResult

RECORD_EFFECTS = (
    RecordEffect.MISSING,
    RecordEffect.OUT_OF_SEQUENCE,
    RecordEffect.LATE,
    RecordEffect.DUPLICATED,
    RecordEffect.WRONG,
)
_MISSING = np.int16(RECORD_EFFECTS.index(RecordEffect.MISSING))
_OUT_OF_SEQUENCE = np.int16(RECORD_EFFECTS.index(RecordEffect.OUT_OF_SEQUENCE))
_LATE = np.int16(RECORD_EFFECTS.index(RecordEffect.LATE))
_DUPLICATED = RECORD_EFFECTS.index(RecordEffect.DUPLICATED)
_WRONG = RECORD_EFFECTS.index(RecordEffect.WRONG)


@dataclass(frozen=True)
class RecordDetails:
    """Of one record, each (G,). All but `due_at` is valid only where the likelihood is more than 0."""

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


@dataclass(frozen=True)
class RecordOutcomes:
    """Of one record (by bit): the likelihood (G,), and details, which cost more and are computed when the
    first of them is read.
    """

    bit: int
    likelihood: Reals
    details: Callable[[], RecordDetails]
    scenario_likelihoods: ScenarioLikelihoods | None = None
    """Of being affected; None: the same in all scenarios."""

    @staticmethod
    def known(bit: int, likelihood: Reals, details: RecordDetails) -> "RecordOutcomes":
        """With details that are computed already."""
        return RecordOutcomes(bit, likelihood, lambda: details)

    @property
    def effect(self) -> NDArray[np.int8]:
        return self.details().effect

    @property
    def expected_at(self) -> Reals:
        return self.details().expected_at

    @property
    def due_at(self) -> Reals:
        return self.details().due_at

    @property
    def emitted_at(self) -> Reals:
        return self.details().emitted_at

    @property
    def hit_by(self) -> Indexes:
        return self.details().hit_by


_Moments = Mapping[int, Reals]
"""By record, (G, N); of records of the same step they may be the same array."""


@dataclass
class RecordComparison:
    """All records of one comparison: arrays of (records * G, K), one record after the other, as in `bits`.

    Moments stay as the simulation has them: an answer keeps them until its details are read.
    """

    bits: list[int]
    mask: Flags
    effect: Indexes
    arrivals: dict[int, Reals]
    emissions: _Moments
    by: Indexes
    rows: int
    """Number of cohorts."""

    def part(self, n: int) -> slice:
        """The rows of the n-th record."""
        return slice(n * self.rows, (n + 1) * self.rows)

    @property
    def any(self) -> Flags:
        """(G, K) whether any record is hit."""
        scenarios = self.mask.shape[1]
        return np.logical_or.reduce(
            self.mask.reshape(len(self.bits), self.rows, scenarios), axis=0, initial=False
        )

    def likelihoods(self, weight: Reals | None) -> Reals:
        """(records, G) by the weights (G, N) of the scenarios, which are None where all are alike."""
        if weight is None:
            return (count_flags(self.mask) / self.mask.shape[1]).reshape(len(self.bits), self.rows)
        masks = self.mask.reshape(len(self.bits), *weight.shape)
        return np.clip(np.stack([(weight * mask).sum(axis=1) for mask in masks]), 0.0, 1.0)

    def first_hits(
        self, plan: Plan, record: Positions, cohort: Positions, weight: Reals | None
    ) -> tuple[Indexes, Reals]:
        """What hits the record of each of some cohorts, by their place in `bits` and among the cohorts, and
        when the record is emitted then.
        """
        at = record * self.rows + cohort
        scenarios = AffectedScenarios.of(None if weight is None else weight[cohort], self.mask[at])
        by = scenarios.mode(self.by[at])
        emitted_at = np.full(scenarios.mask.shape, np.nan)
        for number, bit in enumerate(self.bits):
            mine = record == number
            emitted_at[mine] = self.emissions[bit][cohort[mine]]
        return by, np.fmax(scenarios.median(emitted_at), _beginnings(plan)[by])


NONE_COME: Mapping[int, Flags] = {}


def compare_records(
    plan: Plan,
    pair: Comparison,
    tolerance: float,
    come: Mapping[int, Flags] = NONE_COME,
    as_of: float = -np.inf,
) -> RecordComparison:
    """`come`: by record bit, of which cohorts (G,) it has come: it can no longer be late or missing.

    What was expected before `as_of` and has not come is missing for another reason, and comes then at the
    earliest.
    """
    factual = pair.factual
    bits = sorted(factual.record_arrivals)
    rows, scenarios = factual.finish.shape
    shape = len(bits) * rows, scenarios
    comparison = RecordComparison(
        bits=bits,
        mask=np.zeros(shape, bool),
        effect=np.full(shape, _LATE),
        arrivals=dict(factual.record_arrivals),
        emissions=factual.record_emissions,
        by=np.full(shape, NOBODY),
        rows=rows,
    )
    # One after another: what one of them needs fits into the cache of the processor.
    for n, bit in enumerate(bits):
        _compare_record(plan, pair, tolerance, comparison, n)
        if np.fmin.reduce(comparison.arrivals[bit], axis=None, initial=np.inf) < as_of:
            comparison.mask[comparison.part(n)] &= ~(comparison.arrivals[bit] < as_of)
            comparison.arrivals[bit] = np.maximum(comparison.arrivals[bit], as_of)
        for defect in factual.record_defects.get(bit, ()):
            _add_defect(comparison, comparison.part(n), defect)
        if bit in come:
            comparison.mask[comparison.part(n)] &= ~come[bit][:, None]
    return comparison


def _compare_record(
    plan: Plan, pair: Comparison, tolerance: float, comparison: RecordComparison, n: int
) -> None:
    """Fills in where the n-th record is late, missing or out of sequence, and by what."""
    part, bit = comparison.part(n), comparison.bits[n]
    emission = plan.workflow.records[bit][1]
    with_, without = pair.factual.record_arrivals[bit], _arrivals(pair.counterfactual, bit)
    with np.errstate(invalid="ignore"):
        is_later = with_ - without > tolerance  # also where it never comes
    if is_later.any():
        is_missing = is_later & np.isinf(with_)
        due = pair.counterfactual.record_emissions[bit] + float(emission.due or 0)
        comparison.mask[part] = is_missing | (is_later & (with_ > due))
        comparison.effect[part] = np.where(is_missing, _MISSING, _LATE)
    own = pair.factual.record_hit_by[bit]
    if overtaken := _overtaken(plan, pair, comparison.bits, bit):
        is_out_of_sequence, held_by = overtaken
        comparison.mask[part] |= is_out_of_sequence
        is_worst = is_out_of_sequence & (comparison.effect[part] != _MISSING)
        comparison.effect[part] = np.where(is_worst, _OUT_OF_SEQUENCE, comparison.effect[part])
        own = np.where((own < 0) & is_out_of_sequence, held_by, own)
    comparison.by[part] = np.where(own < 0, pair.factual.hit_by, own)


def _overtaken(plan: Plan, pair: Comparison, bits: Sequence[int], bit: int) -> tuple[Flags, Indexes] | None:
    """Where a record overtakes one that it must follow, only because of the failures, and the barrier that
    holds the other one; None where it must follow none.
    """
    emissions = [emission for _, emission in plan.workflow.records]
    mine = emissions[bit]
    by_type = {emissions[b].type: b for b in bits if emissions[b].kind is mine.kind}
    others = [by_type[each] for each in mine.after if each in by_type]
    if not others:
        return None
    with_, without = (_arrivals(result, bit) + 1.0 for result in (pair.factual, pair.counterfactual))
    is_out_of_sequence, held_by = np.zeros(with_.shape, bool), np.full(with_.shape, NOBODY)
    for other in others:
        is_overtaken = (_arrivals(pair.factual, other) > with_) & ~(
            _arrivals(pair.counterfactual, other) > without
        )
        held_by = np.where(is_overtaken & (held_by < 0), pair.factual.record_hit_by[other], held_by)
        is_out_of_sequence |= is_overtaken
    return is_out_of_sequence, held_by


def _arrivals(result: SimulationResult, bit: int) -> Reals:
    """NaN for a record that is not emitted at all."""
    arrivals = result.record_arrivals.get(bit)
    return np.full(result.finish.shape, np.nan) if arrivals is None else arrivals


def _add_defect(comparison: RecordComparison, part: slice, defect: RecordDefect) -> None:
    """A record that comes twice or with wrong content: worse than late, not as bad as missing."""
    is_doubled = defect.barrier.impairment.effect is Effect.DUPLICATED
    code = _DUPLICATED if is_doubled else _WRONG
    is_worst = defect.occurs & ~(comparison.mask[part] & (comparison.effect[part] != _LATE))
    comparison.effect[part] = np.where(is_worst, code, comparison.effect[part])
    comparison.by[part] = np.where(is_worst, np.int16(defect.barrier.index), comparison.by[part])
    comparison.mask[part] |= defect.occurs


def record_outcomes(plan: Plan, pair: Comparison, hits: RecordComparison) -> list[RecordOutcomes]:
    """Outcomes of each record; details are computed only for the cohorts in which the failures affect it."""
    if not hits.bits:
        return []
    likelihoods = hits.likelihoods(pair.weight)
    emissions = pair.counterfactual.record_emissions
    details = cache(partial(_details, plan, hits, likelihoods, emissions, pair.weight))
    masks = hits.mask.reshape(len(hits.bits), hits.rows, -1)
    return [
        RecordOutcomes(
            bit, likelihoods[n], partial(_nth, details, n), ScenarioLikelihoods.of(masks[n], pair.weight)
        )
        for n, bit in enumerate(hits.bits)
    ]


def _nth(details: Callable[[], list[RecordDetails]], n: int) -> RecordDetails:
    return details()[n]


def _details(
    plan: Plan, hits: RecordComparison, likelihoods: Reals, emissions: _Moments, weight: Reals | None
) -> list[RecordDetails]:
    """By record. `likelihoods` (records, G); `emissions`: without the failures."""
    hit_rows = np.flatnonzero(likelihoods)
    own_weight = None if weight is None else weight[hit_rows % hits.rows]
    affected_scenarios = AffectedScenarios.of(own_weight, hits.mask[hit_rows])

    def spread(values: NDArray[Any], blank: Any) -> NDArray[Any]:
        spread_values = np.full(likelihoods.shape, blank, values.dtype)
        spread_values.ravel()[hit_rows] = values
        return spread_values

    effect = spread(np.maximum(affected_scenarios.mode(hits.effect[hit_rows]), 0).astype(np.int8), 0)
    arrivals, emitted_at = (
        np.concatenate([moments[bit] for bit in hits.bits])[hit_rows]
        for moments in (hits.arrivals, hits.emissions)
    )
    arrival = spread(affected_scenarios.median(arrivals), np.nan)
    emitted_at = spread(affected_scenarios.median(emitted_at), np.nan)
    by = spread(affected_scenarios.mode(hits.by[hit_rows]), NOBODY)
    emitted_at = np.fmax(emitted_at, _beginnings(plan)[by])
    due = _due(plan, hits, emissions, weight)
    return [RecordDetails(*of_record) for of_record in zip(effect, arrival, due, emitted_at, by, strict=True)]


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
    by_bit: dict[int, list[tuple[Positions, RecordOutcomes]]] = {}
    for at, records in parts:
        for record in records:
            by_bit.setdefault(record.bit, []).append((at, record))
    outcomes: list[RecordOutcomes] = []
    for bit, of_bit in sorted(by_bit.items()):
        likelihood = np.zeros(size)
        for at, record in of_bit:
            likelihood[at] = record.likelihood
        scenario_likelihoods = ScenarioLikelihoods.join(
            size, [(at, record.scenario_likelihoods) for at, record in of_bit]
        )
        details = cache(partial(_join_details, of_bit, size))
        outcomes.append(RecordOutcomes(bit, likelihood, details, scenario_likelihoods))
    return outcomes


def _join_details(parts: Sequence[tuple[Positions, RecordOutcomes]], size: int) -> RecordDetails:
    """Of one record; cohorts of no part are not affected."""
    whole = RecordDetails(
        effect=np.zeros(size, np.int8),
        expected_at=np.full(size, np.nan),
        due_at=np.full(size, np.nan),
        emitted_at=np.full(size, np.nan),
        hit_by=np.full(size, NOBODY),
    )
    for at, record in parts:
        for field in fields(RecordDetails):
            getattr(whole, field.name)[at] = getattr(record, field.name)
    return whole


def _due(plan: Plan, hits: RecordComparison, emissions: _Moments, weight: Reals | None) -> list[Reals]:
    """By record, (G,): when it was due without the failures."""
    completion_by_step: dict[int, Reals] = {}
    due_moments: list[Reals] = []
    for bit in hits.bits:
        step, emission = plan.workflow.records[bit]
        if emission.due is None or bit not in emissions:
            due_moments.append(np.full(hits.rows, np.nan))
            continue
        if step not in completion_by_step:
            emitted_at = emissions[bit]
            completion_by_step[step] = masked_median(emitted_at, np.ones(emitted_at.shape, bool), weight)
        due_moments.append(completion_by_step[step] + float(emission.due))
    return due_moments
