"""All records that passed steps cause, by type and state."""

from typing import Annotated, cast

import strawberry

from api.context import Context, TopologyAt
from api.schema.element import Info
from api.schema.enums import RecordState
from api.schema.money import Money
from api.schema.order import Order
from api.schema.page import Connection
from api.schema.scalars import Moment, moment_of
from graph_models import orders
from graph_models.orders import Page
from impactgraph.usecases.record_lists import RecordStateCount

RecordStates = Annotated[
    list[RecordState] | None, strawberry.argument(description="Only records in these states.")
]


@strawberry.type(description="A record that a passed step causes, and its outcome.")
class RecordLine:
    fulfillment: strawberry.ID = strawberry.field(description="Full id of its fulfillment.")
    kind: str = strawberry.field(description="posting, notification, task or supplier_order.")
    type: str = strawberry.field(description="Its type, such as invoice or shipped.")
    state: RecordState = strawberry.field(description="Its state.")
    step: strawberry.ID = strawberry.field(description="Full id of the step that causes it.")
    due: Moment | None = strawberry.field(
        description="When it was or is due; null: its step was not seen to be completed."
    )
    recorded_at: Moment | None = strawberry.field(description="When it was recorded; null: it was not.")
    amount: Money | None = strawberry.field(
        description="What was posted, where that is wrong; else what is expected."
    )
    order_key: strawberry.Private[str]
    topology_at: strawberry.Private[TopologyAt]

    @strawberry.field(description="Its order.")
    async def order(self, info: Info) -> Order:
        order = await info.context.orders.load(self.order_key, self.topology_at.as_of)
        return Order.of(order, self.topology_at)

    @classmethod
    def of(cls, model: orders.RecordLine, topology_at: TopologyAt) -> "RecordLine":
        return cls(
            fulfillment=strawberry.ID(f"fulfillment:{model.fulfillment}"),
            kind=model.kind.value,
            type=model.type,
            state=cast(RecordState, model.state),
            step=strawberry.ID(model.step),
            due=moment_of(model.due),
            recorded_at=moment_of(model.recorded_at),
            amount=Money.of(model.amount) if model.amount is not None else None,
            order_key=model.order,
            topology_at=topology_at,
        )


@strawberry.type(description="How many records of one type are in one state.")
class RecordStateTotal:
    kind: str = strawberry.field(description="posting, notification, task or supplier_order.")
    type: str = strawberry.field(description="Their type, such as invoice or shipped.")
    state: RecordState = strawberry.field(description="Their state.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="Records that passed steps cause, with their states.")
class RecordList:
    totals: list[RecordStateTotal] = strawberry.field(description="Of the whole list, by type and state.")
    lines: Connection[RecordLine] = strawberry.field(
        description="The records, by when they are due or came, the earliest first."
    )

    @classmethod
    async def of(
        cls,
        context: Context,
        page: Page[orders.RecordLine],
        counts: tuple[RecordStateCount, ...],
        as_of: int | None,
    ) -> "RecordList":
        topology_at = await context.topology_at(as_of)
        context.count(len(counts))
        return cls(
            totals=[
                RecordStateTotal(
                    kind=each.kind.value,
                    type=each.type,
                    state=cast(RecordState, each.state),
                    count=each.count,
                )
                for each in counts
            ],
            lines=Connection.of(context, page, [RecordLine.of(line, topology_at) for line in page.items]),
        )
