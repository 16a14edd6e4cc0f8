"""Ranking of hypotheses by how well "this element failed in this window, within this scope" explains the
evidence.

The score is the logarithm of a likelihood ratio against "nothing is wrong": transits at the places that the
element would stop end at a fraction of their usual pace, errors that name what it would impair are more
frequent than usual, and so are reroutes where decisions would be made on stale data. Since paces vary, only
clear deviations count for a hypothesis, and a usual pace counts against it. The best window and scope are
taken, with a penalty for how many there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from graph_models.scope import EVERYWHERE, Scope
from impactgraph.diagnosis.suspects.evidence import WINDOWS, Evidence, RareEvents
from impactgraph.diagnosis.suspects.hypotheses import Hypothesis
from impactgraph.diagnosis.suspects.transits import Place
from impactgraph.forecast.scenarios import Reals

HALTED = 0.7
"""At most this fraction of the usual pace is left where something has failed."""
_USUAL = 0.85
"""A pace that is still usual, since days differ."""
_LEAST_PACE = 0.02
_OFTEN = 1.5
"""Ratio to the usual number of errors that is still usual."""
_BINS = 8.0
"""Number of windows that are as good as independent."""

HypothesisClass = tuple[Hypothesis, ...]
"""Hypotheses that orders cannot distinguish; the first one represents all."""


@dataclass(frozen=True)
class Explanation:
    """The best that an element explains. `window`: first and last bin."""

    hypotheses: HypothesisClass
    score: float
    scope: Scope
    window: tuple[int, int]
    ends: float
    """Of transits at the places that the element stops."""
    expected_ends: float
    errors: float
    usual_errors: float
    named_elements: tuple[str, ...]
    """Elements that the errors name, the most frequent first."""
    detours: float
    usual_detours: float


def rank_explanations(
    classes: Sequence[HypothesisClass],
    places: Sequence[Place],
    volume: Reals,
    evidence: Sequence[Evidence],
) -> list[Explanation]:
    """One explanation per class of hypotheses, the best first. `volume`: number of transits at each place.

    Costs a product of (hypotheses, places) and (places, windows) for each scope.
    """
    if not classes or not evidence:
        return []
    number_of = {place: n for n, place in enumerate(places)}
    stops = np.zeros((len(classes), len(places)))
    stops_new = np.zeros((len(classes), len(places)))
    for row, (first, *_) in enumerate(classes):
        stops[row, [number_of[p] for p in first.stops]] = 1
        stops_new[row, [number_of[p] for p in first.stops_new]] = 1
    model = _Model(classes, stops, stops_new, _detour_prior(classes, number_of, volume), scopes=len(evidence))
    scores = [model.scores(each) for each in evidence]
    best: list[Explanation] = []
    for row, hypotheses in enumerate(classes):
        index = max(range(len(evidence)), key=lambda n: float(scores[n].total[row].max()))
        best.append(scores[index].explanation(hypotheses, row, evidence[index].scope))
    return sorted(best, key=lambda each: (-each.score, each.hypotheses[0].element))


@dataclass(frozen=True)
class _Scores:
    """By (class, window)."""

    total: Reals
    ends: Reals
    expected_ends: Reals
    errors: Reals
    usual_errors: Reals
    detours: Reals
    usual_detours: Reals
    names: tuple[tuple[str, ...], ...]
    """By class: kinds of errors that it would impair."""
    rare_errors: RareEvents

    def explanation(self, hypotheses: HypothesisClass, row: int, scope: Scope) -> Explanation:
        """Of the class in this row, in its best window."""
        window = int(self.total[row].argmax())
        return Explanation(
            hypotheses=hypotheses,
            score=float(self.total[row, window]),
            scope=scope,
            window=WINDOWS[window],
            ends=float(self.ends[row, window]),
            expected_ends=float(self.expected_ends[row, window]),
            errors=float(self.errors[row, window]),
            usual_errors=float(self.usual_errors[row, window]),
            named_elements=self._named_elements(row, window),
            detours=float(self.detours[row, window]),
            usual_detours=float(self.usual_detours[row, window]),
        )

    def _named_elements(self, row: int, window: int) -> tuple[str, ...]:
        """Elements that the errors of the window name, the most frequent first."""
        counts = {
            kind: float(own[window])
            for kind, own in zip(self.rare_errors.kinds, self.rare_errors.counts, strict=True)
            if kind in self.names[row] and own[window]
        }
        return tuple(sorted(counts, key=lambda kind: (-counts[kind], kind)))


@dataclass(frozen=True)
class _Model:
    """Classes of hypotheses with the places that they stop, as matrices of (class, place)."""

    classes: Sequence[HypothesisClass]
    stops: Reals
    stops_new: Reals
    prior: Reals
    """Logarithm, by class."""
    scopes: int

    def scores(self, evidence: Evidence) -> _Scores:
        flow = evidence.flow
        ends = self.stops @ flow.ends + self.stops_new @ flow.new_ends
        expected_ends = self.stops @ flow.expected_ends + self.stops_new @ flow.expected_new_ends
        kinds = evidence.errors.kinds
        names = tuple(tuple(kind for kind in kinds if kind in c[0].impaired_elements) for c in self.classes)
        matrix = np.array([[kind in own for kind in kinds] for own in names], np.float64)
        matrix = matrix.reshape(len(self.classes), len(kinds))
        errors = matrix @ evidence.errors.counts
        usual_errors = matrix @ evidence.errors.expected_counts
        has_detours = np.array([bool(c[0].misled_places) for c in self.classes], np.float64)[:, None]
        detours = has_detours * evidence.detours.counts
        usual_detours = has_detours * evidence.detours.expected_counts
        penalty = log(_BINS**2)
        if evidence.scope is not EVERYWHERE:
            penalty += log(max(self.scopes, 2))
        total = _fewer(ends, expected_ends) + _more(errors, usual_errors) + _more(detours, usual_detours)
        return _Scores(
            total=total + self.prior[:, None] - penalty,
            ends=ends,
            expected_ends=expected_ends,
            errors=errors,
            usual_errors=usual_errors,
            detours=detours,
            usual_detours=usual_detours,
            names=names,
            rare_errors=evidence.errors,
        )


def _detour_prior(classes: Sequence[HypothesisClass], number_of: Mapping[Place, int], volume: Reals) -> Reals:
    """By class: log of its share of the decisions on stale data, since a detour does not show which one
    caused it.
    """
    volumes = (sum(volume[number_of[place]] for place in c[0].misled_places) for c in classes)
    decisions = np.array(list(volumes), np.float64)
    largest = max(float(decisions.max(initial=0.0)), 1.0)
    return np.log(np.where(decisions > 0, decisions / largest, 1.0))


def _fewer(ends: Reals, expected_ends: Reals) -> Reals:
    """Log-likelihood ratio of a pace of at most HALTED against one that is still usual (Poisson)."""
    pace = np.clip(ends / np.maximum(expected_ends, 1e-9), _LEAST_PACE, HALTED)
    ratio = ends * np.log(pace / _USUAL) + expected_ends * (_USUAL - pace)
    return np.where(expected_ends > 0, ratio, 0.0)


def _more(counts: Reals, usual_counts: Reals) -> Reals:
    """Log-likelihood ratio of more than _OFTEN times the usual count against that many; 0 up to that."""
    most = np.maximum(_OFTEN * usual_counts, 1e-9)
    ratio = counts * np.log(np.maximum(counts, 1e-9) / most) - (counts - most)
    return np.where(counts > most, ratio, 0.0)
