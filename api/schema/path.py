"""How a failure gets from one element to another."""

import strawberry

from api.schema.enums import Effect
from api.schema.scalars import Moment
from graph_models import impact


@strawberry.type(description="One step of an explanation: what happens at `from` is done to `to` by a rule.")
class Hop:
    source: strawberry.ID = strawberry.field(name="from", description="Full id of where it comes from.")
    target: strawberry.ID = strawberry.field(name="to", description="Full id of what it is done to.")
    rule: str = strawberry.field(description="Name of the rule of propagation, or of the edge between them.")
    effect: Effect = strawberry.field(description="What is done to it.")
    at: Moment = strawberry.field(description="From when.")
    detail: str = strawberry.field(description="The rule applied here, in words.")


@strawberry.type(description="An explanation, hop by hop.")
class Path:
    hops: list[Hop] = strawberry.field(description="From the failure on.")
    sentence: str = strawberry.field(description="The whole of it in one sentence.")

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
