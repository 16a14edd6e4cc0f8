"""Counts and sums of a blast radius."""

from collections.abc import Callable, Iterable

import strawberry
from strawberry.scalars import JSON

from api.schema.element import Info
from api.schema.enums import RecordEffect
from api.schema.estimates import Estimates
from api.schema.money import Money
from api.schema.scalars import Moment
from graph_models import enums, impact
from graph_models import estimates as models
from impactgraph.usecases.answer import Answer


@strawberry.type(description="Number of affected records by type and effect.")
class RecordTotals:
    type: str = strawberry.field(description="Type of the records, such as invoice or shipped.")
    effect: RecordEffect = strawberry.field(description="The effect on them.")
    count: int = strawberry.field(description="Number of records that may be affected.")
    expected: float = strawberry.field(description="Expected number: the sum of their likelihoods.")
    amount: list[Money] = strawberry.field(description="Sum of their amounts, per currency.")

    @classmethod
    def each(cls, totals: Iterable[impact.RecordTotals]) -> "list[RecordTotals]":
        return [
            cls(
                type=total.type,
                effect=total.effect,
                count=total.count,
                expected=total.expected,
                amount=Money.each(total.amount),
            )
            for total in totals
        ]


@strawberry.type(description="Counts and sums of a blast radius. The four bands add up to `orders`.")
class ImpactTotals:
    orders: int = strawberry.field(description="Affected orders, each counted once.")
    expected_orders: float = strawberry.field(
        description="Expected number of affected orders: the sum of the likelihoods."
    )
    fulfillments: int = strawberry.field(description="Affected fulfillments.")
    stuck: int = strawberry.field(description="Orders that wait now.")
    exposed: int = strawberry.field(description="Orders that passed an impaired element and were affected.")
    upcoming: int = strawberry.field(
        description="Orders that will reach an impaired element within the window."
    )
    records_only: int = strawberry.field(
        description="Orders of which only records are affected: a posting or a message."
    )
    value: list[Money] = strawberry.field(description="Total value of the affected orders, per currency.")
    will_miss_promise: int = strawberry.field(
        description="Expected number of orders that miss their promise because of the failures: the sum of "
        "`missLikelihood`, rounded."
    )
    answer: strawberry.Private[Answer]

    @strawberry.field(description="Expected values of all totals, with ranges.")
    async def estimates(self, info: Info) -> Estimates:
        return Estimates.of(await info.context.run(lambda: self.answer.estimates))

    @strawberry.field(description="Possible refunds, per currency.")
    async def refunds_at_risk(self, info: Info) -> list[Money]:
        return Money.each(await info.context.run(lambda: self.answer.refunds_at_risk))

    @strawberry.field(description="Affected finance postings, by type and effect.")
    async def postings(self, info: Info) -> list[RecordTotals]:
        return RecordTotals.each(await self._records(info, enums.RecordKind.POSTING))

    @strawberry.field(description="Affected customer messages, by type and effect.")
    async def notifications(self, info: Info) -> list[RecordTotals]:
        return RecordTotals.each(await self._records(info, enums.RecordKind.NOTIFICATION))

    @strawberry.field(description="Affected tasks.")
    async def tasks(self, info: Info) -> int:
        return sum(row.count for row in await self._records(info, enums.RecordKind.TASK))

    @strawberry.field(description="Affected supplier orders.")
    async def supplier_orders(self, info: Info) -> int:
        return sum(row.count for row in await self._records(info, enums.RecordKind.SUPPLIER_ORDER))

    async def _records(self, info: Info, kind: enums.RecordKind) -> tuple[impact.RecordTotals, ...]:
        """Totals of one kind, computed on request only."""
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


@strawberry.type(description="Affected orders with the same values of the dimensions of a breakdown.")
class ImpactGroup:
    key: JSON = strawberry.field(
        description='Value by dimension, such as {"CHANNEL": "web"}; null without a value.'
    )
    orders: int = strawberry.field(
        description="Orders with a fulfillment in the group; an order may count in several groups."
    )
    stuck: int = strawberry.field(description="Orders of the group that wait now.")
    value: list[Money] = strawberry.field(description="Total value of the orders, per currency.")
    will_miss_promise: int = strawberry.field(
        description="Orders of the group that are expected to miss their promise because of the failure."
    )
    read_estimates: strawberry.Private[Callable[[], models.Estimates]]

    @strawberry.field(description="Expected values of the group, with ranges.")
    async def estimates(self, info: Info) -> Estimates:
        return Estimates.of(await info.context.run(self.read_estimates))

    @classmethod
    def of(cls, group: impact.ImpactGroup, read_estimates: Callable[[], models.Estimates]) -> "ImpactGroup":
        return cls(
            key=JSON(dict(group.key)),
            orders=group.orders,
            stuck=group.stuck,
            value=Money.each(group.value),
            will_miss_promise=group.will_miss_promise,
            read_estimates=read_estimates,
        )


@strawberry.type(description="Forecast for one interval, which begins at `at`.")
class ForecastPoint:
    at: Moment = strawberry.field(description="Begin of the interval.")
    orders_hit: int = strawberry.field(description="Orders that are first affected in it.")
    promises_missed: int = strawberry.field(
        description="Promises for this interval that are missed because of the failure."
    )
    postings_late: int = strawberry.field(description="Postings due in it that are late.")
    notifications_late: int = strawberry.field(description="Customer messages due in it that are late.")
    read_estimates: strawberry.Private[Callable[[], models.Estimates]]

    @strawberry.field(
        description="Expected values of the interval, with ranges: of orders first affected in it, and of "
        "promises and records due in it."
    )
    async def estimates(self, info: Info) -> Estimates:
        return Estimates.of(await info.context.run(self.read_estimates))

    @classmethod
    def of(
        cls, point: impact.ForecastPoint, read_estimates: Callable[[], models.Estimates]
    ) -> "ForecastPoint":
        return cls(
            at=Moment(point.at),
            orders_hit=point.orders_hit,
            promises_missed=point.promises_missed,
            postings_late=point.postings_late,
            notifications_late=point.notifications_late,
            read_estimates=read_estimates,
        )
