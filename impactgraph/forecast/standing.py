"""Where an order stands now, and what that tells: given that it is still in its step, when will it have completed it?"""

from dataclasses import dataclass

import numpy as np

from graph_models.enums import Effect
from graph_models.time import HOUR
from impactgraph.forecast.lattice import FUTURES, Reals, strata
from impactgraph.forecast.plan import Plan, Stage
from impactgraph.forecast.walk import NOBODY, Indexes

USUAL_HOLD = float(HOUR)
"""Within this time somebody looks at a call that failed by chance."""


@dataclass(frozen=True)
class Evidence:
    """What the events of an order's present step say."""

    done: bool = False
    """A record of the step has come: it is complete and waits to be handed over."""
    failed: bool = False
    """An error was reported whose origin is impaired: an uncertain impairment has struck."""
    unrelated: bool = False
    """An error was reported that has nothing to do with the failures: it waits in either world."""
    dead: bool = False
    """Its message lies in the dead-letter queue."""
    reported: bool = True
    """Errors at the impaired elements are reported, so that none seen means none struck."""


@dataclass
class Standing:
    """Completions (G, K) of the present step: with the failures, with their coins struck too, and without them; in each world given that the order is still here."""

    completion: Reals
    without: Reals
    struck: Reals | None
    without_struck: Reals | None
    chance: Reals
    hit_by: Indexes
    """Barrier that held its start, -1 where none did."""
    struck_by: Indexes
    held_now: np.ndarray
    """Where its start is still held."""


def standing(plan: Plan, index: int, entered: Reals, shift: Reals, evidence: Evidence, as_of: float) -> Standing:
    """`entered` and `shift` are (G,): when it entered the step, and how much earlier it would have without the failures."""
    stage = plan.stages[index]
    arrived = np.broadcast_to(entered[:, None], (len(entered), FUTURES))
    early = shift[:, None]
    low, high = _bounds(stage, evidence, as_of)
    passage = stage.start.passed(arrived, coin=False)
    begun = passage.out
    if evidence.unrelated:
        begun = arrived + _held(stage, entered, low, USUAL_HOLD)
    lasts = _remaining(stage, begun, low, high)
    struck = without_struck = None
    chance = np.zeros_like(begun)
    struck_by = np.full(begun.shape, NOBODY)
    if stage.start.coins:
        struck, without_struck, chance, struck_by = _struck(stage, arrived, entered, early, evidence, low, high)
    completion = begun + lasts
    if evidence.dead:
        completion = np.maximum(arrived, _refused_since(stage, as_of))
    return Standing(
        completion=completion,
        without=(begun if evidence.unrelated else arrived) - early + lasts,
        struck=struck,
        without_struck=without_struck,
        chance=chance,
        hit_by=passage.by,
        struck_by=struck_by,
        held_now=begun > as_of,
    )


def _bounds(stage: Stage, evidence: Evidence, as_of: float) -> tuple[Reals, Reals]:
    """(K,) between which moments the work of an order that is still here ends."""
    recorded = stage.completion.threshold(as_of)
    silent = stage.tells or (evidence.reported and any(h.gate.rejects() for h in stage.handoffs))
    if evidence.done or evidence.dead or not silent:
        handed = [h.gate.threshold(as_of) for h in stage.handoffs]
        low = np.minimum.reduce([recorded, *handed])
    else:
        low = recorded
    return low, np.full(FUTURES, as_of if evidence.done or evidence.dead else np.inf)


def _refused_since(stage: Stage, as_of: float) -> float:
    """When the hand-off began to refuse: what lies in its dead-letter queue was refused then or later."""
    return min((b.since for h in stage.handoffs for b in h.gate.barriers if b.impairment.effect is Effect.REJECTED), default=as_of)


def _remaining(stage: Stage, begun: Reals, low: Reals, high: Reals) -> Reals:
    draw = np.broadcast_to(strata(f"takes/{stage.step.id}"), begun.shape)
    finite = np.where(np.isfinite(begun), begun, 0.0)
    least = np.maximum(np.where(np.isfinite(begun), low - finite, 0.0), 0.0)
    most = np.maximum(high - finite, least)
    return stage.duration.between(least, most, draw)


def _struck(
    stage: Stage, arrived: Reals, entered: Reals, early: Reals, evidence: Evidence, low: Reals, high: Reals
) -> tuple[Reals, Reals, Reals, Indexes]:
    passage = stage.start.passed(arrived, coin=True)
    chance = passage.chance if passage.chance is not None else np.zeros_like(arrived)
    met = chance > 0
    if evidence.failed:
        hold = max((float(b.impairment.hold) for b in stage.start.coins), default=0.0) or USUAL_HOLD
        begun = np.where(met, arrived + _held(stage, entered, low, hold), passage.out)
        chance = np.where(met, 1.0, 0.0)
    else:
        begun = passage.out
        chance = np.zeros_like(chance) if evidence.reported else chance
    lasts = _remaining(stage, begun, low, high)
    return begun + lasts, arrived - early + lasts, chance, np.where(met, passage.by, NOBODY)


def _held(stage: Stage, entered: Reals, low: Reals, longest: float) -> Reals:
    """(G, K) how long it was held, given that it is still here: the longer ones are the likelier, the longer ago it entered."""
    grid = (np.arange(32) + 0.5) / 32 * longest
    left = np.maximum(float(np.median(low)) - entered[:, None] - grid, 0.0)
    weight = np.maximum(1.0 - stage.duration.below(left), 1e-6)
    cumulative = np.cumsum(weight, axis=1) / weight.sum(axis=1, keepdims=True)
    draw = strata(f"held/{stage.step.id}")
    return np.stack([np.interp(draw, row, grid) for row in cumulative]) if len(entered) else np.zeros((0, FUTURES))
