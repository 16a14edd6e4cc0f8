"""Effect of a hold of records: records that are no longer spoilt, and records that come late for it."""

from dataclasses import replace

import numpy as np

from graph_models.enums import RecordEffect, RecordKind
from graph_models.estimates import Estimate, Estimates
from graph_models.topology import Topology
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.impact.estimates import (
    Sums,
    estimates_of,
    no_sums,
    read_estimates,
    record_sums,
)
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.totals import listed_mask
from impactgraph.impact.uncertain_sums import UncertainSums

_LATE = RECORD_EFFECTS.index(RecordEffect.LATE)
_BY_RECORD = dict[RecordKind, UncertainSums]


def ways_of_records(topology: Topology, element: str) -> dict[str, frozenset[str]]:
    """By full id of each integration that carries records at an element (an integration, or the system that
    they go to): their types.
    """
    types: dict[str, set[str]] = {}
    for workflow in topology.workflows.values():
        for _, emission in workflow.records:
            if emission.via is not None and element in (emission.via, _receiver(topology, emission.via)):
                types.setdefault(emission.via, set()).add(emission.type)
    return {way: frozenset(of_way) for way, of_way in types.items()}


def hands_over(topology: Topology, way: str) -> bool:
    """Whether orders go on over an integration, and not only records."""
    steps = (step for workflow in topology.workflows.values() for step in workflow.steps)
    return any(transition.via == way for step in steps for transition in step.then)


def saved_by_hold(now: MatchedImpact, held: MatchedImpact) -> tuple[Estimates, Estimate]:
    """Records that are wrong, double, missing or out of sequence only without the hold; and how many more
    come late with it. Orders go on as before.
    """
    (spoilt, late), (still_spoilt, late_then) = _records(now), _records(held)
    saved = {kind: spoilt[kind] - still_spoilt[kind] for kind in spoilt}
    nothing = no_sums(now)
    more_late = sum((late_then[kind] - late[kind] for kind in late), UncertainSums.none(1))
    return read_estimates(replace(nothing, records=saved))[0], estimates_of(more_late, nothing.basis)[0]


def _records(impact: MatchedImpact) -> tuple[_BY_RECORD, _BY_RECORD]:
    """Sums of the records that failures spoil, and of those that only come late."""
    nothing: Sums = no_sums(impact)
    spoilt, late = dict(nothing.records), dict(nothing.records)
    for group in impact.affected_records:
        at = np.flatnonzero(listed_mask(group, impact.min_likelihood))
        if not len(at):
            continue
        is_late = group.outcome.effect[group.cohort[at]] == _LATE
        for sums, of_it in ((spoilt, at[~is_late]), (late, at[is_late])):
            if len(of_it):
                part = np.zeros(len(of_it), np.intp)
                sums[group.emission.kind] += record_sums(impact, group, of_it, part, 1)
    return spoilt, late


def _receiver(topology: Topology, way: str) -> str:
    """Full id of the system that an integration leads to."""
    target = topology.integrations[way.partition(":")[2]].target
    kind, _, key = target.partition(":")
    return f"system:{topology.apis[key].system}" if kind == "api" else target
