"""Prometheus Alertmanager: its webhook (version 4), and what Prometheus sends to its API (version 2)."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from typing import Any

import msgspec

from graph_models.time import MINUTE, Millis
from impactgraph.alerts.documents import Document, labels_of, optional_moment, read, text_of, with_prefix
from impactgraph.alerts.message import AlertMessage, AlertState, MalformedAlertError, SenderReport

RENEWAL = 5 * MINUTE
"""Prometheus sends an alert again each minute with a later end: ends are rounded up to this, so that not each
of them is news.
"""


class GroupedAlert(Document, rename="camel"):
    """One alert of a group; those of Grafana have `values` and more addresses."""

    labels: dict[str, Any]
    status: str = "firing"
    annotations: dict[str, Any] | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    generator_url: str = msgspec.field(default="", name="generatorURL")
    fingerprint: str = ""
    values: dict[str, Any] | None = None
    panel_url: str = msgspec.field(default="", name="panelURL")
    dashboard_url: str = msgspec.field(default="", name="dashboardURL")


class AlertGroup(Document, rename="camel"):
    alerts: list[GroupedAlert]
    truncated_alerts: int = 0
    group_key: str = ""


def read_webhook(text: bytes, received_at: Millis) -> SenderReport:
    """The alerts of a group, each with its own state. One that is no longer in the group has not ended."""
    return report_of(read(AlertGroup, text), received_at)


def report_of(group: AlertGroup, received_at: Millis) -> SenderReport:
    messages = [replace(_message(alert, received_at), is_present=True) for alert in group.alerts]
    return SenderReport(messages, withheld=max(0, group.truncated_alerts))


def read_api(text: bytes, received_at: Millis) -> SenderReport:
    """Alerts as Prometheus posts them: those whose end is ahead fire until then, if no news comes."""
    return SenderReport(list(_of_api(read(list[GroupedAlert], text), received_at)))


def _of_api(alerts: list[GroupedAlert], received_at: Millis) -> Iterator[AlertMessage]:
    for alert in alerts:
        ends_at = optional_moment(alert.ends_at, "endsAt")
        alert.status = "firing" if ends_at is None or ends_at > received_at else "resolved"
        message = _message(alert, received_at)
        if message.state is AlertState.FIRING and ends_at is not None:
            message = replace(message, ended_at=-(-ends_at // RENEWAL) * RENEWAL)
        yield message


def _message(alert: GroupedAlert, received_at: Millis) -> AlertMessage:
    labels = labels_of(
        alert.labels, with_prefix("annotations", alert.annotations), with_prefix("values", alert.values)
    )
    if not alert.labels:
        raise MalformedAlertError("alerts[].labels is empty: the labels identify the alert")
    started_at = optional_moment(alert.starts_at, "startsAt")
    state = _STATES.get(alert.status.casefold())
    if state is None:
        raise MalformedAlertError(f"alerts[].status is {alert.status[:40]!r}: firing or resolved is expected")
    if state is AlertState.FIRING and labels.get("alertname") in _OF_GRAFANA_ITSELF:
        state = AlertState.NO_DATA
    ended_at = optional_moment(alert.ends_at, "endsAt") if state is AlertState.RESOLVED else None
    at = ended_at if state is AlertState.RESOLVED else started_at
    return AlertMessage(
        key=alert.fingerprint or _fingerprint(alert.labels),
        state=state,
        at=received_at if at is None else at,
        name=labels.get("alertname", ""),
        text=_text(labels),
        started_at=started_at,
        ended_at=ended_at,
        labels=labels,
        severity=labels.get("severity", ""),
        url=alert.panel_url or alert.dashboard_url or alert.generator_url,
    )


_STATES = {"firing": AlertState.FIRING, "resolved": AlertState.RESOLVED}
_OF_GRAFANA_ITSELF = ("DatasourceNoData", "DatasourceError")
"""Alerts about a query that has no result or fails: they have the labels of the rule that asks it."""


def _text(labels: dict[str, str]) -> str:
    """The annotations that say what is wrong."""
    names = ("annotations.summary", "annotations.description", "annotations.message")
    return " ".join(dict.fromkeys(labels[name] for name in names if name in labels))


def _fingerprint(labels: dict[str, Any]) -> str:
    """Of the labels, where the sender has none: older versions, and Prometheus itself."""
    text = "\0".join(f"{name}\0{text_of(value)}" for name, value in sorted(labels.items()))
    return blake2b(text.encode(errors="replace"), digest_size=8).hexdigest()
