"""Incidents: failures and alerts with one cause."""

from collections.abc import Sequence
from typing import Annotated, cast

import strawberry
from strawberry.scalars import JSON

from api.context import Context, TopologyAt
from api.schema.blast_radius import BlastRadius
from api.schema.element import Element, Info, element_by_id
from api.schema.enums import FailureClass
from api.schema.estimates import Estimates
from api.schema.failure import Failure
from api.schema.incident_work import Change as SystemChange
from api.schema.incident_work import ChecklistStep, IncidentAction, IncidentResidual, Maintenance, Note
from api.schema.inputs import ScopeInput, scope_of
from api.schema.node import Node
from api.schema.organisation import Team
from api.schema.page import After, Connection, First
from api.schema.path import Path
from api.schema.repair import IncidentRepair
from api.schema.scalars import Moment, moment_of
from api.schema.work_enums import IncidentState, ReportFormat
from graph_models import incidents as models
from impactgraph.usecases import incidents
from impactgraph.usecases.validation import element_id


@strawberry.input(description="An alert that is not on record.")
class AlertInput:
    id: strawberry.ID = strawberry.field(description="The same for every message about one occurrence.")
    element: strawberry.ID = strawberry.field(description="Full id of the element that it is about.")
    started_at: Moment = strawberry.field(description="When it began.")
    ended_at: Moment | None = strawberry.field(
        default=None, description="When it ended; null: it has not ended."
    )
    failure_class: FailureClass | None = strawberry.field(
        name="class", default=None, description="What the monitor saw; null where it does not say."
    )
    scope: ScopeInput | None = strawberry.field(
        default=None, description="Its scope, such as a location; null: not limited."
    )
    text: str | None = strawberry.field(default=None, description="Its text.")


@strawberry.type(description="What a monitor reports about an element.")
class Alert:
    id: strawberry.ID = strawberry.field(
        description="Its id as given in the question; of an alert that became a failure, that of the failure."
    )
    sender: str = strawberry.field(
        description="Kind of system that sent it, such as `alertmanager`; empty for an alert of the question."
    )
    source: str = strawberry.field(description="Which one of them; empty for an alert of the question.")
    key: str = strawberry.field(description="Identifies it among those of its source.")
    state: str = strawberry.field(
        description="As the sender states it, such as `firing`; of an alert of the question `firing` or "
        "`resolved`."
    )
    reason: str = strawberry.field(
        description="Why it is about this element, in this class; empty for an alert of the question."
    )
    failure_class: FailureClass | None = strawberry.field(name="class", description="What the monitor saw.")
    started_at: Moment = strawberry.field(description="When it began.")
    ended_at: Moment | None = strawberry.field(description="When it ended; null: it has not ended.")
    scope: JSON = strawberry.field(description="Its scope: values by dimension.")
    text: str = strawberry.field(description="Its text.")
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[models.Alert]

    @strawberry.field(description="The element that it is about.")
    def element(self) -> Element | None:
        return element_by_id(self.model.element, self.topology_at)

    @classmethod
    def of(cls, model: models.Alert, topology_at: TopologyAt) -> "Alert":
        origin = model.origin
        state = origin.state if origin is not None else "firing"
        return cls(
            id=strawberry.ID(model.key if origin is None else f"failure:{model.key}"),
            sender=origin.sender if origin is not None else "",
            source=origin.source if origin is not None else "",
            key=origin.key if origin is not None else model.key,
            state=state if model.ended_at is None else "resolved",
            reason=origin.reason if origin is not None else "",
            failure_class=model.failure_class,
            started_at=Moment(model.started_at),
            ended_at=moment_of(model.ended_at),
            scope=JSON(model.scope.as_dict()),
            text=model.text,
            topology_at=topology_at,
            model=model,
        )


@strawberry.type(description="An element whose failure may be the cause of an incident.")
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
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[incidents.LikelyCause]
    of_incident: strawberry.Private[incidents.IncidentReport]

    @strawberry.field(description="The element.")
    def element(self) -> Element:
        return element_by_id(self.model.element, self.topology_at)

    @strawberry.field(description="The failures on record that it would explain.")
    def explains(self, info: Info) -> list[Failure]:
        explanations = set(self.model.explains)
        at = _moment(self.topology_at, info.context)
        failures = (each for each in self.of_incident.failures if each.key in explanations)
        return [Failure.of(each, at, self.topology_at) for each in failures]

    @strawberry.field(description="Changes shortly before, whose place and time fit, the latest first.")
    def changes(self) -> list[SystemChange]:
        return [SystemChange.of(each, self.topology_at) for each in self.model.changes]

    @strawberry.field(description="Elements with a monitor that should have raised an alert and did not.")
    def silent(self) -> list[Element]:
        return [element_by_id(each, self.topology_at) for each in self.model.silent]

    @classmethod
    def of(
        cls, model: incidents.LikelyCause, report: incidents.IncidentReport, topology_at: TopologyAt
    ) -> "RootCause":
        return cls(
            failure_class=model.failure_class,
            score=model.score,
            started_at=Moment(model.started_at),
            explains_ids=list(model.explains),
            evidence=model.evidence,
            path=[Path.of(path) for path in model.path],
            topology_at=topology_at,
            model=model,
            of_incident=report,
        )


@strawberry.type(description="Failures and alerts with one cause.")
class Incident(Node, IncidentRepair):
    headline: str = strawberry.field(description="Its likeliest cause, in one sentence.")
    impact: str = strawberry.field(description="What it affects, in one sentence.")
    started_at: Moment = strawberry.field(description="Start of its earliest failure or alert.")
    active: bool = strawberry.field(description="Whether one of its failures or alerts has not ended.")
    quiet: bool = strawberry.field(
        description="Whether no order and no record is affected, as far as is known, or it is planned "
        "maintenance."
    )
    unknown: float = strawberry.field(
        description="Likelihood that none of these is the cause: a false alarm, or something that the "
        "topology does not have."
    )
    likely_cause: list[RootCause] = strawberry.field(description="Causes, most likely first.")
    estimates: Estimates | None = strawberry.field(
        description="Expected values of what it affects, with ranges; null of alerts that nothing explains."
    )
    state: IncidentState = strawberry.field(description="How far the work on it has come.")
    acknowledged: bool = strawberry.field(description="Whether somebody is looking after it.")
    flapping: bool = strawberry.field(
        description="Whether one of its failures begins and ends again and again, which keeps it open."
    )
    reason: str = strawberry.field(
        description="Why it ranks where it does: what is at stake, or why it is quiet."
    )
    assignee: str | None = strawberry.field(description="Who works on it: a team or a person.")
    version: int = strawberry.field(
        description="Number of actions. Pass it with the next action: that is refused if somebody has acted "
        "since."
    )
    notes: list[Note] = strawberry.field(description="Notes of those who work on it, oldest first.")
    actions: list[IncidentAction] = strawberry.field(description="What was done about it, oldest first.")
    maintenance: Maintenance | None = strawberry.field(
        description="The planned maintenance that it is part of."
    )
    residual: IncidentResidual | None = strawberry.field(
        description="What its ended failures have left; null where none has ended."
    )
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[incidents.IncidentReport]

    @strawberry.field(
        description="Its place among the incidents that are listed with it, from 1 on. For an incident that "
        "was queried alone, its place among all, which costs an answer for each of them."
    )
    async def rank(self, info: Info) -> int:
        return self.model.rank or await info.context.incident_rank(self.model.key, self.topology_at.as_of)

    @strawberry.field(
        description="Steps of the playbooks that fit its cause. What a step saves costs two answers for each "
        "step, where it is selected."
    )
    async def checklist(self, info: Info) -> list[ChecklistStep]:
        steps = await info.context.checklist(self.model, self.topology_at.as_of)
        return [ChecklistStep.of(each, self.topology_at) for each in steps]

    @strawberry.field(
        description="All that is known of it at a moment: the same moment gives the same text. Costs an "
        "answer."
    )
    async def report(
        self,
        info: Info,
        at: Annotated[
            Moment | None, strawberry.argument(description="The moment; null: that of the answer.")
        ] = None,
        format: Annotated[
            ReportFormat, strawberry.argument(description="Form of the text.")
        ] = ReportFormat.MARKDOWN,
    ) -> str:
        moment = _moment(self.topology_at, info.context) if at is None else at
        return await info.context.incident_document(self.model.key, moment, format)

    @strawberry.field(description="Its failures on record, oldest first.")
    def failures(self, info: Info) -> list[Failure]:
        at = _moment(self.topology_at, info.context)
        return [Failure.of(each, at, self.topology_at) for each in self.model.failures]

    @strawberry.field(
        description="Its alerts: those of the question, and failures made from alerts; oldest first."
    )
    def alerts(self, info: Info, first: First = 50, after: After = None) -> Connection[Alert]:
        page = incidents.page_of_alerts(self.model.alerts, first, after)
        return Connection.of(info.context, page, [Alert.of(each, self.topology_at) for each in page.items])

    @strawberry.field(description="The team that owns the likeliest cause; null where no team does.")
    def owner(self) -> Team | None:
        key = self.model.team
        return cast(Team, element_by_id(f"team:{key}", self.topology_at)) if key is not None else None

    @strawberry.field(
        description="What its failures affect together; without a failure on record, what the likeliest "
        "cause would."
    )
    async def blast_radius(self, info: Info) -> BlastRadius:
        answer = await info.context.impact(self.model.question)
        return BlastRadius.of(answer, self.topology_at)

    @classmethod
    def of(cls, model: incidents.IncidentReport, topology_at: TopologyAt) -> "Incident":
        return cls(
            id=strawberry.ID(f"incident:{model.key}"),
            headline=model.headline,
            impact=model.impact,
            started_at=Moment(model.started_at),
            active=model.is_active,
            quiet=model.is_quiet,
            unknown=model.unknown,
            likely_cause=[RootCause.of(each, model, topology_at) for each in model.likely_cause],
            estimates=Estimates.of(model.estimates) if model.estimates is not None else None,
            state=model.life.state,
            acknowledged=model.life.is_acknowledged,
            flapping=model.life.is_flapping,
            reason=model.reason,
            assignee=model.life.assignee or None,
            version=model.life.version,
            notes=[Note.of(each) for each in model.life.notes],
            actions=[IncidentAction.of(each) for each in model.life.actions],
            maintenance=Maintenance.of(model.maintenance) if model.maintenance is not None else None,
            residual=IncidentResidual.of(model.residual) if model.residual is not None else None,
            topology_at=topology_at,
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


def _moment(topology_at: TopologyAt, context: Context) -> int:
    return topology_at.as_of if topology_at.as_of is not None else context.now
