"""Versions of the topology, and what changed between two."""

from collections.abc import Iterable

import strawberry
from strawberry.scalars import JSON

from api.schema.node import Node
from api.schema.scalars import Moment
from impactgraph import errors
from impactgraph.usecases import TopologyVersion as Version
from impactgraph.usecases import compare_topologies
from impactgraph.usecases.elements import declared_json


@strawberry.type(description="A version of the topology.")
class TopologyVersion(Node):
    applied_at: Moment = strawberry.field(description="When it became the current one.")
    elements: int = strawberry.field(description="Number of elements.")
    current: bool = strawberry.field(description="Whether it is the current one.")

    @classmethod
    def of(cls, version: Version) -> "TopologyVersion":
        return cls(
            id=strawberry.ID(f"topology:{version.key}"),
            applied_at=Moment(version.applied_at),
            elements=version.elements,
            current=version.current,
        )


@strawberry.type(description="A changed field of an element.")
class ElementChange:
    id: strawberry.ID = strawberry.field(
        description="Full id of the element or region; `topology` for its own fields."
    )
    field: str = strawberry.field(description="Name of the field.")
    before: JSON | None = strawberry.field(description="The former value; null: not declared.")
    after: JSON | None = strawberry.field(description="The new value; null: not declared.")


@strawberry.type(description="What changed between two versions.")
class TopologyChange:
    added: list[strawberry.ID] = strawberry.field(description="Full ids of the new elements.")
    removed: list[strawberry.ID] = strawberry.field(description="Full ids of the removed elements.")
    changed: list[ElementChange] = strawberry.field(
        description="Changed fields of elements in both versions."
    )
    rates_changed: bool = strawberry.field(description="Whether the exchange rates are others.")
    orders_touched: int = strawberry.field(
        description="Orders in flight that will pass through changed elements."
    )

    @classmethod
    def of(cls, change: compare_topologies.TopologyChange) -> "TopologyChange":
        difference = change.difference
        return cls(
            added=[strawberry.ID(identifier) for identifier in difference.added],
            removed=[strawberry.ID(identifier) for identifier in difference.removed],
            changed=[
                ElementChange(
                    id=strawberry.ID(field.element),
                    field=field.field,
                    before=_json(field.before),
                    after=_json(field.after),
                )
                for field in difference.changed
            ],
            rates_changed=difference.rates_changed,
            orders_touched=change.affected_orders,
        )


@strawberry.type(description="A problem of the input.")
class Problem:
    message: str = strawberry.field(description="What is wrong, and how to fix it.")
    file: str | None = strawberry.field(description="Name of the document.")
    line: int | None = strawberry.field(description="Line number, from 1.")

    @classmethod
    def each(cls, problems: Iterable[errors.Problem]) -> "list[Problem]":
        return [cls(message=problem.message, file=problem.file, line=problem.line) for problem in problems]


def _json(value: object) -> JSON | None:
    declaration = declared_json(value)
    return None if declaration is None else JSON(declaration)
