"""How an order is fulfilled, step by step."""

from typing import cast

import strawberry

from api.schema.element import Element, show, shown
from api.schema.scalars import Span, lasting
from api.schema.systems import Data, System
from graph_models import topology


@strawberry.type(description="How an order is fulfilled.")
class Workflow(Element):
    model: strawberry.Private[topology.Workflow]

    @strawberry.field(description="Fulfillment modes of the orders that take it.")
    def modes(self) -> list[str]:
        return list(self.model.modes)

    @strawberry.field(description="Channels of the orders that take it.")
    def channels(self) -> list[str]:
        return list(self.model.channels)

    @strawberry.field(description="Its steps, in the order of the document; orders begin at the first.")
    def steps(self) -> "list[Step]":
        return [cast(Step, show(step, self.landscape)) for step in self.model.steps]


@strawberry.type(description="A step that can come next.")
class Transition:
    step: strawberry.ID = strawberry.field(description="Full id of the next step.")
    via: strawberry.ID | None = strawberry.field(
        description="Full id of the integration that hands the order over."
    )
    share: float | None = strawberry.field(description="The usual fraction of the orders that go this way.")


@strawberry.type(description="A stage of an order's life.")
class Step(Element):
    model: strawberry.Private[topology.Step]

    @strawberry.field(description="The workflow that it is a step of.")
    def workflow(self) -> Workflow:
        return cast(Workflow, shown(f"workflow:{self.model.workflow}", self.landscape))

    @strawberry.field(description="The system that does it.")
    def runs_on(self) -> System:
        return cast(System, shown(self.model.runs_on, self.landscape))

    @strawberry.field(description="How long it usually takes.")
    def takes(self) -> Span:
        return Span(self.model.takes.p50)

    @strawberry.field(
        description="How long before an order in it counts as overdue; one that is done by then may wait for the run of its batch."
    )
    def within(self) -> Span | None:
        return lasting(self.model.within)

    @strawberry.field(description="The data that it reads.")
    def reads(self) -> list[Data]:
        return [cast(Data, shown(identifier, self.landscape)) for identifier in self.model.reads]

    @strawberry.field(description="What can come next; none: the order is done.")
    def then(self) -> list[Transition]:
        return [
            Transition(
                step=strawberry.ID(f"step:{self.model.workflow}/{to.step}"),
                via=strawberry.ID(to.via) if to.via else None,
                share=to.share,
            )
            for to in self.model.then
        ]
