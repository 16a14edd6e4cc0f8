"""Orders still to come."""

import strawberry

from api.schema.estimates import Estimate, MoneyEstimate
from api.schema.scalars import Moment
from graph_models import estimates


@strawberry.type(
    description="Orders that are expected to be placed while the failures last, and affected by them, by "
    "what is usual for workflow, channel, region, hour and weekday. They are in no total. Of each estimate "
    "`possible` counts those that may be placed until the latest possible end, and affected."
)
class ToCome:
    until: Moment = strawberry.field(description="When the last failure is expected to end.")
    placed: Estimate = strawberry.field(description="Orders that are expected to be placed until then.")
    affected: Estimate = strawberry.field(description="Those of them that the failures affect.")
    promises_missed: Estimate = strawberry.field(
        description="Their promises that are missed and would be kept without the failures."
    )
    value: list[MoneyEstimate] = strawberry.field(
        description="Value of the affected ones, per currency; then in the reporting currency, where one is "
        "set."
    )
    assumptions: list[str] = strawberry.field(
        description="The history behind the estimate, and what it means where orders cannot be placed, a "
        "sentence each."
    )

    @classmethod
    def of(cls, model: estimates.ToCome) -> "ToCome":
        return cls(
            until=Moment(model.until),
            placed=Estimate.of(model.placed),
            affected=Estimate.of(model.affected),
            promises_missed=Estimate.of(model.promises_missed),
            value=MoneyEstimate.each(model.value),
            assumptions=list(model.assumptions),
        )
