"""The topology as a map is drawn from it: every element and every edge, as plain values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph_models.enums import ElementKind
from graph_models.topology import Api, Data, Element, Location, Step, System, Topology, kind_of
from impactgraph.topology.edges import EdgeKind, edges
from impactgraph.usecases.elements import name_of

__all__ = ["EdgeKind", "MapEdge", "MapElement", "map_edges", "map_elements"]


@dataclass(frozen=True, slots=True)
class MapElement:
    """References are full ids."""

    id: str
    kind: ElementKind
    name: str
    owner: str | None
    parent: str | None
    """The system of an api or of data, the workflow of a step."""
    category: str | None
    region: str | None
    tier: int | None


@dataclass(frozen=True, slots=True)
class MapEdge:
    """From what depends to what it depends on."""

    source: str
    target: str
    kind: EdgeKind
    share: float | None
    """Of FOLLOWS: the usual fraction of the orders that go this way."""


def map_elements(topology: Topology, kinds: Sequence[ElementKind] | None = None) -> list[MapElement]:
    """In the order of the document."""
    selection = set(ElementKind) if kinds is None else set(kinds)
    return [
        _element(topology, identifier, element)
        for identifier, element in topology.elements.items()
        if kind_of(element) in selection
    ]


def map_edges(topology: Topology, kinds: Sequence[EdgeKind] | None = None) -> Iterator[MapEdge]:
    """In the order of the document; a pair of elements may have several, each of another kind."""
    selection = set(EdgeKind) if kinds is None else set(kinds)
    shares = {
        (f"step:{workflow.key}/{transition.step}", step.id): transition.share
        for workflow in topology.workflows.values()
        for step in workflow.steps
        for transition in step.then
    }
    for source, target, kind in edges(topology):
        if kind in selection:
            yield MapEdge(
                source, target, kind, shares.get((source, target)) if kind is EdgeKind.FOLLOWS else None
            )


def _element(topology: Topology, identifier: str, element: Element) -> MapElement:
    team = topology.owner_of(identifier)
    return MapElement(
        id=identifier,
        kind=kind_of(element),
        name=name_of(element),
        owner=f"team:{team}" if team is not None else None,
        parent=_parent(element),
        category=(element.kind or None) if isinstance(element, System | Location) else None,
        region=element.region if isinstance(element, Location) else None,
        tier=element.tier if isinstance(element, System) else None,
    )


def _parent(element: Element) -> str | None:
    if isinstance(element, Api | Data):
        return f"system:{element.system}"
    return f"workflow:{element.workflow}" if isinstance(element, Step) else None
