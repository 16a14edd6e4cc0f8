"""Sentry: issues, alerts on events, and alerts on metrics, of its integration platform."""

from typing import Any

import msgspec

from graph_models.time import Millis
from impactgraph.alerts.documents import (
    Document,
    labels_of,
    list_of,
    not_ahead,
    optional_moment,
    read,
    require,
    text_of,
    word,
)
from impactgraph.alerts.message import AlertMessage, AlertState, MalformedAlertError, SenderReport

_FIRING = ("created", "unresolved", "triggered", "critical", "warning", "open")
_RESOLVED = ("resolved", "archived", "ignored")


class _Issue(Document, rename="camel"):
    id: str
    title: str = ""
    culprit: str | None = None
    level: str | None = None
    first_seen: str | None = None
    permalink: str | None = None
    project: dict[str, Any] | None = None


class _Event(Document):
    issue_id: str | None = None
    title: str = ""
    culprit: str | None = None
    level: str | None = None
    datetime: str | None = None
    web_url: str | None = None
    tags: list[Any] = msgspec.field(default_factory=list[Any])
    environment: str | None = None


class _MetricAlert(Document):
    id: str
    title: str = ""
    date_started: str | None = None
    date_detected: str | None = None
    date_closed: str | None = None
    projects: list[str] = msgspec.field(default_factory=list[str])


class _Data(Document):
    issue: _Issue | None = None
    event: _Event | None = None
    metric_alert: _MetricAlert | None = None
    description_text: str | None = None
    description_title: str | None = None
    web_url: str | None = None
    triggered_rule: str | None = None


class _Delivery(Document):
    action: str
    data: _Data


def read_webhook(text: bytes, received_at: Millis) -> SenderReport:
    delivery = read(_Delivery, text)
    action = word(delivery.action)
    if action not in (*_FIRING, *_RESOLVED):
        return SenderReport(pass_reasons=[f"the action {delivery.action[:40]} opens and ends nothing"])
    state = AlertState.FIRING if action in _FIRING else AlertState.RESOLVED
    data = delivery.data
    if data.metric_alert is not None:
        return SenderReport([_of_metric(data, data.metric_alert, state, action, received_at)])
    if data.event is not None:
        return SenderReport([_of_event(data, data.event, state, received_at)])
    if data.issue is not None:
        return SenderReport([_of_issue(data.issue, action, received_at)])
    raise MalformedAlertError("data has no issue, event or metric_alert")


def _of_issue(issue: _Issue, action: str, received_at: Millis) -> AlertMessage:
    """One that is unresolved again states no time but that of its first beginning."""
    state = AlertState.FIRING if action in _FIRING else AlertState.RESOLVED
    seen_at = optional_moment(issue.first_seen, "firstSeen") if action == "created" else None
    project = issue.project or {}
    return AlertMessage(
        key=f"issue/{issue.id}",
        state=state,
        at=not_ahead(seen_at, received_at),
        name=issue.title,
        text=issue.culprit or "",
        labels=labels_of(project=project.get("slug") or project.get("name"), level=issue.level),
        severity=issue.level or "",
        url=issue.permalink or "",
        delivery=str(seen_at or ""),
    )


def _of_event(data: _Data, event: _Event, state: AlertState, received_at: Millis) -> AlertMessage:
    at = optional_moment(event.datetime, "event.datetime")
    pairs = [list_of(each) for each in event.tags]
    tags = {text_of(pair[0]): pair[1] for pair in pairs if len(pair) == 2}
    return AlertMessage(
        key=f"issue/{require(event.issue_id, 'event.issue_id')}",
        state=state,
        at=received_at if at is None else at,
        name=event.title,
        text=event.culprit or "",
        labels=labels_of(tags, level=event.level, environment=event.environment, rule=data.triggered_rule),
        severity=event.level or "",
        url=event.web_url or "",
    )


def _of_metric(
    data: _Data, alert: _MetricAlert, state: AlertState, action: str, received_at: Millis
) -> AlertMessage:
    started_at = optional_moment(alert.date_started or alert.date_detected, "date_started")
    closed_at = optional_moment(alert.date_closed, "date_closed")
    at = started_at if state is AlertState.FIRING else closed_at
    return AlertMessage(
        key=f"metric/{alert.id}",
        state=state,
        at=received_at if at is None else at,
        name=alert.title or data.description_title or "",
        text=data.description_text or "",
        started_at=started_at,
        labels=labels_of(project=(alert.projects or [""])[0], projects=alert.projects),
        severity=action if state is AlertState.FIRING else "",
        url=data.web_url or "",
    )
