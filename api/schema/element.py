"""Elements of the topology: what all kinds have in common."""

from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import strawberry
from strawberry.scalars import JSON

from api.context import Context, TopologyAt
from api.schema.enums import ElementKind
from api.schema.node import Node
from api.schema.page import After, Connection, First
from graph_models import topology
from graph_models.topology import id_of, kind_of
from impactgraph.usecases import elements
from impactgraph.usecases.elements import as_json

if TYPE_CHECKING:
    from api.schema.impairment import Impairment
    from api.schema.organisation import Team

Info: TypeAlias = strawberry.Info[Context, None]
Depth = Annotated[
    int | None,
    strawberry.argument(description="How many edges to follow; 1: direct neighbours only, null: all."),
]


@strawberry.interface(
    description="Part of the topology: something that can fail or that orders need, or a team or playbook."
)
class Element(Node):
    kind: ElementKind = strawberry.field(description="Its kind.")
    key: str = strawberry.field(description="The id without its kind.")
    name: str = strawberry.field(description="Display name; the key where none is declared.")
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[topology.Element]

    @strawberry.field(description="The owning team: its own, or that of its system.")
    def owner(self) -> Annotated["Team", strawberry.lazy("api.schema.organisation")] | None:
        topology = self.topology_at.topology
        key = topology.owner_of(self.id) if self.id in topology.elements else None
        return cast("Team | None", find_element_by_id(f"team:{key}" if key else None, self.topology_at))

    @strawberry.field(
        description="Everything that the topology declares for it, by the names of the topology format."
    )
    def attributes(self) -> JSON:
        return JSON(as_json(self.model))

    @strawberry.field(description="What it needs, nearest first.")
    async def dependencies(
        self, info: Info, depth: Depth = None, first: First = 50, after: After = None
    ) -> Connection["Element"]:
        page = await info.context.run(
            elements.dependencies, self.topology_at.topology, self.id, depth=depth, first=first, after=after
        )
        return Connection.of(
            info.context, page, [element_by_id(item, self.topology_at) for item in page.items]
        )

    @strawberry.field(description="What needs it, nearest first.")
    async def dependents(
        self, info: Info, depth: Depth = None, first: First = 50, after: After = None
    ) -> Connection["Element"]:
        page = await info.context.run(
            elements.dependents, self.topology_at.topology, self.id, depth=depth, first=first, after=after
        )
        return Connection.of(
            info.context, page, [element_by_id(item, self.topology_at) for item in page.items]
        )

    @strawberry.field(description="Its impairments by the active failures.")
    async def impairments(
        self, info: Info
    ) -> list[Annotated["Impairment", strawberry.lazy("api.schema.impairment")]]:
        from api.schema.impairment import Impairment

        answer = await info.context.active_impact(self.topology_at.as_of)
        return [
            Impairment.of(item, answer, self.topology_at)
            for item in answer.elements([self.kind])
            if item.element == self.id
        ]


ElementConnection: TypeAlias = Connection[Element]


def element_by_id(identifier: str, topology_at: TopologyAt) -> Element:
    """The element with this full id, as the GraphQL type of its kind. Raises NotFoundError."""
    return element_of(
        topology_at.topology.elements[elements.check_element(topology_at.topology, identifier)], topology_at
    )


def element_of(element: topology.Element, topology_at: TopologyAt) -> Element:
    """An element as the GraphQL type of its kind."""
    from api.schema.kinds import TYPES

    return TYPES[type(element)](
        id=strawberry.ID(id_of(element)),
        kind=kind_of(element),
        key=_key(element),
        name=elements.name_of(element),
        topology_at=topology_at,
        model=element,
    )


def find_element_by_id(identifier: str | None, topology_at: TopologyAt) -> Element | None:
    """Like `element_by_id`; None without an id, and where the topology has no such element."""
    element = elements.find_element(topology_at.topology, identifier) if identifier else None
    return element_of(element, topology_at) if element is not None else None


def _key(element: topology.Element) -> str:
    return id_of(element).partition(":")[2]
