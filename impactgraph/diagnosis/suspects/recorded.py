"""What failures that are known explain already is no evidence for others."""

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect
from graph_models.impairment import Impairment, Impairments
from graph_models.time import Millis
from graph_models.topology import Step, Topology
from impactgraph.diagnosis.suspects.evidence import Errors
from impactgraph.diagnosis.suspects.hypotheses import effects_at
from impactgraph.diagnosis.suspects.pace import BIN, BINS, SPAN
from impactgraph.diagnosis.suspects.transits import Transits
from impactgraph.impact.membership import Membership

Flags = NDArray[np.bool_]


def unexplained_transits(
    transits: Transits, topology: Topology, known: Impairments, membership: Membership
) -> Flags:
    """Which transits no known failure held while they were under way."""
    free = np.ones(len(transits), bool)
    for number, place in enumerate(transits.places):
        step = topology.elements.get(f"step:{place.workflow}/{place.step}")
        found = effects_at(step, place, known) if isinstance(step, Step) else []
        if found:
            rows = np.flatnonzero(transits.place == number)
            for impairment, _ in found:
                touched = (transits.began_at[rows] < impairment.until + impairment.drain) & (
                    transits.observed_until[rows] > impairment.since
                )
                free[rows] &= ~(touched & membership.in_scope(transits.rows[rows], impairment.scope))
    return free


def unexplained_errors(
    errors: Errors, topology: Topology, known: Impairments, membership: Membership, at: Millis
) -> Flags:
    """Which errors name nothing that a known failure impaired, nor the step at which its wrong decisions come to light."""
    free = np.ones(len(errors.row), bool)
    moment = at - SPAN + errors.bin * BIN
    for number, kind in enumerate(errors.kinds):
        rows = np.flatnonzero(errors.kind == number)
        for impairment in known.by_element.get(kind, ()):
            touched = (moment[rows] + BIN > impairment.since) & (
                moment[rows] < impairment.until + impairment.drain
            )
            free[rows] &= ~(touched & membership.in_scope(errors.row[rows], impairment.scope))
        for impairment in _surfacing(topology, known, kind):
            free[rows] &= moment[rows] + BIN <= impairment.since
    return free


def _surfacing(topology: Topology, known: Impairments, step_id: str) -> list[Impairment]:
    """Decisions on old data that come to light at this step, whoever was decided about then and is not in scope any more."""
    step = topology.elements.get(step_id)
    if not isinstance(step, Step):
        return []
    deciding = [each.id for each in topology.workflows[step.workflow].steps if each.surfaces_at == step.key]
    return [
        i for decision in deciding for i in known.by_element.get(decision, ()) if i.effect is Effect.STALE
    ]


def misleads(known: Impairments, at: Millis) -> bool:
    """Whether a known failure has made decisions go wrong in the last hours: detours tell nothing new then."""
    since = at - BINS * BIN
    return any(
        i.effect is Effect.STALE and i.until + i.drain > since and i.element.startswith("step:")
        for rows in known.by_element.values()
        for i in rows
    )
