"""How long orders usually stay in a step, from entering it to leaving it, hand-over and waiting for a run included.

Learned from stays that began well before the moment that is asked about, so that a trouble nobody has reported yet does not pass for what is
usual. What known failures held is left out. Stays that still last count for as long as they were watched (Kaplan and Meier, JASA 53, 1958).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.time import HOUR, Millis
from graph_models.topology import Step, Topology
from impactgraph.columns import Columns
from impactgraph.diagnosis.overdue.stays import Stays, sampled, stays_of
from impactgraph.forecast.calendar import Calendar
from impactgraph.forecast.durations import ENOUGH, GRID, Distribution, documented
from impactgraph.forecast.scenarios import Reals

RECENT: Millis = 6 * HOUR
"""What began within this time is not learned from, as long as enough began before."""
MOST = 20_000
"""Fulfillments of a workflow that are learned from."""
_TAIL = 0.98

Flags = NDArray[np.bool_]
Place = tuple[str, str]
Cut = Callable[[str, str], Sequence[tuple[Millis, Millis]]]


@dataclass(frozen=True)
class Usual:
    """Stays by (workflow key, step key), in milliseconds; those of steps that are not in the topology are missing."""

    of: Mapping[Place, Distribution]

    def p95(self, place: Place) -> float:
        return float(self.of[place].quantile(np.array(0.95)))


def usual_stays(
    topology: Topology, columns: Columns, at: Millis, cut: Cut = lambda workflow, step: ()
) -> Usual:
    """As known at `at`. `cut(workflow, step)`: spans in which a known failure held what was there."""
    seen: dict[Place, Stays] = {}
    for workflow, rows in sampled(columns, MOST):
        words, stays = columns.dictionaries.workflows[workflow], stays_of(columns, rows)
        stays = stays.take(stays.entered <= at)
        seen.update(
            ((words.key, step), stays.take(stays.step == number)) for number, step in enumerate(words.steps)
        )
    return Usual(
        {
            (workflow.key, step.key): _of_step(
                topology, step, seen.get((workflow.key, step.key)), at, cut(workflow.key, step.key)
            )
            for workflow in topology.workflows.values()
            for step in workflow.steps
        }
    )


def _of_step(
    topology: Topology, step: Step, stays: Stays | None, at: Millis, cut: Sequence[tuple[Millis, Millis]]
) -> Distribution:
    prior = _documented(topology, step)
    if stays is None or not len(stays):
        return prior
    lasted, ended = _watched(stays, at, cut)
    old = (stays.entered < at - RECENT) & (lasted > 0)
    if int((ended & old).sum()) < ENOUGH:
        old = lasted > 0
    lasted, ended = lasted[old], ended[old]
    if int(ended.sum()) < ENOUGH:
        return prior
    return Distribution(_kaplan_meier(lasted, ended, prior), int(ended.sum()))


def _documented(topology: Topology, step: Step) -> Distribution:
    """As the topology says, and the wait for a run where a batch hands the order over."""
    vias = [topology.integrations[t.via.partition(":")[2]] for t in step.then if t.via]
    waits = [Calendar(via.schedule).typical_wait for via in vias if via.schedule is not None]
    takes = documented(step.takes)
    return Distribution(takes.at + 2 * max(waits) * GRID) if waits else takes


def _watched(stays: Stays, at: Millis, cut: Sequence[tuple[Millis, Millis]]) -> tuple[Reals, Flags]:
    """For how long each stay was watched, undisturbed by known failures, and whether it ended by then."""
    left = np.where(stays.left > at, 0, stays.left)
    end = np.where(left > 0, left, np.where(stays.cut > 0, np.minimum(stays.cut, at), at))
    lasted, ended = np.maximum(end - stays.entered, 1).astype(np.float64), left > 0
    for since, until in cut:
        touched = (stays.entered < until) & (end > since)
        lasted = np.where(touched, np.maximum(since - stays.entered, 0), lasted)
        ended = ended & ~touched
    return lasted, ended


def _kaplan_meier(lasted: Reals, ended: Flags, prior: Distribution) -> Reals:
    """Quantiles of a right-censored sample; where the curve ends early the documented shape goes on from there. Costs a sort."""
    order = np.lexsort((~ended, lasted))
    lasted, ended = lasted[order], ended[order]
    survival = np.cumprod(np.where(ended, 1.0 - 1.0 / np.arange(len(lasted), 0, -1), 1.0))
    times, gone = lasted[ended], 1.0 - survival[ended]
    middle = gone - np.diff(gone, prepend=0.0) / 2
    quantiles = np.interp(GRID, np.concatenate(([0.0], middle)), np.concatenate(([times[0] * 0.9], times)))
    reach = float(gone[-1])
    if reach < _TAIL:
        beyond = reach < GRID
        stretch = float(times[-1]) / max(float(prior.quantile(np.array(reach))), 1.0)
        quantiles[beyond] = prior.at[beyond] * max(stretch, 1.0)
    return np.maximum.accumulate(quantiles)
