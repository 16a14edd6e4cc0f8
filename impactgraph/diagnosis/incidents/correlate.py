"""From alerts to incidents: see the package."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import log

import numpy as np

from graph_models.enums import ElementKind, FailureClass
from graph_models.incidents import Alert, AlertEvidence, CandidateCause, Incident
from graph_models.journal import Change
from graph_models.time import Millis
from impactgraph.diagnosis.incidents.candidates import (
    Candidate,
    Monitoring,
    Scene,
    candidates_of,
    total_weight,
)
from impactgraph.diagnosis.incidents.changes import MOST_DISTANCE, Changes
from impactgraph.diagnosis.incidents.observations import Observation, observations_of
from impactgraph.diagnosis.incidents.search import Model, Search
from impactgraph.diagnosis.incidents.symptoms import Ancestry, Symptoms, symptoms_of
from impactgraph.forecast.scenarios import Reals
from impactgraph.propagation import FailureGraph

__all__ = ["Correlation", "Monitoring", "correlate", "correlate_as_one"]

MOST_CAUSES = 10
"""Candidates that an incident lists."""
_LEAST_LIKELIHOOD = 0.005
_ANY_FAILURE = 0.1
"""Share of the hours in which something has failed, where nobody has reported it."""
_LEAST_SHARE = 0.3
"""An observation of which the causes have less is a false alarm, or of another cause."""
_LEAST_EVIDENCE = 0.05
"""An alert is explained by a candidate that gives it at least this chance."""


@dataclass(frozen=True)
class Correlation:
    """The result for a set of alerts: each is in one incident, or in `unmatched`."""

    incidents: tuple[Incident, ...]
    """Explained ones first, by the number of their alerts; then single alerts that nothing explains."""
    unmatched: tuple[Alert, ...]
    """Alerts of elements that the topology does not have."""


def correlate(
    graph: FailureGraph,
    alerts: Iterable[Alert],
    *,
    now: Millis,
    monitoring: Monitoring | None = None,
    symptoms: Callable[[str, FailureClass], Symptoms] | None = None,
    changes: Sequence[Change] = (),
) -> Correlation:
    """Groups the alerts that have started by `now` into incidents.

    `symptoms(element, class)` may be a kept result of `symptoms_of`; `changes` are those of which one may be
    behind a failure. Costs a propagation for each candidate and class, and O(candidates * observations) for
    each incident.
    """
    grouping, unmatched_alerts = _grouping(graph, alerts, now, monitoring, symptoms, changes)
    incidents = grouping.incidents() if grouping is not None else ()
    return Correlation(tuple(incidents), unmatched_alerts)


def correlate_as_one(
    graph: FailureGraph,
    alerts: Sequence[Alert],
    *,
    now: Millis,
    monitoring: Monitoring | None = None,
    symptoms: Callable[[str, FailureClass], Symptoms] | None = None,
    changes: Sequence[Change] = (),
) -> Incident:
    """One incident of all these alerts, of elements of the topology: with the causes of which each alone may
    be behind them. At least one alert must have started by `now`. Arguments and cost are as of `correlate`.
    """
    grouping, _ = _grouping(graph, alerts, now, monitoring, symptoms, changes)
    assert grouping is not None, "an incident has an alert"
    return grouping.as_one()


def _grouping(
    graph: FailureGraph,
    alerts: Iterable[Alert],
    now: Millis,
    monitoring: Monitoring | None,
    symptoms: Callable[[str, FailureClass], Symptoms] | None,
    changes: Sequence[Change],
) -> tuple["_Grouping | None", tuple[Alert, ...]]:
    """None where there is no alert; and the alerts of elements that the topology does not have."""
    begun_alerts = [alert for alert in alerts if alert.started_at <= now]
    matched_alerts = [alert for alert in begun_alerts if alert.element in graph.numbers]
    unmatched_alerts = tuple(alert for alert in begun_alerts if alert.element not in graph.numbers)
    observations = observations_of(matched_alerts)
    if not observations:
        return None, unmatched_alerts
    ancestry = Ancestry(graph)
    places = {f"location:{key}" for each in observations for key in each.scope.values("locations") or ()}
    elements = ancestry.candidates(dict.fromkeys(each.element for each in observations), places)
    distances = {each: ancestry.upstream(each, MOST_DISTANCE) for each in elements if changes}
    scene = Scene(
        observations=observations,
        monitoring=monitoring or Monitoring(),
        now=now,
        kind_of=lambda element: graph.kinds[graph.numbers[element]],
        weight=total_weight(kind for kind in graph.kinds if kind is not ElementKind.LOCATION),
        changes=Changes(changes, distances),
    )
    if symptoms is None:
        symptoms = partial(symptoms_of, graph)
    return _Grouping(scene, candidates_of(scene, elements, symptoms)), unmatched_alerts


class _Grouping:
    """One incident for each cause of the likeliest set, and one for each observation that it leaves."""

    def __init__(self, scene: Scene, candidates: Sequence[Candidate]) -> None:
        self._scene = scene
        self._candidates = candidates
        self._observations: Sequence[Observation] = scene.observations
        self._model = _model(scene, candidates)

    def incidents(self) -> list[Incident]:
        search = Search(replace(self._model, log_any=self._log_any()))
        causes = search.best_set()
        cause_of = _assignment(search, causes)
        by_cause: defaultdict[int, list[int]] = defaultdict(list)
        for number, cause in enumerate(cause_of):
            by_cause[cause].append(number)
        alone = by_cause.pop(-1, [])
        alone += [numbers[0] for numbers in by_cause.values() if len(numbers) == 1]
        incidents_with_cause = [
            self._incident(numbers, *search.scores_in_place(causes, causes[cause]))
            for cause, numbers in by_cause.items()
            if len(numbers) > 1
        ]
        incidents_with_cause.sort(key=lambda each: (-len(each.alerts), each.started_at, each.key))
        unexplained = self._of(sorted(alone), 0.0 if incidents_with_cause else self._log_any())
        singles = [self._single(number, *unexplained) for number in alone]
        singles.sort(key=lambda each: (each.unknown, each.started_at, each.key))
        return incidents_with_cause + singles

    def _log_any(self) -> float:
        """Where somebody reported a failure, there is one."""
        is_stated = any(each.is_statement for each in self._observations)
        return 0.0 if is_stated else log(_ANY_FAILURE / (1.0 - _ANY_FAILURE))

    def as_one(self) -> Incident:
        """All observations as one incident."""
        gains, none = Search(self._model).scores_in_place((), -1)
        explains = (self._model.rates > 0).any(axis=1)
        numbers = range(len(self._observations))
        return self._incident(numbers, np.where(explains, gains, -np.inf), none)

    def _of(self, numbers: Sequence[int], log_any: float) -> tuple[Reals, float]:
        """(log-likelihood of each candidate as the only cause of these observations, that of none)."""
        model = self._model
        part = replace(
            model,
            rates=model.rates[:, numbers],
            false_alarm=model.false_alarm[numbers],
            log_any=log_any,
        )
        return Search(part).scores_in_place((), -1)

    def _single(self, number: int, gains: Reals, none: float) -> Incident:
        """An observation that no cause of the set explains: what could be behind it, given the other such
        observations.
        """
        explains = self._model.rates[:, number] > 0
        return self._incident([number], np.where(explains, gains, -np.inf), none)

    def _incident(self, numbers: Sequence[int], gains: Reals, none: float) -> Incident:
        alerts = sorted(
            (alert for number in numbers for alert in self._observations[number].alerts),
            key=lambda alert: (alert.started_at, alert.key),
        )
        causes, unknown = self._causes(numbers, gains, none)
        return Incident(alerts[0].key, tuple(alerts), causes, unknown)

    def _causes(
        self, numbers: Sequence[int], gains: Reals, none: float
    ) -> tuple[tuple[CandidateCause, ...], float]:
        highest = max(float(gains.max(initial=none)), none)
        weights = np.exp(gains - highest)
        total = float(weights.sum() + np.exp(none - highest))
        by_element: dict[str, float] = {}
        best: dict[str, int] = {}
        for number in np.flatnonzero(weights / total >= _LEAST_LIKELIHOOD / 10).tolist():
            element = self._candidates[number].element
            by_element[element] = by_element.get(element, 0.0) + float(weights[number]) / total
            if element not in best or weights[number] > weights[best[element]]:
                best[element] = number
        ranking = sorted(by_element, key=lambda element: (-by_element[element], element))
        causes = tuple(
            self._cause(self._candidates[best[element]], by_element[element], numbers)
            for element in ranking[:MOST_CAUSES]
            if by_element[element] >= _LEAST_LIKELIHOOD
        )
        return causes, max(1.0 - sum(cause.likelihood for cause in causes), 0.0)

    def _cause(self, candidate: Candidate, likelihood: float, numbers: Sequence[int]) -> CandidateCause:
        explains = tuple(
            AlertEvidence(alert.key, candidate.chances[number], candidate.symptoms[number].hops)
            for number in numbers
            if candidate.chances.get(number, 0.0) >= _LEAST_EVIDENCE
            for alert in self._observations[number].alerts
        )
        return CandidateCause(
            element=candidate.element,
            failure_class=candidate.failure_class,
            likelihood=likelihood,
            started_at=candidate.started_at,
            explains=explains,
            silent=candidate.silent,
            changes=candidate.changes,
        )


def _model(scene: Scene, candidates: Sequence[Candidate]) -> Model:
    rates = np.zeros((len(candidates), len(scene.observations)))
    for row, candidate in enumerate(candidates):
        rates[row, list(candidate.rates)] = list(candidate.rates.values())
    elements: Mapping[str, int] = {
        element: number for number, element in enumerate(dict.fromkeys(c.element for c in candidates))
    }
    return Model(
        log_prior=np.array([candidate.log_prior for candidate in candidates]),
        rates=rates,
        false_alarm=np.array(scene.false_alarms),
        group=np.array([elements[candidate.element] for candidate in candidates], np.int64),
    )


def _assignment(search: Search, causes: Sequence[int]) -> list[int]:
    """Position in `causes` of the cause of each observation, the one with the greatest share; -1 where none
    is likely.
    """
    shares = search.shares(causes)
    best = np.argmax(shares[1:], axis=0) if len(causes) else np.zeros(shares.shape[1], np.int64)
    of_causes = 1.0 - shares[0]
    return np.where(of_causes >= _LEAST_SHARE, best, -1).tolist()
