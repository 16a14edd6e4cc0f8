"""Where an order stands now, and what that tells: given that it is still in its step, when will it have completed it?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect
from graph_models.time import MINUTE
from impactgraph.forecast.plan import Plan, Stage
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample
from impactgraph.forecast.simulate import NOBODY, Indexes


@dataclass(frozen=True)
class StepEvidence:
    """What the events of an order's present step say."""

    is_completed: bool = False
    """A record of the step has come: it is complete and waits to be handed over."""
    has_related_error: bool = False
    """An error was reported whose origin is impaired: an uncertain impairment has struck."""
    has_unrelated_error: bool = False
    """An error was reported that has nothing to do with the failures: it waits in either world."""
    is_dead_lettered: bool = False
    """Its message lies in the dead-letter queue."""
    reports_errors: bool = True
    """Errors at the impaired elements are reported, so that none seen means none struck."""


@dataclass
class CurrentStep:
    """Completions (G, K) of the present step, given that the order is still here: with the failures, with their coins struck too, and without them."""

    completion: Reals
    without: Reals
    struck: Reals | None
    without_struck: Reals | None
    chance: Reals
    hit_by: Indexes
    """Barrier that held its start, -1 where none did."""
    struck_by: Indexes
    held_now: NDArray[Any]
    """Where its start is still held."""


def current_step(
    plan: Plan,
    index: int,
    entered: Reals,
    shift: Reals,
    told: Reals,
    pace: Reals,
    evidence: StepEvidence,
    as_of: float,
) -> CurrentStep:
    """Each (G,): when it entered the step, how much earlier it would have without the failures, where it is done, when its completion was told,
    and how much longer than usual it takes there."""
    stage = plan.stages[index]
    paced = stage.slowdown(pace)
    arrived = np.broadcast_to(entered[:, None], (len(entered), SCENARIOS))
    early = shift[:, None]
    low, high = _bounds(stage, told, evidence, as_of)
    passage = stage.start.pass_through(arrived, chance_occurs=False)
    begun = np.minimum(passage.departures, told[:, None]) if evidence.is_completed else passage.departures
    if evidence.has_unrelated_error:
        begun = arrived + _likely(
            stage,
            arrived,
            np.broadcast_to(stage.manual_wait.quantile(scenario_sample("hold/unrelated")), arrived.shape),
            low,
            high,
            paced,
        )
    lasts = _remaining(stage, begun, low, high, paced)
    struck = without_struck = None
    chance = np.zeros_like(begun)
    struck_by = np.full(begun.shape, NOBODY)
    if stage.start.uncertain_barriers:
        struck, without_struck, chance, struck_by = _struck(stage, arrived, early, evidence, low, high, paced)
    completion = begun + lasts
    if evidence.is_dead_lettered:
        completion = np.maximum(arrived, _refused_since(stage, as_of))
    return CurrentStep(
        completion=completion,
        without=(begun if evidence.has_unrelated_error else arrived) - early + lasts,
        struck=struck,
        without_struck=without_struck,
        chance=chance,
        hit_by=passage.hit_by,
        struck_by=struck_by,
        held_now=begun > as_of,
    )


def _bounds(stage: Stage, told: Reals, evidence: StepEvidence, as_of: float) -> tuple[Reals, Reals]:
    """(G, 1) or (1, K): between which moments the work of an order that is still here ends."""
    if evidence.is_completed:
        return told[:, None] - 1.0, told[:, None]
    recorded = stage.completion.threshold(as_of)
    silent = stage.records_show_completion or (
        evidence.reports_errors and any(h.gate.rejects() for h in stage.handoffs)
    )
    if evidence.is_dead_lettered or not silent:
        handed = [h.gate.threshold(as_of) for h in stage.handoffs]
        low = np.minimum.reduce([recorded, *handed])
    else:
        low = recorded
    return low[None, :], np.full((1, SCENARIOS), as_of if evidence.is_dead_lettered else np.inf)


def _refused_since(stage: Stage, as_of: float) -> float:
    """When the hand-off began to refuse: what lies in its dead-letter queue was refused then or later."""
    return min(
        (b.since for h in stage.handoffs for b in h.gate.barriers if b.impairment.effect is Effect.REJECTED),
        default=as_of,
    )


def _remaining(stage: Stage, begun: Reals, low: Reals, high: Reals, paced: Reals) -> Reals:
    begun, low, high = _narrow(begun), _narrow(low), _narrow(high)
    finite = np.isfinite(begun)
    since = np.where(finite, begun, 0.0)
    least = np.maximum(np.where(finite, low - since, 0.0), 0.0)
    most = np.maximum(high - since, least)
    return (
        stage.duration.between(least / paced, most / paced, scenario_sample(f"takes/{stage.step.id}")) * paced
    )


def _narrow(moments: Reals) -> Reals:
    """(.., 1) of (.., K) that are the same in all futures: what is worked out of them is worked out once."""
    first = moments[:, :1]
    return first if (moments == first).all() else moments


def _struck(
    stage: Stage, arrived: Reals, early: Reals, evidence: StepEvidence, low: Reals, high: Reals, paced: Reals
) -> tuple[Reals, Reals, Reals, Indexes]:
    passage = stage.start.pass_through(arrived, chance_occurs=True)
    chance = passage.chance if passage.chance is not None else np.zeros_like(arrived)
    met = chance > 0
    if evidence.has_related_error:
        begun = np.where(
            met,
            arrived + _likely(stage, arrived, passage.departures - arrived, low, high, paced),
            passage.departures,
        )
        chance = np.where(met, 1.0, 0.0)
    else:
        begun = passage.departures
        chance = np.zeros_like(chance) if evidence.reports_errors else chance
    lasts = _remaining(stage, begun, low, high, paced)
    return begun + lasts, arrived - early + lasts, chance, np.where(met, passage.hit_by, NOBODY)


def _likely(stage: Stage, arrived: Reals, holds: Reals, low: Reals, high: Reals, paced: Reals) -> Reals:
    """(G, K) of possible holds, those that explain that its work ended in (low, high]: each weighs as much as the work that it leaves is likely."""
    finite = np.isfinite(high)
    slack = np.where(finite, 2.0 * MINUTE, 0.0)
    begun = arrived + holds
    latest = stage.duration.below((np.where(finite, high, 1e18) + slack - begun) / paced)
    weight = latest - stage.duration.below((low - slack - begun) / paced)
    order = np.argsort(holds, axis=1, kind="stable")
    ordered = np.take_along_axis(holds, order, axis=1)
    cumulative = np.cumsum(np.take_along_axis(np.maximum(weight, 1e-6), order, axis=1), axis=1)
    cumulative /= cumulative[:, -1:]
    draw = scenario_sample(f"held/{stage.step.id}")
    found = np.empty(holds.shape)
    for n, (row, values) in enumerate(zip(cumulative, ordered, strict=True)):
        found[n] = np.interp(draw, row, values)
    return found
