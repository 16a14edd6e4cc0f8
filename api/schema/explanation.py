"""Explanation of one order: why a failure affects it, or not."""

import strawberry

from api.context import TopologyAt
from api.schema.impairment import Absorption
from api.schema.path import Path
from graph_models import impact


@strawberry.type(description="Why an order is affected, or what stopped the failure before it.")
class Explanation:
    affected: bool = strawberry.field(description="Whether the order is affected.")
    sentence: str = strawberry.field(description="Why, or why not, in one sentence.")
    paths: list[Path] = strawberry.field(description="How the failure reaches it, hop by hop.")
    stopped_by: list[Absorption] = strawberry.field(description="Where the failure was stopped before it.")

    @classmethod
    def of(cls, model: impact.Explanation, topology_at: TopologyAt) -> "Explanation":
        return cls(
            affected=model.affected,
            sentence=model.sentence,
            paths=[Path.of(path) for path in model.paths],
            stopped_by=[Absorption.of(absorption, topology_at) for absorption in model.stopped_by],
        )
