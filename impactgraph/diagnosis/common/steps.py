"""Steps, workflows and integrations that have more overdue fulfillments than is usual there.

A step cannot be compared within itself, so the reference is its own past: the share of its fulfillments that
is usually beyond its limit. These factors come last, for what values within steps have not explained: a
store that has stopped makes its steps look slow.
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
from impactgraph.diagnosis.overdue.baseline import DwellBaseline
from impactgraph.forecast.durations import Distribution
from impactgraph.forecast.scenarios import Reals

TWICE = 2.0
"""Multiple of the usual share, and of the share elsewhere, that makes a place conspicuous."""
_GRID = 256

Place = tuple[int, int]
"""Workflow and step by index in the dictionary."""


@dataclass(frozen=True)
class StepFactor:
    """Places at which overdue fulfillments gather: `dimension` is step, workflow or integration."""

    dimension: str
    value: str
    places: frozenset[Place]
    log_p: float


def step_factors(
    columns: Columns,
    topology: Topology,
    baseline: DwellBaseline,
    limit: NDArray[np.int64],
    *,
    overdue: Reals,
    total: Reals,
) -> list[StepFactor]:
    """Best first, each without what the ones before it explain. Arrays are by (workflow, step index)."""
    sets = _sets(columns, topology)
    usual_counts = total * usual_overdue_shares(columns, baseline, limit)
    overdue = overdue.copy()
    factors: list[StepFactor] = []
    while sets:
        gains = [(name, _gain(places, overdue, usual_counts, total)) for name, places in sets.items()]
        best, gain = max(gains, key=lambda pair: pair[1])
        log_p = log_chi_square_tail(2 * gain, 1) + log(len(sets))
        if log_p >= log(ALPHA):
            break
        factors.append(StepFactor(*best, sets[best], log_p))
        for place in sets[best]:
            overdue[place] = 0
    return factors


def usual_overdue_shares(columns: Columns, baseline: DwellBaseline, limit: NDArray[np.int64]) -> Reals:
    """By (workflow, step index): the share of those in the step that is usually beyond the limit.

    Arrivals are taken to be evenly spread.
    """
    shares = np.zeros(limit.shape)
    for n, workflow in enumerate(columns.dictionaries.workflows):
        for m, step in enumerate(workflow.steps):
            if (workflow.key, step) in baseline.by_step:
                shares[n, m] = _share_beyond(baseline.by_step[workflow.key, step], float(limit[n, m]))
    return shares


def _share_beyond(dwell: Distribution, limit: float) -> float:
    """Time spent beyond the limit over time spent in the step (a stationary renewal process)."""
    p = (np.arange(_GRID) + 0.5) / _GRID
    lengths = dwell.quantile(p)
    return float(np.maximum(lengths - limit, 0).sum() / max(lengths.sum(), 1.0))


def _gain(places: frozenset[Place], overdue: Reals, usual_counts: Reals, total: Reals) -> float:
    """Log-likelihood ratio of a cause at these places that multiplies the overdue; 0 where they are near the
    usual.
    """
    inside = np.zeros(total.shape, bool)
    inside[tuple(zip(*places, strict=True))] = True
    late = overdue[inside].sum()
    share_elsewhere = overdue[~inside].sum() / max(total[~inside].sum(), 1.0)
    threshold = TWICE * max(usual_counts[inside].sum(), 0.5)
    share = late / max(total[inside].sum(), 1.0)
    if late < SUPPORT or late <= threshold or share < TWICE * share_elsewhere:
        return 0.0
    return float(late * np.log(late / threshold) - (late - threshold))


def _sets(columns: Columns, topology: Topology) -> Mapping[tuple[str, str], frozenset[Place]]:
    """Places of each step, workflow and integration that is used there; of equal sets only the simplest."""
    by_name: dict[tuple[str, str], set[Place]] = {}
    integrations: dict[tuple[str, str], set[Place]] = {}
    for n, known_workflow in enumerate(columns.dictionaries.workflows):
        index_of = {key: m for m, key in enumerate(known_workflow.steps)}
        workflow = topology.workflows.get(known_workflow.key)
        for step in workflow.steps if workflow else ():
            if step.key not in index_of:
                continue
            place = n, index_of[step.key]
            by_name.setdefault((STEP, f"{known_workflow.key}/{step.key}"), set()).add(place)
            for integration in _integrations_of(step):
                integrations.setdefault((INTEGRATION, integration), set()).add(place)
        by_name.setdefault((WORKFLOW, known_workflow.key), set()).update((n, m) for m in index_of.values())
    earlier: set[frozenset[Place]] = set()
    distinct: dict[tuple[str, str], frozenset[Place]] = {}
    for name, places in [*by_name.items(), *integrations.items()]:
        if places and frozenset(places) not in earlier:
            earlier.add(frozenset(places))
            distinct[name] = frozenset(places)
    return distinct


def _integrations_of(step: Step) -> set[str]:
    """Integrations that the step calls, or that take orders from it."""
    requirements = [need for need in step.needs.required if isinstance(need, str)]
    first_choices = [
        member
        for need in step.needs.required
        if isinstance(need, Choice)
        for members in need.alternatives[:1]
        for member in members
    ]
    vias = [transition.via for transition in step.then if transition.via]
    return {each for each in (*requirements, *first_choices, *vias) if each.startswith("integration:")}
