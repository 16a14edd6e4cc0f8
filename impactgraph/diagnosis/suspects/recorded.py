"""Transits and errors that failures on record explain: they are no evidence for other failures."""

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect
from graph_models.impairment import Impairment, Impairments
from graph_models.time import Millis
from graph_models.topology import Step, Topology
from impactgraph.diagnosis.suspects.errors import Errors
from impactgraph.diagnosis.suspects.hypotheses import effects_at
from impactgraph.diagnosis.suspects.pace import BIN, BINS, SPAN
from impactgraph.diagnosis.suspects.transits import Transits
from impactgraph.impact.membership import Membership

Flags = NDArray[np.bool_]


def unexplained_transits(
    transits: Transits, topology: Topology, impairments: Impairments, membership: Membership
) -> Flags:
    """By transit: whether no recorded failure held it while it was open."""
    is_unexplained = np.ones(len(transits), bool)
    for number, place in enumerate(transits.places):
        step = topology.elements.get(f"step:{place.workflow}/{place.step}")
        effects = effects_at(step, place, impairments) if isinstance(step, Step) else []
        if effects:
            rows = np.flatnonzero(transits.place == number)
            for impairment, _ in effects:
                overlaps = transits.began_at[rows] < impairment.until + impairment.drain
                overlaps &= transits.observed_until[rows] > impairment.since
                is_unexplained[rows] &= ~(
                    overlaps & membership.in_scope(transits.rows[rows], impairment.scope)
                )
    return is_unexplained


def unexplained_errors(
    errors: Errors, topology: Topology, impairments: Impairments, membership: Membership, *, at: Millis
) -> Flags:
    """By error: whether no recorded failure impaired what it names, nor made a wrong decision that surfaces
    there.
    """
    is_unexplained = np.ones(len(errors.row), bool)
    moment = at - SPAN + errors.bin * BIN
    for number, kind in enumerate(errors.kinds):
        rows = np.flatnonzero(errors.kind == number)
        for impairment in impairments.by_element.get(kind, ()):
            overlaps = moment[rows] + BIN > impairment.since
            overlaps &= moment[rows] < impairment.until + impairment.drain
            is_unexplained[rows] &= ~(overlaps & membership.in_scope(errors.row[rows], impairment.scope))
        for impairment in _surfacing(topology, impairments, kind):
            is_unexplained[rows] &= moment[rows] + BIN <= impairment.since
    return is_unexplained


def _surfacing(topology: Topology, impairments: Impairments, step_id: str) -> list[Impairment]:
    """Decisions on stale data that surface at this step, including those about orders no longer in scope."""
    step = topology.elements.get(step_id)
    if not isinstance(step, Step):
        return []
    deciding = [each.id for each in topology.workflows[step.workflow].steps if each.surfaces_at == step.key]
    return [
        impairment
        for decision in deciding
        for impairment in impairments.by_element.get(decision, ())
        if impairment.effect is Effect.STALE
    ]


def misleads(impairments: Impairments, at: Millis) -> bool:
    """Whether a recorded failure led to wrong decisions in the last hours: detours are no evidence then."""
    since = at - BINS * BIN
    return any(
        i.effect is Effect.STALE and i.until + i.drain > since and i.element.startswith("step:")
        for own in impairments.by_element.values()
        for i in own
    )
