"""Statuspage: incidents and components of the status pages of carriers, payment and cloud providers."""

import msgspec

from graph_models.time import Millis
from impactgraph.alerts.documents import Document, labels_of, optional_moment, read, require, word
from impactgraph.alerts.message import (
    AlertMessage,
    AlertState,
    MalformedAlertError,
    SenderReport,
    with_renewal,
)

_INCIDENT = {
    "investigating": AlertState.FIRING,
    "identified": AlertState.FIRING,
    "monitoring": AlertState.FIRING,
    "resolved": AlertState.RESOLVED,
    "postmortem": AlertState.RESOLVED,
}
_COMPONENT = {
    "operational": AlertState.RESOLVED,
    "degradedperformance": AlertState.FIRING,
    "partialoutage": AlertState.FIRING,
    "majoroutage": AlertState.FIRING,
}
_IMPACTS = {"critical": "critical", "major": "error", "minor": "warning", "none": "info"}


class _Page(Document):
    id: str | None = None
    status_description: str | None = None


class _Component(Document):
    id: str = ""
    name: str = ""
    status: str = ""


class _Update(Document):
    body: str | None = None


class _Incident(Document):
    id: str
    name: str
    status: str
    impact: str | None = None
    created_at: str | None = None
    started_at: str | None = None
    updated_at: str | None = None
    resolved_at: str | None = None
    shortlink: str | None = None
    components: list[_Component] = msgspec.field(default_factory=list[_Component])
    incident_updates: list[_Update] = msgspec.field(default_factory=list[_Update])


class _ComponentUpdate(Document):
    new_status: str
    created_at: str | None = None
    component_id: str | None = None


class _Delivery(Document):
    page: _Page | None = None
    incident: _Incident | None = None
    component_update: _ComponentUpdate | None = None
    component: _Component | None = None


def read_webhook(text: bytes, received_at: Millis) -> SenderReport:
    """Planned maintenance is passed over."""
    delivery = read(_Delivery, text)
    page = delivery.page or _Page()
    if delivery.incident is not None:
        return _of_incident(delivery.incident, page, received_at)
    if delivery.component_update is not None:
        return _of_component(delivery.component_update, delivery.component or _Component(), page, received_at)
    raise MalformedAlertError("it has neither incident nor component_update")


def _of_incident(incident: _Incident, page: _Page, received_at: Millis) -> SenderReport:
    state = _INCIDENT.get(word(incident.status))
    if state is None:
        return SenderReport(pass_reasons=[f"{incident.status[:40]}: planned maintenance is no alert"])
    started_at = optional_moment(incident.started_at or incident.created_at, "created_at")
    ended_at = incident.resolved_at if state is AlertState.RESOLVED else None
    changed_at = optional_moment(ended_at or incident.updated_at, "updated_at")
    names = [each.name for each in incident.components if each.name]
    updates = [each.body for each in incident.incident_updates if each.body]
    message = AlertMessage(
        key=f"incident/{incident.id}",
        state=state,
        at=received_at if changed_at is None else changed_at,
        name=incident.name,
        text=updates[0] if updates else "",
        started_at=started_at,
        labels=labels_of(
            component=(names or [""])[0], components=names, impact=incident.impact, page=page.id
        ),
        severity=_IMPACTS.get(word(incident.impact), ""),
        url=incident.shortlink or "",
    )
    return SenderReport(with_renewal(message))


def _of_component(
    update: _ComponentUpdate, component: _Component, page: _Page, received_at: Millis
) -> SenderReport:
    state = _COMPONENT.get(word(update.new_status))
    if state is None:
        return SenderReport(pass_reasons=[f"{update.new_status[:40]}: planned maintenance is no alert"])
    at = optional_moment(update.created_at, "component_update.created_at")
    message = AlertMessage(
        key=f"component/{require(component.id or update.component_id, 'component.id')}",
        state=state,
        at=received_at if at is None else at,
        name=component.name,
        text=update.new_status.replace("_", " "),
        labels=labels_of(component=component.name, status=update.new_status, page=page.id),
        severity="critical" if word(update.new_status) == "majoroutage" else "",
    )
    return SenderReport([message])
