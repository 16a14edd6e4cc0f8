"""Search for elements whose failure would explain what orders show beyond the failures on record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.impairment import Impairments
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns, Dictionary
from impactgraph.diagnosis.suspects.errors import (
    Entries,
    Errors,
    entries_of,
    errors_of,
    rare_errors,
    rates_in_scope,
    usual_rates,
)
from impactgraph.diagnosis.suspects.evidence import Evidence, Flow, detours_of, flow_of, usual_of
from impactgraph.diagnosis.suspects.hypotheses import group_by_signature, hypothesis, upstream
from impactgraph.diagnosis.suspects.pace import (
    LEARNED,
    Hazard,
    ObservedTransits,
    hazards,
    observe,
    observe_before,
)
from impactgraph.diagnosis.suspects.posterior import Pair, likely
from impactgraph.diagnosis.suspects.rank import Comparison, Explanation
from impactgraph.diagnosis.suspects.recorded import misleads, unexplained_errors, unexplained_transits
from impactgraph.diagnosis.suspects.retention import hidden_places, retention
from impactgraph.diagnosis.suspects.suspect import Suspect, suspect_of
from impactgraph.diagnosis.suspects.transits import Place, TransitKind, Transits, recent_rows, transits_of
from impactgraph.diagnosis.suspects.windows import RareEvents, no_events
from impactgraph.forecast.scenarios import Reals
from impactgraph.impact.membership import Membership
from impactgraph.propagation import FailureGraph

MOST_ROWS = 2_000
"""Fulfillments of a workflow that are sampled, evenly spaced."""
MOST = 5
"""Suspects that are reported."""
LEAST = 4.0
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
    """Likeliest first; none where nothing is clearly wrong.

    Examines a sample of the fulfillments, and more in the scope of each factor. The cost does not grow with
    the orders in flight except for one pass over them and over their records; it grows with the number of
    elements near the problem times scopes times places.
    """
    own_ranking = comparison(investigation)
    ranking = own_ranking.ranking()
    best = [each for each in ranking if each.score >= max(LEAST, _RELATIVE * ranking[0].score)]
    pairs = _pairs(own_ranking, best)
    elements = {each.hypotheses[0].element for each in (*best, *(second for _, second in pairs))}
    explanations = [
        each
        for each in likely(ranking, pairs, len(ranking))
        if each.explanation.hypotheses[0].element in elements
    ]
    return tuple(
        suspect_of(
            each.explanation,
            each.likelihood,
            investigation.topology,
            investigation.graph,
            at=investigation.at,
        )
        for each in explanations[:MOST]
    )


def _pairs(comparison: Comparison, best: Sequence[Explanation]) -> list[Pair]:
    """For the best explanations: the one that explains most of what each leaves unexplained."""
    pairs: list[Pair] = []
    for each in best[:MOST]:
        rest = comparison.ranking(each.hypotheses[0])
        if rest[0].score >= LEAST:
            pairs.append((each, rest[0]))
    return pairs


def comparison(investigation: Investigation) -> Comparison:
    """Every element near current transits, with the evidence that its failure may explain."""
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
    hazard_of = _hazards(columns, topology, transits.take(in_sample[transits.rows]), at)
    entries = entries_of(columns, transits, at)
    explains_detours = False
    recording = investigation.recorded
    if recording is not None:
        explains_detours = misleads(recording, at)
        transits = transits.take(unexplained_transits(transits, topology, recording, membership))
        errors = errors.take(unexplained_errors(errors, topology, recording, membership, at=at))
    detours = no_events()
    if not explains_detours:
        detours = detours_of(columns, sample_rows, transits.take(in_sample[transits.rows]), at)
    observations = observe(transits, hazard_of, at)
    before = observe_before(transits, hazard_of, at)
    sources = _Sources(membership, observations, before, errors=errors, entries=entries, in_sample=in_sample)
    evidence = sources.evidence(detours, tuple(_usual_scopes(columns)), factors)
    hypotheses = (
        hypothesis(investigation.graph, topology, element, transits.places, at=at)
        for element in upstream(topology, transits.places)
    )
    classes = group_by_signature(hypotheses, frozenset(errors.kinds))
    sampled_places = observations.transits.place[in_sample[observations.transits.rows]]
    volume = np.bincount(sampled_places, minlength=len(transits.places)).astype(np.float64)
    return Comparison(classes, transits.places, volume, evidence)


def _hazards(columns: Columns, topology: Topology, transits: Transits, at: Millis) -> dict[int, Hazard]:
    """By place (index), where it can be learned."""
    last = _final_places(topology, transits.places)
    f = columns.fulfillments
    share = retention(columns.orders.placed_at[f.order], f.ended_at, at)
    unseen_places = hidden_places(transits, f.ended_at[transits.rows], share, last, at)
    return {place: own for place, own in hazards(transits, at, last).items() if place not in unseen_places}


@dataclass(frozen=True)
class _Sources:
    """Transits and errors that evidence is counted from. `in_sample`: by fulfillment."""

    membership: Membership
    observations: ObservedTransits
    before: ObservedTransits
    """The day before."""
    errors: Errors
    entries: Entries
    in_sample: NDArray[np.bool_]

    def evidence(
        self, detours: RareEvents, scopes: Sequence[Scope], factors: Sequence[Scope]
    ) -> list[Evidence]:
        """Everywhere, in usual scopes within the sample, and in the scopes of factors."""
        errors = self.errors.take(self.in_sample[self.errors.row])
        entries = self.entries.take(self.in_sample[self.entries.row])
        rates = usual_rates(errors, entries)
        everywhere = Evidence(
            EVERYWHERE, self._flow(EVERYWHERE, True), rare_errors(errors, entries, rates), detours
        )
        within = [self._in_scope(scope, rates, scope not in factors) for scope in (*scopes, *factors)]
        return [everywhere, *within]

    def _in_scope(self, scope: Scope, rates: Reals, in_sample: bool) -> Evidence:
        errors = self.errors.take(self._mask(self.errors.row, scope, in_sample))
        entries = self.entries.take(self._mask(self.entries.row, scope, in_sample))
        own = rare_errors(errors, entries, rates_in_scope(errors, entries, rates))
        return Evidence(scope, self._flow(scope, in_sample), own, no_events())

    def _flow(self, scope: Scope, in_sample: bool) -> Flow:
        recent = np.flatnonzero(self._mask(self.observations.transits.rows, scope, in_sample))
        earlier = np.flatnonzero(self._mask(self.before.transits.rows, scope, in_sample))
        return flow_of(self.observations, recent, usual_of(self.before, earlier))

    def _mask(self, rows: Codes, scope: Scope, in_sample: bool) -> NDArray[np.bool_]:
        """Whether each fulfillment is in the scope, and in the sample, if only that counts."""
        mask = self.membership.in_scope(rows, scope)
        return mask & self.in_sample[rows] if in_sample else mask


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
