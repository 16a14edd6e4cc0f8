"""Systems, what they offer, what connects them, and the data they hold."""

from typing import cast

import strawberry

from api.schema.element import Element, shown
from api.schema.scalars import Span, lasting
from graph_models import topology


@strawberry.type(description="An application or middleware.")
class System(Element):
    model: strawberry.Private[topology.System]

    @strawberry.field(description="How much depends on it; 1 is the highest.")
    def tier(self) -> int | None:
        return self.model.tier

    @strawberry.field(description="What it is for, such as oms, broker or payments.")
    def category(self) -> str | None:
        return self.model.kind

    @strawberry.field(description="Whether each location has its own, so that it may fail at some of them.")
    def per_location(self) -> bool:
        return self.model.per_location


@strawberry.type(description="What a system offers to others.")
class Api(Element):
    model: strawberry.Private[topology.Api]

    @strawberry.field(description="The system that offers it.")
    def system(self) -> System:
        return cast(System, shown(f"system:{self.model.system}", self.landscape))

    @strawberry.field(description="Such as rest, soap or idoc.")
    def protocol(self) -> str | None:
        return self.model.protocol

    @strawberry.field(description="Its version.")
    def version(self) -> str | None:
        return self.model.version

    @strawberry.field(description="experimental, production or deprecated.")
    def lifecycle(self) -> str | None:
        return self.model.lifecycle


@strawberry.type(description="What carries calls or messages from one system to another.")
class Integration(Element):
    model: strawberry.Private[topology.Integration]

    @strawberry.field(name="from", description="Where its calls or messages come from.")
    def source(self) -> Element:
        return shown(self.model.source, self.landscape)

    @strawberry.field(name="to", description="Where they go.")
    def target(self) -> Element:
        return shown(self.model.target, self.landscape)

    @strawberry.field(description="The systems that they pass.")
    def via(self) -> list[Element]:
        return [shown(identifier, self.landscape) for identifier in self.model.via]

    @strawberry.field(description="sync, queue, stream, batch or file.")
    def transport(self) -> str:
        return self.model.transport.value

    @strawberry.field(description="Types of the messages.")
    def carries(self) -> list[str]:
        return list(self.model.carries)

    @strawberry.field(description="How long a call waits for its answer.")
    def timeout(self) -> Span | None:
        return lasting(self.model.timeout)

    @strawberry.field(description="Where a message goes that is refused; null: it is lost.")
    def dead_letter(self) -> str | None:
        return self.model.dead_letter

    @strawberry.field(description="Whether a message that comes twice does no harm.")
    def idempotent(self) -> bool:
        return self.model.idempotent


@strawberry.type(description="A copy of data that a system holds and steps read.")
class Data(Element):
    model: strawberry.Private[topology.Data]

    @strawberry.field(description="The system that holds it.")
    def system(self) -> System:
        return cast(System, shown(f"system:{self.model.system}", self.landscape))

    @strawberry.field(description="The integrations that keep it up to date.")
    def fed_by(self) -> list[Integration]:
        return [cast(Integration, shown(identifier, self.landscape)) for identifier in self.model.fed_by]

    @strawberry.field(description="How old it may be before it counts as stale.")
    def fresh_within(self) -> Span:
        return Span(self.model.fresh_within)

    @strawberry.field(description="How likely a step that reads it stale decides wrongly, 0 to 1.")
    def decision_risk(self) -> float:
        return self.model.decision_risk
