"""Versions of the topology, and what is other between two."""

from collections.abc import Iterable

import strawberry
from strawberry.scalars import JSON

from api.schema.element import plain
from api.schema.node import Node
from api.schema.scalars import Moment
from impactgraph import errors
from impactgraph.usecases import TopologyVersion as Version
from impactgraph.usecases import compare_topologies


@strawberry.type(description="A version of the topology.")
class TopologyVersion(Node):
    applied_at: Moment = strawberry.field(description="When it became the current one.")
    elements: int = strawberry.field(description="How many elements it has.")
    current: bool = strawberry.field(description="Whether it is the current one.")

    @classmethod
    def of(cls, version: Version) -> "TopologyVersion":
        return cls(
            id=strawberry.ID(f"topology:{version.key}"),
            applied_at=Moment(version.applied_at),
            elements=version.elements,
            current=version.current,
        )


@strawberry.type(description="A field of an element that two versions have differently.")
class ElementChange:
    id: strawberry.ID = strawberry.field(description="Full id of the element.")
    field: str = strawberry.field(description="Name of the field.")
    before: JSON | None = strawberry.field(description="What it was; null: not said.")
    after: JSON | None = strawberry.field(description="What it is; null: not said.")


@strawberry.type(description="What is other in one version than in another.")
class TopologyChange:
    added: list[strawberry.ID] = strawberry.field(description="Full ids of the elements that are new.")
    removed: list[strawberry.ID] = strawberry.field(description="Full ids of the elements that are gone.")
    changed: list[ElementChange] = strawberry.field(
        description="Fields that are other, of elements that both have."
    )
    orders_touched: int = strawberry.field(
        description="Orders in flight that still have to pass what is other."
    )

    @classmethod
    def of(cls, change: compare_topologies.TopologyChange) -> "TopologyChange":
        found = change.difference
        return cls(
            added=[strawberry.ID(identifier) for identifier in found.added],
            removed=[strawberry.ID(identifier) for identifier in found.removed],
            changed=[
                ElementChange(
                    id=strawberry.ID(one.element),
                    field=one.field,
                    before=_json(one.before),
                    after=_json(one.after),
                )
                for one in found.changed
            ],
            orders_touched=change.affected_orders,
        )


@strawberry.type(description="One thing wrong with what was sent.")
class Problem:
    message: str = strawberry.field(description="What is wrong, and how to mend it.")
    file: str | None = strawberry.field(description="Name of the document.")
    line: int | None = strawberry.field(description="Line in it, from 1.")

    @classmethod
    def each(cls, problems: Iterable[errors.Problem]) -> "list[Problem]":
        return [cls(message=problem.message, file=problem.file, line=problem.line) for problem in problems]


def _json(value: object) -> JSON | None:
    said = plain(value)
    return None if said in (None, "", [], {}) else JSON(said)
