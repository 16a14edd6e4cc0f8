"""Failures: known ones, and those that somebody supposes."""

from typing import cast

import strawberry
from strawberry.scalars import JSON

from api.context import Landscape
from api.schema.at_stake import AtStake
from api.schema.element import Element, Info, show, shown
from api.schema.enums import FailureClass, Severity
from api.schema.node import Node
from api.schema.organisation import Team
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
    active: bool = strawberry.field(
        description="Whether it has begun and not ended; an expected end that has passed does not end it."
    )
    delay: Span | None = strawberry.field(
        description="How much later things come because of it, where that is known."
    )
    error_rate: float | None = strawberry.field(description="Share of what passes that fails, 0 to 1.")
    drain: Span | None = strawberry.field(description="How long the backlog takes to clear after the end.")
    scope: JSON = strawberry.field(
        description="Whom it touches: values by dimension, any within one, all across; an absent dimension is not restricted."
    )
    severity: Severity = strawberry.field(description="How bad it is said to be.")
    summary: str = strawberry.field(description="What was said of it.")
    evidence: str | None = strawberry.field(description="Address of what shows it.")
    source: str = strawberry.field(description="Who reported it.")
    landscape: strawberry.Private[Landscape]
    model: strawberry.Private[failure.Failure]

    @strawberry.field(description="The element that fails.")
    async def target(self, info: Info) -> Element:
        return show(
            await info.context.ask(get_element, self.model.target, self.landscape.topology), self.landscape
        )

    @strawberry.field(
        description="What it puts at stake by itself, as of now; it takes an answer for each failure, so ask it of few."
    )
    async def at_stake(self, info: Info) -> AtStake:
        return AtStake.of(await info.context.at_stake(self.model, self.landscape.as_of), self.landscape)

    @strawberry.field(description="The team that owns the element that fails; null where nobody does.")
    def owner(self) -> Team | None:
        topology = self.landscape.topology
        key = topology.owner_of(self.model.target) if self.model.target in topology.elements else None
        return cast(Team, shown(f"team:{key}", self.landscape)) if key is not None else None

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
