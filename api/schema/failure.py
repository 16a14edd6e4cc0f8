"""Failures, reported or supposed."""

from typing import TYPE_CHECKING, Annotated, cast

import strawberry
from strawberry.scalars import JSON

from api.context import Context, TopologyAt
from api.schema.element import Element, Info, element_by_id, element_of
from api.schema.enums import FailureClass, Severity
from api.schema.impact_summary import ImpactSummary
from api.schema.node import Node
from api.schema.organisation import Team
from api.schema.scalars import Moment, Span, moment_of, span_of
from graph_models import failure
from graph_models.time import Millis
from impactgraph.usecases.elements import get_element

if TYPE_CHECKING:
    from api.schema.incident import Incident


@strawberry.type(description="An element that does not work as it should, from a moment on.")
class Failure(Node):
    failure_class: FailureClass = strawberry.field(name="class", description="Its class.")
    started_at: Moment = strawberry.field(description="When it began.")
    expected_end: Moment | None = strawberry.field(description="When it is expected to end: an estimate.")
    ended_at: Moment | None = strawberry.field(description="When it ended.")
    active: bool = strawberry.field(
        description="Whether it has begun and not ended; a passed expected end does not end it."
    )
    delay: Span | None = strawberry.field(description="The delay that it causes, if known.")
    error_rate: float | None = strawberry.field(description="Share of calls or messages that fail, 0 to 1.")
    drain: Span | None = strawberry.field(description="How long the backlog takes to clear after the end.")
    scope: JSON = strawberry.field(
        description="Its scope: values by dimension; any value of a dimension, all dimensions; "
        "absent ones are not restricted."
    )
    severity: Severity = strawberry.field(description="Its severity.")
    summary: str = strawberry.field(description="Summary by the reporter.")
    evidence: str | None = strawberry.field(description="URL of the evidence.")
    source: str = strawberry.field(description="Who reported it.")
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[failure.Failure]

    @strawberry.field(description="The failed element.")
    async def target(self, info: Info) -> Element:
        return element_of(
            await info.context.ask(get_element, self.model.target, self.topology_at.topology),
            self.topology_at,
        )

    @strawberry.field(
        description="Its impact by itself. Costs one answer per failure: request it for few failures."
    )
    async def impact_summary(self, info: Info) -> ImpactSummary:
        return await self._impact_summary(info)

    @strawberry.field(
        description="The former name of `impactSummary`.", deprecation_reason="Use `impactSummary`."
    )
    async def at_stake(self, info: Info) -> ImpactSummary:
        return await self._impact_summary(info)

    @strawberry.field(
        description="The incident that it belongs to; null where it ended more than a week ago. Costs an "
        "answer."
    )
    async def incident(
        self, info: Info
    ) -> Annotated["Incident", strawberry.lazy("api.schema.incident")] | None:
        from api.schema.incident import Incident

        report = await info.context.incident_of(self.model.key, self.topology_at.as_of)
        return Incident.of(report, self.topology_at) if report is not None else None

    async def _impact_summary(self, info: Info) -> ImpactSummary:
        summary = await info.context.impact_summary(self.model, self.topology_at.as_of)
        return ImpactSummary.of(summary, self.topology_at)

    @strawberry.field(description="The team that owns the failed element; null where nobody does.")
    def owner(self) -> Team | None:
        topology = self.topology_at.topology
        key = topology.owner_of(self.model.target) if self.model.target in topology.elements else None
        return cast(Team, element_by_id(f"team:{key}", self.topology_at)) if key is not None else None

    @classmethod
    def of(cls, model: failure.Failure, at: Millis, topology_at: TopologyAt) -> "Failure":
        return cls(
            id=strawberry.ID(model.id),
            failure_class=model.failure_class,
            started_at=Moment(model.started_at),
            expected_end=moment_of(model.expected_end),
            ended_at=moment_of(model.ended_at),
            active=model.active_at(at),
            delay=span_of(model.delay),
            error_rate=model.error_rate,
            drain=span_of(model.drain),
            scope=JSON(model.scope.as_dict()),
            severity=model.severity,
            summary=model.summary,
            evidence=model.evidence,
            source=model.source,
            topology_at=topology_at,
            model=model,
        )


async def find_failure(key: str | None, topology_at: TopologyAt, context: Context) -> Failure | None:
    """The failure with this bare key; None without a key, and where there is no such failure."""
    model = await context.failure(key, topology_at.as_of) if key else None
    if model is None:
        return None
    at = topology_at.as_of if topology_at.as_of is not None else context.now
    return Failure.of(model, at, topology_at)
