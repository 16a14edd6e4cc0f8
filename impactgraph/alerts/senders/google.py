"""Google Cloud Monitoring: incidents of its alerting policies (versions 1.1 and 1.2)."""

from typing import Any

from graph_models.time import Millis
from impactgraph.alerts.documents import (
    Document,
    labels_of,
    optional_moment,
    read,
    require,
    text_of,
    with_prefix,
    word,
)
from impactgraph.alerts.message import AlertMessage, AlertState, MalformedAlertError, SenderReport

_STATES = {
    "open": AlertState.FIRING,
    "acknowledged": AlertState.ACKNOWLEDGED,
    "closed": AlertState.RESOLVED,
}


class _Resource(Document):
    type: str | None = None
    labels: dict[str, Any] | None = None


class _Incident(Document):
    incident_id: str
    state: str
    started_at: Any = None
    ended_at: Any = None
    policy_name: str | None = None
    condition_name: str | None = None
    resource_name: str | None = None
    resource: _Resource | None = None
    metric: _Resource | None = None
    policy_user_labels: dict[str, Any] | None = None
    summary: str | None = None
    severity: str | None = None
    url: str | None = None


class _Delivery(Document):
    incident: _Incident


def read_webhook(text: bytes, received_at: Millis) -> SenderReport:
    incident = read(_Delivery, text).incident
    state = _STATES.get(word(incident.state))
    if state is None:
        raise MalformedAlertError(f"incident.state is {incident.state[:40]!r}: open or closed is expected")
    started_at = optional_moment(incident.started_at, "started_at")
    ended_at = optional_moment(incident.ended_at, "ended_at")
    at = ended_at if state is AlertState.RESOLVED else started_at
    resource, metric = incident.resource or _Resource(), incident.metric or _Resource()
    message = AlertMessage(
        key=require(incident.incident_id, "incident_id"),
        state=state,
        at=received_at if at is None else at,
        name=incident.policy_name or incident.condition_name or "",
        text=" ".join(filter(None, (incident.condition_name, text_of(incident.summary)))),
        started_at=started_at,
        labels=labels_of(
            incident.policy_user_labels,
            resource.labels,
            with_prefix("metric", metric.labels),
            resource=incident.resource_name,
            resource_type=resource.type,
            condition=incident.condition_name,
        ),
        severity=incident.severity or "",
        url=incident.url or "",
    )
    return SenderReport([message])
