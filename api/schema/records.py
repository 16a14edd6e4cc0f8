"""Records that should have come and did not, or not so."""

from typing import cast

import strawberry

from api.context import Landscape
from api.schema.diagnosis import Cause
from api.schema.element import Info
from api.schema.enums import RecordEffect
from api.schema.money import Money
from api.schema.order import Order
from api.schema.scalars import Moment, Span, lasting, when
from graph_models import diagnosis
from graph_models.time import HOUR


@strawberry.type(
    description="A posting, message, task or supplier order that is missing, late, doubled, wrong or out of sequence, found from what was to be expected."
)
class RecordFinding:
    fulfillment: strawberry.ID = strawberry.field(description="Full id of the fulfillment that it is of.")
    kind: str = strawberry.field(description="posting, notification, task or supplier_order.")
    type: str = strawberry.field(description="Its type, such as invoice or shipped.")
    effect: RecordEffect = strawberry.field(description="What is wrong with it.")
    due: Moment | None = strawberry.field(description="Until when it was due.")
    late_by: Span | None = strawberry.field(
        description="How long it has been due, or came after that; out of sequence: how long before the one that it must follow, so far."
    )
    amount: Money | None = strawberry.field(
        description="What was posted, all of them together where it came several times; of a missing one, what it should post."
    )
    expected_amount: Money | None = strawberry.field(description="What should be posted.")
    likely_cause: Cause | None = strawberry.field(
        description="A failure over its way, or the part of its way that what is missing has in common."
    )
    model: strawberry.Private[diagnosis.RecordFinding]
    landscape: strawberry.Private[Landscape]

    @strawberry.field(description="The order that it is of.")
    async def order(self, info: Info) -> Order:
        return Order.of(
            await info.context.orders.load(self.model.order, self.landscape.as_of), self.landscape
        )

    @classmethod
    def of(cls, found: diagnosis.RecordFinding, landscape: Landscape) -> "RecordFinding":
        return cls(
            fulfillment=strawberry.ID(f"fulfillment:{found.fulfillment}"),
            kind=found.kind.value,
            type=found.type,
            effect=cast(RecordEffect, found.effect),
            due=when(found.due),
            late_by=lasting(found.late_by),
            amount=Money.of(found.amount) if found.amount is not None else None,
            expected_amount=Money.of(found.expected_amount) if found.expected_amount is not None else None,
            likely_cause=Cause.of(found.likely_cause, landscape) if found.likely_cause is not None else None,
            model=found,
            landscape=landscape,
        )


@strawberry.type(
    description="An hour in which a type of record came more often or less often than it usually does at that hour."
)
class RecordRate:
    kind: str = strawberry.field(description="posting, notification, task or supplier_order.")
    type: str = strawberry.field(description="Its type, such as invoice or shipped.")
    since: Moment = strawberry.field(name="from", description="When the hour begins.")
    until: Moment = strawberry.field(name="to", description="When it ends.")
    count: int = strawberry.field(description="How many came.")
    usual: float = strawberry.field(
        description="How many usually come: the median of the hours that it is held against."
    )
    low: float = strawberry.field(description="The least that is still usual.")
    high: float = strawberry.field(description="The most that is still usual.")
    hours: int = strawberry.field(description="How many hours of the past it is held against.")
    season: str = strawberry.field(
        description="hour_of_week or hour_of_day: which hours of the past these are."
    )
    amount: list[Money] = strawberry.field(description="What was posted in that hour.")
    likely_cause: Cause | None = strawberry.field(
        description="A failure over the way of such records in that hour."
    )

    @classmethod
    def of(cls, found: diagnosis.RateFinding, landscape: Landscape) -> "RecordRate":
        return cls(
            kind=found.kind.value,
            type=found.type,
            since=Moment(found.since),
            until=Moment(found.since + HOUR),
            count=found.count,
            usual=found.usual,
            low=found.low,
            high=found.high,
            hours=found.hours,
            season=found.season,
            amount=[Money.of(each) for each in found.amount],
            likely_cause=Cause.of(found.likely_cause, landscape) if found.likely_cause is not None else None,
        )
