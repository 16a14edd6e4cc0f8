"""What the failures have done already: by how much an order was held in a step that lies behind it.

Its coming and going are on record, its completion is not. So every length the work may have had is tried, and weighs as much as it
explains when the order went on.
"""

from dataclasses import dataclass

import numpy as np

from graph_models.time import MINUTE
from impactgraph.forecast.gates import Gate
from impactgraph.forecast.lattice import FUTURES, Reals, strata
from impactgraph.forecast.plan import Handoff, Stage


@dataclass(frozen=True)
class Held:
    """Each (G,): the chance that it was held, and for how long where it was (milliseconds)."""

    chance: Reals
    shift: Reals


def held_in(stage: Stage, handoff: Handoff | None, entered: Reals, left: Reals, *, failed: bool = False) -> Held:
    """Of orders that entered `stage` and went on by `handoff` (None: the end of the workflow) at these moments.

    `failed`: an error of an impaired element was reported for this stay. A barrier that still stands when the order went on did not hold it.
    """
    arrived = np.broadcast_to(entered[:, None], (len(entered), FUTURES))
    gone = left[:, None]
    out = handoff.gate if handoff else Gate()
    begun, struck = _begun(stage, arrived, gone, failed)
    completed = begun + stage.duration.quantile(strata(f"takes/{stage.step.id}"))[None, :]
    recorded = _opened(stage.completion, completed, gone)
    departed = _opened(out, recorded, gone)
    free = out.unimpaired(arrived + (completed - begun))
    shift = np.maximum(departed - free, 0.0)
    width = np.maximum(MINUTE, 0.05 * (gone - arrived))
    weight = np.exp(-0.5 * ((departed - gone) / width) ** 2) + 1e-12
    if not (stage.completion or out) and not struck:
        shift, weight = np.maximum(np.minimum(begun, gone) - arrived, 0.0), np.ones_like(weight)
    longer = shift > 1.0
    total = weight.sum(axis=1)
    chance = (weight * longer).sum(axis=1) / total
    mean = (weight * shift).sum(axis=1) / np.maximum((weight * longer).sum(axis=1), 1e-300)
    return Held(chance, np.where(chance > 0, mean, 0.0))


def _begun(stage: Stage, arrived: Reals, gone: Reals, failed: bool) -> tuple[Reals, bool]:
    """When the work began, and whether a coin held it."""
    begun = _opened(stage.start, arrived, gone)
    if not failed or not stage.start.coins:
        return begun, False
    hold = max(float(b.impairment.hold) for b in stage.start.coins)
    return np.minimum(arrived + hold * strata(f"held/{stage.step.id}"), gone), True


def _opened(gate: Gate, t: Reals, gone: Reals) -> Reals:
    """Through the gate; where it says later than the order was seen to go on, the gate did not hold it."""
    if not gate:
        return gate.unimpaired(t)
    out = gate.passed(t, coin=False).out
    return np.where(out > gone + 3 * MINUTE, gate.unimpaired(t), out)
