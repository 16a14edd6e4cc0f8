"""An element of the landscape: what all kinds have in common."""

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry
from strawberry.scalars import JSON

from api.context import Context, Landscape
from api.schema.enums import ElementKind
from api.schema.node import Node
from api.schema.page import After, Connection, First
from graph_models import topology
from graph_models.topology import id_of, kind_of
from impactgraph.usecases import elements

if TYPE_CHECKING:
    from api.schema.impairment import Impairment
    from api.schema.organisation import Team

Info: TypeAlias = strawberry.Info[Context, None]
Depth = Annotated[
    int | None, strawberry.argument(description="How many edges far; 1: the next only, null: all.")
]


@strawberry.interface(
    description="Something of the landscape that can fail, or that an order needs, or who owns it."
)
class Element(Node):
    kind: ElementKind = strawberry.field(description="What kind of element it is.")
    key: str = strawberry.field(description="The id without its kind.")
    name: str = strawberry.field(description="What people call it; the key where it was given no name.")
    landscape: strawberry.Private[Landscape]
    model: strawberry.Private[topology.Element]

    @strawberry.field(description="The team that owns it: its own, or that of the system it belongs to.")
    def owner(self) -> Annotated["Team", strawberry.lazy("api.schema.organisation")] | None:
        landscape = self.landscape.topology
        key = landscape.owner_of(self.id) if self.id in landscape.elements else None
        return shown(f"team:{key}", self.landscape) if key is not None else None  # pyright: ignore[reportReturnType] - a team's id shows a Team

    @strawberry.field(description="All that the topology says of it, by the names of the topology's format.")
    def attributes(self) -> JSON:
        return JSON(plain(self.model))

    @strawberry.field(description="What it needs, the nearest first.")
    async def dependencies(
        self, info: Info, depth: Depth = None, first: First = 50, after: After = None
    ) -> Connection["Element"]:
        page = await info.context.run(
            elements.dependencies, self.landscape.topology, self.id, depth=depth, first=first, after=after
        )
        return Connection.of(info.context, page, [shown(found, self.landscape) for found in page.items])

    @strawberry.field(description="What needs it, the nearest first.")
    async def dependents(
        self, info: Info, depth: Depth = None, first: First = 50, after: After = None
    ) -> Connection["Element"]:
        page = await info.context.run(
            elements.dependents, self.landscape.topology, self.id, depth=depth, first=first, after=after
        )
        return Connection.of(info.context, page, [shown(found, self.landscape) for found in page.items])

    @strawberry.field(description="What the failures that are active do to it.")
    async def impairments(
        self, info: Info
    ) -> list[Annotated["Impairment", strawberry.lazy("api.schema.impairment")]]:
        from api.schema.impairment import Impairment

        answer = await info.context.active_impact(self.landscape.as_of)
        return [
            Impairment.of(found, answer, self.landscape)
            for found in answer.elements([self.kind])
            if found.element == self.id
        ]


ElementConnection: TypeAlias = Connection[Element]


def shown(identifier: str, landscape: Landscape) -> Element:
    """The element of the landscape by full id. Raises NotFoundError."""
    return show(
        landscape.topology.elements[elements.check_element(landscape.topology, identifier)], landscape
    )


def show(element: topology.Element, landscape: Landscape) -> Element:
    """As the GraphQL type of its kind."""
    from api.schema.kinds import TYPES

    return TYPES[type(element)](
        id=strawberry.ID(id_of(element)),
        kind=kind_of(element),
        key=_key(element),
        name=elements.name_of(element),
        landscape=landscape,
        model=element,
    )


def _key(element: topology.Element) -> str:
    return id_of(element).partition(":")[2]


def plain(value: object) -> object:
    """A model value as JSON: fields that say nothing are left out, spans stay milliseconds."""
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        said = {field.name: plain(getattr(value, field.name)) for field in fields(value)}  # pyright: ignore[reportArgumentType] - a dataclass, as just seen
        return {name: item for name, item in said.items() if item not in (None, "", [], {})}
    return value
