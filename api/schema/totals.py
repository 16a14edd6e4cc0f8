"""Counts and sums of a blast radius."""

from collections.abc import Iterable

import strawberry
from strawberry.scalars import JSON

from api.schema.element import Info
from api.schema.enums import RecordEffect
from api.schema.money import Money
from api.schema.scalars import Moment
from graph_models import enums, impact
from impactgraph.usecases.answer import Answer


@strawberry.type(description="How many records of a type are hit in one way.")
class RecordTotals:
    type: str = strawberry.field(description="Such as invoice or shipped.")
    effect: RecordEffect = strawberry.field(description="What happens to them.")
    count: int = strawberry.field(description="How many.")
    amount: list[Money] = strawberry.field(description="What they post, a sum for each currency.")

    @classmethod
    def each(cls, totals: Iterable[impact.RecordTotals]) -> "list[RecordTotals]":
        return [
            cls(type=total.type, effect=total.effect, count=total.count, amount=Money.each(total.amount))
            for total in totals
        ]


@strawberry.type(description="What a failure hits, in numbers. The four bands add up to `orders`.")
class ImpactTotals:
    orders: int = strawberry.field(description="Orders hit, each counted once.")
    expected_orders: float = strawberry.field(description="The sum of their likelihoods.")
    fulfillments: int = strawberry.field(description="Fulfillments hit.")
    stuck: int = strawberry.field(description="Orders that wait now.")
    exposed: int = strawberry.field(description="Orders that passed in the window and bear the mark.")
    upcoming: int = strawberry.field(description="Orders that will arrive in the window.")
    records_only: int = strawberry.field(
        description="Orders that flow, but a posting or a message of theirs does not."
    )
    value: list[Money] = strawberry.field(description="What these orders are worth, a sum for each currency.")
    will_miss_promise: int = strawberry.field(
        description="Orders that are expected to miss their promise because of it."
    )
    answer: strawberry.Private[Answer]

    @strawberry.field(description="What may have to be refunded, a sum for each currency.")
    async def refunds_at_risk(self, info: Info) -> list[Money]:
        return Money.each(await info.context.run(lambda: self.answer.refunds_at_risk))

    @strawberry.field(description="Finance postings hit, by type and effect.")
    async def postings(self, info: Info) -> list[RecordTotals]:
        return RecordTotals.each(await self._records(info, enums.RecordKind.POSTING))

    @strawberry.field(description="Customer messages hit, by type and effect.")
    async def notifications(self, info: Info) -> list[RecordTotals]:
        return RecordTotals.each(await self._records(info, enums.RecordKind.NOTIFICATION))

    @strawberry.field(description="Tasks hit.")
    async def tasks(self, info: Info) -> int:
        return sum(row.count for row in await self._records(info, enums.RecordKind.TASK))

    @strawberry.field(description="Supplier orders hit.")
    async def supplier_orders(self, info: Info) -> int:
        return sum(row.count for row in await self._records(info, enums.RecordKind.SUPPLIER_ORDER))

    async def _records(self, info: Info, kind: enums.RecordKind) -> tuple[impact.RecordTotals, ...]:
        """Worked out only for who asks."""
        return await info.context.run(self.answer.record_totals, kind)

    @classmethod
    def of(cls, totals: impact.OrderTotals, answer: Answer) -> "ImpactTotals":
        return cls(
            orders=totals.orders,
            expected_orders=totals.expected_orders,
            fulfillments=totals.fulfillments,
            stuck=totals.stuck,
            exposed=totals.exposed,
            upcoming=totals.upcoming,
            records_only=totals.records_only,
            value=Money.each(totals.value),
            will_miss_promise=totals.will_miss_promise,
            answer=answer,
        )


@strawberry.type(description="Orders hit that have the same values in the dimensions of a breakdown.")
class ImpactGroup:
    key: JSON = strawberry.field(
        description='Value by dimension, such as {"CHANNEL": "web"}; null where an order has none.'
    )
    orders: int = strawberry.field(
        description="Orders with a fulfillment in the group; an order may count in several groups."
    )
    stuck: int = strawberry.field(description="Those of them that wait now.")
    value: list[Money] = strawberry.field(description="What they are worth, a sum for each currency.")
    will_miss_promise: int = strawberry.field(
        description="Those that are expected to miss their promise because of it."
    )

    @classmethod
    def of(cls, group: impact.ImpactGroup) -> "ImpactGroup":
        return cls(
            key=JSON(dict(group.key)),
            orders=group.orders,
            stuck=group.stuck,
            value=Money.each(group.value),
            will_miss_promise=group.will_miss_promise,
        )


@strawberry.type(description="What happens in one span of time, from `at` on.")
class ForecastPoint:
    at: Moment = strawberry.field(description="Begin of the span.")
    orders_hit: int = strawberry.field(description="Orders that are hit first in it.")
    promises_missed: int = strawberry.field(
        description="Promises that fall into it and are missed because of the failure."
    )
    postings_late: int = strawberry.field(description="Postings that were due in it and have not come.")
    notifications_late: int = strawberry.field(description="Messages that were due in it and have not come.")

    @classmethod
    def of(cls, point: impact.ForecastPoint) -> "ForecastPoint":
        return cls(
            at=Moment(point.at),
            orders_hit=point.orders_hit,
            promises_missed=point.promises_missed,
            postings_late=point.postings_late,
            notifications_late=point.notifications_late,
        )
