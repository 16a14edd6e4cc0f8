"""What a failure does to an element, and where it was stopped."""

import strawberry
from strawberry.scalars import JSON

from api.context import Landscape
from api.schema.element import Element, shown
from api.schema.enums import Effect
from api.schema.path import Path
from api.schema.scalars import Moment, Span, lasting, when
from graph_models import impairment
from impactgraph.usecases.answer import Answer


@strawberry.type(description="What a failure does to an element, in a window and a scope.")
class Impairment:
    element: Element = strawberry.field(description="What it is done to.")
    effect: Effect = strawberry.field(description="What is done to what passes it.")
    since: Moment = strawberry.field(name="from", description="Begin of the window.")
    until: Moment | None = strawberry.field(
        description="End of the window; null where it does not end by itself."
    )
    delay: Span | None = strawberry.field(
        description="How much longer it takes, where it is that that is done."
    )
    likelihood: float = strawberry.field(description="How likely it is to meet what passes, 0 to 1.")
    scope: JSON = strawberry.field(
        description="Whom it meets: values by dimension, any within one, all across; an absent dimension is not restricted."
    )
    failures: list[strawberry.ID] = strawberry.field(
        description="Full ids of the failures that do it; several where alternatives had to fail together."
    )
    model: strawberry.Private[impairment.Impairment]
    answer: strawberry.Private[Answer]

    @strawberry.field(description="How the failure gets here.")
    def path(self) -> Path:
        return Path.of(self.answer.path(self.model))

    @classmethod
    def of(cls, found: impairment.Impairment, answer: Answer, landscape: Landscape) -> "Impairment":
        return cls(
            element=shown(found.element, landscape),
            effect=found.effect,
            since=Moment(found.since),
            until=when(found.until),
            delay=lasting(found.delay or None),
            likelihood=found.likelihood,
            scope=JSON(found.scope.as_dict()),
            failures=[strawberry.ID(f"failure:{key}") for key in found.failures],
            model=found,
            answer=answer,
        )


@strawberry.type(description="Where a failure was stopped, and by what.")
class Absorption:
    element: Element = strawberry.field(description="Where it was stopped.")
    rule: str = strawberry.field(description="Name of the rule that stopped it, such as retry or fallback.")
    detail: str = strawberry.field(description="How, in words.")

    @classmethod
    def of(cls, found: impairment.Absorption, landscape: Landscape) -> "Absorption":
        return cls(element=shown(found.element, landscape), rule=found.rule, detail=found.detail)
