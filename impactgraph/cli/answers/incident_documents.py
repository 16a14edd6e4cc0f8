"""GraphQL documents of actions on incidents."""

from graph_models.journal import IncidentActionKind
from impactgraph.cli.answers.documents import UNRANKED_INCIDENT
from impactgraph.cli.encode.values import Json
from impactgraph.usecases.incident_actions import IncidentWork

_COMMON = "note: $note, by: $by, version: $version"
_COMMON_TYPES = "$note: String, $by: String, $version: Int"
_RESULT = f"incident {{ {UNRANKED_INCIDENT} }} problems {{ message file line }}"


def _document(field: str, types: str, arguments: str, note: str = "String") -> str:
    common_types = _COMMON_TYPES.replace("$note: String", f"$note: {note}")
    return f"""mutation ({types}, {common_types}) {{
  done: {field}({arguments}, {_COMMON}) {{ {_RESULT} }} }}"""


_BY_KIND = {
    IncidentActionKind.ACKNOWLEDGED: _document("acknowledgeIncident", "$id: ID!", "id: $id"),
    IncidentActionKind.ASSIGNED: _document(
        "assignIncident", "$id: ID!, $assignee: String!", "id: $id, assignee: $assignee"
    ),
    IncidentActionKind.NOTED: _document("noteIncident", "$id: ID!", "id: $id", note="String!"),
    IncidentActionKind.MITIGATED: _document("mitigateIncident", "$id: ID!", "id: $id"),
    IncidentActionKind.CLOSED: _document("closeIncident", "$id: ID!", "id: $id"),
    IncidentActionKind.REOPENED: _document("reopenIncident", "$id: ID!", "id: $id"),
    IncidentActionKind.MERGED: _document("mergeIncidents", "$ids: [ID!]!", "ids: $ids"),
    IncidentActionKind.SPLIT: _document(
        "splitIncident", "$id: ID!, $alerts: [ID!]!", "id: $id, alerts: $alerts"
    ),
    IncidentActionKind.STEP_STARTED: _document(
        "startStep",
        "$id: ID!, $step: Int!, $playbook: String",
        "incident: $id, step: $step, playbook: $playbook",
    ),
    IncidentActionKind.STEP_DONE: _document(
        "doStep",
        "$id: ID!, $step: Int!, $playbook: String",
        "incident: $id, step: $step, playbook: $playbook",
    ),
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
        case IncidentActionKind.STEP_STARTED | IncidentActionKind.STEP_DONE:
            variables |= {"id": work.incident, "step": work.step, "playbook": work.playbook}
        case _:
            variables["id"] = work.incident
    return _BY_KIND[work.kind], variables
