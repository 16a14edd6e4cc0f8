"""Orders beyond their limit, what they share, and what would explain it."""

import strawberry
from strawberry.scalars import JSON

from api.context import Context, Landscape
from api.schema.diagnosis import Cause, CommonFactor
from api.schema.element import Info
from api.schema.money import Money
from api.schema.order import Order
from api.schema.page import Connection
from api.schema.scalars import Moment
from graph_models import diagnosis
from graph_models.enums import Dimension
from graph_models.orders import OrderFilter
from graph_models.time import Millis
from impactgraph.usecases import overdue
from impactgraph.usecases.failure_input import failure_input


@strawberry.type(description="Overdue orders that have the same values.")
class OverdueGroup:
    key: JSON = strawberry.field(
        description='What they have: {"STEP": "ship-from-store/pick", "REGION": "emea"}; null where they have no value.'
    )
    overdue: int = strawberry.field(description="How many orders are overdue.")
    total: int = strawberry.field(description="How many orders are in flight there.")
    value: list[Money] = strawberry.field(
        description="What the overdue orders are worth, a sum for each currency."
    )

    @classmethod
    def of(cls, found: diagnosis.OverdueGroup) -> "OverdueGroup":
        return cls(
            key=JSON(dict(found.key)),
            overdue=found.overdue,
            total=found.total,
            value=[Money.of(each) for each in found.value],
        )


@strawberry.type(
    description="Orders with a part that is in its step for longer than the step declares, else than nearly all (p95) were there before."
)
class OverdueReport:
    as_of: Moment = strawberry.field(description="The moment that it is asked for.")
    total_count: int = strawberry.field(description="How many orders are overdue.")
    landscape: strawberry.Private[Landscape]
    answer: strawberry.Private[overdue.Overdue]
    by: strawberry.Private[list[Dimension]]
    first: strawberry.Private[int | None]
    after: strawberry.Private[str | None]

    @strawberry.field(
        description="Overdue orders by the dimensions asked for (by step where none is), the most overdue first."
    )
    async def groups(self, info: Info) -> list[OverdueGroup]:
        found = await info.context.run(self.answer.groups, self.by)
        info.context.count(len(found))
        return [OverdueGroup.of(each) for each in found]

    @strawberry.field(description="The orders, the longest beyond its limit first.")
    async def orders(self, info: Info) -> Connection[Order]:
        page = await info.context.run(self.answer.orders, self.first, self.after)
        return Connection.of(info.context, page, [Order.of(found, self.landscape) for found in page.items])

    @strawberry.field(
        description="What they share against those that entered the same steps in the same hours and left in time: independent causes, the best first. "
        "Empty: nothing in common. Counts are of fulfillments, in the steps in which it shows."
    )
    async def in_common(self, info: Info) -> list[CommonFactor]:
        return [CommonFactor.of(each) for each in await info.context.run(lambda: self.answer.in_common)]

    @strawberry.field(
        description="Elements that would explain what orders show and no failure on record does, the best first; of those that orders cannot tell apart, one. "
        "They are looked for in all orders, whichever were asked about."
    )
    async def suspects(self, info: Info) -> list[Cause]:
        found = await info.context.run(lambda: self.answer.suspects)
        return [Cause.of(each.cause, self.landscape, JSON(failure_input(each.failure))) for each in found]


async def report(
    context: Context,
    where: OrderFilter,
    by: list[Dimension],
    as_of: Millis | None,
    first: int | None,
    after: str | None,
) -> OverdueReport:
    """Raises NotFoundError, BadInputError."""
    asked = overdue.OverdueQuestion(where, as_of)
    answer = await context.hold(lambda store: overdue.overdue(store, asked, context.now))
    total = await context.run(lambda: answer.total_count)
    landscape = await context.landscape_of(answer.topology.version, as_of)
    return OverdueReport(
        as_of=Moment(answer.at),
        total_count=total,
        landscape=landscape,
        answer=answer,
        by=by,
        first=first,
        after=after,
    )
