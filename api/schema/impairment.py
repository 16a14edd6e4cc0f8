"""Impairments of elements by failures, and where failures were stopped."""

import strawberry
from strawberry.scalars import JSON

from api.context import TopologyAt
from api.schema.element import Element, element_by_id, element_of, find_element_by_id
from api.schema.enums import Effect
from api.schema.path import Path
from api.schema.scalars import Moment, Span, moment_of, span_of
from graph_models import impairment, topology
from graph_models.ids import split_id
from impactgraph.usecases.answer import Answer


@strawberry.type(description="The effect of failures on an element, in a window and a scope.")
class Impairment:
    element: Element = strawberry.field(description="The impaired element.")
    effect: Effect = strawberry.field(description="The effect on the orders and messages that pass it.")
    since: Moment = strawberry.field(name="from", description="Begin of the window.")
    until: Moment | None = strawberry.field(
        description="End of the window; null where somebody must act first."
    )
    delay: Span | None = strawberry.field(description="The delay, for the effect DELAYED.")
    likelihood: float = strawberry.field(description="The probability that it affects what passes, 0 to 1.")
    scope: JSON = strawberry.field(
        description="Its scope: values by dimension; any value of a dimension, all dimensions; "
        "absent ones are not restricted."
    )
    failures: list[strawberry.ID] = strawberry.field(
        description="Full ids of the failures behind it; several where alternatives failed together."
    )
    model: strawberry.Private[impairment.Impairment]
    answer: strawberry.Private[Answer]

    @strawberry.field(description="How the failure reaches the element.")
    def path(self) -> Path:
        return Path.of(self.answer.path(self.model))

    @classmethod
    def of(cls, model: impairment.Impairment, answer: Answer, topology_at: TopologyAt) -> "Impairment":
        return cls(
            element=element_by_id(model.element, topology_at),
            effect=model.effect,
            since=Moment(model.since),
            until=moment_of(model.until),
            delay=span_of(model.delay or None),
            likelihood=model.likelihood,
            scope=JSON(model.scope.as_dict()),
            failures=[strawberry.ID(f"failure:{key}") for key in model.failures],
            model=model,
            answer=answer,
        )


@strawberry.type(description="Where a failure was stopped, and by what.")
class Absorption:
    element: Element = strawberry.field(description="Where it was stopped.")
    rule: str = strawberry.field(description="Name of the rule that stopped it, such as retry or fallback.")
    detail: str = strawberry.field(description="How, in one sentence.")

    @classmethod
    def of(cls, model: impairment.Absorption, topology_at: TopologyAt) -> "Absorption":
        kind, key = split_id(model.element)
        candidate = find_element_by_id(model.element, topology_at)
        if candidate is None and kind == "workflow":  # of orders, while the topology does not have it
            candidate = element_of(topology.Workflow(key=key, steps=()), topology_at)
        element = candidate or element_by_id(model.element, topology_at)
        return cls(element=element, rule=model.rule, detail=model.detail)
