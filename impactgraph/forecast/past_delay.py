"""What the failures have done already: by how much an order was held in a step that lies behind it.

Its coming and going are on record, its completion is not. So every length the work may have had is tried, and weighs as much as it
explains when the order went on.
"""

from dataclasses import dataclass, replace

import numpy as np

from graph_models.time import MINUTE
from impactgraph.forecast.gates import Flags, Gate
from impactgraph.forecast.plan import Handoff, Stage
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample

_LEAST = 1e-6
"""Weight below which nothing is explained."""


@dataclass(frozen=True)
class PastDelay:
    """Each (G,): the chance that it was held, and for how long where it was (milliseconds)."""

    chance: Reals
    delay: Reals


def past_delay(
    stage: Stage,
    handoff: Handoff | None,
    entered: Reals,
    left: Reals,
    told: Reals,
    pace: Reals,
    *,
    failed: bool = False,
) -> PastDelay:
    """Of orders that entered `stage` and went on by `handoff` (None: the end of the workflow) at these moments.

    `told`: when its completion was, NaN where it is not known; `pace`: how much longer than usual it takes there.

    `failed`: an error of an impaired element was reported for this stay. A barrier that still stands when the order went on did not hold it.
    """
    held, explained = _explained(stage, handoff, entered, left, told, pace, failed)
    lost = np.flatnonzero(~explained)
    if len(lost):
        at = float(left[lost].max())
        bare = replace(
            stage, start=stage.start.without_closed_at(at), completion=stage.completion.without_closed_at(at)
        )
        onward = replace(handoff, gate=handoff.gate.without_closed_at(at)) if handoff else None
        again, _ = _explained(bare, onward, entered[lost], left[lost], told[lost], pace[lost], failed)
        held.chance[lost], held.delay[lost] = again.chance, again.delay
    return held


def _explained(
    stage: Stage, handoff: Handoff | None, entered: Reals, left: Reals, told: Reals, pace: Reals, failed: bool
) -> tuple[PastDelay, Flags]:
    """What held them, and for which of them any length of the work explains when they went on."""
    arrived = np.broadcast_to(entered[:, None], (len(entered), SCENARIOS))
    gone = left[:, None]
    out = handoff.gate if handoff else Gate()
    begun, struck = _begun(stage, arrived, gone, failed)
    if not (stage.completion or out or struck):
        late = np.maximum(begun - arrived, 0.0)
        return _weighed(late, np.ones_like(late)), np.ones(len(entered), bool)
    lasted = stage.durations(scenario_sample(f"takes/{stage.step.id}"), pace)
    recorded = _through(stage.completion, begun + lasted)
    departed = _through(out, recorded)
    shift = np.maximum(departed - out.scheduled_departures(arrived + lasted), 0.0)
    weight, unseen = _near(departed, gone, arrived), np.isnan(told)
    blind, explained = _weighed(shift, weight), ~unseen | (weight.sum(axis=1) > _LEAST)
    if unseen.all():
        return blind, explained
    late = recorded - (arrived + lasted)
    seen = _told(
        out,
        late,
        _near(recorded, told[:, None], arrived) if stage.completion or struck else np.ones_like(late),
        gone,
        told,
    )
    return PastDelay(
        np.where(unseen, blind.chance, seen.chance), np.where(unseen, blind.delay, seen.delay)
    ), explained


def _told(out: Gate, late: Reals, weight: Reals, gone: Reals, told: Reals) -> PastDelay:
    """The completion is on record: what it waited from then on is the hand-off's doing, what it lost before is the step's."""
    completed = np.nan_to_num(told)[:, None]
    before = _weighed(np.maximum(late, 0.0), np.nan_to_num(weight))
    free = out.scheduled_departures(completed)
    most = 2.0 * np.max(_through(out, np.broadcast_to(completed, late.shape)) - free, axis=1)
    wait = np.where(_met(out, completed), np.minimum(np.maximum(gone - free, 0.0)[:, 0], most), 0.0)
    return PastDelay(
        np.where(wait > MINUTE, 1.0, before.chance), before.delay + np.where(wait > MINUTE, wait, 0.0)
    )


def _met(gate: Gate, at: Reals) -> Flags:
    """(G,) whether any barrier was, or may have been, in force."""
    found = np.zeros(len(at), bool)
    for barrier in gate.barriers:
        found |= (at[:, 0] >= barrier.since) & (
            at[:, 0] < float(np.max(barrier.until)) + barrier.impairment.drain
        )
    return found


def _near(t: Reals, seen: Reals, arrived: Reals) -> Reals:
    """How well a moment explains what was seen: within a minute, or a twentieth of the stay."""
    return np.exp(-0.5 * ((t - seen) / np.maximum(MINUTE, 0.05 * (seen - arrived))) ** 2)


def _weighed(shift: Reals, weight: Reals) -> PastDelay:
    """Where no length explains when it went on, nothing is said to have held it."""
    total = weight.sum(axis=1)
    held = weight * (shift > 1.0)
    chance = np.where(total > _LEAST, held.sum(axis=1) / np.maximum(total, 1e-300), 0.0)
    mean = (held * np.where(held > 0, shift, 0.0)).sum(axis=1) / np.maximum(
        held.sum(axis=1), 1e-300
    )  # what would have been refused has no weight, nor an end
    return PastDelay(chance, np.where(chance > 0, mean, 0.0))


def _begun(stage: Stage, arrived: Reals, gone: Reals, failed: bool) -> tuple[Reals, bool]:
    """When the work began, and whether a coin held it. A barrier that stood longer than the order stayed did not hold it."""
    begun = _through(stage.start, arrived)
    begun = np.where(begun > gone, arrived, begun)
    if not failed or not stage.start.uncertain_barriers:
        return begun, False
    return np.minimum(stage.start.pass_through(arrived, chance_occurs=True).departures, gone), True


def _through(gate: Gate, t: Reals) -> Reals:
    return gate.pass_through(t, chance_occurs=False).departures if gate else gate.scheduled_departures(t)
