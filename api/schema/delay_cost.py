"""Contribution of each failure, and the cost of a later end."""

import strawberry

from api.context import TopologyAt
from api.schema.estimates import Estimates
from api.schema.failure import Failure
from api.schema.scalars import Moment, Span
from api.schema.to_come import ToCome
from graph_models import impact
from graph_models.time import Millis


@strawberry.type(description="What one of several failures does by itself, and what it adds to the others.")
class Contribution:
    failure: Failure = strawberry.field(
        description="The failure; the first report where it was reported several times."
    )
    also_reported_as: list[strawberry.ID] = strawberry.field(
        description="Full ids of other reports of the same failure."
    )
    alone: Estimates = strawberry.field(description="Its impact by itself.")
    adds: Estimates = strawberry.field(
        description="The impact of all failures less that of all others: what its end would save."
    )

    @classmethod
    def of(cls, model: impact.Contribution, as_of: Millis, topology_at: TopologyAt) -> "Contribution":
        return cls(
            failure=Failure.of(model.failure, as_of, topology_at),
            also_reported_as=[strawberry.ID(f"failure:{key}") for key in model.also_reported_as],
            alone=Estimates.of(model.alone),
            adds=Estimates.of(model.adds),
        )


@strawberry.type(description="What the failures of an answer cost if they end at a moment.")
class CostOfDelayPoint:
    ends_in: Span = strawberry.field(description="How long after `asOf` they end.")
    ends_at: Moment = strawberry.field(description="When they end.")
    estimates: Estimates = strawberry.field(description="The impact with this end.")
    reason: str | None = strawberry.field(
        description="What makes the cost grow faster up to here, such as the run of a batch; null where "
        "nothing does."
    )
    to_come: ToCome = strawberry.field(
        description="Orders that are expected to be placed until this end, and affected; not in `estimates`."
    )

    @classmethod
    def of(cls, model: impact.CostOfDelayPoint) -> "CostOfDelayPoint":
        return cls(
            ends_in=Span(model.ends_in),
            ends_at=Moment(model.ends_at),
            estimates=Estimates.of(model.estimates),
            reason=model.reason,
            to_come=ToCome.of(model.to_come),
        )
