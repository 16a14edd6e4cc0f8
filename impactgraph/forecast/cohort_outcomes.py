"""What the failures do to one class of orders: the worlds with them against the worlds without, over all futures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Band, Effect
from impactgraph.forecast.comparison import AffectedScenarios, Comparison
from impactgraph.forecast.gates import Flags
from impactgraph.forecast.plan import ImpairmentForecast, Plan
from impactgraph.forecast.record_outcomes import RecordOutcomes, compare_records, record_outcomes
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.simulate import Indexes

BANDS = (Band.STUCK, Band.EXPOSED, Band.UPCOMING, Band.RECORDS_ONLY)
"""By code, the worst first."""
CONTENT_EFFECTS = (Effect.STALE, Effect.DUPLICATED)
"""Effects that count as such, whether or not the order gets later."""


@dataclass
class CohortOutcomes:
    """Each (G,): the classes asked for, in their order."""

    likelihood: Reals
    """Affected in any way."""
    flow_likelihood: Reals
    """The order itself is later, elsewhere or lost."""
    wrong_decision_likelihood: Reals
    """A decision about it was, or will be, made wrongly on stale data: a reroute, or a cancellation and a refund."""
    band: NDArray[np.int8]
    hit_by: Indexes
    hit_step: Indexes
    hit_at: Reals
    delay: Reals
    """Median of the delay where it is affected; infinite: it never finishes; 0: records only."""
    finish: Reals
    counterfactual_finish: Reals
    records: list[RecordOutcomes]


def cohort_outcomes(
    plan: Plan,
    hazards: ImpairmentForecast,
    pairs: list[Comparison],
    tolerance: float,
    as_of: float,
    exposed: Reals,
) -> CohortOutcomes:
    """`exposed` (G,): by how much it was held in steps that lie behind it."""
    weights, impaired = [p.weight for p in pairs], [p.factual for p in pairs]
    delays = [_delay(pair) for pair in pairs]
    marks = np.array(
        [*(i.effect in CONTENT_EFFECTS for i in hazards.entries), False]
    )  # the last is for nobody
    flows = [(delay > tolerance) | marks[trace.hit_by] for delay, trace in zip(delays, impaired, strict=True)]
    hits = [compare_records(plan, pair, tolerance) for pair in pairs]
    best = AffectedScenarios.of(weights, flows)
    result = CohortOutcomes(
        likelihood=AffectedScenarios.of(
            weights, [flow | hit.any for flow, hit in zip(flows, hits, strict=True)]
        ).likelihood,
        flow_likelihood=best.likelihood,
        wrong_decision_likelihood=_wrong(pairs),
        band=_bands(best, pairs, as_of, exposed),
        hit_by=best.mode([t.hit_by for t in impaired]),
        hit_step=best.mode([t.hit_step for t in impaired]),
        hit_at=best.median([t.hit_at for t in impaired]),
        delay=best.median(delays),
        finish=best.median([t.finish for t in impaired]),
        counterfactual_finish=best.median([p.counterfactual.finish for p in pairs]),
        records=record_outcomes(plan, pairs, hits),
    )
    only = result.flow_likelihood <= np.maximum(result.likelihood * 0.05, 1e-9)
    _records_only(plan, result, only)
    return result


def _wrong(pairs: list[Comparison]) -> Reals:
    chances = [
        pair.factual.wrong_decision_chance.mean(axis=1)
        for pair in pairs
        if pair.factual.wrong_decision_chance is not None
    ]
    return np.maximum.reduce(chances) if chances else np.zeros(len(pairs[0].weight))


def _delay(pair: Comparison) -> Reals:
    with np.errstate(invalid="ignore"):
        delay = pair.factual.finish - pair.counterfactual.finish
    return np.where(np.isnan(delay), 0.0, delay)


def _bands(
    best: AffectedScenarios, pairs: list[Comparison], as_of: float, exposed: Reals
) -> NDArray[np.int8]:
    waiting = best.select([p.factual.is_waiting for p in pairs])
    with np.errstate(invalid="ignore"):
        gone = (best.select([p.factual.hit_at for p in pairs]) <= as_of) & ~waiting
    stuck, passed = best.share(waiting) >= 0.5, best.share(gone) >= 0.5
    return np.where(stuck, 0, np.where(passed | (exposed > 0), 1, 2)).astype(np.int8)


def _records_only(plan: Plan, result: CohortOutcomes, only: Flags) -> None:
    """Where the order itself flows: the first record that is hit stands for it, at the step that emits it."""
    for record in result.records:
        result.likelihood = np.maximum(result.likelihood, record.likelihood)
    if not only.any() or not result.records:
        return
    likelihoods = np.stack([r.likelihood for r in result.records])
    first = np.argmax(likelihoods, axis=0)
    for n, record in enumerate(result.records):
        rows = only & (first == n) & (record.likelihood > 0)
        result.band[rows] = 3
        result.hit_by[rows] = record.hit_by[rows]
        result.hit_step[rows] = plan.workflow.records[record.bit][0]
        result.hit_at[rows] = record.emitted_at[rows]
        result.delay[rows] = 0.0
