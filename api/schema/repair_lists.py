"""Repair lists: their items, groups and connections."""

from typing import cast

import strawberry
from strawberry.scalars import JSON

from api.context import TopologyAt
from api.schema.element import Element, Info, element_by_id
from api.schema.money import Money
from api.schema.order import Order
from api.schema.page import Connection
from api.schema.scalars import Moment, Span, moment_of
from api.schema.work_enums import CommunicationAction, CommunicationReason, ReplayReason
from graph_models import repair as models


@strawberry.type(
    name="Replay",
    description="A message, posting, notification, task or order that does not come by itself.",
)
class ReplayItem:
    fulfillment: strawberry.ID = strawberry.field(description="Full id of its fulfillment.")
    kind: str | None = strawberry.field(
        description="posting, notification, task or supplier_order; null: the order itself, which waits in "
        "its step."
    )
    type: str = strawberry.field(
        description="Type of the record; of an order the full id of the step that it waits in."
    )
    reason: ReplayReason = strawberry.field(description="Why it does not come by itself.")
    queue: str | None = strawberry.field(description="Name of the dead-letter queue; null: there is none.")
    since: Moment = strawberry.field(description="Since when it is missing or, of a duplicate, surplus.")
    why: str = strawberry.field(description="Why it does not come by itself, in a sentence.")
    takes: str = strawberry.field(description="What has to be done, in a sentence.")
    value: Money | None = strawberry.field(
        description="Of a posting its amount, of an order that of its fulfillment; null of other records."
    )
    likelihood: float = strawberry.field(description="Likelihood that it does not come by itself.")
    documents: list[str] = strawberry.field(
        description="Numbers of its documents, where they are known; of a duplicate those to choose from."
    )
    done_at: Moment | None = strawberry.field(
        description="When an event showed that it is repaired; null: it is still to be done."
    )
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[models.ReplayItem]

    @strawberry.field(description="Its order.")
    async def order(self, info: Info) -> Order:
        return await _order(info, self.model.order, self.topology_at)

    @strawberry.field(
        description="The system from which it is sent again; of a duplicate the one that reverses it."
    )
    def system(self) -> Element:
        return element_by_id(self.model.system, self.topology_at)

    @strawberry.field(description="The integration that it takes; null: its step refused it.")
    def integration(self) -> Element | None:
        key = self.model.integration
        return element_by_id(key, self.topology_at) if key is not None else None

    @classmethod
    def of(cls, model: models.ReplayItem, topology_at: TopologyAt) -> "ReplayItem":
        return cls(
            fulfillment=strawberry.ID(f"fulfillment:{model.fulfillment}"),
            kind=model.kind.value if model.kind is not None else None,
            type=model.type,
            reason=cast(ReplayReason, model.reason),
            queue=model.queue,
            since=Moment(model.since),
            why=model.why,
            takes=model.takes,
            value=Money.of(model.value) if model.value is not None else None,
            likelihood=model.likelihood,
            documents=list(model.documents),
            done_at=moment_of(model.done_at),
            topology_at=topology_at,
            model=model,
        )


@strawberry.type(description="Items that are sent again from one place.")
class ReplayGroup:
    queue: str | None = strawberry.field(description="Name of the dead-letter queue; null: there is none.")
    left: int = strawberry.field(description="Number of items that are left.")
    done: int = strawberry.field(description="Number of items that are checked off.")
    value: list[Money] = strawberry.field(description="Value of what is left, by currency.")
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[models.ReplayGroup]

    @strawberry.field(description="The system that sends them again, or reverses them.")
    def system(self) -> Element:
        return element_by_id(self.model.system, self.topology_at)

    @strawberry.field(description="The integration that they take; null: their step refused them.")
    def integration(self) -> Element | None:
        key = self.model.integration
        return element_by_id(key, self.topology_at) if key is not None else None

    @classmethod
    def of(cls, model: models.ReplayGroup, topology_at: TopologyAt) -> "ReplayGroup":
        return cls(
            queue=model.queue,
            left=model.left,
            done=model.done,
            value=[Money.of(each) for each in model.value],
            topology_at=topology_at,
            model=model,
        )


@strawberry.type(description="A page of the replay list, with the totals of the whole list.")
class ReplayConnection(Connection[ReplayItem]):
    left: int = strawberry.field(description="Number of items that are left.")
    done: int = strawberry.field(
        description="Number of items that are checked off: open when the last failure ended, or in a "
        "dead-letter queue before, and repaired since."
    )
    value: list[Money] = strawberry.field(description="Value of what is left, by currency.")
    groups: list[ReplayGroup] = strawberry.field(
        description="By the place from which they are sent again, most items first."
    )
    why_empty: str | None = strawberry.field(description="Why nothing is left; null where something is.")


@strawberry.type(description="A message to a customer to be held, sent or corrected. impactgraph sends none.")
class Communication:
    action: CommunicationAction = strawberry.field(description="What is to be done.")
    reason: CommunicationReason = strawberry.field(description="Why.")
    type: str = strawberry.field(
        description="Type of the message, such as shipped; promise: a message about the promise."
    )
    notice: str | None = strawberry.field(
        description="What it is for the customer, such as SHIPPING_NOTICE; null for a message about the "
        "promise."
    )
    language: str = strawberry.field(description="Language of the customer, such as de.")
    channel: str = strawberry.field(description="As the workflow states it, such as email; empty: unknown.")
    timezone: str = strawberry.field(description="IANA name of the customer's zone.")
    likelihood: float = strawberry.field(description="Likelihood that the action is right.")
    due: Moment | None = strawberry.field(description="When it was due; null: it is to be done at once.")
    facts: JSON = strawberry.field(
        description="Facts for a template, as customerFacts: promisedBy is the old promise, expectedBy the "
        "new one; without internal names."
    )
    value: Money = strawberry.field(description="Value of its order.")
    text: str = strawberry.field(
        description="A message in the customer's language; of one to hold, what is true instead."
    )
    may_say: str = strawberry.field(
        description="The company's own text on what is going on, from its playbooks; empty: there is none."
    )
    topology_at: strawberry.Private[TopologyAt]
    order_key: strawberry.Private[str]

    @strawberry.field(description="Its order.")
    async def order(self, info: Info) -> Order:
        return await _order(info, self.order_key, self.topology_at)

    @classmethod
    def of(cls, model: models.Communication, topology_at: TopologyAt) -> "Communication":
        return cls(
            action=cast(CommunicationAction, model.action),
            reason=cast(CommunicationReason, model.reason),
            type=model.type,
            notice=model.notice.value if model.notice is not None else None,
            language=model.language,
            channel=model.channel,
            timezone=model.timezone,
            likelihood=model.likelihood,
            due=moment_of(model.due),
            facts=JSON(model.facts),
            value=Money.of(model.value),
            text=model.text,
            may_say=model.may_say,
            topology_at=topology_at,
            order_key=model.order,
        )


@strawberry.type(description="Messages of one action, language and channel.")
class CommunicationGroup:
    action: CommunicationAction = strawberry.field(description="What is to be done.")
    language: str = strawberry.field(description="Language of the customers.")
    channel: str = strawberry.field(description="Such as email; empty: unknown.")
    count: int = strawberry.field(description="Number of messages.")
    value: list[Money] = strawberry.field(
        description="Value of their orders, each counted once, by currency."
    )


@strawberry.type(description="A page of the communication list, with the totals of the whole list.")
class CommunicationConnection(Connection[Communication]):
    value: list[Money] = strawberry.field(description="Value of the orders, each counted once, by currency.")
    groups: list[CommunicationGroup] = strawberry.field(description="By action, language and channel.")
    why_empty: str | None = strawberry.field(description="Why it is empty; null where it is not.")


@strawberry.type(description="An order that keeps its promise if it is treated first.")
class PressingOrder:
    fulfillment: strawberry.ID = strawberry.field(description="Full id of its worst affected fulfillment.")
    start_at: Moment = strawberry.field(
        description="The earliest start: now, or the expected end of what holds it."
    )
    left_to_do: Span = strawberry.field(description="Time from the start to completion if nothing holds it.")
    promised_by: Moment = strawberry.field(description="Its promise.")
    slack: Span = strawberry.field(
        description="Time from the earliest start to the latest one that keeps the promise."
    )
    miss_likelihood: float = strawberry.field(
        description="Likelihood that the promise is missed if it is not treated first."
    )
    value: Money = strawberry.field(description="Its value.")
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[models.PressingOrder]

    @strawberry.field(description="The order.")
    async def order(self, info: Info) -> Order:
        return await _order(info, self.model.order, self.topology_at)

    @strawberry.field(description="The step that it is in, or waits to enter.")
    def step(self) -> Element:
        return element_by_id(self.model.step, self.topology_at)

    @strawberry.field(description="Its location; null: it has none.")
    def location(self) -> Element | None:
        return _location(self.model.location, self.topology_at)

    @classmethod
    def of(cls, model: models.PressingOrder, topology_at: TopologyAt) -> "PressingOrder":
        return cls(
            fulfillment=strawberry.ID(f"fulfillment:{model.fulfillment}"),
            start_at=Moment(model.start_at),
            left_to_do=Span(model.left_to_do),
            promised_by=Moment(model.promised_by),
            slack=Span(model.slack),
            miss_likelihood=model.miss_likelihood,
            value=Money.of(model.value),
            topology_at=topology_at,
            model=model,
        )


@strawberry.type(description="Orders to treat first in one step at one location.")
class PressingGroup:
    count: int = strawberry.field(description="Number of orders.")
    value: list[Money] = strawberry.field(description="Their value, by currency.")
    least_slack: Span = strawberry.field(description="Slack of the first of them.")
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[models.PressingGroup]

    @strawberry.field(description="The step.")
    def step(self) -> Element:
        return element_by_id(self.model.step, self.topology_at)

    @strawberry.field(description="The location; null: they have none.")
    def location(self) -> Element | None:
        return _location(self.model.location, self.topology_at)

    @classmethod
    def of(cls, model: models.PressingGroup, topology_at: TopologyAt) -> "PressingGroup":
        return cls(
            count=model.count,
            value=[Money.of(each) for each in model.value],
            least_slack=Span(model.least_slack),
            topology_at=topology_at,
            model=model,
        )


@strawberry.type(description="A page of the orders to treat first, with the totals of all of them.")
class PressingOrderConnection(Connection[PressingOrder]):
    value: list[Money] = strawberry.field(description="Value of the orders, by currency.")
    left_out: int = strawberry.field(description="Number of orders that miss their promise in any case.")
    groups: list[PressingGroup] = strawberry.field(description="By location and step, most orders first.")
    why_empty: str | None = strawberry.field(description="Why it is empty; null where it is not.")


async def _order(info: Info, key: str, topology_at: TopologyAt) -> Order:
    return Order.of(await info.context.orders.load(key, topology_at.as_of), topology_at)


def _location(key: str | None, topology_at: TopologyAt) -> Element | None:
    return element_by_id(f"location:{key}", topology_at) if key is not None else None
