"""Search for elements whose failure would explain what orders show beyond the failures on record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from graph_models.impairment import Impairments
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns, Dictionary
from impactgraph.diagnosis.suspects.evidence import (
    Errors,
    Evidence,
    RareEvents,
    detours_of,
    errors_of,
    flow_of,
    no_detours,
    rare_errors,
)
from impactgraph.diagnosis.suspects.hypotheses import group_by_signature, hypothesis, upstream
from impactgraph.diagnosis.suspects.pace import LEARNED, ObservedTransits, hazards, observe
from impactgraph.diagnosis.suspects.rank import Explanation, rank_explanations
from impactgraph.diagnosis.suspects.recorded import misleads, unexplained_errors, unexplained_transits
from impactgraph.diagnosis.suspects.suspect import Suspect, suspect_of
from impactgraph.diagnosis.suspects.transits import Place, TransitKind, recent_rows, transits_of
from impactgraph.impact.membership import Membership
from impactgraph.propagation import FailureGraph

MOST_ROWS = 2_000
"""Fulfillments of a workflow that are sampled, evenly spaced."""
MOST = 5
"""Suspects that are reported."""
LEAST = 5.0
"""Natural logarithm of the likelihood ratio that makes an element suspect."""
_RELATIVE = 0.2
"""Share of the best score that another suspect must have."""
_VALUES = 8
_ATTRIBUTES = {"carrier": "carriers", "supplier": "suppliers", "payload_version": "versions"}


@dataclass(frozen=True)
class Investigation:
    """What suspects are looked for in.

    `factors`: scopes that overdue orders have in common; `recorded`: impairments by failures on record.
    """

    columns: Columns
    topology: Topology
    graph: FailureGraph
    at: Millis
    factors: tuple[Scope, ...] = ()
    recorded: Impairments | None = None


def suspects(investigation: Investigation) -> tuple[Suspect, ...]:
    """Best first; none where nothing is clearly wrong.

    Examines a sample of the fulfillments, and more in the scope of each factor. The cost does not grow with
    the orders in flight except for one pass over them and over their records; it grows with the number of
    elements near the problem times scopes times places.
    """
    ranking = explanations(investigation)
    best = [each for each in ranking if each.score >= max(LEAST, _RELATIVE * ranking[0].score)][:MOST]
    weights = [exp(each.score - best[0].score) for each in best]
    total = sum(weights) + (exp(-best[0].score) if best else 0.0)
    return tuple(
        suspect_of(each, weight / total, investigation.topology, investigation.graph, at=investigation.at)
        for each, weight in zip(best, weights, strict=True)
    )


def explanations(investigation: Investigation) -> list[Explanation]:
    """Every element near current transits, with what its failure would explain: the best first."""
    columns = investigation.columns
    topology = investigation.topology
    at = investigation.at
    membership = Membership(columns, topology)
    factors = tuple(dict.fromkeys(investigation.factors))
    sample_rows = recent_rows(columns, at - LEARNED, MOST_ROWS)
    factor_rows = [_rows_in_scope(columns, membership, scope, at) for scope in factors]
    rows = np.unique(np.concatenate([sample_rows, *factor_rows]))
    in_sample = np.zeros(len(columns.fulfillments), bool)
    in_sample[sample_rows] = True
    transits = transits_of(columns, topology, rows, at)
    errors = errors_of(columns, rows, at)
    hazard_of = hazards(transits.take(in_sample[transits.rows]), at, _final_places(topology, transits.places))
    detours_are_explained = False
    recorded = investigation.recorded
    if recorded is not None:
        detours_are_explained = misleads(recorded, at)
        transits = transits.take(unexplained_transits(transits, topology, recorded, membership))
        errors = errors.take(unexplained_errors(errors, topology, recorded, membership, at=at))
    detours = no_detours()
    if not detours_are_explained:
        detours = detours_of(columns, sample_rows, transits.began_at[in_sample[transits.rows]], at)
    observations = observe(transits, hazard_of, at)
    sources = _Sources(membership, observations, errors, in_sample)
    evidence = sources.evidence(detours, tuple(_usual_scopes(columns)), factors)
    hypotheses = (
        hypothesis(investigation.graph, topology, element, transits.places, at=at)
        for element in upstream(topology, transits.places)
    )
    classes = group_by_signature(each for each in hypotheses if each.is_visible)
    sampled_places = observations.transits.place[in_sample[observations.transits.rows]]
    volume = np.bincount(sampled_places, minlength=len(transits.places)).astype(np.float64)
    return rank_explanations(classes, transits.places, volume, evidence)


@dataclass(frozen=True)
class _Sources:
    """Transits and errors that evidence is counted from. `in_sample`: by fulfillment."""

    membership: Membership
    observations: ObservedTransits
    errors: Errors
    in_sample: NDArray[np.bool_]

    def evidence(
        self, detours: RareEvents, scopes: Sequence[Scope], factors: Sequence[Scope]
    ) -> list[Evidence]:
        """Everywhere, in usual scopes within the sample, and in the scopes of factors."""
        transit_rows = self.observations.transits.rows
        transits_in_sample = self.in_sample[transit_rows]
        errors_in_sample = self.in_sample[self.errors.row]
        evidence = [
            Evidence(
                EVERYWHERE,
                flow_of(self.observations, np.flatnonzero(transits_in_sample)),
                rare_errors(self.errors, errors_in_sample),
                detours,
            )
        ]
        for scope in (*scopes, *factors):
            is_factor = scope in factors
            transits_mask = self.membership.in_scope(transit_rows, scope)
            errors_mask = self.membership.in_scope(self.errors.row, scope)
            if not is_factor:
                transits_mask = transits_mask & transits_in_sample
                errors_mask = errors_mask & errors_in_sample
            flow = flow_of(self.observations, np.flatnonzero(transits_mask))
            evidence.append(Evidence(scope, flow, rare_errors(self.errors, errors_mask), no_detours()))
        return evidence


def _final_places(topology: Topology, places: Sequence[Place]) -> frozenset[int]:
    """Places (by index) that a fulfillment ends with."""
    ends = {(w.key, step.key) for w in topology.workflows.values() for step in w.steps if not step.then}
    return frozenset(
        n
        for n, place in enumerate(places)
        if place.kind is not TransitKind.RECORD and (place.workflow, place.step) in ends
    )


def _rows_in_scope(columns: Columns, membership: Membership, scope: Scope, at: Millis) -> Codes:
    """Recent fulfillments in a scope that overdue orders have in common."""
    rows = np.arange(len(columns.fulfillments), dtype=np.int32)
    return recent_rows(columns, at - LEARNED, MOST_ROWS, membership.in_scope(rows, scope))


def _usual_scopes(columns: Columns) -> Iterator[Scope]:
    """The most frequent values of the dimensions that failures are often limited to, one at a time."""
    o = columns.orders
    dictionaries = columns.dictionaries
    dimensions: list[tuple[str, Codes, Dictionary]] = [
        ("regions", o.region, dictionaries.regions),
        ("channels", o.channel, dictionaries.channels),
        ("modes", o.mode, dictionaries.modes),
    ]
    dimensions += [
        (name, o.attributes[attribute], dictionaries.attributes[attribute])
        for attribute, name in _ATTRIBUTES.items()
        if attribute in o.attributes
    ]
    for name, codes, dictionary in dimensions:
        counts = np.bincount(codes, minlength=len(dictionary))
        counts[0] = 0
        frequent: list[int] = [
            code for code in np.argsort(-counts, kind="stable")[:_VALUES].tolist() if counts[code]
        ]
        if len(frequent) > 1:
            yield from (Scope.of(**{name: [dictionary.values[code]]}) for code in frequent)
