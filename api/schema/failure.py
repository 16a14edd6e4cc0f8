"""Failures: known ones, and those that somebody supposes."""

import strawberry
from strawberry.scalars import JSON

from api.context import Landscape
from api.schema.element import Element, Info, show
from api.schema.enums import FailureClass, Severity
from api.schema.node import Node
from api.schema.scalars import Moment, Span, lasting, when
from graph_models import failure
from graph_models.time import Millis
from impactgraph.usecases.elements import get_element


@strawberry.type(description="Something that does not work as it should, from a moment on.")
class Failure(Node):
    failure_class: FailureClass = strawberry.field(name="class", description="What kind of failure it is.")
    started_at: Moment = strawberry.field(description="When it began.")
    expected_end: Moment | None = strawberry.field(description="When it is expected to end: an estimate.")
    ended_at: Moment | None = strawberry.field(description="When it ended.")
    active: bool = strawberry.field(description="Whether it has begun and not ended; an expected end that has passed does not end it.")
    delay: Span | None = strawberry.field(description="How much later things come because of it, where that is known.")
    error_rate: float | None = strawberry.field(description="Share of what passes that fails, 0 to 1.")
    drain: Span | None = strawberry.field(description="How long the backlog takes to clear after the end.")
    scope: JSON = strawberry.field(description="Whom it touches: values by dimension, any within one, all across; an absent dimension is not restricted.")
    severity: Severity = strawberry.field(description="How bad it is said to be.")
    summary: str = strawberry.field(description="What was said of it.")
    evidence: str | None = strawberry.field(description="Address of what shows it.")
    source: str = strawberry.field(description="Who reported it.")
    landscape: strawberry.Private[Landscape]
    model: strawberry.Private[failure.Failure]

    @strawberry.field(description="The element that fails.")
    async def target(self, info: Info) -> Element:
        return show(await info.context.ask(get_element, self.model.target, self.landscape.topology), self.landscape)

    @classmethod
    def of(cls, known: failure.Failure, at: Millis, landscape: Landscape) -> "Failure":
        return cls(
            id=strawberry.ID(known.id),
            failure_class=known.failure_class,
            started_at=Moment(known.started_at),
            expected_end=when(known.expected_end),
            ended_at=when(known.ended_at),
            active=known.active_at(at),
            delay=lasting(known.delay),
            error_rate=known.error_rate,
            drain=lasting(known.drain),
            scope=JSON(known.scope.as_dict()),
            severity=known.severity,
            summary=known.summary,
            evidence=known.evidence,
            source=known.source,
            landscape=landscape,
            model=known,
        )
