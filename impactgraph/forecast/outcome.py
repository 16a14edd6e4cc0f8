"""What the failures do to one class of orders: the worlds with them against the worlds without, over all futures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Band, Effect, RecordEffect
from graph_models.topology import Emission
from impactgraph.forecast.lattice import Reals
from impactgraph.forecast.plan import Hazards, Plan
from impactgraph.forecast.walk import NOBODY, Indexes, Trace

BANDS = (Band.STUCK, Band.EXPOSED, Band.UPCOMING, Band.RECORDS_ONLY)
"""By code, the worst first."""
RECORD_EFFECTS = (RecordEffect.MISSING, RecordEffect.OUT_OF_SEQUENCE, RecordEffect.LATE, RecordEffect.DUPLICATED, RecordEffect.WRONG)
MARKING = (Effect.STALE, Effect.DUPLICATED)
"""Effects that count as such, whether or not the order gets later."""

Flags = NDArray[np.bool_]


@dataclass
class Pair:
    """A world with the failures, and the same luck without them; `weight` (G, K) is how likely this pair is of those that are compared."""

    impaired: Trace
    free: Trace
    weight: Reals


@dataclass
class RecordOutcome:
    """Of one record (by bit), each (G,)."""

    bit: int
    likelihood: Reals
    effect: NDArray[np.int8]
    """Index of RECORD_EFFECTS."""
    expected_at: Reals
    """Infinite: never."""
    due: Reals
    """NaN where nothing is declared."""
    emitted: Reals
    """When its step is completed, in the futures in which it is hit."""
    by: Indexes


@dataclass
class Outcome:
    """Each (G,): the classes asked for, in their order."""

    likelihood: Reals
    """Affected in any way."""
    flow: Reals
    """The order itself is later, elsewhere or lost."""
    wrong: Reals
    """A decision about it was, or will be, made wrongly on stale data: a reroute, or a cancellation and a refund."""
    band: NDArray[np.int8]
    hit_by: Indexes
    hit_step: Indexes
    hit_at: Reals
    delay: Reals
    """Median of the delay where it is affected; infinite: it never finishes; 0: records only."""
    finish: Reals
    finish_without: Reals
    records: list[RecordOutcome]


def outcome(plan: Plan, hazards: Hazards, pairs: list[Pair], tolerance: float, as_of: float, exposed: Reals) -> Outcome:
    """`exposed` (G,): by how much it was held in steps that lie behind it."""
    marking = np.array([n for n, i in enumerate(hazards.all) if i.effect in MARKING], np.int16)
    record_hits = [_record_hits(plan, pair, tolerance) for pair in pairs]
    flows = [_flow(pair, tolerance) | np.isin(pair.impaired.hit_by, marking) & (pair.impaired.hit_by >= 0) for pair in pairs]
    anyhow = [flow | hits.any for flow, hits in zip(flows, record_hits, strict=True)]
    likelihood = _expect(pairs, anyhow)
    flow = _expect(pairs, flows)
    lead = _leading(pairs, flows)
    records = _records(plan, pairs, record_hits)
    best = _Chosen(pairs, flows, lead)
    result = Outcome(
        likelihood=likelihood,
        flow=flow,
        wrong=_wrong(pairs),
        band=_bands(best, as_of, exposed),
        hit_by=best.mode("hit_by"),
        hit_step=best.mode("hit_step"),
        hit_at=best.median(best.pick(lambda p: p.impaired.hit_at)),
        delay=best.median(best.pick(_delay)),
        finish=best.median(best.pick(lambda p: p.impaired.finish)),
        finish_without=best.median(best.pick(lambda p: p.free.finish)),
        records=records,
    )
    only = flow <= np.maximum(likelihood * 0.05, 1e-9)
    _records_only(plan, result, only)
    return result


@dataclass
class _RecordHits:
    """Of all records of one pair at once: arrays of (records * G, K), one record after the other, in the order of `bits`."""

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
        return np.logical_or.reduce(self.mask.reshape(len(self.bits), self.rows, futures), axis=0, initial=False)


def _wrong(pairs: list[Pair]) -> Reals:
    chances = [pair.impaired.wrong.mean(axis=1) for pair in pairs if pair.impaired.wrong is not None]
    return np.maximum.reduce(chances) if chances else np.zeros(len(pairs[0].weight))


def _flow(pair: Pair, tolerance: float) -> Flags:
    return _delay(pair) > tolerance


def _delay(pair: Pair) -> Reals:
    with np.errstate(invalid="ignore"):
        delay = pair.impaired.finish - pair.free.finish
    return np.where(np.isnan(delay), 0.0, delay)


def _record_hits(plan: Plan, pair: Pair, tolerance: float) -> _RecordHits:
    emissions = {record.bit: record.emission for stage in plan.stages for record in stage.records}
    bits, rows, impaired, free = sorted(pair.impaired.records), len(pair.weight), pair.impaired, pair.free
    with_, without = _stacked(impaired.records, bits, pair.weight), _stacked(free.records, bits, pair.weight)
    due = _stacked(free.completed, bits, pair.weight) + np.repeat([float(emissions[b].due or 0) for b in bits], rows)[:, None]
    own = _stacked(impaired.record_by, bits, impaired.hit_by)
    with np.errstate(invalid="ignore"):
        late = (with_ > due) & (with_ - without > tolerance)
        missing = np.isinf(with_) & np.isfinite(without)
        disordered, held_by = _disordered(bits, emissions, with_, without, own)
    effect = np.where(missing, 0, np.where(disordered, 1, 2)).astype(np.int16)
    by = np.where((own < 0) & disordered, held_by, own)
    by = np.where(by < 0, np.tile(impaired.hit_by, (len(bits), 1)), by) if bits else by
    return _RecordHits(bits, late | missing | disordered, effect, with_, _stacked(impaired.completed, bits, pair.weight), by, rows)


def _stacked(arrays: Mapping[int, NDArray[Any]], bits: list[int], like: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([arrays[b] for b in bits]) if bits else like[:0]


def _disordered(bits: list[int], emissions: Mapping[int, Emission], with_: Reals, without: Reals, own: Indexes) -> tuple[Flags, Indexes]:
    """Where a record comes before one that it must follow, and would not without the failure; and what keeps that one. `own`: what keeps each."""
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


def _expect(pairs: list[Pair], masks: list[Flags]) -> Reals:
    return np.clip(sum((pair.weight * mask).mean(axis=1) for pair, mask in zip(pairs, masks, strict=True)), 0.0, 1.0)


def _leading(pairs: list[Pair], masks: list[Flags]) -> NDArray[np.intp]:
    return np.argmax(np.stack([(pair.weight * mask).mean(axis=1) for pair, mask in zip(pairs, masks, strict=True)]), axis=0)


class _Chosen:
    """For each class the pair that contributes most, and the futures in which it is affected."""

    def __init__(self, pairs: list[Pair], masks: list[Flags], lead: NDArray[np.intp]) -> None:
        self.pairs, self.lead = pairs, lead
        self.mask = self.choose([mask & (pair.weight > 0) for pair, mask in zip(pairs, masks, strict=True)])

    def choose(self, arrays: list[NDArray[Any]]) -> NDArray[Any]:
        if len(arrays) == 1:
            return arrays[0]
        return np.where((self.lead == 0)[:, None], arrays[0], arrays[1])

    def pick(self, of: Callable[[Pair], NDArray[Any]]) -> NDArray[Any]:
        return self.choose([of(pair) for pair in self.pairs])

    def median(self, values: Reals) -> Reals:
        return masked_median(values, self.mask)

    def mode(self, name: str) -> Indexes:
        values = self.pick(lambda pair: getattr(pair.impaired, name))
        return masked_mode(values, self.mask)


def masked_median(values: Reals, mask: Flags) -> Reals:
    """Lower median over axis 1 of the values where `mask`; NaN in rows without any."""
    mask = mask & ~np.isnan(values)
    count = mask.sum(axis=1)
    ordered = np.sort(np.where(mask, values, np.inf), axis=1)
    found = ordered[np.arange(len(ordered)), np.maximum((count - 1) // 2, 0)]
    return np.where(count > 0, found, np.nan)


def masked_mode(values: Indexes, mask: Flags) -> Indexes:
    """The commonest of the values where `mask` that is not -1, the least of several; -1 where there is none."""
    span = int(values.max(initial=-1)) + 1
    at = np.flatnonzero(mask & (values >= 0))
    if not span or not len(at):
        return np.full(len(values), -1, np.int16)
    counts = np.bincount(at // values.shape[1] * span + values.ravel()[at], minlength=len(values) * span).reshape(len(values), span)
    return np.where(counts.any(axis=1), counts.argmax(axis=1), -1).astype(np.int16)


def _bands(best: _Chosen, as_of: float, exposed: Reals) -> NDArray[np.int8]:
    hit_at = best.pick(lambda p: p.impaired.hit_at)
    waiting = best.pick(lambda p: p.impaired.waiting)
    count = np.maximum(best.mask.sum(axis=1), 1)
    stuck = ((waiting & best.mask).sum(axis=1) / count) >= 0.5
    with np.errstate(invalid="ignore"):
        passed = (((hit_at <= as_of) & ~waiting & best.mask).sum(axis=1) / count) >= 0.5
    return np.where(stuck, 0, np.where(passed | (exposed > 0), 1, 2)).astype(np.int8)


def _records(plan: Plan, pairs: list[Pair], hits: list[_RecordHits]) -> list[RecordOutcome]:
    bits, rows = hits[0].bits, hits[0].rows
    if not bits:
        return []
    emissions = {record.bit: record.emission for stage in plan.stages for record in stage.records}
    masks = [h.mask for h in hits]
    stacked = [Pair(p.impaired, p.free, np.tile(p.weight, (len(bits), 1))) for p in pairs]
    chosen = _Chosen(stacked, masks, _leading(stacked, masks))
    free = _stacked(pairs[0].free.completed, bits, pairs[0].weight)
    expected = masked_median(free, ~np.isnan(free))
    emitted = chosen.median(chosen.choose([h.completed for h in hits]))
    emitted = np.where(np.isnan(emitted), masked_median(hits[0].completed, np.ones(hits[0].completed.shape, bool)), emitted)
    likelihood = _expect(stacked, masks)
    effect = np.maximum(masked_mode(chosen.choose([h.effect for h in hits]), chosen.mask), 0).astype(np.int8)
    arrival = chosen.median(chosen.choose([h.arrival for h in hits]))
    by = masked_mode(chosen.choose([h.by for h in hits]), chosen.mask)
    found: list[RecordOutcome] = []
    for n, bit in enumerate(bits):
        mine, due = slice(n * rows, (n + 1) * rows), emissions[bit].due
        by_when = expected[mine] + float(due) if due is not None else np.full(rows, np.nan)
        row = RecordOutcome(bit, likelihood[mine], effect[mine], arrival[mine], by_when, emitted[mine], by[mine])
        found.append(_spoil(row, pairs[0].impaired))
    return found


def _spoil(row: RecordOutcome, trace: Trace) -> RecordOutcome:
    """What makes its content wrong or doubles it often comes together: each future is asked whether it stays intact."""
    spoilings = trace.spoiled.get(row.bit, ())
    if not spoilings:
        return row
    intact, worst = np.ones(spoilings[0].chance.shape), row.likelihood
    for spoiling in spoilings:
        chance = spoiling.chance.mean(axis=1)
        worse = chance > worst
        code = RECORD_EFFECTS.index(RecordEffect.DUPLICATED if spoiling.barrier.impairment.effect is Effect.DUPLICATED else RecordEffect.WRONG)
        met = masked_median(trace.completed[row.bit], spoiling.chance > 0)
        row.emitted = np.where(worse & ~np.isnan(met), met, row.emitted)
        row.effect = np.where(worse, code, row.effect).astype(np.int8)
        row.by = np.where(worse, spoiling.barrier.index, row.by).astype(np.int16)
        worst, intact = np.maximum(worst, chance), intact * (1 - spoiling.chance)
    row.likelihood = 1 - (1 - row.likelihood) * intact.mean(axis=1)
    return row


def _records_only(plan: Plan, result: Outcome, only: Flags) -> None:
    """Where the order itself flows: the first record that is hit stands for it, at the step that emits it."""
    for record in result.records:
        result.likelihood = np.maximum(result.likelihood, record.likelihood)
    if not only.any() or not result.records:
        return
    likelihoods = np.stack([r.likelihood for r in result.records])
    first = np.argmax(likelihoods, axis=0)
    steps = {record.bit: stage.index for stage in plan.stages for record in stage.records}
    for n, record in enumerate(result.records):
        rows = only & (first == n) & (record.likelihood > 0)
        result.band[rows] = 3
        result.hit_by[rows] = record.by[rows]
        result.hit_step[rows] = steps[record.bit]
        result.hit_at[rows] = record.emitted[rows]
        result.delay[rows] = 0.0
