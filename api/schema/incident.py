"""Incidents: failures and alerts with one cause."""

from collections.abc import Sequence
from typing import cast

import strawberry
from strawberry.scalars import JSON

from api.context import Context, Landscape
from api.schema.blast_radius import BlastRadius
from api.schema.element import Element, Info, element_by_id
from api.schema.enums import FailureClass
from api.schema.estimates import Estimates
from api.schema.failure import Failure
from api.schema.inputs import ScopeInput, scope_of
from api.schema.node import Node
from api.schema.organisation import Team
from api.schema.page import After, Connection, First
from api.schema.path import Path
from api.schema.scalars import Moment, moment_of
from graph_models import incidents as models
from impactgraph.usecases import incidents
from impactgraph.usecases.validation import element_id


@strawberry.input(description="An alert that is not on record.")
class AlertInput:
    id: strawberry.ID = strawberry.field(description="The same for every message about one occurrence.")
    element: strawberry.ID = strawberry.field(description="Full id of the element that it is about.")
    started_at: Moment = strawberry.field(description="When it began.")
    ended_at: Moment | None = strawberry.field(default=None, description="When it ended; null: it lasts.")
    failure_class: FailureClass | None = strawberry.field(
        name="class", default=None, description="What the monitor saw, where it says so."
    )
    scope: ScopeInput | None = strawberry.field(
        default=None, description="What it is limited to, such as a location; null: not limited."
    )
    text: str | None = strawberry.field(default=None, description="What it says.")


@strawberry.type(description="What a monitor says of an element.")
class Alert:
    id: strawberry.ID = strawberry.field(description="Its id, as it was given.")
    failure_class: FailureClass | None = strawberry.field(name="class", description="What the monitor saw.")
    started_at: Moment = strawberry.field(description="When it began.")
    ended_at: Moment | None = strawberry.field(description="When it ended; null: it lasts.")
    scope: JSON = strawberry.field(description="What it is limited to: values by dimension.")
    text: str = strawberry.field(description="What it says.")
    landscape: strawberry.Private[Landscape]
    model: strawberry.Private[models.Alert]

    @strawberry.field(description="The element that it is about.")
    def element(self) -> Element | None:
        return element_by_id(self.model.element, self.landscape)

    @classmethod
    def of(cls, model: models.Alert, landscape: Landscape) -> "Alert":
        return cls(
            id=strawberry.ID(model.key),
            failure_class=model.failure_class,
            started_at=Moment(model.started_at),
            ended_at=moment_of(model.ended_at),
            scope=JSON(model.scope.as_dict()),
            text=model.text,
            landscape=landscape,
            model=model,
        )


@strawberry.type(description="An element whose failure may be behind an incident.")
class RootCause:
    failure_class: FailureClass = strawberry.field(name="class", description="The class of its failure.")
    score: float = strawberry.field(description="Likelihood that it is the cause.")
    started_at: Moment = strawberry.field(description="When its failure began, as far as the alerts show.")
    explains_ids: list[str] = strawberry.field(
        description="Ids of the failures and alerts that it would explain."
    )
    evidence: str = strawberry.field(description="What speaks for it and against it, in words.")
    path: list[Path] = strawberry.field(
        description="Paths to the other elements that it explains, the longest first."
    )
    landscape: strawberry.Private[Landscape]
    model: strawberry.Private[incidents.LikelyCause]
    of_incident: strawberry.Private[incidents.IncidentReport]

    @strawberry.field(description="The element.")
    def element(self) -> Element:
        return element_by_id(self.model.element, self.landscape)

    @strawberry.field(description="The failures on record that it would explain.")
    def explains(self, info: Info) -> list[Failure]:
        explanations = set(self.model.explains)
        at = _moment(self.landscape, info.context)
        failures = (each for each in self.of_incident.failures if each.key in explanations)
        return [Failure.of(each, at, self.landscape) for each in failures]

    @strawberry.field(description="Elements with a monitor that should have raised an alert and did not.")
    def silent(self) -> list[Element]:
        return [element_by_id(each, self.landscape) for each in self.model.silent]

    @classmethod
    def of(
        cls, model: incidents.LikelyCause, report: incidents.IncidentReport, landscape: Landscape
    ) -> "RootCause":
        return cls(
            failure_class=model.failure_class,
            score=model.score,
            started_at=Moment(model.started_at),
            explains_ids=list(model.explains),
            evidence=model.evidence,
            path=[Path.of(path) for path in model.path],
            landscape=landscape,
            model=model,
            of_incident=report,
        )


@strawberry.type(description="Failures and alerts with one cause.")
class Incident(Node):
    headline: str = strawberry.field(description="Its likeliest cause, in one sentence.")
    impact: str = strawberry.field(description="What it affects, in one sentence.")
    started_at: Moment = strawberry.field(description="Start of its earliest failure or alert.")
    active: bool = strawberry.field(description="Whether one of its failures or alerts has not ended.")
    quiet: bool = strawberry.field(
        description="Whether nothing explains it, or no order and no record is affected."
    )
    unknown: float = strawberry.field(
        description="Likelihood that none of the causes is the cause: a false alarm, or something that the "
        "topology does not have."
    )
    likely_cause: list[RootCause] = strawberry.field(description="Causes, most likely first.")
    estimates: Estimates | None = strawberry.field(
        description="Expected values of what it affects, with ranges; null where nothing explains it."
    )
    landscape: strawberry.Private[Landscape]
    model: strawberry.Private[incidents.IncidentReport]

    @strawberry.field(description="Its failures on record, oldest first.")
    def failures(self, info: Info) -> list[Failure]:
        at = _moment(self.landscape, info.context)
        return [Failure.of(each, at, self.landscape) for each in self.model.failures]

    @strawberry.field(description="Alerts of the question that belong to it, oldest first.")
    def alerts(self, info: Info, first: First = 50, after: After = None) -> Connection[Alert]:
        page = incidents.page_of_alerts(self.model.alerts, first, after)
        return Connection.of(info.context, page, [Alert.of(each, self.landscape) for each in page.items])

    @strawberry.field(description="The team that owns the likeliest cause; null where nobody does.")
    def owner(self) -> Team | None:
        key = self.model.team
        return cast(Team, element_by_id(f"team:{key}", self.landscape)) if key is not None else None

    @strawberry.field(
        description="What its failures affect together; without a failure on record, what the likeliest "
        "cause would."
    )
    async def blast_radius(self, info: Info) -> BlastRadius:
        answer = await info.context.impact(self.model.question)
        return BlastRadius.of(answer, self.landscape)

    @classmethod
    def of(cls, model: incidents.IncidentReport, landscape: Landscape) -> "Incident":
        return cls(
            id=strawberry.ID(f"incident:{model.key}"),
            headline=model.headline,
            impact=model.impact,
            started_at=Moment(model.started_at),
            active=model.is_active,
            quiet=model.is_quiet,
            unknown=model.unknown,
            likely_cause=[RootCause.of(each, model, landscape) for each in model.likely_cause],
            estimates=Estimates.of(model.estimates) if model.estimates is not None else None,
            landscape=landscape,
            model=model,
        )


def alerts_of(inputs: Sequence[AlertInput]) -> tuple[models.Alert, ...]:
    """The model's alerts. Raises BadInputError for attributes of a scope in another form."""
    return tuple(
        models.Alert(
            key=each.id,
            element=element_id(each.element),
            started_at=each.started_at,
            ended_at=each.ended_at,
            failure_class=each.failure_class,
            scope=scope_of(each.scope),
            text=each.text or "",
        )
        for each in inputs
    )


def _moment(landscape: Landscape, context: Context) -> int:
    return landscape.as_of if landscape.as_of is not None else context.now
