"""GraphQL queries for the topology: elements, paths, versions."""

from typing import Annotated

import strawberry

from api.schema.element import Element, Info, element_of, find_element_by_id
from api.schema.enums import ElementKind
from api.schema.page import After, Connection, First
from api.schema.path import Path
from api.schema.topology import TopologyChange, TopologyVersion
from api.schema.topology_map import TopologyMap
from graph_models.ids import key_of
from impactgraph.usecases import (
    compare_topologies,
    elements,
    paths,
    topologies,
)

From = Annotated[strawberry.ID, strawberry.argument(name="from", description="Full id of the start.")]
To = Annotated[strawberry.ID, strawberry.argument(name="to", description="Full id of the end.")]


@strawberry.type
class TopologyQueries:
    @strawberry.field(description="An element of the current topology; null if unknown.")
    async def element(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Full id.")]
    ) -> Element | None:
        return await element_of_current(info, id)

    @strawberry.field(description="Elements of the current topology, sorted by kind and id.")
    async def elements(
        self,
        info: Info,
        kinds: Annotated[
            list[ElementKind] | None, strawberry.argument(description="Only these kinds.")
        ] = None,
        search: Annotated[
            str | None,
            strawberry.argument(description="Text in the id or the name; case does not matter."),
        ] = None,
        owner: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Full id or bare key of the owning team."),
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Element]:
        topology_at = await info.context.current_topology()
        team = key_of(owner, "team") if owner is not None else None
        page = await info.context.run(
            elements.list_elements,
            topology_at.topology,
            kinds=kinds,
            search=search,
            owner=team,
            first=first,
            after=after,
        )
        return Connection.of(info.context, page, [element_of(item, topology_at) for item in page.items])

    @strawberry.field(description="Paths between two elements, shortest first; empty without any.")
    async def paths(self, info: Info, source: From, target: To, first: First = 50) -> list[Path]:
        topology_at = await info.context.current_topology()
        return [
            Path.of(path)
            for path in await info.context.run(
                paths.find_paths, topology_at.topology, source, target, info.context.now, first
            )
        ]

    @strawberry.field(description="Versions of the topology, newest first.")
    async def topologies(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[TopologyVersion]:
        page = await info.context.ask(topologies.list_topologies, first=first, after=after)
        return Connection.of(info.context, page, [TopologyVersion.of(version) for version in page.items])

    @strawberry.field(
        description="A version of the topology for drawing a map: all elements and edges in one answer."
    )
    async def topology_map(
        self,
        info: Info,
        version: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Full id of the version; null: the current one."),
        ] = None,
    ) -> TopologyMap:
        return await TopologyMap.of(
            info.context, key_of(version, "topology") if version is not None else None
        )

    @strawberry.field(
        description="What changed between two versions of the topology, and how many orders in flight that "
        "affects."
    )
    async def compare_topologies(self, info: Info, source: From, target: To) -> TopologyChange:
        return TopologyChange.of(
            await info.context.ask(compare_topologies.compare_topologies, source, target)
        )


async def element_of_current(info: Info, identifier: str) -> Element | None:
    """Of the current topology, else a former one that orders in flight need."""
    element = find_element_by_id(identifier, await info.context.current_topology())
    return element or find_element_by_id(identifier, await info.context.topology_at())
