"""Trouble in what messages say."""

from typing import cast

import strawberry
from strawberry.scalars import JSON

from api.context import Landscape
from api.schema.diagnosis import Cause
from api.schema.element import Info
from api.schema.enums import PayloadKind
from api.schema.money import Money
from api.schema.order import Order
from api.schema.scalars import Moment
from graph_models import diagnosis


@strawberry.type(
    description="Orders that were sent twice or lack something, stock figures that differ, or errors that say the same: one group of them."
)
class PayloadFinding:
    kind: PayloadKind = strawberry.field(description="What sort of trouble it is.")
    sentence: str = strawberry.field(description="The finding in one sentence.")
    key: JSON = strawberry.field(
        description="What makes the group, by name, such as template, attribute, channel, location, item."
    )
    count: int = strawberry.field(
        description="How many orders or errors; of stock, how far the figures are apart."
    )
    total: int = strawberry.field(description="Of how many; 0 where that does not apply.")
    since: Moment = strawberry.field(
        name="from", description="When the first of them was placed, failed or told."
    )
    until: Moment = strawberry.field(name="to", description="When the last of them was.")
    value: list[Money] = strawberry.field(
        description="What the orders are worth; of an order that was sent twice, all but the first."
    )
    samples: list[str] = strawberry.field(description="In their own words: messages, figures; at most three.")
    suspects: list[Cause] = strawberry.field(description="What would explain it, the best first.")
    model: strawberry.Private[diagnosis.PayloadFinding]
    landscape: strawberry.Private[Landscape]

    @strawberry.field(description="Some of the orders, the latest placed first; at most five.")
    async def orders(self, info: Info) -> list[Order]:
        info.context.count(len(self.model.orders))
        return [
            Order.of(await info.context.orders.load(key, self.landscape.as_of), self.landscape)
            for key in self.model.orders
        ]

    @classmethod
    def of(cls, found: diagnosis.PayloadFinding, landscape: Landscape) -> "PayloadFinding":
        return cls(
            kind=cast(PayloadKind, found.kind),
            sentence=found.sentence,
            key=cast(JSON, dict(found.key)),
            count=found.count,
            total=found.total,
            since=Moment(found.since),
            until=Moment(found.until),
            value=[Money.of(each) for each in found.value],
            samples=list(found.samples),
            suspects=[Cause.of(each, landscape) for each in found.suspects],
            model=found,
            landscape=landscape,
        )
