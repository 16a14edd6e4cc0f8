"""What a failure puts at stake."""

from typing import TYPE_CHECKING, Annotated, cast

import strawberry

from api.context import Landscape
from api.schema.element import Info, shown
from api.schema.money import Money
from api.schema.organisation import Team
from api.schema.scalars import Moment, when
from impactgraph.usecases import impact_summary

if TYPE_CHECKING:
    from api.schema.failure import Failure
    from api.schema.order import Order


@strawberry.type(
    description="What a failure puts at stake by itself: an order that two failures hit counts for both."
)
class AtStake:
    orders: int = strawberry.field(description="Orders that it hits.")
    stuck: int = strawberry.field(description="Those of them that wait now.")
    value: list[Money] = strawberry.field(description="What the orders are worth, a sum for each currency.")
    will_miss_promise: int = strawberry.field(
        description="Orders expected to miss their promise because of it."
    )
    next_promise: Moment | None = strawberry.field(
        description="The soonest promise, not yet passed, that is expected to be missed."
    )
    shared: list[str] = strawberry.field(
        description="What nearly all of its orders have and most others have not, such as `region emea`."
    )
    landscape: strawberry.Private[Landscape]
    model: strawberry.Private[impact_summary.ImpactSummary]

    @strawberry.field(description="The failure.")
    def failure(self, info: Info) -> Annotated["Failure", strawberry.lazy("api.schema.failure")]:
        from api.schema.failure import Failure

        at = self.landscape.as_of if self.landscape.as_of is not None else info.context.now
        return Failure.of(self.model.failure, at, self.landscape)

    @strawberry.field(description="The order of those hit that was placed first; null where none is hit.")
    async def oldest_order(
        self, info: Info
    ) -> Annotated["Order", strawberry.lazy("api.schema.order")] | None:
        from api.schema.order import Order

        key = self.model.oldest_order
        return (
            Order.of(await info.context.orders.load(key, self.landscape.as_of), self.landscape)
            if key is not None
            else None
        )

    @strawberry.field(description="Whom to call first; null where nobody owns what is impaired.")
    def owner(self) -> Team | None:
        return cast(Team, shown(f"team:{self.model.team}", self.landscape)) if self.model.team else None

    @classmethod
    def of(cls, found: impact_summary.ImpactSummary, landscape: Landscape) -> "AtStake":
        return cls(
            orders=found.orders,
            stuck=found.stuck,
            value=Money.each(found.value),
            will_miss_promise=found.will_miss_promise,
            next_promise=when(found.next_promise),
            shared=list(found.common_values),
            landscape=landscape,
            model=found,
        )
