"""Orders and records that a failure hits."""

from typing import TypeVar, cast

import strawberry

from api.context import Landscape
from api.schema.element import Info, show, shown
from api.schema.enums import Band, Effect, RecordEffect
from api.schema.money import Money
from api.schema.order import Order
from api.schema.organisation import Location
from api.schema.path import Path
from api.schema.scalars import Moment, Span, lasting, when
from api.schema.workflows import Step
from graph_models import impact, topology

R = TypeVar("R", bound="AffectedRecord")


@strawberry.type(
    description="An order that the failure hits. One node an order, told by its worst fulfillment."
)
class AffectedOrder:
    band: Band = strawberry.field(description="How it stands to the failure.")
    effect: Effect = strawberry.field(description="What is done to it first.")
    hit_at: Moment = strawberry.field(description="When it is hit first.")
    likelihood: float = strawberry.field(description="How likely it is to turn out affected, 0 to 1.")
    expected_delay: Span | None = strawberry.field(
        description="How much later than without the failure it is expected to be done."
    )
    expected_completion: Moment | None = strawberry.field(description="When it is expected to be done.")
    misses_promise: bool = strawberry.field(
        description="Whether it is expected to be done after its promise, and would not have been without the failure."
    )
    model: strawberry.Private[impact.AffectedOrder]
    landscape: strawberry.Private[Landscape]

    @strawberry.field(description="The order.")
    async def order(self, info: Info) -> Order:
        return Order.of(
            await info.context.orders.load(self.model.order, self.landscape.as_of), self.landscape
        )

    @strawberry.field(
        description="The step where it is hit first; of a handoff, the step that it waits to enter."
    )
    def first_hit(self) -> Step:
        return cast(Step, shown(self.model.first_hit, self.landscape))

    @strawberry.field(description="How the failure gets to it, hop by hop.")
    def path(self) -> Path:
        return Path.of(self.model.path)

    @classmethod
    def of(cls, found: impact.AffectedOrder, landscape: Landscape) -> "AffectedOrder":
        return cls(
            band=found.band,
            effect=found.effect,
            hit_at=Moment(found.hit_at),
            likelihood=found.likelihood,
            expected_delay=lasting(found.expected_delay),
            expected_completion=when(found.expected_completion),
            misses_promise=found.misses_promise,
            model=found,
            landscape=landscape,
        )


@strawberry.interface(
    description="A posting, message or task that the failure makes late, missing, wrong, doubled or out of sequence."
)
class AffectedRecord:
    fulfillment: strawberry.ID = strawberry.field(description="Full id of the fulfillment that it is of.")
    type: str = strawberry.field(description="Its type, such as invoice or shipped.")
    due: Moment | None = strawberry.field(description="Until when it is due.")
    expected_at: Moment | None = strawberry.field(
        description="When it is expected; null where it does not come by itself."
    )
    effect: RecordEffect = strawberry.field(description="What happens to it.")
    likelihood: float = strawberry.field(description="How likely that is, 0 to 1.")
    model: strawberry.Private[impact.AffectedRecord]
    landscape: strawberry.Private[Landscape]

    @strawberry.field(description="The order that it is of.")
    async def order(self, info: Info) -> Order:
        return Order.of(
            await info.context.orders.load(self.model.order, self.landscape.as_of), self.landscape
        )

    @strawberry.field(description="How the failure gets to it, hop by hop.")
    def path(self) -> Path:
        return Path.of(self.model.path)


@strawberry.type(description="A finance posting that the failure hits.")
class AffectedPosting(AffectedRecord):
    @strawberry.field(description="What it posts.")
    def amount(self) -> Money:
        return Money.of(cast(impact.Money, self.model.amount))


@strawberry.type(description="A message to the customer that the failure hits.")
class AffectedNotification(AffectedRecord):
    pass


@strawberry.type(description="A task for people that the failure hits.")
class AffectedTask(AffectedRecord):
    @strawberry.field(description="Where it is to be done.")
    def location(self) -> Location | None:
        key = self.model.location
        if not key:
            return None
        return cast(
            Location,
            show(
                self.landscape.topology.locations.get(key) or topology.Location(key=key, kind=""),
                self.landscape,
            ),
        )


def record_of(cls: type[R], found: impact.AffectedRecord, landscape: Landscape) -> R:
    """As the GraphQL type of its kind."""
    return cls(
        fulfillment=strawberry.ID(f"fulfillment:{found.fulfillment}"),
        type=found.type,
        due=when(found.due),
        expected_at=when(found.expected_at),
        effect=found.effect,
        likelihood=found.likelihood,
        model=found,
        landscape=landscape,
    )
