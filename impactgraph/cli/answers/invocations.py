"""Audit entries of changes that commands make: operations are called as in GraphQL.

Notes, summaries and scopes are left out, which may say something about a person: the record has them.
"""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeAlias

from graph_models.failure import Failure
from graph_models.journal import IncidentActionKind
from graph_models.time import Millis, moment
from impactgraph.usecases.incident_actions import IncidentWork
from impactgraph.usecases.update_failure import FailureChange

CommandInvocation: TypeAlias = tuple[str, Mapping[str, Any]]
"""Operation, arguments."""
INCIDENT_OPERATIONS: Mapping[IncidentActionKind, str] = {
    IncidentActionKind.ACKNOWLEDGED: "acknowledgeIncident",
    IncidentActionKind.ASSIGNED: "assignIncident",
    IncidentActionKind.NOTED: "noteIncident",
    IncidentActionKind.MITIGATED: "mitigateIncident",
    IncidentActionKind.CLOSED: "closeIncident",
    IncidentActionKind.REOPENED: "reopenIncident",
    IncidentActionKind.MERGED: "mergeIncidents",
    IncidentActionKind.SPLIT: "splitIncident",
    IncidentActionKind.STEP_STARTED: "startStep",
    IncidentActionKind.STEP_DONE: "doStep",
    IncidentActionKind.STEP_UNDONE: "undoStep",
}
"""The mutation of GraphQL that does each action."""


def report_invocation(failure: Failure) -> CommandInvocation:
    started_at = moment(failure.started_at).isoformat()
    kind = failure.failure_class.value
    return "reportFailure", {
        "id": failure.key,
        "target": failure.target,
        "class": kind,
        "startedAt": started_at,
        "scopedBy": sorted(failure.scope.as_dict()),
    }


def update_invocation(failure: str, change: FailureChange) -> CommandInvocation:
    names = [each.name for each in fields(change) if getattr(change, each.name) is not None]
    return "updateFailure", {"id": failure, "fields": names}


def resolve_invocation(failure: str, ended_at: Millis | None) -> CommandInvocation:
    end = {} if ended_at is None else {"endedAt": moment(ended_at).isoformat()}
    return "resolveFailure", {"id": failure, **end}


def incident_invocation(work: IncidentWork) -> CommandInvocation:
    details = {name: getattr(work, name) for name in ("by", "assignee", "incidents", "failures", "step")}
    arguments = {name: value for name, value in details.items() if value}
    return INCIDENT_OPERATIONS[work.kind], {"id": work.incident, **arguments}


def apply_invocation(path: Path) -> CommandInvocation:
    return "applyTopologyFiles", {"path": str(path)}
