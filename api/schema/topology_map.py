"""The topology for drawing a map: plain values, so that all of it fits into one answer."""

from typing import Annotated

import strawberry

from api.context import Context
from api.schema.element import Info
from api.schema.enums import ElementKind, MapEdgeKind
from graph_models.topology import Topology
from impactgraph.usecases import topology_map

EDGES_PER_OBJECT = 10
"""Edges that count as one object of the answer, since an edge has four plain values only."""


@strawberry.type(description="An element on a map.")
class MapElement:
    id: strawberry.ID = strawberry.field(description="Full id.")
    kind: ElementKind = strawberry.field(description="Its kind.")
    name: str = strawberry.field(description="Display name; the key where none is declared.")
    owner: strawberry.ID | None = strawberry.field(
        description="Full id of the owning team: its own, or that of its system."
    )
    parent: strawberry.ID | None = strawberry.field(
        description="Full id of the system of an API or of data, or of the workflow of a step."
    )
    category: str | None = strawberry.field(
        description="Kind of a system, such as oms or broker, or of a location, such as store."
    )
    region: str | None = strawberry.field(description="The region of a location.")
    tier: int | None = strawberry.field(description="Criticality tier of a system; 1 is the highest.")


@strawberry.type(description="A dependency of one element on another.")
class MapEdge:
    source: strawberry.ID = strawberry.field(name="from", description="Full id of the dependent element.")
    target: strawberry.ID = strawberry.field(
        name="to", description="Full id of the element that it depends on."
    )
    kind: MapEdgeKind = strawberry.field(description="Kind of the dependency.")
    share: float | None = strawberry.field(description="For FOLLOWS: the usual share of orders on this edge.")


@strawberry.type(description="A version of the topology for drawing a map.")
class TopologyMap:
    version: strawberry.ID = strawberry.field(description="Full id of the version.")
    topology: strawberry.Private[Topology]

    @strawberry.field(description="The elements, in the order of the document.")
    async def elements(
        self,
        info: Info,
        kinds: Annotated[
            list[ElementKind] | None, strawberry.argument(description="Only these kinds.")
        ] = None,
    ) -> list[MapElement]:
        map_elements = await info.context.run(topology_map.map_elements, self.topology, kinds)
        info.context.count(len(map_elements))
        return [
            MapElement(
                id=strawberry.ID(element.id),
                kind=element.kind,
                name=element.name,
                owner=_id(element.owner),
                parent=_id(element.parent),
                category=element.category,
                region=element.region,
                tier=element.tier,
            )
            for element in map_elements
        ]

    @strawberry.field(
        description="The dependencies, in the order of the document; two elements may have several."
    )
    async def edges(
        self,
        info: Info,
        kinds: Annotated[
            list[MapEdgeKind] | None, strawberry.argument(description="Only these kinds.")
        ] = None,
    ) -> list[MapEdge]:
        map_edges = await info.context.run(_edges, self.topology, kinds)
        info.context.count(len(map_edges) // EDGES_PER_OBJECT)
        return [
            MapEdge(
                source=strawberry.ID(edge.source),
                target=strawberry.ID(edge.target),
                kind=edge.kind,
                share=edge.share,
            )
            for edge in map_edges
        ]

    @classmethod
    async def of(cls, context: Context, version: str | None) -> "TopologyMap":
        """The version with this bare key; None: the current edge. Raises NotFoundError."""
        if version is None:
            topology_at = await context.current_topology()
        else:
            topology_at = await context.topology_version(version)
        return cls(
            version=strawberry.ID(f"topology:{topology_at.topology.version}"), topology=topology_at.topology
        )


def _edges(topology: Topology, kinds: list[MapEdgeKind] | None) -> list[topology_map.MapEdge]:
    return list(topology_map.map_edges(topology, kinds))


def _id(identifier: str | None) -> strawberry.ID | None:
    return strawberry.ID(identifier) if identifier is not None else None
