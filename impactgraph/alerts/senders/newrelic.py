"""New Relic: issues of its workflows, and incidents of the webhooks that it had before."""

from typing import Any

import msgspec

from graph_models.time import Millis
from impactgraph.alerts.documents import Document, labels_of, optional_moment, read, require, word
from impactgraph.alerts.message import AlertMessage, AlertState, MalformedAlertError, SenderReport

_STATES = {
    "created": AlertState.FIRING,
    "activated": AlertState.FIRING,
    "open": AlertState.FIRING,
    "acknowledged": AlertState.ACKNOWLEDGED,
    "closed": AlertState.RESOLVED,
}


class _Target(Document):
    name: str | None = None
    labels: dict[str, Any] | None = None


class _Delivery(Document, rename="camel"):
    id: str | None = None
    state: str | None = None
    title: str | None = None
    priority: str | None = None
    issue_url: str | None = None
    impacted_entities: list[str] = msgspec.field(default_factory=list[str])
    alert_condition_names: list[str] = msgspec.field(default_factory=list[str])
    alert_policy_names: list[str] = msgspec.field(default_factory=list[str])
    created_at: Any = None
    updated_at: Any = None
    incident_id: int | None = msgspec.field(default=None, name="incident_id")
    current_state: str | None = msgspec.field(default=None, name="current_state")
    condition_name: str | None = msgspec.field(default=None, name="condition_name")
    policy_name: str | None = msgspec.field(default=None, name="policy_name")
    severity: str | None = None
    details: str | None = None
    timestamp: Any = None
    incident_url: str | None = msgspec.field(default=None, name="incident_url")
    targets: list[_Target] = msgspec.field(default_factory=list[_Target])


def read_webhook(text: bytes, received_at: Millis) -> SenderReport:
    delivery = read(_Delivery, text)
    state_text = delivery.state or delivery.current_state or ""
    state = _STATES.get(word(state_text))
    if state is None:
        raise MalformedAlertError(f"state is {state_text[:40]!r}: CREATED, ACTIVATED or CLOSED is expected")
    key = delivery.id if delivery.id else delivery.incident_id
    created_at = optional_moment(delivery.created_at, "createdAt")
    changed_at = optional_moment(delivery.updated_at or delivery.timestamp, "updatedAt")
    at = (created_at or changed_at) if state is AlertState.FIRING else changed_at
    names = delivery.alert_condition_names or [delivery.condition_name or ""]
    targets = [each.name for each in delivery.targets if each.name]
    message = AlertMessage(
        key=require(key, "id"),
        state=state,
        at=received_at if at is None else at,
        name=names[0] or delivery.title or "",
        text=delivery.title or delivery.details or "",
        started_at=created_at,
        labels=labels_of(
            *(each.labels for each in delivery.targets),
            entity=(delivery.impacted_entities or targets or [""])[0],
            entities=delivery.impacted_entities or targets,
            policy=delivery.alert_policy_names or delivery.policy_name,
            priority=delivery.priority,
        ),
        severity=delivery.priority or delivery.severity or "",
        url=delivery.issue_url or delivery.incident_url or "",
    )
    return SenderReport([message])
