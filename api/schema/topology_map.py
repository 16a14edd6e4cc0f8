"""The topology as a map is drawn from it: plain values, so that all of it fits into one answer."""

from typing import Annotated

import strawberry

from api.context import Context
from api.schema.element import Info
from api.schema.enums import ElementKind, MapEdgeKind
from graph_models.topology import Topology
from impactgraph.usecases import topology_map

EDGES_AN_OBJECT = 10
"""An edge is four plain values: so many count as one object of the answer."""


@strawberry.type(description="An element as a map shows it.")
class MapElement:
    id: strawberry.ID = strawberry.field(description="Full id.")
    kind: ElementKind = strawberry.field(description="What kind of element it is.")
    name: str = strawberry.field(description="What people call it; the key where it was given no name.")
    owner: strawberry.ID | None = strawberry.field(
        description="Full id of the team that owns it: its own, or that of the system it belongs to."
    )
    parent: strawberry.ID | None = strawberry.field(
        description="Full id of the system of an api or of data, of the workflow of a step."
    )
    category: str | None = strawberry.field(
        description="What a system is for, such as oms or broker; what a location is, such as store."
    )
    region: str | None = strawberry.field(description="The region of a location.")
    tier: int | None = strawberry.field(description="How much depends on a system; 1 is the highest.")


@strawberry.type(description="How one element hangs on another.")
class MapEdge:
    source: strawberry.ID = strawberry.field(name="from", description="Full id of what depends on the other.")
    target: strawberry.ID = strawberry.field(name="to", description="Full id of what it depends on.")
    kind: MapEdgeKind = strawberry.field(description="How it depends on it.")
    share: float | None = strawberry.field(
        description="Of FOLLOWS: the usual fraction of the orders that go this way."
    )


@strawberry.type(description="A version of the topology as a map is drawn from it.")
class TopologyMap:
    version: strawberry.ID = strawberry.field(description="Full id of the version.")
    topology: strawberry.Private[Topology]

    @strawberry.field(description="The elements, in the order of the document.")
    async def elements(
        self,
        info: Info,
        kinds: Annotated[
            list[ElementKind] | None, strawberry.argument(description="Of these kinds only.")
        ] = None,
    ) -> list[MapElement]:
        found = await info.context.run(topology_map.map_elements, self.topology, kinds)
        info.context.count(len(found))
        return [
            MapElement(
                id=strawberry.ID(one.id),
                kind=one.kind,
                name=one.name,
                owner=_id(one.owner),
                parent=_id(one.parent),
                category=one.category,
                region=one.region,
                tier=one.tier,
            )
            for one in found
        ]

    @strawberry.field(
        description="How the elements hang together, in the order of the document; two may do so in several ways."
    )
    async def edges(
        self,
        info: Info,
        kinds: Annotated[
            list[MapEdgeKind] | None, strawberry.argument(description="Of these kinds only.")
        ] = None,
    ) -> list[MapEdge]:
        found = await info.context.run(_edges, self.topology, kinds)
        info.context.count(len(found) // EDGES_AN_OBJECT)
        return [
            MapEdge(
                source=strawberry.ID(one.source),
                target=strawberry.ID(one.target),
                kind=one.kind,
                share=one.share,
            )
            for one in found
        ]

    @classmethod
    async def of(cls, context: Context, version: str | None) -> "TopologyMap":
        """By bare key; None is the current one. Raises NotFoundError."""
        landscape = (
            await context.landscape() if version is None else await context.landscape_of(version, None)
        )
        return cls(
            version=strawberry.ID(f"topology:{landscape.topology.version}"), topology=landscape.topology
        )


def _edges(topology: Topology, kinds: list[MapEdgeKind] | None) -> list[topology_map.MapEdge]:
    return list(topology_map.map_edges(topology, kinds))


def _id(identifier: str | None) -> strawberry.ID | None:
    return strawberry.ID(identifier) if identifier is not None else None
