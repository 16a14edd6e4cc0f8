"""Paths from one element to another, with the reason of each hop."""

import strawberry

from api.schema.enums import Effect
from api.schema.scalars import Moment
from graph_models import impact


@strawberry.type(description="One step of a path: what happens at `from` affects `to` by a rule.")
class Hop:
    source: strawberry.ID = strawberry.field(name="from", description="Full id of the affecting element.")
    target: strawberry.ID = strawberry.field(name="to", description="Full id of the affected element.")
    rule: str = strawberry.field(description="Name of the propagation rule, or of the edge between them.")
    effect: Effect = strawberry.field(description="The effect on `to`.")
    at: Moment = strawberry.field(description="When the effect begins.")
    detail: str = strawberry.field(description="How the rule applies, in one sentence.")


@strawberry.type(description="A path, hop by hop.")
class Path:
    hops: list[Hop] = strawberry.field(description="The hops, from the failure on.")
    sentence: str = strawberry.field(description="The path in one sentence.")

    @classmethod
    def of(cls, path: impact.Path) -> "Path":
        return cls(
            hops=[
                Hop(
                    source=strawberry.ID(hop.source),
                    target=strawberry.ID(hop.target),
                    rule=hop.rule,
                    effect=hop.effect,
                    at=Moment(hop.at),
                    detail=hop.detail,
                )
                for hop in path.hops
            ],
            sentence=path.sentence,
        )
