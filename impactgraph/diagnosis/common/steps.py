"""Steps, workflows and integrations that more of the overdue are at than is usual there.

A step cannot be compared within itself, so the reference is its own past: the share of those in a step that are usually beyond its limit. These come
last, for what values within steps have not explained: a store that stands makes its steps look slow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from graph_models.needs import Choice
from graph_models.topology import Step, Topology
from impactgraph.columns import Columns
from impactgraph.diagnosis.common.dimensions import INTEGRATION, STEP, WORKFLOW
from impactgraph.diagnosis.common.search import ALPHA, SUPPORT
from impactgraph.diagnosis.common.tails import log_chi_square_tail
from impactgraph.diagnosis.overdue.usual import Usual
from impactgraph.forecast.durations import Distribution
from impactgraph.forecast.scenarios import Reals

TWICE = 2.0
"""Times the usual share, and the share elsewhere, that is beyond doubt."""
_GRID = 256

Place = tuple[int, int]
"""Workflow and step by index in the vocabulary."""


@dataclass(frozen=True)
class AtSteps:
    """What the overdue are at: `dimension` is step, workflow or integration."""

    dimension: str
    value: str
    places: frozenset[Place]
    log_p: float


def at_steps(
    columns: Columns, topology: Topology, usual: Usual, limit: NDArray[np.int64], overdue: Reals, total: Reals
) -> list[AtSteps]:
    """Best first, each without what the ones before it explain. `overdue`, `total` and `limit` by (workflow, step index)."""
    sets = _sets(columns, topology)
    expected = total * shares(columns, topology, usual, limit)
    overdue = overdue.copy()
    found: list[AtSteps] = []
    while sets:
        tried = [(each, _gain(places, overdue, expected, total)) for each, places in sets.items()]
        best, gain = max(tried, key=lambda pair: pair[1])
        log_p = log_chi_square_tail(2 * gain, 1) + log(len(sets))
        if log_p >= log(ALPHA):
            break
        found.append(AtSteps(*best, sets[best], log_p))
        for place in sets[best]:
            overdue[place] = 0
    return found


def shares(columns: Columns, topology: Topology, usual: Usual, limit: NDArray[np.int64]) -> Reals:
    """By (workflow, step index): the share of those in the step that are usually beyond the limit, with arrivals as even as they come."""
    found = np.zeros(limit.shape)
    for n, words in enumerate(columns.dictionaries.workflows):
        for m, step in enumerate(words.steps):
            if (words.key, step) in usual.of:
                found[n, m] = _beyond(usual.of[words.key, step], float(limit[n, m]))
    return found


def _beyond(stays: Distribution, limit: float) -> float:
    """Time spent beyond the limit over time spent in the step (a stationary renewal process)."""
    p = (np.arange(_GRID) + 0.5) / _GRID
    lasts = stays.quantile(p)
    return float(np.maximum(lasts - limit, 0).sum() / max(lasts.sum(), 1.0))


def _gain(places: frozenset[Place], overdue: Reals, expected: Reals, total: Reals) -> float:
    """How much likelier the overdue are at these places if something there multiplies them; 0 where they are not far above what is usual."""
    inside = np.zeros(total.shape, bool)
    inside[tuple(zip(*places, strict=True))] = True
    hit, usual, size = overdue[inside].sum(), expected[inside].sum(), total[inside].sum()
    elsewhere = overdue[~inside].sum() / max(total[~inside].sum(), 1.0)
    usual = TWICE * max(usual, 0.5)
    if hit < SUPPORT or hit <= usual or hit / max(size, 1.0) < TWICE * elsewhere:
        return 0.0
    return float(hit * np.log(hit / usual) - (hit - usual))


def _sets(columns: Columns, topology: Topology) -> Mapping[tuple[str, str], frozenset[Place]]:
    """Places of each step, workflow and integration that is used there; of equal ones the simplest."""
    found: dict[tuple[str, str], set[Place]] = {}
    integrations: dict[tuple[str, str], set[Place]] = {}
    for n, words in enumerate(columns.dictionaries.workflows):
        places = {key: m for m, key in enumerate(words.steps)}
        workflow = topology.workflows.get(words.key)
        for step in workflow.steps if workflow else ():
            if step.key not in places:
                continue
            here = n, places[step.key]
            found.setdefault((STEP, f"{words.key}/{step.key}"), set()).add(here)
            for integration in _used(step):
                integrations.setdefault((INTEGRATION, integration), set()).add(here)
        found.setdefault((WORKFLOW, words.key), set()).update((n, m) for m in places.values())
    known: set[frozenset[Place]] = set()
    chosen: dict[tuple[str, str], frozenset[Place]] = {}
    for name, places in [*found.items(), *integrations.items()]:
        if places and frozenset(places) not in known:
            known.add(frozenset(places))
            chosen[name] = frozenset(places)
    return chosen


def _used(step: Step) -> set[str]:
    """Integrations that it calls, or that take orders from it."""
    called = [need for need in step.needs.required if isinstance(need, str)]
    choices = [
        member
        for need in step.needs.required
        if isinstance(need, Choice)
        for members in need.alternatives[:1]
        for member in members
    ]
    vias = [transition.via for transition in step.then if transition.via]
    return {each for each in (*called, *choices, *vias) if each.startswith("integration:")}
