"""Orders, their fulfillments and their timelines."""

from typing import cast

import strawberry
from strawberry.scalars import JSON

from api.context import TopologyAt
from api.schema.diagnosis import Diagnosis
from api.schema.element import Element, Info, element_of, find_element_by_id
from api.schema.failure import Failure, find_failure
from api.schema.money import Money
from api.schema.node import Node
from api.schema.organisation import Location, location_of
from api.schema.scalars import Moment, TimeZone, moment_of
from api.schema.workflows import Step, Workflow
from graph_models import orders, topology
from graph_models.zones import UTC


@strawberry.type(description="An entry of an order's timeline: what happened, or is expected to happen.")
class TimelineEntry:
    at: Moment = strawberry.field(description="When it happened, or is expected to happen.")
    kind: str = strawberry.field(
        description="Type of the event, such as fulfillment.entered; `failure`, `missing` or `expected` "
        "without an event."
    )
    title: str = strawberry.field(description="A short title.")
    detail: str | None = strawberry.field(description="Details.")
    expected: bool = strawberry.field(description="Whether it is still to come.")
    late: bool = strawberry.field(description="Whether it came, or will come, late.")
    fulfillment: strawberry.ID | None = strawberry.field(
        description="Full id of its fulfillment; null for the whole order."
    )
    topology_at: strawberry.Private[TopologyAt]
    element_id: strawberry.Private[str | None]
    failure_key: strawberry.Private[str | None]

    @strawberry.field(description="Its element.")
    def element(self) -> Element | None:
        return find_element_by_id(self.element_id, self.topology_at)

    @strawberry.field(description="Its failure.")
    async def failure(self, info: Info) -> Failure | None:
        return await find_failure(self.failure_key, self.topology_at, info.context)

    @classmethod
    def of(cls, entry: orders.TimelineEntry, topology_at: TopologyAt) -> "TimelineEntry":
        return cls(
            at=Moment(entry.at),
            kind=entry.kind,
            title=entry.title,
            detail=entry.detail,
            expected=entry.expected,
            late=entry.late,
            fulfillment=strawberry.ID(f"fulfillment:{entry.fulfillment}") if entry.fulfillment else None,
            topology_at=topology_at,
            element_id=entry.element,
            failure_key=entry.failure,
        )


@strawberry.type(description="A unit of an order that ships or is collected on its own.")
class Fulfillment(Node):
    entered_at: Moment | None = strawberry.field(description="When it entered its step.")
    status: str = strawberry.field(description="IN_FLIGHT, COMPLETED or CANCELLED.")
    value: Money = strawberry.field(description="Its share of the order's value.")
    topology_at: strawberry.Private[TopologyAt]
    order_key: strawberry.Private[str]
    model: strawberry.Private[orders.Fulfillment]
    has_expectations: strawberry.Private[bool]
    """Whether `model` has what is expected: that costs a forecast, so it is computed on request."""

    @strawberry.field(
        description="Whether it exceeds the time limit of its step; finished work may wait for the next "
        "batch run."
    )
    async def overdue(self, info: Info) -> bool:
        return (await self._expectation(info)).overdue

    @strawberry.field(description="When it is expected to leave its step.")
    async def expected_next(self, info: Info) -> Moment | None:
        return moment_of((await self._expectation(info)).expected_next)

    async def _expectation(self, info: Info) -> orders.Fulfillment:
        if self.has_expectations:
            return self.model
        order = await info.context.expected_orders.load(self.order_key, self.topology_at.as_of)
        return next(part for part in order.fulfillments if part.key == self.model.key)

    @strawberry.field(description="Its order.")
    async def order(self, info: Info) -> "Order":
        order = await info.context.orders.load(self.order_key, self.topology_at.as_of)
        return Order.of(order, self.topology_at)

    @strawberry.field(description="Its workflow.")
    def workflow(self) -> Workflow:
        key = self.model.workflow
        workflow = self.topology_at.topology.workflows.get(key) or topology.Workflow(key=key, steps=())
        return cast(Workflow, element_of(workflow, self.topology_at))

    @strawberry.field(description="Its step; null before the first.")
    def step(self) -> Step | None:
        step_id = f"step:{self.model.workflow}/{self.model.step}" if self.model.step else None
        return cast(Step | None, find_element_by_id(step_id, self.topology_at))

    @strawberry.field(description="Its location.")
    def location(self) -> Location | None:
        return location_of(self.model.location, self.topology_at)

    @classmethod
    def of(
        cls, model: orders.Fulfillment, order: str, topology_at: TopologyAt, *, has_expectations: bool = False
    ) -> "Fulfillment":
        """The GraphQL object; `order` is the bare key of its order."""
        return cls(
            id=strawberry.ID(model.id),
            entered_at=moment_of(model.entered_at),
            status=model.status.value,
            value=Money.of(model.value),
            topology_at=topology_at,
            order_key=order,
            model=model,
            has_expectations=has_expectations,
        )


@strawberry.type(description="A system in which an order was seen.")
class Presence:
    system: strawberry.ID = strawberry.field(description="Full id of the system.")
    since: Moment = strawberry.field(description="When it was first seen there.")
    last_at: Moment = strawberry.field(description="When it was last seen there.")
    state: str | None = strawberry.field(
        description="What is last known of it there: a step, a record, or the state that a list says."
    )
    confirmed: Moment | None = strawberry.field(
        description="The moment of the latest list of the system that has it; null: no list has."
    )

    @classmethod
    def of(cls, model: orders.Presence) -> "Presence":
        return cls(
            system=strawberry.ID(f"system:{model.system}"),
            since=Moment(model.since),
            last_at=Moment(model.last_at),
            state=model.state,
            confirmed=moment_of(model.confirmed),
        )


@strawberry.type(description="A customer's order.")
class Order(Node):
    channel: str = strawberry.field(description="Where it was placed, such as web or store.")
    mode: str = strawberry.field(description="Fulfillment mode, such as ship_from_store.")
    region: str | None = strawberry.field(description="The order's region.")
    customer_tier: str | None = strawberry.field(description="The customer's tier.")
    value: Money = strawberry.field(description="Total value.")
    placed_at: Moment = strawberry.field(description="When it was placed.")
    promised_by: Moment | None = strawberry.field(description="When it is promised for.")
    status: str = strawberry.field(description="IN_FLIGHT, COMPLETED or CANCELLED.")
    attributes: JSON = strawberry.field(description="Further attributes from its events, by name.")
    fulfillments: list[Fulfillment] = strawberry.field(
        description="Its fulfillments; a split order has several."
    )
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[orders.Order]

    @strawberry.field(
        description="What happened in order: steps, postings, messages, failures that affected it, and what "
        "is expected next."
    )
    async def timeline(self, info: Info) -> list[TimelineEntry]:
        entries = await info.context.timelines.load(self.model.key, self.topology_at.as_of)
        info.context.count(len(entries))
        return [TimelineEntry.of(entry, self.topology_at) for entry in entries]

    @strawberry.field(
        description="In which systems it was seen, by steps, records and lists; the first one comes first."
    )
    async def seen_in(self, info: Info) -> list[Presence]:
        presences = await info.context.presences.load(self.model.key, self.topology_at.as_of)
        info.context.count(len(presences))
        return [Presence.of(each) for each in presences]

    @strawberry.field(
        description="Why it is where it is, what to tell the customer, and who owns the problem."
    )
    async def diagnosis(self, info: Info, timezone: TimeZone = None) -> Diagnosis:
        case = await info.context.cases_in(timezone or UTC).load(self.model.key, self.topology_at.as_of)
        info.context.count(
            len(case.diagnosis.causes) + len(case.diagnosis.missing) + len(case.diagnosis.out_of_sequence)
        )
        return Diagnosis.of(case, self.topology_at)

    @classmethod
    def of(cls, order: orders.Order, topology_at: TopologyAt, *, has_expectations: bool = False) -> "Order":
        return cls(
            id=strawberry.ID(order.id),
            channel=order.channel,
            mode=order.mode,
            region=order.region or None,
            customer_tier=order.customer_tier or None,
            value=Money.of(order.value),
            placed_at=Moment(order.placed_at),
            promised_by=moment_of(order.promised_by),
            status=order.status.value,
            attributes=JSON(dict(order.attributes)),
            fulfillments=[
                Fulfillment.of(part, order.key, topology_at, has_expectations=has_expectations)
                for part in order.fulfillments
            ],
            topology_at=topology_at,
            model=order,
        )
