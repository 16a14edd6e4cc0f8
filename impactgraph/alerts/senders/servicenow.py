"""ServiceNow: incidents and changes by the templates of docs/alerts.md, and events sent to it by others."""

from collections.abc import Iterator
from typing import Any

import msgspec

from graph_models.time import Millis
from impactgraph.alerts.documents import (
    Document,
    labels_of,
    object_of,
    optional_moment,
    read,
    require,
    with_prefix,
    word,
)
from impactgraph.alerts.message import (
    AlertMessage,
    AlertState,
    ChangeMessage,
    MalformedAlertError,
    SenderReport,
    with_renewal,
)

_STATES = {
    **dict.fromkeys(("1", "new", "open", "reopen", "flapping", "2", "inprogress"), AlertState.FIRING),
    **dict.fromkeys(("3", "onhold"), AlertState.ACKNOWLEDGED),
    **dict.fromkeys(("6", "resolved", "7", "closed", "8", "canceled"), AlertState.RESOLVED),
}


class _Record(Document):
    number: str
    state: str
    short_description: str = ""
    description: str | None = None
    severity: str = ""
    priority: str = ""
    cmdb_ci: str | None = None
    business_service: str | None = None
    category: str | None = None
    opened_at: str | None = None
    resolved_at: str | None = None
    updated_at: str | None = None
    url: str | None = None


def read_incident(text: bytes, received_at: Millis) -> SenderReport:
    record = read(_Record, text)
    state = _STATES.get(word(record.state))
    if state is None:
        raise MalformedAlertError(f"state is {record.state[:40]!r}: New, In Progress or Resolved is expected")
    opened_at = optional_moment(record.opened_at, "opened_at")
    updated_at = optional_moment(record.updated_at, "updated_at")
    ended_at = optional_moment(record.resolved_at, "resolved_at")
    at = (updated_at or opened_at) if state is AlertState.FIRING else (ended_at or updated_at)
    message = AlertMessage(
        key=require(record.number, "number"),
        state=state,
        at=received_at if at is None else at,
        name=record.short_description,
        text=record.description or "",
        started_at=opened_at,
        labels=labels_of(
            cmdb_ci=record.cmdb_ci,
            service=record.business_service,
            category=record.category,
            priority=record.priority,
        ),
        severity=(record.severity or record.priority)[:1],
        url=record.url or "",
    )
    return SenderReport(with_renewal(message))


class _Event(Document):
    severity: str = ""
    source: str = ""
    event_class: str | None = None
    node: str = ""
    resource: str = ""
    metric_name: str = ""
    type: str = ""
    message_key: str | None = None
    description: str | None = None
    additional_info: Any = None
    time_of_event: str | None = None
    resolution_state: str | None = None


class _Events(Document):
    records: list[_Event]


def read_events(text: bytes, received_at: Millis) -> SenderReport:
    """Events as they are sent to the event collector; severity 0 or `Closing` ends an alert."""
    return SenderReport(list(_messages(read(_Events, text).records, received_at)))


def _messages(records: list[_Event], received_at: Millis) -> Iterator[AlertMessage]:
    for event in records:
        parts = (event.source, event.node, event.type, event.resource, event.metric_name)
        is_end = event.severity[:1] in ("0", "5") or word(event.resolution_state) == "closing"
        at = optional_moment(event.time_of_event, "time_of_event")
        yield AlertMessage(
            key=require(event.message_key or "/".join(filter(None, parts)), "message_key"),
            state=AlertState.RESOLVED if is_end else AlertState.FIRING,
            at=received_at if at is None else at,
            name=event.metric_name or event.type or event.description or "",
            text=event.description or "",
            labels=labels_of(
                with_prefix("additional_info", _additional(event.additional_info)),
                source=event.source,
                node=event.node,
                resource=event.resource,
                type=event.type,
                metric_name=event.metric_name,
                event_class=event.event_class,
            ),
            severity=event.severity[:1],
        )


def _additional(value: Any) -> dict[str, Any]:
    """An object, which is sent as text."""
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return {}
    return object_of(value)


_STARTED = ("-1", "implement")
_ENDED = ("0", "review", "3", "closed", "4", "canceled")


class _Change(Document):
    number: str
    state: str
    type: str | None = None
    category: str | None = None
    short_description: str = ""
    cmdb_ci: str | None = None
    business_service: str | None = None
    work_start: str | None = None
    work_end: str | None = None
    updated_at: str | None = None
    by: str | None = None
    url: str | None = None


def read_change(text: bytes, received_at: Millis) -> SenderReport:
    """A change is begun when it is implemented, and over when it is reviewed."""
    change = read(_Change, text)
    state = change.state.strip().casefold()
    if state not in (*_STARTED, *_ENDED):
        return SenderReport(pass_reasons=[f"a change in state {change.state[:40]} has not begun"])
    is_end = state in _ENDED
    at = optional_moment(
        (change.work_end if is_end else change.work_start) or change.updated_at, "updated_at"
    )
    message = ChangeMessage(
        key=require(change.number, "number"),
        is_end=is_end,
        at=received_at if at is None else at,
        kind="other",
        name=change.short_description,
        labels=labels_of(
            cmdb_ci=change.cmdb_ci,
            service=change.business_service,
            category=change.category,
            type=change.type,
        ),
        url=change.url or "",
        by=change.by or "",
    )
    return SenderReport([message])
