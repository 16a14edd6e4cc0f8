"""GraphQL documents of actions on incidents."""

from graph_models.journal import IncidentActionKind
from impactgraph.cli.answers.documents import UNRANKED_INCIDENT
from impactgraph.cli.answers.invocations import INCIDENT_OPERATIONS
from impactgraph.cli.encode.values import Json
from impactgraph.usecases.incident_actions import IncidentWork

_COMMON = "note: $note, by: $by, version: $version"
_COMMON_TYPES = "$note: String, $by: String, $version: Int"
_RESULT = f"incident {{ {UNRANKED_INCIDENT} }} problems {{ message file line }}"


def _document(kind: IncidentActionKind, types: str, arguments: str, note: str = "String") -> str:
    common_types = _COMMON_TYPES.replace("$note: String", f"$note: {note}")
    field = INCIDENT_OPERATIONS[kind]
    return f"""mutation ({types}, {common_types}) {{
  done: {field}({arguments}, {_COMMON}) {{ {_RESULT} }} }}"""


def _of_incident(kind: IncidentActionKind, note: str = "String") -> str:
    return _document(kind, "$id: ID!", "id: $id", note=note)


def _of_step(kind: IncidentActionKind) -> str:
    types = "$id: ID!, $step: Int!, $playbook: String"
    return _document(kind, types, "incident: $id, step: $step, playbook: $playbook")


_BY_KIND = {
    IncidentActionKind.ACKNOWLEDGED: _of_incident(IncidentActionKind.ACKNOWLEDGED),
    IncidentActionKind.ASSIGNED: _document(
        IncidentActionKind.ASSIGNED, "$id: ID!, $assignee: String!", "id: $id, assignee: $assignee"
    ),
    IncidentActionKind.NOTED: _of_incident(IncidentActionKind.NOTED, note="String!"),
    IncidentActionKind.MITIGATED: _of_incident(IncidentActionKind.MITIGATED),
    IncidentActionKind.CLOSED: _of_incident(IncidentActionKind.CLOSED),
    IncidentActionKind.REOPENED: _of_incident(IncidentActionKind.REOPENED),
    IncidentActionKind.MERGED: _document(IncidentActionKind.MERGED, "$ids: [ID!]!", "ids: $ids"),
    IncidentActionKind.SPLIT: _document(
        IncidentActionKind.SPLIT, "$id: ID!, $alerts: [ID!]!", "id: $id, alerts: $alerts"
    ),
    IncidentActionKind.STEP_STARTED: _of_step(IncidentActionKind.STEP_STARTED),
    IncidentActionKind.STEP_DONE: _of_step(IncidentActionKind.STEP_DONE),
    IncidentActionKind.STEP_UNDONE: _of_step(IncidentActionKind.STEP_UNDONE),
}
INCIDENT_MUTATIONS = tuple(_BY_KIND.values())


def incident_mutation(work: IncidentWork) -> tuple[str, Json]:
    """The document of an action, and its variables."""
    variables: Json = {"note": work.note, "by": work.by, "version": work.version}
    match work.kind:
        case IncidentActionKind.MERGED:
            variables["ids"] = [work.incident, *work.incidents]
        case IncidentActionKind.SPLIT:
            variables |= {"id": work.incident, "alerts": list(work.failures)}
        case IncidentActionKind.ASSIGNED:
            variables |= {"id": work.incident, "assignee": work.assignee}
        case IncidentActionKind.STEP_STARTED | IncidentActionKind.STEP_DONE | IncidentActionKind.STEP_UNDONE:
            variables |= {"id": work.incident, "step": work.step, "playbook": work.playbook}
        case _:
            variables["id"] = work.incident
    return _BY_KIND[work.kind], variables
