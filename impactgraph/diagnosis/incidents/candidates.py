"""Candidate causes: what each would show, set against what is observed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import log, log1p

import numpy as np

from graph_models.enums import ElementKind, FailureClass
from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.diagnosis.incidents.changes import NO_CHANGES, Changes
from impactgraph.diagnosis.incidents.observations import Observation
from impactgraph.diagnosis.incidents.symptoms import Symptom, Symptoms
from impactgraph.forecast.scenarios import Reals

CLOCK_TOLERANCE: Millis = 2 * MINUTE
"""A cause may seem to begin after its alert by so much: clocks differ, and monitors look every few minutes.
"""
_SPAN: Millis = HOUR
"""A false alarm may come at any moment of this time."""
_PROMPT: Millis = 4 * MINUTE
_SLOW: Millis = 30 * MINUTE
"""Mean times from the beginning of an impairment to its alert, by monitors of two kinds."""
_SLOW_SHARE = 0.3
_MOST_ONSETS = 3
"""Beginnings that are tried for a candidate: alerts that another cause explains may hide the true one."""
_APART: Millis = 5 * MINUTE
"""Between these beginnings, at least."""
_MOST_CONCENTRATION = 6.0
"""Monitors look every few minutes, so that alerts that come together say no more than this."""
_PATIENCE: Millis = 15 * MINUTE
"""A monitor that was to raise an alert has done so after this time."""
_MONITORED = 0.8
"""Share of the elements of a kind that have a monitor, where one of this kind raises an alert and nothing is
known of the monitors.
"""
_CONTAINED = 0.2
"""Share of failures that show only at the element itself."""
_UNSEEN_KIND = 0.3
"""Factor of the weight of elements of a kind that raises no alerts, where nothing is known of monitors."""
_DETECTION = 0.85
"""Chance that a monitor raises the alert that a symptom would give."""
_WEIGHT = {
    ElementKind.SYSTEM: 1.0,
    ElementKind.INTEGRATION: 1.0,
    ElementKind.API: 1.0,
    ElementKind.DATA: 0.5,
    ElementKind.LOCATION: 0.5,
    ElementKind.STEP: 0.2,
    ElementKind.WORKFLOW: 0.05,
}
"""How often elements of this kind fail, compared with systems. Where they seem to, what they need has."""
_LEAST_WEIGHT = 50.0
"""A small topology shows a part of what may fail."""
_OTHER_THAN_OUTAGE = 0.5
"""Factor of the weight of each other class."""


@dataclass(frozen=True)
class Monitoring:
    """What is known of the monitors."""

    elements: frozenset[str] = frozenset()
    """Full ids of elements that have one. Where none is named, the kinds that raise alerts are assumed to."""
    false_alarms: Mapping[str, float] = field(default_factory=dict[str, float])
    """Chance of an alert without a cause, by full id, where it is known to differ from the usual one."""
    silenced: frozenset[str] = frozenset()
    """Elements under maintenance: their silence says nothing."""


@dataclass(frozen=True)
class Candidate:
    """An element that may have failed in a class of failure."""

    element: str
    failure_class: FailureClass
    started_at: Millis
    log_prior: float
    """Logarithm of the probability that a failure is this one, at one of the moments at which it may have
    begun, and of the likelihood of what is silent.
    """
    chances: Mapping[int, float]
    """By number of the observation that it explains: chance of it at any time."""
    rates: Mapping[int, float]
    """The same at the time of the observation, where 1 is a rate that would take _SPAN for one."""
    symptoms: Mapping[int, Symptom]
    silent: tuple[str, ...]
    """Elements with a monitor that should have raised an alert, the likeliest first."""
    changes: tuple[str, ...] = ()
    """Keys of changes that may be behind it, the nearest first."""


@dataclass(frozen=True)
class Scene:
    """What is observed up to a moment."""

    observations: Sequence[Observation]
    monitoring: Monitoring
    now: Millis
    kind_of: Callable[[str], ElementKind]
    weight: float
    """Sum of the weights of all elements that may fail."""
    changes: Changes = NO_CHANGES

    @cached_property
    def false_alarms(self) -> Sequence[float]:
        """Rate of each observation without any cause, where 1 is one in _SPAN."""
        return _false_alarms(self.observations, self.monitoring)

    def by_element(self) -> Mapping[str, Sequence[int]]:
        """Numbers of the observations of each element."""
        numbers: dict[str, list[int]] = {}
        for number, observation in enumerate(self.observations):
            numbers.setdefault(observation.element, []).append(number)
        return numbers


def total_weight(kinds: Iterable[ElementKind]) -> float:
    """Sum of the weights of elements of these kinds, at least _LEAST_WEIGHT."""
    return max(sum(_WEIGHT.get(kind, 0.0) for kind in kinds), _LEAST_WEIGHT)


@dataclass(frozen=True)
class _Hypothesis:
    """That an element failed in a class of failure."""

    element: str
    failure_class: FailureClass
    symptoms: Symptoms
    share: float = 1.0
    """Of the failures of this element and class: those that have these symptoms."""


def candidates_of(
    scene: Scene,
    elements: Iterable[str],
    symptoms_of: Callable[[str, FailureClass], Symptoms],
) -> list[Candidate]:
    """Those that explain at least one observation. Costs a propagation for each element and class."""
    by_element = scene.by_element()
    unstated = _unstated_monitors(scene)
    return [
        candidate
        for element in elements
        for hypothesis in _hypotheses(scene, by_element, element, symptoms_of)
        for candidate in _candidates(scene, by_element, unstated, hypothesis)
    ]


def _hypotheses(
    scene: Scene,
    by_element: Mapping[str, Sequence[int]],
    element: str,
    symptoms_of: Callable[[str, FailureClass], Symptoms],
) -> Iterator[_Hypothesis]:
    """Where the element itself raises an alert, also that nothing else suffers from its failure."""
    for failure_class in _classes_of(scene, by_element.get(element, ())):
        symptoms = symptoms_of(element, failure_class)
        yield _Hypothesis(element, failure_class, symptoms)
        if element in by_element:
            own = [each for each in symptoms[element] if len(each.hops) == 1]
            yield _Hypothesis(element, failure_class, {element: own}, _CONTAINED)


def _classes_of(scene: Scene, own: Sequence[int]) -> Iterator[FailureClass]:
    """An outage, and what alerts of the element itself say that it is."""
    stated_classes = {each for number in own for each in scene.observations[number].classes}
    yield from sorted({FailureClass.OUTAGE} | stated_classes)


def _candidates(
    scene: Scene,
    by_element: Mapping[str, Sequence[int]],
    unstated: Mapping[ElementKind, float],
    hypothesis: _Hypothesis,
) -> Iterator[Candidate]:
    """One for each moment at which the failure may have begun."""
    weight = _weight(scene, unstated, hypothesis)
    if _is_reported(scene, by_element, hypothesis.element):
        unstated = {}  # silence of monitors that nobody has named does not outweigh what somebody saw
    best = _explained(scene, by_element, hypothesis)
    if not weight or not best:
        return
    for started_at, all_rates in _onsets(scene, best):
        rates = {number: rate for number, rate in all_rates.items() if rate > 0}
        silent = _silent(scene, by_element, hypothesis.symptoms, started_at, unstated)
        waits = _waits(scene, by_element, hypothesis.symptoms, started_at)
        silence = sum(log1p(-_DETECTION * chance) for chance in (*silent.values(), *waits.values()))
        scopes = (scene.observations[number].scope for number in rates)
        changes = scene.changes.that_fit(hypothesis.element, started_at, scopes)
        prior = weight * scene.changes.factor(hypothesis.element, changes) / scene.weight
        known_silent = silent.keys() & scene.monitoring.elements
        yield Candidate(
            element=hypothesis.element,
            failure_class=hypothesis.failure_class,
            started_at=started_at,
            log_prior=log(prior / _MOST_CONCENTRATION) + silence,
            chances={number: best[number][0] for number in rates},
            rates=rates,
            symptoms={number: best[number][1] for number in rates},
            silent=tuple(sorted(known_silent, key=lambda each: (-silent[each], each))),
            changes=tuple(change.key for change in changes),
        )


def _is_reported(scene: Scene, by_element: Mapping[str, Sequence[int]], element: str) -> bool:
    """Whether somebody reported a failure of the element itself."""
    return any(scene.observations[number].is_statement for number in by_element.get(element, ()))


def _weight(scene: Scene, unstated: Mapping[ElementKind, float], hypothesis: _Hypothesis) -> float:
    """How often this happens, compared with outages of systems."""
    kind = scene.kind_of(hypothesis.element)
    weight = hypothesis.share * _WEIGHT.get(kind, 0.0)
    if unstated and kind not in unstated:
        weight *= _UNSEEN_KIND
    return weight if hypothesis.failure_class is FailureClass.OUTAGE else weight * _OTHER_THAN_OUTAGE


def _explained(
    scene: Scene, by_element: Mapping[str, Sequence[int]], hypothesis: _Hypothesis
) -> dict[int, tuple[float, Symptom]]:
    """(chance, symptom that gives it) by number of the observation."""
    best: dict[int, tuple[float, Symptom]] = {}
    for place in hypothesis.symptoms.keys() & by_element.keys():
        for number in by_element[place]:
            observation = scene.observations[number]
            chance, symptom = max(
                (
                    (observation.chance_by(each, hypothesis.failure_class), each)
                    for each in hypothesis.symptoms[place]
                ),
                key=lambda pair: pair[0],
            )
            if chance > 0:
                best[number] = chance, symptom
    return best


def _onsets(
    scene: Scene, best: Mapping[int, tuple[float, Symptom]]
) -> list[tuple[Millis, Mapping[int, float]]]:
    """(beginning of the failure, rates at the times of the observations): the beginning that explains them
    best, and up to _MOST_ONSETS - 1 others. Each is the earliest possible one for one of them.
    """
    numbers = sorted(best)
    implied_starts = np.array(
        [scene.observations[n].started_at - best[n][1].lag for n in numbers], np.float64
    )
    chances = np.array([best[n][0] for n in numbers])
    false_alarm = np.array([scene.false_alarms[n] for n in numbers])
    onsets = np.unique(implied_starts)
    late = implied_starts[None, :] - onsets[:, None]
    rates = chances * _concentration(late)
    fit = np.log1p(rates / false_alarm).sum(axis=1)
    hazard = rates / (1.0 - _DETECTION * chances * _raised_within(np.maximum(late, 0.0)))
    result: list[tuple[Millis, Mapping[int, float]]] = []
    for _ in range(_MOST_ONSETS):
        at = int(np.argmax(fit))
        if fit[at] == -np.inf:
            break
        result.append((int(onsets[at]), dict(zip(numbers, hazard[at].tolist(), strict=True))))
        fit[np.abs(onsets - onsets[at]) < _APART] = -np.inf
    return result


def _concentration(late: Reals) -> Reals:
    """How much likelier an alert is so many milliseconds after its impairment began than at any moment of
    _SPAN; 0 before it began.
    """
    after = np.maximum(late, 0.0)
    prompt = (1.0 - _SLOW_SHARE) / _PROMPT * np.exp(-after / _PROMPT)
    slow = _SLOW_SHARE / _SLOW * np.exp(-after / _SLOW)
    density = np.minimum(_SPAN * (prompt + slow), _MOST_CONCENTRATION)
    return np.where(late < -CLOCK_TOLERANCE, 0.0, density)


def _waits(
    scene: Scene, by_element: Mapping[str, Sequence[int]], symptoms: Symptoms, started_at: Millis
) -> dict[str, float]:
    """Chance that an alert was raised before the one that was, by element."""
    waits: dict[str, float] = {}
    for element in symptoms.keys() & by_element.keys():
        chance = 0.0
        for each in symptoms[element]:
            due = started_at + each.lag
            after = [
                scene.observations[number].started_at - due
                for number in by_element[element]
                if scene.observations[number].started_at >= due - CLOCK_TOLERANCE
            ]
            if after and (wait := min(after)) > 0:
                chance = max(chance, each.chance * float(_raised_within(np.array(float(wait)))))
        if chance:
            waits[element] = chance
    return waits


def _raised_within(wait: Reals) -> Reals:
    """Share of the alerts that are raised so many milliseconds after their impairment began."""
    return 1.0 - (1.0 - _SLOW_SHARE) * np.exp(-wait / _PROMPT) - _SLOW_SHARE * np.exp(-wait / _SLOW)


def _silent(
    scene: Scene,
    by_element: Mapping[str, Sequence[int]],
    symptoms: Symptoms,
    started_at: Millis,
    unstated: Mapping[ElementKind, float],
) -> dict[str, float]:
    """Chance of an alert by now, by element with a monitor that has raised none."""
    monitoring = scene.monitoring
    silent: dict[str, float] = {}
    for element in symptoms.keys() - by_element.keys() - monitoring.silenced:
        share = 1.0 if element in monitoring.elements else unstated.get(scene.kind_of(element), 0.0)
        if not share:
            continue
        due = [each.chance for each in symptoms[element] if started_at + each.lag + _PATIENCE <= scene.now]
        if due:
            silent[element] = share * max(due)
    return silent


def _unstated_monitors(scene: Scene) -> Mapping[ElementKind, float]:
    """By kind: the share of elements that have a monitor, where nothing is known of the monitors.

    Where one element of a kind raises alerts, others of this kind mostly have a monitor, too. What people
    report says nothing of monitors.
    """
    if scene.monitoring.elements:
        return {}
    return {scene.kind_of(each.element): _MONITORED for each in scene.observations if not each.is_statement}


_FALSE_ALARM = 0.04
_FALSE_STATEMENT = 0.001
_EVENNESS = 0.25
"""Most false alarms come from few monitors: the rate of a monitor has a gamma distribution of this shape, so
that each alarm makes it likelier that further ones are false, too.
"""


def _false_alarms(observations: Sequence[Observation], monitoring: Monitoring) -> list[float]:
    """Rate at which each observation arises without a cause: greater for each further alarm of its element in
    an hour. What somebody reports is no alarm, and makes none likelier to be false.
    """
    starts: dict[str, list[Millis]] = {}
    rates: list[float] = []
    for each in observations:
        if each.is_statement:
            rates.append(_FALSE_STATEMENT)
            continue
        own = starts.setdefault(each.element, [])
        repeats = sum(each.started_at - start < _SPAN for start in own)
        own.append(each.started_at)
        usual = monitoring.false_alarms.get(each.element, _FALSE_ALARM)
        rates.append(usual * (1.0 + repeats / _EVENNESS))
    return rates
