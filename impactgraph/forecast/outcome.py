"""What the failures do to one class of orders: the worlds with them against the worlds without, over all futures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Band, Effect, RecordEffect
from graph_models.time import Millis
from impactgraph.forecast.lattice import Reals
from impactgraph.forecast.plan import Hazards, Plan
from impactgraph.forecast.walk import Indexes, Trace

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
    anyhow = [np.logical_or.reduce([flow, *(h.mask for h in hits.values())]) for flow, hits in zip(flows, record_hits, strict=True)]
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
    _records_only(plan, result, only & (exposed <= tolerance))
    return result


@dataclass
class _RecordHit:
    mask: Flags
    effect: NDArray[np.int8]
    extra: Reals | None = None


def _wrong(pairs: list[Pair]) -> Reals:
    chances = [pair.impaired.wrong.mean(axis=1) for pair in pairs if pair.impaired.wrong is not None]
    return np.maximum.reduce(chances) if chances else np.zeros(len(pairs[0].weight))


def _flow(pair: Pair, tolerance: float) -> Flags:
    return _delay(pair) > tolerance


def _delay(pair: Pair) -> Reals:
    with np.errstate(invalid="ignore"):
        delay = pair.impaired.finish - pair.free.finish
    return np.where(np.isnan(delay), 0.0, delay)


def _record_hits(plan: Plan, pair: Pair, tolerance: float) -> dict[int, _RecordHit]:
    emissions = {record.bit: record.emission for stage in plan.stages for record in stage.records}
    bits = {(e.kind, e.type): bit for bit, e in emissions.items()}
    hits: dict[int, _RecordHit] = {}
    for bit, with_ in pair.impaired.records.items():
        without, emission = pair.free.records[bit], emissions[bit]
        due = pair.free.completed[bit] + float(emission.due or 0)
        with np.errstate(invalid="ignore"):
            late = (with_ > due) & (with_ - without > tolerance)
            missing = np.isinf(with_) & np.isfinite(without)
            disordered = np.zeros_like(late)
            for kind in emission.after:
                other = bits.get((emission.kind, kind))
                if other is not None and other in pair.impaired.records:
                    disordered |= (pair.impaired.records[other] > with_ + 1.0) & ~(pair.free.records[other] > without + 1.0)
        effect = np.where(missing, 0, np.where(disordered, 1, 2)).astype(np.int8)
        hits[bit] = _RecordHit(late | missing | disordered, effect)
    return hits


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
    found = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0)[:, None], axis=1)[:, 0]
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


def _records(plan: Plan, pairs: list[Pair], hits: list[dict[int, _RecordHit]]) -> list[RecordOutcome]:
    emissions = {record.bit: record.emission for stage in plan.stages for record in stage.records}
    bits = sorted({bit for h in hits for bit in h})
    return [_spoil(_record(bit, emissions[bit].due, pairs, [h[bit] for h in hits]), pairs[0].impaired) for bit in bits]


def _record(bit: int, due: Millis | None, pairs: list[Pair], hits: list[_RecordHit]) -> RecordOutcome:
    masks = [h.mask for h in hits]
    chosen = _Chosen(pairs, masks, _leading(pairs, masks))
    completed = pairs[0].free.completed[bit]
    expected = masked_median(completed, ~np.isnan(completed))
    effect = masked_mode(chosen.choose([h.effect.astype(np.int16) for h in hits]), chosen.mask)
    own = [pair.impaired.record_by[bit] for pair in pairs]
    by = [np.where(o >= 0, o, pair.impaired.hit_by) for o, pair in zip(own, pairs, strict=True)]
    return RecordOutcome(
        bit=bit,
        likelihood=_expect(pairs, masks),
        effect=np.maximum(effect, 0).astype(np.int8),
        expected_at=chosen.median(chosen.choose([pair.impaired.records[bit] for pair in pairs])),
        due=expected + float(due) if due is not None else np.full(len(expected), np.nan),
        emitted=_emitted(chosen, [pair.impaired.completed[bit] for pair in pairs]),
        by=masked_mode(chosen.choose(by), chosen.mask),
    )


def _emitted(chosen: _Chosen, completed: list[Reals]) -> Reals:
    """Of a record that only its content is wrong of, in all futures."""
    found = chosen.median(chosen.choose(completed))
    return np.where(np.isnan(found), masked_median(completed[0], np.ones(completed[0].shape, bool)), found)


def _spoil(row: RecordOutcome, trace: Trace) -> RecordOutcome:
    for spoiling in trace.spoiled.get(row.bit, ()):
        chance = spoiling.chance.mean(axis=1)
        worse = chance > row.likelihood
        code = RECORD_EFFECTS.index(RecordEffect.DUPLICATED if spoiling.barrier.impairment.effect is Effect.DUPLICATED else RecordEffect.WRONG)
        met = masked_median(trace.completed[row.bit], spoiling.chance > 0)
        row.emitted = np.where(worse & ~np.isnan(met), met, row.emitted)
        row.effect = np.where(worse, code, row.effect).astype(np.int8)
        row.by = np.where(worse, spoiling.barrier.index, row.by).astype(np.int16)
        row.likelihood = 1 - (1 - row.likelihood) * (1 - chance)
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
