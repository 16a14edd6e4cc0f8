"""Findings on the content of messages."""

from typing import cast

import strawberry
from strawberry.scalars import JSON

from api.context import TopologyAt
from api.schema.diagnosis import Cause
from api.schema.element import Info
from api.schema.enums import PayloadKind
from api.schema.money import Money
from api.schema.order import Order
from api.schema.scalars import Moment
from graph_models import diagnosis


@strawberry.type(
    description="A group of duplicate or incomplete orders, of differing stock figures, or of errors with "
    "the same text."
)
class PayloadFinding:
    kind: PayloadKind = strawberry.field(description="Kind of the finding.")
    sentence: str = strawberry.field(description="The finding in one sentence.")
    key: JSON = strawberry.field(
        description="What defines the group, by name, such as template, attribute, channel, location, item."
    )
    count: int = strawberry.field(
        description="Number of orders or errors; for stock, the difference of the figures."
    )
    total: int = strawberry.field(description="Number of orders compared; 0 where not applicable.")
    since: Moment = strawberry.field(
        name="from", description="When the first of them was placed, failed or reported."
    )
    until: Moment = strawberry.field(
        name="to", description="When the last of them was placed, failed or reported."
    )
    value: list[Money] = strawberry.field(
        description="Total value of the orders, per currency; for duplicates, without the first of each."
    )
    samples: list[str] = strawberry.field(description="Original messages or figures; at most three.")
    suspects: list[Cause] = strawberry.field(description="Possible causes, most likely first.")
    model: strawberry.Private[diagnosis.PayloadFinding]
    topology_at: strawberry.Private[TopologyAt]

    @strawberry.field(description="Some of the orders, latest first; at most five.")
    async def orders(self, info: Info) -> list[Order]:
        info.context.count(len(self.model.orders))
        return [
            Order.of(await info.context.orders.load(key, self.topology_at.as_of), self.topology_at)
            for key in self.model.orders
        ]

    @classmethod
    def of(cls, model: diagnosis.PayloadFinding, topology_at: TopologyAt) -> "PayloadFinding":
        return cls(
            kind=cast(PayloadKind, model.kind),
            sentence=model.sentence,
            key=cast(JSON, dict(model.key)),
            count=model.count,
            total=model.total,
            since=Moment(model.since),
            until=Moment(model.until),
            value=[Money.of(each) for each in model.value],
            samples=list(model.samples),
            suspects=[Cause.of(each, topology_at) for each in model.suspects],
            model=model,
            topology_at=topology_at,
        )
