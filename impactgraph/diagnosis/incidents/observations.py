"""Observations: the alerts of one element and scope that began together, as one piece of evidence."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from graph_models.enums import Effect, FailureClass
from graph_models.incidents import Alert
from graph_models.scope import Scope
from graph_models.time import MINUTE, Millis
from impactgraph.diagnosis.incidents.symptoms import Symptom

_TOGETHER: Millis = 10 * MINUTE
"""Alerts that begin within this time of the one before are one observation: monitors of one
element do not fail independently.
"""
_OTHER_CLASS = 0.35
"""Factor of the chance where an alert says that something else is wrong than the effect would show."""
_OTHER_ELEMENT = 0.2
"""Factor of the chance that a failure is reported of an element that suffers from it: who reports one has
looked for the element that failed.
"""
_OF_EFFECT = {
    Effect.BLOCKED: frozenset(
        {
            FailureClass.OUTAGE,
            FailureClass.TRANSIENT,
            FailureClass.LATENCY,
            FailureClass.BACKLOG,
            FailureClass.MISSED_RUN,
            FailureClass.CAPACITY,
        }
    ),
    Effect.DELAYED: frozenset(
        {FailureClass.LATENCY, FailureClass.BACKLOG, FailureClass.CAPACITY, FailureClass.TRANSIENT}
    ),
    Effect.REJECTED: frozenset(
        {
            FailureClass.SCHEMA_MISMATCH,
            FailureClass.BUSINESS_RULE,
            FailureClass.TRANSIENT,
            FailureClass.BACKLOG,
        }
    ),
    Effect.STALE: frozenset({FailureClass.STALE_DATA, FailureClass.BUSINESS_RULE}),
    Effect.DUPLICATED: frozenset({FailureClass.DUPLICATE, FailureClass.BUSINESS_RULE}),
    Effect.DEGRADED: frozenset(
        {FailureClass.LATENCY, FailureClass.TRANSIENT, FailureClass.MISSED_RUN, FailureClass.STALE_DATA}
    ),
}
"""Classes that a monitor may report for an element with this effect."""


@dataclass(frozen=True)
class Observation:
    """Alerts of one element, with the same scope, that began together, oldest first; at least one."""

    element: str
    alerts: tuple[Alert, ...]

    @property
    def started_at(self) -> Millis:
        return self.alerts[0].started_at

    @property
    def classes(self) -> frozenset[FailureClass]:
        """What the alerts say is wrong; empty where none says so."""
        return frozenset(alert.failure_class for alert in self.alerts if alert.failure_class is not None)

    @property
    def scope(self) -> Scope:
        return self.alerts[0].scope

    @property
    def is_statement(self) -> bool:
        """Whether somebody reported a failure of the element."""
        return any(alert.is_statement for alert in self.alerts)

    def chance_by(self, symptom: Symptom, failure_class: FailureClass) -> float:
        """That a failure of this class shows so by this symptom; 0 where the scopes exclude each other."""
        if symptom.scope.intersection(self.scope).nothing:
            return 0.0
        classes = self.classes
        shown_classes = frozenset({failure_class}) if symptom.effect is None else _OF_EFFECT[symptom.effect]
        is_hop = symptom.effect is None and len(symptom.hops) > 1
        fits = not classes or is_hop or bool(classes & shown_classes)
        chance = symptom.chance * (1.0 if fits else _OTHER_CLASS)
        return chance * _OTHER_ELEMENT if self.is_statement and len(symptom.hops) > 1 else chance


def observations_of(alerts: Iterable[Alert]) -> tuple[Observation, ...]:
    """Each alert is in one of them, once, as its earliest message has it; ordered by start and element."""
    by_place: defaultdict[tuple[str, Scope], list[Alert]] = defaultdict(list)
    keys: set[str] = set()
    for alert in sorted(alerts, key=lambda each: (each.started_at, each.key, str(each))):
        if alert.key not in keys:
            keys.add(alert.key)
            by_place[alert.element, alert.scope].append(alert)
    observations: list[Observation] = []
    for (element, _), own in by_place.items():
        group = [own[0]]
        for alert in own[1:]:
            if alert.started_at - group[-1].started_at > _TOGETHER:
                observations.append(Observation(element, tuple(group)))
                group = []
            group.append(alert)
        observations.append(Observation(element, tuple(group)))
    return tuple(sorted(observations, key=lambda each: (each.started_at, each.element)))
