"""Orders and records that a failure affects."""

from typing import TypeVar, cast

import strawberry

from api.context import TopologyAt
from api.schema.element import Info, element_by_id
from api.schema.enums import Band, Effect, RecordEffect
from api.schema.money import Money
from api.schema.order import Order
from api.schema.organisation import Location, location_of
from api.schema.path import Path
from api.schema.scalars import Moment, Span, moment_of, span_of
from api.schema.workflows import Step
from graph_models import impact

R = TypeVar("R", bound="AffectedRecord")


@strawberry.type(
    description="An order that the failure affects. Each order is listed once, with the worst fulfillment of "
    "its band; its delay and completion are those of the fulfillment that is expected to be delayed most."
)
class AffectedOrder:
    band: Band = strawberry.field(description="How the failure affects it.")
    effect: Effect = strawberry.field(description="The first effect on it.")
    hit_at: Moment = strawberry.field(description="When it is affected first.")
    likelihood: float = strawberry.field(description="The probability that it turns out affected, 0 to 1.")
    expected_delay: Span | None = strawberry.field(
        description="By how much the failure is expected to delay its completion."
    )
    expected_completion: Moment | None = strawberry.field(description="When it is expected to be complete.")
    misses_promise: bool = strawberry.field(description="Whether missLikelihood is at least one half.")
    miss_likelihood: float = strawberry.field(
        description="The probability that it misses its promise because of the failures: it would keep it "
        "without them."
    )
    late_anyway: float = strawberry.field(
        description="The probability that it misses its promise in any case."
    )
    model: strawberry.Private[impact.AffectedOrder]
    topology_at: strawberry.Private[TopologyAt]

    @strawberry.field(description="The order.")
    async def order(self, info: Info) -> Order:
        return Order.of(
            await info.context.orders.load(self.model.order, self.topology_at.as_of), self.topology_at
        )

    @strawberry.field(
        description="The step where it is affected first; for a handoff, the step that it waits to enter."
    )
    def first_hit(self) -> Step:
        return cast(Step, element_by_id(self.model.first_hit, self.topology_at))

    @strawberry.field(description="How the failure reaches it, hop by hop.")
    def path(self) -> Path:
        return Path.of(self.model.path)

    @classmethod
    def of(cls, model: impact.AffectedOrder, topology_at: TopologyAt) -> "AffectedOrder":
        return cls(
            band=model.band,
            effect=model.effect,
            hit_at=Moment(model.hit_at),
            likelihood=model.likelihood,
            expected_delay=span_of(model.expected_delay),
            expected_completion=moment_of(model.expected_completion),
            misses_promise=model.misses_promise,
            miss_likelihood=model.miss_likelihood,
            late_anyway=model.late_anyway,
            model=model,
            topology_at=topology_at,
        )


@strawberry.interface(
    description="A posting, message or task that the failure makes late, missing, wrong, duplicate or out of "
    "sequence."
)
class AffectedRecord:
    fulfillment: strawberry.ID = strawberry.field(description="Full id of its fulfillment.")
    type: str = strawberry.field(description="Its type, such as invoice or shipped.")
    due: Moment | None = strawberry.field(description="When it is due.")
    expected_at: Moment | None = strawberry.field(
        description="When it is expected; null where somebody must act first."
    )
    effect: RecordEffect = strawberry.field(description="What happens to it.")
    likelihood: float = strawberry.field(description="The probability of that, 0 to 1.")
    model: strawberry.Private[impact.AffectedRecord]
    topology_at: strawberry.Private[TopologyAt]

    @strawberry.field(description="Its order.")
    async def order(self, info: Info) -> Order:
        return Order.of(
            await info.context.orders.load(self.model.order, self.topology_at.as_of), self.topology_at
        )

    @strawberry.field(description="How the failure reaches it, hop by hop.")
    def path(self) -> Path:
        return Path.of(self.model.path)


@strawberry.type(description="A finance posting that the failure affects.")
class AffectedPosting(AffectedRecord):
    @strawberry.field(description="The amount of the posting.")
    def amount(self) -> Money:
        return Money.of(cast(impact.Money, self.model.amount))


@strawberry.type(description="A customer message that the failure affects.")
class AffectedNotification(AffectedRecord):
    pass


@strawberry.type(description="A manual task that the failure affects.")
class AffectedTask(AffectedRecord):
    @strawberry.field(description="Where the task is to be done.")
    def location(self) -> Location | None:
        return location_of(self.model.location, self.topology_at)


def record_of(cls: type[R], model: impact.AffectedRecord, topology_at: TopologyAt) -> R:
    """The record as the GraphQL type `cls`."""
    return cls(
        fulfillment=strawberry.ID(f"fulfillment:{model.fulfillment}"),
        type=model.type,
        due=moment_of(model.due),
        expected_at=moment_of(model.expected_at),
        effect=model.effect,
        likelihood=model.likelihood,
        model=model,
        topology_at=topology_at,
    )
