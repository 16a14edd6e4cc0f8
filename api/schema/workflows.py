"""Workflows and their steps."""

from typing import cast

import strawberry

from api.schema.element import Element, element_by_id, element_of
from api.schema.scalars import Span, span_of
from api.schema.systems import Data, System
from graph_models import topology


@strawberry.type(description="The steps by which orders are fulfilled.")
class Workflow(Element):
    model: strawberry.Private[topology.Workflow]

    @strawberry.field(description="Fulfillment modes of its orders.")
    def modes(self) -> list[str]:
        return list(self.model.modes)

    @strawberry.field(description="Channels of its orders.")
    def channels(self) -> list[str]:
        return list(self.model.channels)

    @strawberry.field(description="Its steps, in the order of the document; orders start at the first.")
    def steps(self) -> "list[Step]":
        return [cast(Step, element_of(step, self.topology_at)) for step in self.model.steps]


@strawberry.type(description="A transition to a next step.")
class Transition:
    step: strawberry.ID = strawberry.field(description="Full id of the next step.")
    via: strawberry.ID | None = strawberry.field(
        description="Full id of the integration that hands the order over."
    )
    share: float | None = strawberry.field(description="The usual share of orders on this transition.")


@strawberry.type(description="A step of a workflow.")
class Step(Element):
    model: strawberry.Private[topology.Step]

    @strawberry.field(description="Its workflow.")
    def workflow(self) -> Workflow:
        return cast(Workflow, element_by_id(f"workflow:{self.model.workflow}", self.topology_at))

    @strawberry.field(description="The system that runs it.")
    def runs_on(self) -> System:
        return cast(System, element_by_id(self.model.runs_on, self.topology_at))

    @strawberry.field(description="Usual duration (median).")
    def takes(self) -> Span:
        return Span(self.model.takes.p50)

    @strawberry.field(
        description="Time limit, after which an order in it counts as overdue; finished work may wait for "
        "the next batch run."
    )
    def within(self) -> Span | None:
        return span_of(self.model.within)

    @strawberry.field(description="The data that it reads.")
    def reads(self) -> list[Data]:
        return [cast(Data, element_by_id(identifier, self.topology_at)) for identifier in self.model.reads]

    @strawberry.field(description="Possible next steps; none: the order is complete.")
    def then(self) -> list[Transition]:
        return [
            Transition(
                step=strawberry.ID(f"step:{self.model.workflow}/{to.step}"),
                via=strawberry.ID(to.via) if to.via else None,
                share=to.share,
            )
            for to in self.model.then
        ]
