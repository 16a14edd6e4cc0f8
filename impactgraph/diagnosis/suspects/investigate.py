"""Which elements would explain what orders show, when nobody has reported a failure, or more than was reported is wrong."""

from collections.abc import Iterable, Iterator, Sequence
from math import exp

import numpy as np

from graph_models.impairment import Impairments
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns, Dictionary
from impactgraph.diagnosis.suspects.evidence import (
    Evidence,
    detours_of,
    errors_of,
    flow_of,
    no_detours,
    rare_errors,
)
from impactgraph.diagnosis.suspects.hypotheses import group_by_signature, hypothesis, upstream
from impactgraph.diagnosis.suspects.pace import LEARNED, hazards, observe
from impactgraph.diagnosis.suspects.rank import Explanation, rank_explanations
from impactgraph.diagnosis.suspects.recorded import misleads, unexplained_errors, unexplained_transits
from impactgraph.diagnosis.suspects.sentences import Suspect, suspect
from impactgraph.diagnosis.suspects.transits import Place, TransitKind, recent_rows, transits_of
from impactgraph.impact.membership import Membership
from impactgraph.propagation import FailureGraph

MOST_ROWS = 2_000
"""Fulfillments of a workflow that are looked at, evenly spaced."""
MOST = 5
"""Suspects that are told."""
LEAST = 5.0
"""Natural logarithm of the likelihood ratio that makes an element suspect."""
_BESIDE = 0.2
"""Share of the best one's that another has to have."""
_VALUES = 8
_ATTRIBUTES = {"carrier": "carriers", "supplier": "suppliers", "payload_version": "versions"}


def suspects(
    columns: Columns,
    topology: Topology,
    graph: FailureGraph,
    at: Millis,
    *,
    factors: Iterable[Scope] = (),
    known: Impairments | None = None,
) -> tuple[Suspect, ...]:
    """Best first; none where nothing is clearly wrong. `factors`: scopes that the overdue have in common; `known`: of failures on record.

    Looks at a sample of the fulfillments, and at all in the scope of a factor up to as many: what it costs does not grow with the orders in flight but
    for one pass over them and over their records; it grows with elements near the trouble times scopes times places.
    """
    found = explanations(columns, topology, graph, at, factors=factors, known=known)
    told = [each for each in found if each.score >= max(LEAST, _BESIDE * found[0].score)][:MOST]
    weights = [exp(each.score - told[0].score) for each in told]
    total = sum(weights) + (exp(-told[0].score) if told else 0.0)
    return tuple(
        suspect(each, weight / total, topology, graph, at) for each, weight in zip(told, weights, strict=True)
    )


def explanations(
    columns: Columns,
    topology: Topology,
    graph: FailureGraph,
    at: Millis,
    *,
    factors: Iterable[Scope] = (),
    known: Impairments | None = None,
) -> list[Explanation]:
    """Every element near what goes on, with what it explains: the best first."""
    membership = Membership(columns, topology)
    scopes = tuple(dict.fromkeys(factors))
    usual = recent_rows(columns, at - LEARNED, MOST_ROWS)
    closer = [_closer(columns, membership, scope, at) for scope in scopes]
    rows = np.unique(np.concatenate([usual, *closer]))
    sample = np.zeros(len(columns.fulfillments), bool)
    sample[usual] = True
    transits, errors = transits_of(columns, topology, rows, at), errors_of(columns, rows, at)
    learned = hazards(transits.take(sample[transits.rows]), at, _last(topology, transits.places))
    silent = known is not None and misleads(known, at)
    if known is not None:
        transits = transits.take(unexplained_transits(transits, topology, known, membership))
        errors = errors.take(unexplained_errors(errors, topology, known, membership, at))
    seen = observe(transits, learned, at)
    inside, erred = sample[seen.transits.rows], sample[errors.row]
    detours = (
        no_detours() if silent else detours_of(columns, usual, transits.began_at[sample[transits.rows]], at)
    )
    evidence = [
        Evidence(EVERYWHERE, flow_of(seen, np.flatnonzero(inside)), rare_errors(errors, erred), detours)
    ]
    for scope in (*_scopes(columns), *scopes):
        within = membership.in_scope(seen.transits.rows, scope) & (inside if scope not in scopes else True)
        named = membership.in_scope(errors.row, scope) & (erred if scope not in scopes else True)
        evidence.append(
            Evidence(scope, flow_of(seen, np.flatnonzero(within)), rare_errors(errors, named), no_detours())
        )
    hypotheses = [
        hypothesis(graph, topology, element, transits.places, at)
        for element in upstream(topology, transits.places)
    ]
    volume = np.bincount(seen.transits.place[inside], minlength=len(transits.places)).astype(np.float64)
    return rank_explanations(
        group_by_signature(each for each in hypotheses if each.visible), transits.places, volume, evidence
    )


def _last(topology: Topology, places: Sequence[Place]) -> frozenset[int]:
    """Places (by index) that a fulfillment ends with."""
    ends = {(w.key, step.key) for w in topology.workflows.values() for step in w.steps if not step.then}
    return frozenset(
        n
        for n, place in enumerate(places)
        if place.kind is not TransitKind.RECORD and (place.workflow, place.step) in ends
    )


def _closer(columns: Columns, membership: Membership, scope: Scope, at: Millis) -> Codes:
    """Fulfillments in a scope that the overdue have in common."""
    rows = np.arange(len(columns.fulfillments), dtype=np.int32)
    return recent_rows(columns, at - LEARNED, MOST_ROWS, membership.in_scope(rows, scope))


def _scopes(columns: Columns) -> Iterator[Scope]:
    """The most usual values of what failures are often confined to, one at a time."""
    o, v = columns.orders, columns.dictionaries
    sets: list[tuple[str, Codes, Dictionary]] = [
        ("regions", o.region, v.regions),
        ("channels", o.channel, v.channels),
        ("modes", o.mode, v.modes),
    ]
    sets += [
        (name, o.attributes[own], v.attributes[own])
        for own, name in _ATTRIBUTES.items()
        if own in o.attributes
    ]
    for name, codes, words in sets:
        counts = np.bincount(codes, minlength=len(words))
        counts[0] = 0
        chosen: list[int] = [
            code for code in np.argsort(-counts, kind="stable")[:_VALUES].tolist() if counts[code]
        ]
        yield from (Scope.of(**{name: [words.values[code]]}) for code in chosen if len(chosen) > 1)
