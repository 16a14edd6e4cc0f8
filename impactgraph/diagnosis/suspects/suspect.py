"""A suspect as a cause, with the failure that it would be reported as."""

from dataclasses import dataclass, replace

from graph_models.diagnosis import Cause
from graph_models.enums import ElementKind, FailureClass, Severity, Transport
from graph_models.failure import Failure
from graph_models.impact import Path
from graph_models.time import HOUR, Millis
from graph_models.topology import Integration, Step, Topology, kind_of
from graph_models.zones import TextClock
from impactgraph.diagnosis.suspects.hypotheses import effects_at
from impactgraph.diagnosis.suspects.rank import Explanation
from impactgraph.diagnosis.suspects.sentences import evidence_text, observation_text, summary_text
from impactgraph.diagnosis.suspects.windows import span_of
from impactgraph.impact.paths import path_to
from impactgraph.propagation import FailureGraph, propagate

_PARTLY = 0.25
"""Fraction of the usual pace from which on an element works, but badly."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """`cause.element` has probably failed; `failure` is the report of it, ready to be sent."""

    cause: Cause
    failure: Failure
    alike: tuple[str, ...]
    """Full ids of other elements that orders cannot distinguish from it."""
    observation: str = ""
    """The evidence without its time."""

    def cause_by(self, clock: TextClock) -> Cause:
        """The cause, with the times of its evidence as the clock names them."""
        failure = self.failure
        evidence = evidence_text(self.observation, failure.started_at, failure.ended_at, clock)
        return replace(self.cause, evidence=evidence)


def suspect_of(
    explanation: Explanation, likelihood: float, topology: Topology, graph: FailureGraph, *, at: Millis
) -> Suspect:
    """Costs a propagation, for the path."""
    element, *others = (each.element for each in explanation.hypotheses)
    since, until = span_of(explanation.window, at)
    observation = observation_text(topology, explanation)
    evidence = evidence_text(observation, since, until, TextClock(at))
    failure = Failure(
        "",
        element,
        _class_of(explanation, topology),
        since,
        ended_at=until,
        scope=explanation.scope,
        severity=Severity.ERROR,
        summary=summary_text(evidence),
    )
    path = _path(explanation, failure, topology, graph, at=at)
    cause = Cause("element", likelihood, evidence, element=element, path=path)
    return Suspect(cause, failure, tuple(others), observation)


def _class_of(explanation: Explanation, topology: Topology) -> FailureClass:
    """The class that the symptoms suggest, not what may have caused them."""
    element = topology.elements[explanation.hypotheses[0].element]
    kind = kind_of(element)
    if kind is ElementKind.DATA:
        return FailureClass.STALE_DATA
    expected_ends = explanation.expected_ends
    works_partly = expected_ends > 0 and explanation.ends / expected_ends > _PARTLY
    if isinstance(element, Integration):
        if explanation.scope.values("versions") is not None:
            return FailureClass.SCHEMA_MISMATCH
        if element.transport in (Transport.QUEUE, Transport.STREAM) and works_partly:
            return FailureClass.BACKLOG
    if kind is ElementKind.STEP and works_partly:
        return FailureClass.CAPACITY
    has_errors = explanation.errors > explanation.usual_errors
    return FailureClass.TRANSIENT if works_partly and has_errors else FailureClass.OUTAGE


def _path(
    explanation: Explanation, failure: Failure, topology: Topology, graph: FailureGraph, *, at: Millis
) -> Path | None:
    """From the element to the nearest step or hand-over that it stops."""
    outage = Failure(
        "suspicion", failure.target, FailureClass.OUTAGE, failure.started_at, scope=explanation.scope
    )
    impairments = propagate(graph, [outage], recovery=lambda _: at + HOUR)
    hypothesis = explanation.hypotheses[0]
    candidates = [
        impairment
        for place in hypothesis.stops | hypothesis.stops_new
        if isinstance(step := topology.elements.get(f"step:{place.workflow}/{place.step}"), Step)
        for impairment, _ in effects_at(step, place, impairments)
    ]
    candidates += [
        impairment
        for place in hypothesis.misled_places
        for impairment in impairments.by_element.get(f"step:{place.workflow}/{place.step}", ())
    ]
    nearest = min(candidates, key=lambda i: (len(i.hops), i.element), default=None)
    return path_to(nearest, {outage.key: outage}, topology) if nearest is not None else None
