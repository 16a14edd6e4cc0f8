"""Findings on records: missing, late, duplicate, wrong or out of sequence."""

from typing import cast

import strawberry

from api.context import TopologyAt
from api.schema.diagnosis import Cause
from api.schema.element import Info
from api.schema.enums import RecordEffect
from api.schema.listing import Listing
from api.schema.money import Money
from api.schema.order import Order
from api.schema.scalars import Moment, Span, moment_of, span_of
from graph_models import diagnosis
from graph_models.time import HOUR
from impactgraph.usecases.records import RecordCount


@strawberry.type(
    description="A posting, message, task or supplier order that is missing, late, duplicate, wrong or out "
    "of sequence."
)
class RecordFinding:
    fulfillment: strawberry.ID = strawberry.field(description="Full id of its fulfillment.")
    kind: str = strawberry.field(
        description="posting, notification, task or supplier_order; listing: what a system's list says."
    )
    type: str = strawberry.field(
        description="Its type, such as invoice or shipped; of a listing, the system's key."
    )
    effect: RecordEffect = strawberry.field(description="What is wrong with it.")
    due: Moment | None = strawberry.field(description="When it was due.")
    late_by: Span | None = strawberry.field(
        description="How long it is overdue, or how late it came; out of sequence: how long before the one "
        "that it must follow."
    )
    amount: Money | None = strawberry.field(
        description="Posted amount, the sum of duplicates; for a missing posting, the expected amount."
    )
    expected_amount: Money | None = strawberry.field(description="The expected amount.")
    arrived_at: Moment | None = strawberry.field(
        description="When it arrived; null where it is missing or several records are meant."
    )
    follows: str | None = strawberry.field(
        description="Out of sequence: the type of the posting that it must follow."
    )
    likely_cause: Cause | None = strawberry.field(
        description="A failure on the record's path, or the element of the path that the missing records "
        "share."
    )
    listing: Listing | None = strawberry.field(
        description="Of a finding on what the list of a system says: what it says, and how that differs."
    )
    model: strawberry.Private[diagnosis.RecordFinding]
    topology_at: strawberry.Private[TopologyAt]

    @strawberry.field(description="Its order.")
    async def order(self, info: Info) -> Order:
        return Order.of(
            await info.context.orders.load(self.model.order, self.topology_at.as_of), self.topology_at
        )

    @classmethod
    def of(cls, model: diagnosis.RecordFinding, topology_at: TopologyAt) -> "RecordFinding":
        return cls(
            fulfillment=strawberry.ID(f"fulfillment:{model.fulfillment}"),
            kind=model.kind.value,
            type=model.type,
            effect=cast(RecordEffect, model.effect),
            due=moment_of(model.due),
            late_by=span_of(model.late_by),
            amount=Money.of(model.amount) if model.amount is not None else None,
            expected_amount=Money.of(model.expected_amount) if model.expected_amount is not None else None,
            arrived_at=moment_of(model.arrived_at),
            follows=model.follows,
            likely_cause=Cause.of(model.likely_cause, topology_at)
            if model.likely_cause is not None
            else None,
            listing=Listing.of(model.listing) if model.listing is not None else None,
            model=model,
            topology_at=topology_at,
        )


@strawberry.type(description="An hour with more or fewer records of a type than usual at that hour.")
class RecordRate:
    kind: str = strawberry.field(description="posting, notification, task or supplier_order.")
    type: str = strawberry.field(description="Its type, such as invoice or shipped.")
    since: Moment = strawberry.field(name="from", description="When the hour begins.")
    until: Moment = strawberry.field(name="to", description="When it ends.")
    count: int = strawberry.field(description="Number of records.")
    baseline: float = strawberry.field(
        description="Usual number of records: the median of the compared hours."
    )
    low: float = strawberry.field(description="Lower bound of the usual range.")
    high: float = strawberry.field(description="Upper bound of the usual range.")
    hours: int = strawberry.field(description="Number of compared hours of the past.")
    season: str = strawberry.field(description="hour_of_week or hour_of_day: which past hours are compared.")
    amount: list[Money] = strawberry.field(description="Amounts posted in that hour, per currency.")
    likely_cause: Cause | None = strawberry.field(
        description="A failure on the path of such records in that hour."
    )

    @strawberry.field(description="The former name of `baseline`.", deprecation_reason="Use `baseline`.")
    def usual(self) -> float:
        return self.baseline

    @classmethod
    def of(cls, model: diagnosis.RateFinding, topology_at: TopologyAt) -> "RecordRate":
        return cls(
            kind=model.kind.value,
            type=model.type,
            since=Moment(model.since),
            until=Moment(model.since + HOUR),
            count=model.count,
            baseline=model.usual,
            low=model.low,
            high=model.high,
            hours=model.hours,
            season=model.season,
            amount=[Money.of(each) for each in model.amount],
            likely_cause=Cause.of(model.likely_cause, topology_at)
            if model.likely_cause is not None
            else None,
        )


@strawberry.type(description="How many records of one type have one effect.")
class RecordTotal:
    kind: str = strawberry.field(description="posting, notification, task or supplier_order.")
    type: str = strawberry.field(description="Its type, such as invoice or shipped.")
    effect: RecordEffect = strawberry.field(description="What is wrong with them.")
    count: int = strawberry.field(description="Number of records.")
    amount: list[Money] = strawberry.field(description="Sum of their amounts, per currency.")
    longest: Span = strawberry.field(description="How late the latest is; PT0S where that does not apply.")

    @classmethod
    def of(cls, model: RecordCount) -> "RecordTotal":
        return cls(
            kind=model.kind.value,
            type=model.type,
            effect=cast(RecordEffect, model.effect),
            count=model.count,
            amount=Money.each(model.amount),
            longest=Span(model.longest),
        )
