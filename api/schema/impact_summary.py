"""Impact summaries: the figures by which failures are ranked."""

from typing import TYPE_CHECKING, Annotated, cast

import strawberry

from api.context import TopologyAt
from api.schema.element import Info, element_by_id
from api.schema.estimates import Estimates
from api.schema.money import Money
from api.schema.organisation import Team
from api.schema.scalars import Moment, moment_of
from impactgraph.usecases import impact_summary

if TYPE_CHECKING:
    from api.schema.failure import Failure
    from api.schema.order import Order


@strawberry.type(
    description="Impact of one failure by itself: an order that two failures affect counts for both."
)
class ImpactSummary:
    orders: int = strawberry.field(description="Orders that it affects.")
    stuck: int = strawberry.field(description="Affected orders that wait now.")
    value: list[Money] = strawberry.field(description="Total value of the affected orders, per currency.")
    will_miss_promise: int = strawberry.field(
        description="Orders that are expected to miss their promise because of it."
    )
    estimates: Estimates = strawberry.field(description="Expected values of the totals, with ranges.")
    next_promise: Moment | None = strawberry.field(
        description="The next promise that is expected to be missed."
    )
    shared: list[str] = strawberry.field(
        description="Attributes of nearly all affected orders and of few others, such as `region emea`."
    )
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[impact_summary.ImpactSummary]

    @strawberry.field(description="The failure.")
    def failure(self, info: Info) -> Annotated["Failure", strawberry.lazy("api.schema.failure")]:
        from api.schema.failure import Failure

        at = self.topology_at.as_of if self.topology_at.as_of is not None else info.context.now
        return Failure.of(self.model.failure, at, self.topology_at)

    @strawberry.field(description="The affected order that was placed first; null without affected orders.")
    async def oldest_order(
        self, info: Info
    ) -> Annotated["Order", strawberry.lazy("api.schema.order")] | None:
        from api.schema.order import Order

        key = self.model.oldest_order
        if key is None:
            return None
        return Order.of(await info.context.orders.load(key, self.topology_at.as_of), self.topology_at)

    @strawberry.field(description="The team to call first; null where nobody owns the impaired elements.")
    def owner(self) -> Team | None:
        return (
            cast(Team, element_by_id(f"team:{self.model.team}", self.topology_at))
            if self.model.team
            else None
        )

    @classmethod
    def of(cls, model: impact_summary.ImpactSummary, topology_at: TopologyAt) -> "ImpactSummary":
        return cls(
            orders=model.orders,
            stuck=model.stuck,
            value=Money.each(model.value),
            will_miss_promise=model.will_miss_promise,
            estimates=Estimates.of(model.estimates),
            next_promise=moment_of(model.next_promise),
            shared=list(model.common_values),
            topology_at=topology_at,
            model=model,
        )
