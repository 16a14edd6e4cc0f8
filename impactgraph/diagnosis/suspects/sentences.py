"""A suspicion in words, with the failure that it would be reported as."""

from dataclasses import dataclass

from graph_models.diagnosis import Cause
from graph_models.enums import ElementKind, FailureClass, Severity, Transport
from graph_models.failure import Failure
from graph_models.impact import Path
from graph_models.scope import Scope
from graph_models.time import HOUR, Millis, moment
from graph_models.topology import Integration, Step, Topology, kind_of
from impactgraph.diagnosis.suspects.evidence import span_of
from impactgraph.diagnosis.suspects.hypotheses import effects_at
from impactgraph.diagnosis.suspects.rank import Explanation
from impactgraph.impact.paths import path_to
from impactgraph.propagation import FailureGraph, propagate

_MOST_NAMED = 3
_PARTLY = 0.25
"""Of the usual pace, from which on something works, but badly."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """`cause.element` has failed, by what orders show; `failure` is the report of it, ready to be sent."""

    cause: Cause
    failure: Failure
    alike: tuple[str, ...]
    """Full ids of other elements that the orders cannot tell from it."""


def suspect(
    found: Explanation, likelihood: float, topology: Topology, graph: FailureGraph, at: Millis
) -> Suspect:
    """Costs a propagation, for the path."""
    first, *others = (each.element for each in found.hypotheses)
    since, until = span_of(found.window, at)
    evidence = _evidence(found, since, until, tuple(others))
    failure = Failure(
        "",
        first,
        _class_of(found, topology),
        since,
        ended_at=until,
        scope=found.scope,
        severity=Severity.ERROR,
        summary=f"Suspected: {evidence}",
    )
    path = _path(found, failure, topology, graph, at)
    return Suspect(Cause("element", likelihood, evidence, element=first, path=path), failure, tuple(others))


def _evidence(found: Explanation, since: Millis, until: Millis | None, others: tuple[str, ...]) -> str:
    said: list[str] = []
    if found.expected_ends >= 1 and found.ends < found.expected_ends:
        said.append(
            f"{found.ends:,.0f} of about {found.expected_ends:,.0f} expected steps, hand-overs and records went through where it is needed"
        )
    if found.errors > found.usual_errors:
        named = ", ".join(found.named_elements[:_MOST_NAMED])
        said.append(f"{found.errors:,.0f} errors name {named} (usually {found.usual_errors:.1f})")
    if found.detours > found.usual_detours:
        said.append(
            f"{found.detours:,.0f} orders were rerouted or cancelled (usually {found.usual_detours:.1f})"
        )
    when = (
        f"Since {moment(since):%H:%M}"
        if until is None
        else f"From {moment(since):%H:%M} to {moment(until):%H:%M}"
    )
    where = "" if found.scope.everything else f", for {scope_text(found.scope)}"
    alike = f" Orders cannot tell it from {', '.join(others[:_MOST_NAMED])}." if others else ""
    return f"{when}{where}: {'; '.join(said) or 'less went through than usual'}.{alike}"


def scope_text(scope: Scope) -> str:
    return " and ".join(f"{name.replace('_', ' ')} {', '.join(values)}" for name, values in scope.limits)


def _class_of(found: Explanation, topology: Topology) -> FailureClass:
    """As what it would be reported: by what is seen, not by what may lie behind it."""
    element = topology.elements[found.hypotheses[0].element]
    kind = kind_of(element)
    if kind is ElementKind.DATA:
        return FailureClass.STALE_DATA
    partly = found.expected_ends > 0 and found.ends / found.expected_ends > _PARTLY
    if isinstance(element, Integration):
        if found.scope.values("versions") is not None:
            return FailureClass.SCHEMA_MISMATCH
        if element.transport in (Transport.QUEUE, Transport.STREAM) and partly:
            return FailureClass.BACKLOG
    if kind is ElementKind.STEP and partly:
        return FailureClass.CAPACITY
    return FailureClass.TRANSIENT if partly and found.errors > found.usual_errors else FailureClass.OUTAGE


def _path(
    found: Explanation, failure: Failure, topology: Topology, graph: FailureGraph, at: Millis
) -> Path | None:
    """From the element to a step or a hand-over that it stops, the nearest to it."""
    failure = Failure("suspicion", failure.target, FailureClass.OUTAGE, failure.started_at, scope=found.scope)
    impairments = propagate(graph, [failure], recovery=lambda _: at + HOUR)
    hypothesis = found.hypotheses[0]
    hit = [
        impairment
        for place in hypothesis.stops | hypothesis.stops_new
        if isinstance(step := topology.elements.get(f"step:{place.workflow}/{place.step}"), Step)
        for impairment, _ in effects_at(step, place, impairments)
    ]
    hit += [
        i
        for place in hypothesis.misled_places
        for i in impairments.by_element.get(f"step:{place.workflow}/{place.step}", ())
    ]
    nearest = min(hit, key=lambda i: (len(i.hops), i.element), default=None)
    return path_to(nearest, {failure.key: failure}) if nearest is not None else None
