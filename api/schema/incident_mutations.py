"""Mutations that record the work on incidents: nothing is carried out by them."""

from dataclasses import replace
from typing import Annotated, Any

import strawberry

from api.schema.element import Info
from api.schema.incident_work import IncidentPayload, MaintenancePayload
from api.schema.inputs import ScopeInput, scope_of
from api.schema.scalars import Moment
from graph_models.journal import IncidentActionKind, Maintenance
from impactgraph.usecases.incident_actions import IncidentWork
from impactgraph.usecases.plan_maintenance import cancel_maintenance, plan_maintenance
from impactgraph.usecases.validation import element_id

IncidentId = Annotated[
    strawberry.ID,
    strawberry.argument(description="Full id or bare key of the incident, or of one of its failures."),
]
NoteText = Annotated[str | None, strawberry.argument(description="A note, which is kept with the action.")]
By = Annotated[
    str | None,
    strawberry.argument(
        description="Who acts. For an authenticated request, the name of its principal is recorded instead."
    ),
]
Version = Annotated[
    int | None,
    strawberry.argument(
        description="`Incident.version` as it was seen: refused where somebody has acted since."
    ),
]
StepNumber = Annotated[
    int,
    strawberry.argument(description="Its number in the checklist or, with `playbook`, in that playbook."),
]
PlaybookKey = Annotated[
    str | None,
    strawberry.argument(description="Key of the playbook; null: `step` is its number in the checklist."),
]


@strawberry.input(description="Planned maintenance.")
class MaintenanceInput:
    elements: list[strawberry.ID] = strawberry.field(description="Full ids; empty: every element.")
    ends_at: Moment = strawberry.field(description="When it ends.")
    starts_at: Moment | None = strawberry.field(default=None, description="When it begins; null: now.")
    key: str | None = strawberry.field(
        default=None, description="Its key: a plan of the same key is replaced; null: a new one."
    )
    scope: ScopeInput | None = strawberry.field(
        default=None, description="Its scope, such as a location; null: not limited."
    )
    note: str | None = strawberry.field(default=None, description="What it is for.")


@strawberry.type
class IncidentMutations:
    @strawberry.mutation(description="Records that somebody looks after an incident.")
    async def acknowledge_incident(
        self, info: Info, id: IncidentId, note: NoteText = None, by: By = None, version: Version = None
    ) -> IncidentPayload:
        return await _done(info, IncidentActionKind.ACKNOWLEDGED, id, by, version, note=note or "")

    @strawberry.mutation(description="Assigns an incident to a team or a person.")
    async def assign_incident(
        self,
        info: Info,
        id: IncidentId,
        assignee: Annotated[
            str, strawberry.argument(description="Id or key of a team, or the name of a person.")
        ],
        note: NoteText = None,
        by: By = None,
        version: Version = None,
    ) -> IncidentPayload:
        texts = {"assignee": assignee, "note": note or ""}
        return await _done(info, IncidentActionKind.ASSIGNED, id, by, version, **texts)

    @strawberry.mutation(description="Adds a note to an incident.")
    async def note_incident(
        self,
        info: Info,
        id: IncidentId,
        note: Annotated[str, strawberry.argument(description="The note.")],
        by: By = None,
        version: Version = None,
    ) -> IncidentPayload:
        return await _done(info, IncidentActionKind.NOTED, id, by, version, note=note)

    @strawberry.mutation(description="Records that the harm of an incident is contained.")
    async def mitigate_incident(
        self, info: Info, id: IncidentId, note: NoteText = None, by: By = None, version: Version = None
    ) -> IncidentPayload:
        return await _done(info, IncidentActionKind.MITIGATED, id, by, version, note=note or "")

    @strawberry.mutation(description="Closes an incident; a failure that begins later opens it again.")
    async def close_incident(
        self, info: Info, id: IncidentId, note: NoteText = None, by: By = None, version: Version = None
    ) -> IncidentPayload:
        return await _done(info, IncidentActionKind.CLOSED, id, by, version, note=note or "")

    @strawberry.mutation(
        description="Opens an incident again. One whose failures have ended stays open until it is closed by "
        "hand."
    )
    async def reopen_incident(
        self, info: Info, id: IncidentId, note: NoteText = None, by: By = None, version: Version = None
    ) -> IncidentPayload:
        return await _done(info, IncidentActionKind.REOPENED, id, by, version, note=note or "")

    @strawberry.mutation(description="Merges incidents, whatever the correlation suggests.")
    async def merge_incidents(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description="Two or more incidents; `version` is of the first."),
        ],
        note: NoteText = None,
        by: By = None,
        version: Version = None,
    ) -> IncidentPayload:
        first, others = ids[0] if ids else "", tuple(ids[1:])
        return await _done(
            info, IncidentActionKind.MERGED, first, by, version, note=note or "", incidents=others
        )

    @strawberry.mutation(description="Splits failures off an incident; they become an incident of their own.")
    async def split_incident(
        self,
        info: Info,
        id: IncidentId,
        alerts: Annotated[
            list[strawberry.ID],
            strawberry.argument(description="Ids of the failures and alerts that do not belong to it."),
        ],
        note: NoteText = None,
        by: By = None,
        version: Version = None,
    ) -> IncidentPayload:
        failures = tuple(alerts)
        return await _done(
            info, IncidentActionKind.SPLIT, id, by, version, note=note or "", failures=failures
        )

    @strawberry.mutation(
        description="Records that a person starts a step of the checklist, with the approval that it needs. "
        "Where its playbook names an automation, a request is sent there, once."
    )
    async def start_step(
        self,
        info: Info,
        incident: IncidentId,
        step: StepNumber,
        note: NoteText = None,
        playbook: PlaybookKey = None,
        by: By = None,
        version: Version = None,
    ) -> IncidentPayload:
        details = _of_step(step, playbook, note)
        return await _done(info, IncidentActionKind.STEP_STARTED, incident, by, version, **details)

    @strawberry.mutation(description="Records that a step of the checklist was done.")
    async def do_step(
        self,
        info: Info,
        incident: IncidentId,
        step: StepNumber,
        note: NoteText = None,
        playbook: PlaybookKey = None,
        by: By = None,
        version: Version = None,
    ) -> IncidentPayload:
        details = _of_step(step, playbook, note)
        return await _done(info, IncidentActionKind.STEP_DONE, incident, by, version, **details)

    @strawberry.mutation(
        description="Takes back that a step of the checklist was done: it was recorded by mistake."
    )
    async def undo_step(
        self,
        info: Info,
        incident: IncidentId,
        step: StepNumber,
        note: NoteText = None,
        playbook: PlaybookKey = None,
        by: By = None,
        version: Version = None,
    ) -> IncidentPayload:
        details = _of_step(step, playbook, note)
        return await _done(info, IncidentActionKind.STEP_UNDONE, incident, by, version, **details)

    @strawberry.mutation(
        description="Plans maintenance: failures of its elements are expected and quiet while it lasts."
    )
    async def plan_maintenance(
        self,
        info: Info,
        input: Annotated[MaintenanceInput, strawberry.argument(description="The plan.")],
        by: By = None,
    ) -> MaintenancePayload:
        plan = Maintenance(
            key=input.key or "",
            starts_at=info.context.now if input.starts_at is None else input.starts_at,
            ends_at=input.ends_at,
            elements=tuple(element_id(each) for each in input.elements),
            scope=scope_of(input.scope),
            note=input.note or "",
            by=info.context.actor or by or "",
        )
        return MaintenancePayload.of(await info.context.change(plan_maintenance, plan, info.context.now))

    @strawberry.mutation(
        description="Cancels planned maintenance: failures of its elements are no longer expected. "
        "`maintenance` of the payload is the plan as it was."
    )
    async def cancel_maintenance(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="Key of the plan.")],
        note: NoteText = None,
        by: By = None,
    ) -> MaintenancePayload:
        who = info.context.actor or by or ""
        return MaintenancePayload.of(
            await info.context.change(cancel_maintenance, key, who, note or "", info.context.now)
        )


def _of_step(step: int, playbook: str | None, note: str | None) -> dict[str, Any]:
    return {"note": note or "", "step": step, "playbook": playbook or ""}


async def _done(
    info: Info, kind: IncidentActionKind, id: str, by: str | None, version: int | None, **details: Any
) -> IncidentPayload:
    actor = info.context.actor or by or ""
    work = replace(IncidentWork(kind, id, by=actor, version=version), **details)
    outcome = await info.context.work_on_incident(work)
    return IncidentPayload.of(outcome, await info.context.topology_at())
