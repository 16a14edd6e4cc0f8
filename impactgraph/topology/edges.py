"""All kinds of edges between elements, declared once. An edge points from an element to its dependency."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from graph_models.ids import full_id
from graph_models.needs import Choice, Needs
from graph_models.playbooks import Playbook
from graph_models.topology import Api, Data, Element, Integration, Step, System, Topology, Workflow


class EdgeKind(StrEnum):
    """How the source of an edge depends on its target."""

    NEEDS = "needs"
    """It requires it."""
    ANY_OF = "any_of"
    """It is one of several alternatives."""
    OPTIONAL = "optional"
    """It is degraded without it."""
    RUNS_ON = "runs_on"
    READS = "reads"
    HANDED_OVER = "handed_over"
    """The integration hands orders over to this step."""
    FOLLOWS = "follows"
    """Orders enter this step from that one."""
    EMITS_VIA = "emits_via"
    """A posting, notification, task or supplier order of the step goes through it."""
    FROM = "from"
    TO = "to"
    VIA = "via"
    FED_BY = "fed_by"
    OFFERED_BY = "offered_by"
    """An api and its system."""
    HELD_BY = "held_by"
    """Data and its system."""
    HAS_STEP = "has_step"
    OWNED_BY = "owned_by"
    COVERS = "covers"
    """A playbook and an element that it names."""


WITHOUT_DEPENDING = frozenset({EdgeKind.OWNED_BY, EdgeKind.COVERS})
"""Edges of ownership, along which failures do not propagate."""


class Edge(NamedTuple):
    """Full ids."""

    source: str
    target: str
    kind: EdgeKind


def edges(topology: Topology) -> Iterator[Edge]:
    """Yields every edge in document order; a pair of elements may have several kinds."""
    for identifier, element in topology.elements.items():
        for kind, targets in relations(element):
            for target in targets:
                yield Edge(identifier, target, kind)
    for workflow in topology.workflows.values():
        yield from _handovers(workflow)


def dependency_edges(topology: Topology) -> Iterator[Edge]:
    """Yields the edges along which a failure of the target reaches the source."""
    return (edge for edge in edges(topology) if edge.kind not in WITHOUT_DEPENDING)


def relations(element: Element) -> Iterator[tuple[EdgeKind, Iterable[str]]]:
    """Yields the references of the element: kinds of edges with full ids."""
    match element:
        case Step():
            yield EdgeKind.RUNS_ON, (element.runs_on,)
            yield from _needs(element.needs)
            yield EdgeKind.READS, element.reads
            yield (
                EdgeKind.EMITS_VIA,
                dict.fromkeys(emission.via for emission in element.emits if emission.via),
            )
        case System():
            yield from _needs(element.needs)
            yield EdgeKind.OWNED_BY, _team(element.owner)
        case Api():
            yield EdgeKind.OFFERED_BY, (full_id("system", element.system),)
        case Integration():
            yield EdgeKind.TO, (element.target,)
            yield EdgeKind.VIA, element.via
            yield EdgeKind.FROM, (element.source,)
            yield EdgeKind.OWNED_BY, _team(element.owner)
        case Data():
            yield EdgeKind.FED_BY, element.fed_by
            yield EdgeKind.HELD_BY, (full_id("system", element.system),)
        case Workflow():
            yield EdgeKind.HAS_STEP, (step.id for step in element.steps)
        case Playbook():
            yield EdgeKind.COVERS, element.elements
        case _:
            return


def _needs(needs: Needs) -> Iterator[tuple[EdgeKind, Iterable[str]]]:
    choices = (need for need in needs.required if isinstance(need, Choice))
    yield EdgeKind.NEEDS, (need for need in needs.required if isinstance(need, str))
    yield (
        EdgeKind.ANY_OF,
        (each for choice in choices for alternative in choice.alternatives for each in alternative),
    )
    yield EdgeKind.OPTIONAL, needs.optional


def _team(owner: str | None) -> tuple[str, ...]:
    return (full_id("team", owner),) if owner else ()


def _handovers(workflow: Workflow) -> Iterator[Edge]:
    """Yields edges from each step to the steps before it and to the integrations of its hand-offs.

    The step before does not wait for the hand-off.
    """
    prefix = f"step:{workflow.key}/"
    for step in workflow.steps:
        for transition in step.then:
            yield Edge(prefix + transition.step, step.id, EdgeKind.FOLLOWS)
            if transition.via:
                yield Edge(prefix + transition.step, transition.via, EdgeKind.HANDED_OVER)
