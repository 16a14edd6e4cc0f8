"""Orders that a blast radius does not answer, and rejected work that waits for a replay."""

import strawberry

from api.context import TopologyAt
from api.schema.element import Info
from api.schema.failure import Failure, find_failure
from api.schema.money import Money
from api.schema.order import Order
from graph_models import impact


@strawberry.type(description="Orders in flight that an answer says nothing about.")
class Unanswered:
    element: strawberry.ID | None = strawberry.field(
        description="Full id of their step, else of their workflow; null where neither is known."
    )
    reason: str = strawberry.field(description="Why their position is unknown.")
    orders: int = strawberry.field(description="Number of orders.")
    value: list[Money] = strawberry.field(description="Their total value, per currency.")
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[impact.Unanswered]

    @strawberry.field(description="The one that was placed first.")
    async def oldest_order(self, info: Info) -> Order:
        order = await info.context.orders.load(self.model.oldest_order, self.topology_at.as_of)
        return Order.of(order, self.topology_at)

    @classmethod
    def of(cls, model: impact.Unanswered, topology_at: TopologyAt) -> "Unanswered":
        return cls(
            element=strawberry.ID(model.element) if model.element else None,
            reason=model.reason,
            orders=model.orders,
            value=Money.each(model.value),
            topology_at=topology_at,
            model=model,
        )


@strawberry.type(description="Rejected work that waits to be sent again after its failure has ended.")
class AwaitingReplay:
    orders: int = strawberry.field(description="Orders that continue only when their message is sent again.")
    records: int = strawberry.field(
        description="Postings, messages and other records of completed steps that come only when they are "
        "sent again."
    )
    value: list[Money] = strawberry.field(description="Total value of the orders, per currency.")
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[impact.AwaitingReplay]

    @strawberry.field(description="The failure; null where none on record explains it.")
    async def failure(self, info: Info) -> Failure | None:
        return await find_failure(self.model.failure, self.topology_at, info.context)

    @strawberry.field(description="The order that was placed first.")
    async def oldest_order(self, info: Info) -> Order:
        order = await info.context.orders.load(self.model.oldest_order, self.topology_at.as_of)
        return Order.of(order, self.topology_at)

    @classmethod
    def of(cls, model: impact.AwaitingReplay, topology_at: TopologyAt) -> "AwaitingReplay":
        return cls(
            orders=model.orders,
            records=model.records,
            value=Money.each(model.value),
            topology_at=topology_at,
            model=model,
        )
