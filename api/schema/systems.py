"""Systems, their APIs, the integrations between them, and their data."""

from typing import cast

import strawberry

from api.schema.element import Element, element_by_id
from api.schema.scalars import Span, span_of
from graph_models import topology


@strawberry.type(description="An application or middleware.")
class System(Element):
    model: strawberry.Private[topology.System]

    @strawberry.field(description="Criticality tier; 1 is the highest.")
    def tier(self) -> int | None:
        return self.model.tier

    @strawberry.field(description="What it is for, such as oms, broker or payments.")
    def category(self) -> str | None:
        return self.model.kind

    @strawberry.field(description="Whether each location has its own instance, which can fail alone.")
    def per_location(self) -> bool:
        return self.model.per_location


@strawberry.type(description="An API that a system offers.")
class Api(Element):
    model: strawberry.Private[topology.Api]

    @strawberry.field(description="The system that offers it.")
    def system(self) -> System:
        return cast(System, element_by_id(f"system:{self.model.system}", self.topology_at))

    @strawberry.field(description="Such as rest, soap or idoc.")
    def protocol(self) -> str | None:
        return self.model.protocol

    @strawberry.field(description="Its version.")
    def version(self) -> str | None:
        return self.model.version

    @strawberry.field(description="experimental, production or deprecated.")
    def lifecycle(self) -> str | None:
        return self.model.lifecycle


@strawberry.type(description="Carries calls or messages from one system to another.")
class Integration(Element):
    model: strawberry.Private[topology.Integration]

    @strawberry.field(name="from", description="The source of its calls or messages.")
    def source(self) -> Element:
        return element_by_id(self.model.source, self.topology_at)

    @strawberry.field(name="to", description="Their target.")
    def target(self) -> Element:
        return element_by_id(self.model.target, self.topology_at)

    @strawberry.field(description="The systems that they pass through.")
    def via(self) -> list[Element]:
        return [element_by_id(identifier, self.topology_at) for identifier in self.model.via]

    @strawberry.field(
        description="sync, queue, stream, batch or file; or webhook, topic or file_transfer, which behave "
        "like a queue, a stream and a file."
    )
    def transport(self) -> str:
        return self.model.declared_transport

    @strawberry.field(description="How many partitions a topic has.")
    def partitions(self) -> int | None:
        return self.model.partitions

    @strawberry.field(description="Types of the messages.")
    def carries(self) -> list[str]:
        return list(self.model.carries)

    @strawberry.field(description="How long a call waits for a response.")
    def timeout(self) -> Span | None:
        return span_of(self.model.timeout)

    @strawberry.field(description="Dead-letter queue of rejected messages; null: they are lost.")
    def dead_letter(self) -> str | None:
        return self.model.dead_letter

    @strawberry.field(description="Whether duplicate messages do no harm.")
    def idempotent(self) -> bool:
        return self.model.idempotent


@strawberry.type(description="A copy of data that a system holds and steps read.")
class Data(Element):
    model: strawberry.Private[topology.Data]

    @strawberry.field(description="The system that holds it.")
    def system(self) -> System:
        return cast(System, element_by_id(f"system:{self.model.system}", self.topology_at))

    @strawberry.field(description="The integrations that keep it up to date.")
    def fed_by(self) -> list[Integration]:
        return [
            cast(Integration, element_by_id(identifier, self.topology_at)) for identifier in self.model.fed_by
        ]

    @strawberry.field(description="Maximum age before it counts as stale.")
    def fresh_within(self) -> Span:
        return Span(self.model.fresh_within)

    @strawberry.field(description="The probability of a wrong decision on stale data, 0 to 1.")
    def decision_risk(self) -> float:
        return self.model.decision_risk
