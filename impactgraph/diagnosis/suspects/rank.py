"""How well "this element failed in this span, within this scope" explains what was seen and what was not.

The logarithm of a likelihood ratio against "nothing is wrong": ends of transits at the places that the element would stop come at a share of their usual
pace, errors that name what it would impair come more often than usual, and so do reroutes where decisions would be made on old data. Paces vary: only
what is clearly off counts for, and what flows as usual counts against. Of spans and scopes the best is taken, and paid for by how many there are.
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
"""At most this share of the usual pace is left where something has failed."""
_USUAL = 0.85
"""A pace that is still usual: days differ."""
_STOOD = 0.02
_OFTEN = 1.5
"""Times the usual number of errors that is still usual."""
_BINS = 8.0
"""Spans that are as good as independent."""


@dataclass(frozen=True)
class Explanation:
    """The best that an element explains. `window`: first and last bin."""

    hypotheses: tuple[Hypothesis, ...]
    """What orders cannot tell apart; the first one stands for all."""
    score: float
    scope: Scope
    window: tuple[int, int]
    ends: float
    """Ends of transits at the places that it stops; `expected` too."""
    expected_ends: float
    errors: float
    usual_errors: float
    named_elements: tuple[str, ...]
    """What the errors named."""
    detours: float
    usual_detours: float


def rank_explanations(
    classes: Sequence[tuple[Hypothesis, ...]],
    places: Sequence[Place],
    volume: Reals,
    evidence: Sequence[Evidence],
) -> list[Explanation]:
    """Best first, one for each class of hypotheses; `volume`: how much is under way at each place.

    Costs a product of (hypotheses, places) and (places, windows) for each scope."""
    if not classes or not evidence:
        return []
    number = {place: n for n, place in enumerate(places)}
    stops, new = np.zeros((len(classes), len(places))), np.zeros((len(classes), len(places)))
    for row, (first, *_) in enumerate(classes):
        stops[row, [number[p] for p in first.stops]] = 1
        new[row, [number[p] for p in first.stops_new]] = 1
    best: list[Explanation] = []
    likely = _likely(classes, number, volume)
    scored = [_scored(classes, stops, new, likely, each, len(evidence)) for each in evidence]
    for row, hypotheses in enumerate(classes):
        which = max(range(len(evidence)), key=lambda n: float(scored[n].total[row].max()))
        best.append(scored[which].explained(hypotheses, row, evidence[which].scope))
    return sorted(best, key=lambda each: (-each.score, each.hypotheses[0].element))


@dataclass(frozen=True)
class _Scored:
    """By (class, window)."""

    total: Reals
    seen: Reals
    expected: Reals
    errors: Reals
    usual_errors: Reals
    detours: Reals
    usual_detours: Reals
    names: tuple[tuple[str, ...], ...]
    odd: RareEvents

    def explained(self, hypotheses: tuple[Hypothesis, ...], row: int, scope: Scope) -> Explanation:
        at = int(self.total[row].argmax())
        figures = (
            float(each[row, at])
            for each in (
                self.seen,
                self.expected,
                self.errors,
                self.usual_errors,
                self.detours,
                self.usual_detours,
            )
        )
        seen, expected, errors, usual_errors, detours, usual_detours = figures
        return Explanation(
            hypotheses,
            float(self.total[row, at]),
            scope,
            WINDOWS[at],
            seen,
            expected,
            errors,
            usual_errors,
            self._named(row, at),
            detours,
            usual_detours,
        )

    def _named(self, row: int, at: int) -> tuple[str, ...]:
        """What the errors of the window named, the most often first."""
        counts = {
            kind: float(seen[at])
            for kind, seen in zip(self.odd.kinds, self.odd.counts, strict=True)
            if kind in self.names[row] and seen[at]
        }
        return tuple(sorted(counts, key=lambda kind: (-counts[kind], kind)))


def _scored(
    classes: Sequence[tuple[Hypothesis, ...]],
    stops: Reals,
    new: Reals,
    likely: Reals,
    evidence: Evidence,
    scopes: int,
) -> _Scored:
    flow = evidence.flow
    seen = stops @ flow.ends + new @ flow.new_ends
    expected = stops @ flow.expected_ends + new @ flow.expected_new_ends
    names = tuple(
        tuple(kind for kind in evidence.errors.kinds if kind in c[0].impaired_elements) for c in classes
    )
    chosen = np.array([[kind in of for kind in evidence.errors.kinds] for of in names], np.float64).reshape(
        len(classes), len(evidence.errors.kinds)
    )
    errors, usual = chosen @ evidence.errors.counts, chosen @ evidence.errors.expected_counts
    misled = np.array([bool(c[0].misled_places) for c in classes], np.float64)[:, None]
    detours, usual_detours = misled * evidence.detours.counts, misled * evidence.detours.expected_counts
    paid = log(_BINS**2) + (0.0 if evidence.scope is EVERYWHERE else log(max(scopes, 2)))
    total = (
        _fewer(seen, expected) + _more(errors, usual) + _more(detours, usual_detours) + likely[:, None] - paid
    )
    return _Scored(total, seen, expected, errors, usual, detours, usual_detours, names, evidence.errors)


def _likely(classes: Sequence[tuple[Hypothesis, ...]], number: Mapping[Place, int], volume: Reals) -> Reals:
    """By class: a detour does not tell which decision it came from, so each is as likely as its share of those that decide by what may be old."""
    found = np.array([sum(volume[number[p]] for p in c[0].misled_places) for c in classes], np.float64)
    return np.log(np.where(found > 0, found / max(float(found.max(initial=0.0)), 1.0), 1.0))


def _fewer(seen: Reals, expected: Reals) -> Reals:
    """Log-likelihood ratio of a pace of at most HALTED against one that is still usual (Poisson)."""
    pace = np.clip(seen / np.maximum(expected, 1e-9), _STOOD, HALTED)
    return np.where(expected > 0, seen * np.log(pace / _USUAL) + expected * (_USUAL - pace), 0.0)


def _more(seen: Reals, usual: Reals) -> Reals:
    """Log-likelihood ratio of more than _OFTEN times as many against so many; 0 where there are no more than that."""
    most = np.maximum(_OFTEN * usual, 1e-9)
    return np.where(seen > most, seen * np.log(np.maximum(seen, 1e-9) / most) - (seen - most), 0.0)
