"""Orders as they are, and their story."""

from typing import cast

import strawberry
from strawberry.scalars import JSON

from api.context import Landscape
from api.schema.diagnosis import Diagnosis
from api.schema.element import Element, Info, show
from api.schema.failure import Failure
from api.schema.money import Money
from api.schema.node import Node
from api.schema.organisation import Location
from api.schema.scalars import Moment, when
from api.schema.workflows import Step, Workflow
from graph_models import orders, topology
from impactgraph.usecases.elements import find_element


@strawberry.type(description="One entry of an order's story: what happened, or is expected to.")
class TimelineEntry:
    at: Moment = strawberry.field(description="When it happened, or is expected to.")
    kind: str = strawberry.field(
        description="The type of the event, such as fulfillment.entered; `failure`, `missing` or `expected` where no event tells it."
    )
    title: str = strawberry.field(description="What it is, in a few words.")
    detail: str | None = strawberry.field(description="More of it.")
    expected: bool = strawberry.field(description="Whether it has not happened yet.")
    late: bool = strawberry.field(description="Whether it came, or will come, later than it should.")
    fulfillment: strawberry.ID | None = strawberry.field(
        description="Full id of the part that it is about; null where it is about the whole order."
    )
    landscape: strawberry.Private[Landscape]
    element_id: strawberry.Private[str | None]
    failure_key: strawberry.Private[str | None]

    @strawberry.field(description="The element that it is about.")
    def element(self) -> Element | None:
        found = find_element(self.landscape.topology, self.element_id) if self.element_id else None
        return show(found, self.landscape) if found is not None else None

    @strawberry.field(description="The failure that it is about.")
    async def failure(self, info: Info) -> Failure | None:
        found = (
            await info.context.failure(self.failure_key, self.landscape.as_of) if self.failure_key else None
        )
        return (
            Failure.of(
                found,
                self.landscape.as_of if self.landscape.as_of is not None else info.context.now,
                self.landscape,
            )
            if found
            else None
        )

    @classmethod
    def of(cls, entry: orders.TimelineEntry, landscape: Landscape) -> "TimelineEntry":
        return cls(
            at=Moment(entry.at),
            kind=entry.kind,
            title=entry.title,
            detail=entry.detail,
            expected=entry.expected,
            late=entry.late,
            fulfillment=strawberry.ID(f"fulfillment:{entry.fulfillment}") if entry.fulfillment else None,
            landscape=landscape,
            element_id=entry.element,
            failure_key=entry.failure,
        )


@strawberry.type(description="A part of an order that travels on its own.")
class Fulfillment(Node):
    entered_at: Moment | None = strawberry.field(description="When it entered its step.")
    overdue: bool = strawberry.field(
        description="Whether it is in its step for longer than it may be. What is done in time may wait for the run of its batch."
    )
    expected_next: Moment | None = strawberry.field(description="When it is expected to leave its step.")
    status: str = strawberry.field(description="IN_FLIGHT, COMPLETED or CANCELLED.")
    value: Money = strawberry.field(description="Its share of the order's value.")
    landscape: strawberry.Private[Landscape]
    order_key: strawberry.Private[str]
    model: strawberry.Private[orders.Fulfillment]

    @strawberry.field(description="The order that it is a part of.")
    async def order(self, info: Info) -> "Order":
        return Order.of(await info.context.orders.load(self.order_key, self.landscape.as_of), self.landscape)

    @strawberry.field(description="How it is fulfilled.")
    def workflow(self) -> Workflow:
        known = self.landscape.topology.workflows.get(self.model.workflow)
        return cast(
            Workflow, show(known or topology.Workflow(key=self.model.workflow, steps=()), self.landscape)
        )

    @strawberry.field(description="Where it is; null before its first step.")
    def step(self) -> Step | None:
        found = (
            find_element(self.landscape.topology, f"step:{self.model.workflow}/{self.model.step}")
            if self.model.step
            else None
        )
        return cast(Step, show(found, self.landscape)) if found is not None else None

    @strawberry.field(description="The location that it is at.")
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

    @classmethod
    def of(cls, part: orders.Fulfillment, order: str, landscape: Landscape) -> "Fulfillment":
        """`order` is the bare key of its order."""
        return cls(
            id=strawberry.ID(part.id),
            entered_at=when(part.entered_at),
            overdue=part.overdue,
            expected_next=when(part.expected_next),
            status=part.status.value,
            value=Money.of(part.value),
            landscape=landscape,
            order_key=order,
            model=part,
        )


@strawberry.type(description="What a customer ordered.")
class Order(Node):
    channel: str = strawberry.field(description="Where it was placed, such as web or store.")
    mode: str = strawberry.field(description="How it is to be fulfilled, such as ship_from_store.")
    region: str | None = strawberry.field(description="The order's region.")
    customer_tier: str | None = strawberry.field(description="The customer's tier.")
    value: Money = strawberry.field(description="What it is worth.")
    placed_at: Moment = strawberry.field(description="When it was placed.")
    promised_by: Moment | None = strawberry.field(description="Until when it was promised.")
    status: str = strawberry.field(description="IN_FLIGHT, COMPLETED or CANCELLED.")
    attributes: JSON = strawberry.field(description="What else the events said of it, by name.")
    fulfillments: list[Fulfillment] = strawberry.field(description="Its parts; a split order has several.")
    landscape: strawberry.Private[Landscape]
    model: strawberry.Private[orders.Order]

    @strawberry.field(
        description="One narrative, the oldest first: steps, postings, messages, failures that touch it, and what is expected next."
    )
    async def timeline(self, info: Info) -> list[TimelineEntry]:
        entries = await info.context.timelines.load(self.model.key, self.landscape.as_of)
        info.context.count(len(entries))
        return [TimelineEntry.of(entry, self.landscape) for entry in entries]

    @strawberry.field(description="Why it is where it is, what to say to the customer, and whose it is.")
    async def diagnosis(self, info: Info) -> Diagnosis:
        case = await info.context.cases.load(self.model.key, self.landscape.as_of)
        info.context.count(
            len(case.diagnosis.causes) + len(case.diagnosis.missing) + len(case.diagnosis.out_of_sequence)
        )
        return Diagnosis.of(case.diagnosis, self.landscape)

    @classmethod
    def of(cls, order: orders.Order, landscape: Landscape) -> "Order":
        return cls(
            id=strawberry.ID(order.id),
            channel=order.channel,
            mode=order.mode,
            region=order.region or None,
            customer_tier=order.customer_tier or None,
            value=Money.of(order.value),
            placed_at=Moment(order.placed_at),
            promised_by=when(order.promised_by),
            status=order.status.value,
            attributes=JSON(dict(order.attributes)),
            fulfillments=[Fulfillment.of(part, order.key, landscape) for part in order.fulfillments],
            landscape=landscape,
            model=order,
        )
