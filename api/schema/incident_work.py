"""The work on an incident: who did what, what changed before, what is left, and the checklist."""

from typing import TYPE_CHECKING, Annotated, cast

import strawberry
from strawberry.scalars import JSON

from api.context import TopologyAt
from api.schema.element import Element, element_by_id
from api.schema.estimates import Estimate, Estimates
from api.schema.notice import Notice
from api.schema.organisation import StepEffect, Team
from api.schema.scalars import Moment, moment_of
from api.schema.topology import Problem
from api.schema.work_enums import ChangeKind, IncidentActionKind
from graph_models import journal
from impactgraph.usecases import incidents
from impactgraph.usecases.elements import contact_name
from impactgraph.usecases.incident_actions import IncidentOutcome
from impactgraph.usecases.incident_checklist import step_state
from impactgraph.usecases.plan_maintenance import MaintenanceOutcome
from impactgraph.usecases.step_savings import ProposedStep

if TYPE_CHECKING:
    from api.schema.incident import Incident


@strawberry.type(description="What somebody did about an incident.")
class IncidentAction:
    kind: IncidentActionKind = strawberry.field(description="What was done.")
    at: Moment = strawberry.field(description="When.")
    by: str | None = strawberry.field(description="Who; null where it was not stated.")
    note: str | None = strawberry.field(description="The note that came with it.")
    assignee: str | None = strawberry.field(description="ASSIGNED: to whom.")
    incidents: list[str] = strawberry.field(description="MERGED: keys of the incidents that are one with it.")
    failures: list[str] = strawberry.field(
        description="SPLIT: keys of the failures that do not belong to it; CLOSED: of those that did."
    )
    playbook: str | None = strawberry.field(description="Of actions on a step: key of the playbook.")
    step: int | None = strawberry.field(description="Of actions on a step: its number in the playbook.")

    @classmethod
    def of(cls, model: journal.IncidentAction) -> "IncidentAction":
        return cls(
            kind=model.kind,
            at=Moment(model.at),
            by=model.by or None,
            note=model.note or None,
            assignee=model.assignee or None,
            incidents=list(model.incidents),
            failures=list(model.failures),
            playbook=model.playbook or None,
            step=model.step or None,
        )


@strawberry.type(description="A note that somebody wrote about an incident.")
class Note:
    at: Moment = strawberry.field(description="When it was written.")
    by: str | None = strawberry.field(description="Who wrote it; null where it was not stated.")
    text: str = strawberry.field(description="The words.")

    @classmethod
    def of(cls, model: journal.IncidentAction) -> "Note":
        return cls(at=Moment(model.at), by=model.by or None, text=model.note)


@strawberry.type(description="A planned change of a system, such as a deployment.")
class Change:
    key: str = strawberry.field(description="Its key.")
    kind: ChangeKind = strawberry.field(description="What was changed.")
    started_at: Moment = strawberry.field(description="When it began.")
    ended_at: Moment | None = strawberry.field(description="When it ended.")
    scope: JSON = strawberry.field(description="Its scope: values by dimension.")
    summary: str = strawberry.field(description="What it is, in words.")
    version: str = strawberry.field(description="The version that it brought.")
    evidence: str | None = strawberry.field(description="Address of its page.")
    by: str = strawberry.field(description="Who made it.")
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[journal.Change]

    @strawberry.field(description="What it changes.")
    def elements(self) -> list[Element]:
        elements = self.topology_at.topology.elements
        return [element_by_id(each, self.topology_at) for each in self.model.elements if each in elements]

    @classmethod
    def of(cls, model: journal.Change, topology_at: TopologyAt) -> "Change":
        return cls(
            key=model.key,
            kind=model.kind,
            started_at=Moment(model.started_at),
            ended_at=moment_of(model.ended_at),
            scope=JSON(model.scope.as_dict()),
            summary=model.summary,
            version=model.version,
            evidence=model.evidence,
            by=model.by,
            topology_at=topology_at,
            model=model,
        )


@strawberry.type(description="Planned maintenance: failures of its elements are expected while it lasts.")
class Maintenance:
    key: str = strawberry.field(description="Its key.")
    starts_at: Moment = strawberry.field(description="When it begins.")
    ends_at: Moment = strawberry.field(description="When it ends.")
    elements: list[strawberry.ID] = strawberry.field(description="Full ids; empty: every element.")
    scope: JSON = strawberry.field(description="Its scope: values by dimension.")
    note: str = strawberry.field(description="What it is for.")
    by: str = strawberry.field(description="Who planned it.")

    @classmethod
    def of(cls, model: journal.Maintenance) -> "Maintenance":
        return cls(
            key=model.key,
            starts_at=Moment(model.starts_at),
            ends_at=Moment(model.ends_at),
            elements=[strawberry.ID(each) for each in model.elements],
            scope=JSON(model.scope.as_dict()),
            note=model.note,
            by=model.by,
        )


@strawberry.type(description="Result of planning maintenance.")
class MaintenancePayload:
    maintenance: Maintenance | None = strawberry.field(
        description="The maintenance as it is planned; null where there are problems."
    )
    problems: list[Problem] = strawberry.field(
        description="Everything that is wrong with the plan; empty on success."
    )

    @classmethod
    def of(cls, outcome: MaintenanceOutcome) -> "MaintenancePayload":
        plan = outcome.maintenance
        return cls(
            maintenance=Maintenance.of(plan) if plan is not None else None,
            problems=Problem.each(outcome.problems),
        )


@strawberry.type(description="What the ended failures of an incident have left to recover or to repair.")
class IncidentResidual:
    healed: int = strawberry.field(description="Orders that have recovered.")
    healing: int = strawberry.field(description="Orders that recover without action.")
    need_action: int = strawberry.field(description="Orders that wait for a replay or a person.")
    records: int = strawberry.field(description="On the replay list: records that are missing or doubled.")
    drained_by: Moment | None = strawberry.field(
        description="When the last backlog is cleared; null where there was none."
    )
    empty: bool = strawberry.field(description="Whether there is nothing left to wait for or to do.")

    @classmethod
    def of(cls, model: incidents.Residual) -> "IncidentResidual":
        return cls(
            healed=model.healed,
            healing=model.healing,
            need_action=model.need_action,
            records=model.records,
            drained_by=moment_of(model.drained_by),
            empty=model.is_empty,
        )


@strawberry.type(description="A step of a playbook that fits the cause of an incident.")
class ChecklistStep:
    number: int = strawberry.field(description="Its number in the checklist, from 1 on.")
    text: str = strawberry.field(description="What to do.")
    playbook: str = strawberry.field(description="Key of its playbook.")
    step: int = strawberry.field(description="Its number in the playbook, from 1 on.")
    approval_name: str | None = strawberry.field(
        description="Who must agree first: the name of the team, or the words of the topology."
    )
    state: str = strawberry.field(description="`open`, `started` or `done`.")
    by: str | None = strawberry.field(description="Who did it; of a started step, who started it.")
    at: Moment | None = strawberry.field(description="When it was done or started.")
    automation: str | None = strawberry.field(
        description="Channel that takes a request when a person starts it; null where it is not automated."
    )
    request: Notice | None = strawberry.field(
        description="The outcome of that request; null before it is started."
    )
    effect: StepEffect | None = strawberry.field(
        description="What it changes; null where the topology does not say."
    )
    saves: Estimates | None = strawberry.field(
        description="What would no longer be affected if it is done now; less than 0: what it costs. Null "
        "where that is not known."
    )
    saves_in_an_hour: Estimates | None = strawberry.field(
        description="What would no longer be affected if it is done in an hour; null where that is not known."
    )
    saves_reason: str | None = strawberry.field(description="Why it is not known what it saves.")
    saves_assumes: list[str] = strawberry.field(
        description="What the figures assume, and what they leave out."
    )
    delays: Estimate | None = strawberry.field(
        description="HOLD: records that come late for it if it is done now; null of other steps."
    )
    topology_at: strawberry.Private[TopologyAt]
    model: strawberry.Private[ProposedStep]

    @strawberry.field(description="The team that does it.")
    def owner(self) -> Team | None:
        return _team(self.model.step.owner, self.topology_at)

    @strawberry.field(description="The team that must agree first; null where it is not a team.")
    def approval(self) -> Team | None:
        return _team(self.model.step.approval, self.topology_at)

    @classmethod
    def of(cls, model: ProposedStep, topology_at: TopologyAt) -> "ChecklistStep":
        step = model.step
        done = step.done or step.started
        return cls(
            number=step.number,
            text=step.text,
            playbook=step.playbook,
            step=step.step,
            approval_name=contact_name(topology_at.topology, step.approval) if step.approval else None,
            state=step_state(step),
            by=done.by or None if done is not None else None,
            at=moment_of(done.at if done is not None else None),
            automation=step.automation,
            request=Notice.of(model.request) if model.request is not None else None,
            effect=StepEffect.of(step.effect),
            saves=Estimates.of(model.saves) if model.saves is not None else None,
            saves_in_an_hour=Estimates.of(model.saves_in_an_hour) if model.saves_in_an_hour else None,
            saves_reason=model.reason or None,
            saves_assumes=list(model.assumes),
            delays=Estimate.of(model.delays) if model.delays is not None else None,
            topology_at=topology_at,
            model=model,
        )


def _team(key: str | None, topology_at: TopologyAt) -> Team | None:
    bare_key = key.removeprefix("team:") if key else None
    if bare_key not in topology_at.topology.teams:
        return None
    return cast(Team, element_by_id(f"team:{bare_key}", topology_at))


@strawberry.type(description="Result of an action on an incident.")
class IncidentPayload:
    incident: Annotated["Incident", strawberry.lazy("api.schema.incident")] | None = strawberry.field(
        description="The incident after the action; null where there are problems."
    )
    problems: list[Problem] = strawberry.field(
        description="Everything that is wrong with the action, including that somebody else acted in "
        "between; empty on success."
    )

    @classmethod
    def of(cls, outcome: IncidentOutcome, topology_at: TopologyAt) -> "IncidentPayload":
        from api.schema.incident import Incident

        report = outcome.incident
        return cls(
            incident=Incident.of(report, topology_at) if report is not None else None,
            problems=Problem.each(outcome.problems),
        )
