"""PagerDuty: its webhooks (version 3), and events that others send to PagerDuty (Events API, version 2)."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from graph_models.time import Millis
from impactgraph.alerts.documents import (
    Document,
    labels_of,
    moment_of,
    not_ahead,
    object_of,
    optional_moment,
    read,
    require,
    with_prefix,
    word,
)
from impactgraph.alerts.message import AlertMessage, AlertState, MalformedAlertError, SenderReport

_STATES = {
    "incident.triggered": AlertState.FIRING,
    "incident.reopened": AlertState.FIRING,
    "incident.acknowledged": AlertState.ACKNOWLEDGED,
    "incident.resolved": AlertState.RESOLVED,
}


class _Reference(Document):
    id: str | None = None
    summary: str | None = None


class _Incident(Document):
    id: str | None = None
    title: str | None = None
    html_url: str | None = None
    incident_key: str | None = None
    urgency: str | None = None
    service: _Reference | None = None
    priority: _Reference | None = None


class _Event(Document):
    event_type: str
    data: _Incident
    occurred_at: str | None = None


class _Webhook(Document):
    event: _Event


def read_webhook(text: bytes, received_at: Millis) -> SenderReport:
    event = read(_Webhook, text).event
    state = _STATES.get(event.event_type)
    if state is None:
        return SenderReport(pass_reasons=[f"{event.event_type} opens and ends nothing"])
    incident = event.data
    service = incident.service or _Reference()
    priority = (incident.priority or _Reference()).summary
    message = AlertMessage(
        key=require(incident.id, "event.data.id"),
        state=state,
        at=moment_of(event.occurred_at, "event.occurred_at"),
        name=incident.title or incident.incident_key or "",
        labels=labels_of(
            service=service.summary,
            service_id=service.id,
            incident_key=incident.incident_key,
            urgency=incident.urgency,
            priority=priority,
        ),
        severity=priority or incident.urgency or "",
        url=incident.html_url or "",
    )
    return SenderReport([message])


class _Trigger(Document):
    event_action: str
    dedup_key: str | None = None
    payload: dict[str, Any] | None = None
    client_url: str | None = None


_ACTIONS = {
    "trigger": AlertState.FIRING,
    "acknowledge": AlertState.ACKNOWLEDGED,
    "resolve": AlertState.RESOLVED,
}


def read_event(text: bytes, received_at: Millis) -> SenderReport:
    """An event as it is sent to PagerDuty. Without a time it happened when it was received."""
    event = read(_Trigger, text)
    state = _ACTIONS.get(word(event.event_action))
    if state is None:
        raise MalformedAlertError(
            f"event_action is {event.event_action[:40]!r}: trigger, acknowledge or resolve is expected"
        )
    if state is AlertState.RESOLVED:
        require(event.dedup_key, "dedup_key")
    payload = event.payload or {}
    fields = {name: payload.get(name) for name in ("source", "component", "group", "class", "severity")}
    labels = labels_of(fields, with_prefix("details", object_of(payload.get("custom_details"))))
    stated_at = optional_moment(payload.get("timestamp"), "payload.timestamp")
    summary = payload.get("summary")
    message = AlertMessage(
        key=event.dedup_key or _digest(text),
        state=state,
        at=not_ahead(stated_at, received_at),
        name=summary[:500] if isinstance(summary, str) else "",
        labels=labels,
        severity=labels.get("severity", ""),
        url=event.client_url or "",
        delivery=str(stated_at or ""),
    )
    return SenderReport([message])


def receipt(text: bytes) -> Mapping[str, str]:
    """The answer that clients of the Events API expect."""
    try:
        key = read(_Trigger, text).dedup_key or _digest(text)
    except MalformedAlertError:
        key = _digest(text)
    return {"status": "success", "message": "Event processed", "dedup_key": key}


def _digest(text: bytes) -> str:
    """Key of an event that has none: the same event is the same alert."""
    return blake2b(text, digest_size=16).hexdigest()
