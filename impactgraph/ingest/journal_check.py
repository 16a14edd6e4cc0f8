"""Checks of journal events: each raises ValueError with the field, its value and how to correct it."""

from datetime import datetime

from graph_models.journal import ChangeKind, NoticeKind, NoticeLevel, NoticeState
from impactgraph.ingest.event_base import EventHead, moment_millis
from impactgraph.ingest.field_checks import bare_key, check_moment, check_scope, word_of
from impactgraph.ingest.journal_events import (
    ChangeData,
    IncidentData,
    JournalData,
    MaintenanceData,
    NoticeData,
)

NEEDED_FIELDS = {
    "incident.assigned": ("assignee",),
    "incident.noted": ("note",),
    "incident.merged": ("incidents",),
    "incident.split": ("failures",),
    "incident.step_started": ("by", "playbook", "step"),
    "incident.step_done": ("playbook", "step"),
    "incident.step_undone": ("playbook", "step"),
    "maintenance.planned": ("ends_at",),
}
"""By type of event, the optional fields of its data without which it says nothing."""


def check_journal(event: EventHead, data: JournalData) -> None:
    """Also reduces ids to bare keys."""
    for name in NEEDED_FIELDS.get(event.type, ()):
        if not getattr(data, name):
            raise ValueError(f"data.{name} is missing: {event.type} says nothing without it")
    match data:
        case IncidentData():
            _check_incident(data)
        case ChangeData():
            if data.kind is not None:
                data.kind = word_of(ChangeKind, "data.kind", data.kind).value
            _check_times(data.started_at and moment_millis(data.started_at), data.ended_at, "ended_at")
        case MaintenanceData():
            _check_maintenance(event, data)
        case NoticeData():
            data.incident = bare_key("data.incident", data.incident, "incident")
            _check_notice(data)
    if isinstance(data, ChangeData | MaintenanceData) and data.scope is not None:
        check_scope(data.scope)


def _check_notice(data: NoticeData) -> None:
    data.state = word_of(NoticeState, "data.state", data.state).value
    if data.kind is not None:
        data.kind = word_of(NoticeKind, "data.kind", data.kind).value
    if data.level is not None:
        data.level = word_of(NoticeLevel, "data.level", data.level).value


def _check_incident(data: IncidentData) -> None:
    data.incident = bare_key("data.incident", data.incident, "incident")
    data.incidents = data.incidents and [
        bare_key("data.incidents", each, "incident") for each in data.incidents
    ]
    data.failures = data.failures and [bare_key("data.failures", each, "failure") for each in data.failures]
    data.playbook = data.playbook and bare_key("data.playbook", data.playbook, "playbook")


def _check_maintenance(event: EventHead, data: MaintenanceData) -> None:
    start = event.millis if data.starts_at is None else moment_millis(data.starts_at)
    _check_times(start, data.ends_at, "ends_at")


def _check_times(start: int | None, end: datetime | None, name: str) -> None:
    if end is None:
        return
    check_moment(f"data.{name}", end)
    if start is not None and moment_millis(end) < start:
        raise ValueError(f"data.{name}: {end.isoformat()} is before its start: send a later end")
