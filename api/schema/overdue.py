"""Overdue orders, what they have in common, and likely causes."""

import strawberry
from strawberry.scalars import JSON

from api.context import Context, TopologyAt
from api.schema.diagnosis import Cause, CommonFactor
from api.schema.element import Info
from api.schema.money import Money
from api.schema.order import Order
from api.schema.page import Connection
from api.schema.scalars import Moment, Span
from graph_models import diagnosis
from graph_models.enums import Dimension
from graph_models.time import Millis
from impactgraph.usecases import overdue
from impactgraph.usecases.failure_input import failure_input


@strawberry.type(description="Overdue orders with the same values of the dimensions.")
class OverdueGroup:
    key: JSON = strawberry.field(
        description='Value by dimension, such as {"STEP": "store/pick", "REGION": "emea"}; null: no value.'
    )
    overdue: int = strawberry.field(description="Number of overdue orders.")
    total: int = strawberry.field(description="Number of orders in flight with these values.")
    value: list[Money] = strawberry.field(description="Total value of the overdue orders, per currency.")

    @classmethod
    def of(cls, model: diagnosis.OverdueGroup) -> "OverdueGroup":
        return cls(
            key=JSON(dict(model.key)),
            overdue=model.overdue,
            total=model.total,
            value=[Money.of(each) for each in model.value],
        )


@strawberry.type(description="How long an order is past its limit.")
class OverdueExcess:
    order: strawberry.ID = strawberry.field(description="Full id of the order.")
    beyond: Span = strawberry.field(
        description="How long its longest overdue fulfillment is past the limit of its step."
    )

    @classmethod
    def of(cls, order: str, beyond: Millis) -> "OverdueExcess":
        return cls(order=strawberry.ID(f"order:{order}"), beyond=Span(beyond))


@strawberry.type(
    description="Orders with a fulfillment that exceeds the limit of its step: the declared one, else the "
    "95th percentile of the past."
)
class OverdueReport:
    as_of: Moment = strawberry.field(description="The moment the answer is for.")
    total_count: int = strawberry.field(description="Number of overdue orders.")
    in_flight: bool = strawberry.field(description="Whether any order in flight matches the filter.")
    topology_at: strawberry.Private[TopologyAt]
    answer: strawberry.Private[overdue.Overdue]
    by: strawberry.Private[list[Dimension]]
    first: strawberry.Private[int | None]
    after: strawberry.Private[str | None]

    @strawberry.field(
        description="Overdue orders by the requested dimensions (by step without any), most overdue orders "
        "first."
    )
    async def groups(self, info: Info) -> list[OverdueGroup]:
        groups = await info.context.run(self.answer.groups, self.by)
        info.context.count(len(groups))
        return [OverdueGroup.of(group) for group in groups]

    @strawberry.field(description="The overdue orders, the longest overdue first.")
    async def orders(self, info: Info) -> Connection[Order]:
        page = await info.context.run(self.answer.orders, self.first, self.after)
        return Connection.of(
            info.context,
            page,
            [Order.of(item, self.topology_at, has_expectations=True) for item in page.items],
        )

    @strawberry.field(description="How long each order of this page is past its limit, in the same order.")
    async def excess(self, info: Info) -> list[OverdueExcess]:
        page = await info.context.run(self.answer.orders, self.first, self.after)
        excess = await info.context.run(self.answer.beyond, [order.key for order in page.items])
        info.context.count(len(excess))
        return [OverdueExcess.of(*each) for each in excess.items()]

    @strawberry.field(
        description="What overdue fulfillments share more often than those that entered the same steps in "
        "the same hours "
        "and left in time: independent factors, most likely first. Empty: nothing in common. "
        "Counts are of fulfillments in the steps that show the factor."
    )
    async def in_common(self, info: Info) -> list[CommonFactor]:
        return [CommonFactor.of(factor) for factor in await info.context.run(lambda: self.answer.in_common)]

    @strawberry.field(
        description="Elements that would explain what no reported failure explains, most likely first; one "
        "of those that "
        "the orders cannot tell apart. The search covers all orders, also those that `where` excludes."
    )
    async def suspects(self, info: Info) -> list[Cause]:
        suspects = await info.context.run(lambda: self.answer.suspects)
        return [
            Cause.of(suspect.cause, self.topology_at, JSON(failure_input(suspect.failure)))
            for suspect in suspects
        ]


async def report(
    context: Context,
    question: overdue.OverdueQuestion,
    by: list[Dimension],
    first: int | None,
    after: str | None,
) -> OverdueReport:
    """The report, which stays open with the context. Raises NotFoundError, BadInputError."""
    as_of = question.as_of
    answer = await context.ask_at(as_of, overdue.overdue_in, question)
    total = await context.run(lambda: answer.total_count)
    topology_at = TopologyAt(answer.topology, as_of)
    return OverdueReport(
        as_of=Moment(answer.at),
        total_count=total,
        in_flight=await context.run(lambda: answer.in_flight),
        topology_at=topology_at,
        answer=answer,
        by=by,
        first=first,
        after=after,
    )
