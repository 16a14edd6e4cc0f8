"""Ranking of hypotheses by how well "this element failed in this window, within this scope" explains the
evidence.

The score is the logarithm of a likelihood ratio against "nothing is wrong": transits at the places that the
element would stop end at a fraction of their usual pace, errors that name what it would impair are more
frequent than usual, and so are reroutes where decisions would be made on stale data. Counts scatter as they
did before (dispersion.py); since paces vary, only clear deviations count for a hypothesis, and a usual pace
counts against it. The ratio is the mean over all windows and scopes; the best of them is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from graph_models.scope import EVERYWHERE, Scope
from impactgraph.diagnosis.suspects.dispersion import log_likelihood
from impactgraph.diagnosis.suspects.evidence import Evidence
from impactgraph.diagnosis.suspects.hypotheses import Hypothesis
from impactgraph.diagnosis.suspects.transits import Place
from impactgraph.diagnosis.suspects.windows import WINDOWS, RareEvents
from impactgraph.forecast.scenarios import Reals

HALTED = 0.7
"""At most this fraction of the usual pace is left where something has failed."""
_USUAL = 0.85
"""A pace that is still usual, since days differ."""
_LEAST_PACE = 0.02
_OFTEN = 1.5
"""Ratio to the usual number of errors that is still usual."""
_LEAST_EVENTS = 0.05
"""A number of errors that is always usual."""

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


@dataclass(frozen=True)
class Comparison:
    """What is compared: classes of hypotheses with evidence by scope. `volume`: transits at each place."""

    classes: Sequence[HypothesisClass]
    places: Sequence[Place]
    volume: Reals
    evidence: Sequence[Evidence]

    def ranking(self, hypothesis: Hypothesis | None = None) -> list[Explanation]:
        """One explanation per class, the best first; with `failed`, of what its failure leaves unexplained.

        Costs a product of (hypotheses, places) and (places, windows) for each scope.
        """
        if not self.classes or not self.evidence:
            return []
        model = self._model(hypothesis)
        scores = [model.scores(each) for each in self.evidence]
        total = np.stack([each.total for each in scores])
        score = _log_sum(total.transpose(1, 0, 2).reshape(len(self.classes), -1))
        best: list[Explanation] = []
        for row, hypotheses in enumerate(self.classes):
            index = int(total[:, row].max(axis=1).argmax())
            scope = self.evidence[index].scope
            best.append(scores[index].explanation(hypotheses, row, scope, float(score[row])))
        return sorted(best, key=lambda each: (-each.score, each.hypotheses[0].element))

    def _model(self, hypothesis: Hypothesis | None) -> "_Model":
        number_of = {place: n for n, place in enumerate(self.places)}
        stops = np.zeros((len(self.classes), len(self.places)))
        stops_new = np.zeros((len(self.classes), len(self.places)))
        for row, (first, *_) in enumerate(self.classes):
            stops[row, [number_of[p] for p in first.stops]] = 1
            stops_new[row, [number_of[p] for p in first.stops_new]] = 1
        if hypothesis is not None:
            explained_numbers = [number_of[p] for p in hypothesis.stops | hypothesis.stops_new]
            stops[:, explained_numbers] = stops_new[:, explained_numbers] = 0
        prior = _detour_prior(self.classes, number_of, self.volume)
        return _Model(self.classes, stops, stops_new, prior, scopes=len(self.evidence), failed=hypothesis)


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

    def explanation(self, hypotheses: HypothesisClass, row: int, scope: Scope, score: float) -> Explanation:
        """Of the class in this row, in its best window."""
        window = int(self.total[row].argmax())
        return Explanation(
            hypotheses=hypotheses,
            score=score,
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
    failed: Hypothesis | None
    """What is taken to have failed, and explains its share."""

    def scores(self, evidence: Evidence) -> _Scores:
        flow = evidence.flow
        ends = self.stops @ flow.ends + self.stops_new @ flow.new_ends
        expected_ends = self.stops @ flow.expected_ends + self.stops_new @ flow.expected_new_ends
        spread = self.stops @ (flow.deviation[:, None] * flow.expected_ends) ** 2
        spread += self.stops_new @ (flow.deviation[:, None] * flow.expected_new_ends) ** 2
        kinds = evidence.errors.kinds
        explained_elements = self.failed.impaired_elements if self.failed else frozenset[str]()
        names = tuple(
            tuple(kind for kind in kinds if kind in c[0].impaired_elements and kind not in explained_elements)
            for c in self.classes
        )
        calls = self._counts(evidence.errors, names, False)
        error_counts = self._counts(evidence.errors, names, True)
        detours = _Counts.of(self._misled(evidence.detours.kinds), evidence.detours)
        penalty = log(len(WINDOWS))
        if evidence.scope is not EVERYWHERE:
            penalty += log(max(self.scopes, 2))
        # An empty shelf is an error of the step and a detour: two views of one event, not two events.
        total = (
            _fewer(ends, expected_ends, spread) + calls.score + np.maximum(error_counts.score, detours.score)
        )
        return _Scores(
            total=total + self.prior[:, None] - penalty,
            ends=ends,
            expected_ends=expected_ends,
            errors=calls.counts + error_counts.counts,
            usual_errors=calls.usual + error_counts.usual,
            detours=detours.counts,
            usual_detours=detours.usual,
            names=names,
            rare_errors=evidence.errors,
        )

    def _misled(self, workflows: Sequence[str]) -> Reals:
        """By (class, workflow): whether it would mislead decisions there, which nothing else explains."""
        explained_workflows = (
            {place.workflow for place in self.failed.misled_places} if self.failed else set[str]()
        )
        misled_workflows = [
            {place.workflow for place in c[0].misled_places} - explained_workflows for c in self.classes
        ]
        matrix = np.array(
            [[workflow in own for workflow in workflows] for own in misled_workflows], np.float64
        )
        return matrix.reshape(len(self.classes), len(workflows))

    def _counts(self, errors: RareEvents, names: Sequence[Sequence[str]], is_visible: bool) -> "_Counts":
        """Errors that name an element, or those at a step at which a wrong decision surfaces."""
        rows = [
            [
                kind in own and is_visible == (bool(c[0].misled_places) and kind.startswith("step:"))
                for kind in errors.kinds
            ]
            for own, c in zip(names, self.classes, strict=True)
        ]
        matrix = np.array(rows, np.float64).reshape(len(self.classes), len(errors.kinds))
        return _Counts.of(matrix, errors)


@dataclass(frozen=True)
class _Counts:
    """By (class, window): events, how many are usual, and what speaks for more than that."""

    counts: Reals
    usual: Reals
    score: Reals

    @staticmethod
    def of(matrix: Reals, events: RareEvents) -> "_Counts":
        """Sums of the kinds that the matrix of (class, kind) names."""
        counts = matrix @ events.counts
        usual = matrix @ events.expected_counts
        spread = matrix @ (events.deviation[:, None] * events.expected_counts) ** 2
        return _Counts(counts, usual, _more(counts, usual, spread))


def _log_sum(values: Reals) -> Reals:
    """Logarithm of the sum of the exponentials of each row."""
    largest = values.max(axis=1)
    return largest + np.log(np.exp(values - largest[:, None]).sum(axis=1))


def _detour_prior(classes: Sequence[HypothesisClass], number_of: Mapping[Place, int], volume: Reals) -> Reals:
    """By class: log of its share of the decisions on stale data, since a detour does not show which one
    caused it.
    """
    volumes = (sum(volume[number_of[place]] for place in c[0].misled_places) for c in classes)
    decisions = np.array(list(volumes), np.float64)
    largest = max(float(decisions.max(initial=0.0)), 1.0)
    return np.log(np.where(decisions > 0, decisions / largest, 1.0))


def _fewer(ends: Reals, expected_ends: Reals, spread: Reals) -> Reals:
    """Log-likelihood ratio of a pace of at most HALTED against one that is still usual. `spread`: variance
    of the expected ends beyond Poisson.
    """
    pace = np.clip(ends / np.maximum(expected_ends, 1e-9), _LEAST_PACE, HALTED)
    variance = spread / np.maximum(expected_ends, 1e-9) ** 2
    halt_score = log_likelihood(ends, pace * expected_ends, variance)
    usual = log_likelihood(ends, _USUAL * expected_ends, variance)
    return np.where(expected_ends > 0, halt_score - usual, 0.0)


def _more(counts: Reals, usual_counts: Reals, spread: Reals) -> Reals:
    """Log-likelihood ratio of more than _OFTEN times the usual count against that many; 0 up to that."""
    most = np.maximum(_OFTEN * usual_counts, _LEAST_EVENTS)
    variance = spread / np.maximum(usual_counts, 1e-9) ** 2
    ratio = log_likelihood(counts, counts, variance) - log_likelihood(counts, most, variance)
    return np.where(counts > most, ratio, 0.0)
