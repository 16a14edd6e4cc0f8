"""Grafana: webhooks of its alerting, and of the alerting that it had before version 8."""

from typing import Any

import msgspec

from graph_models.time import Millis
from impactgraph.alerts.documents import Document, labels_of, read, require, with_prefix, word
from impactgraph.alerts.message import AlertMessage, AlertState, MalformedAlertError, SenderReport
from impactgraph.alerts.senders.alertmanager import AlertGroup, GroupedAlert, report_of


class _Match(Document):
    metric: str | None = None
    value: Any = None
    tags: dict[str, Any] | None = None


class _Delivery(Document, rename="camel"):
    alerts: list[GroupedAlert] | None = None
    truncated_alerts: int = 0
    rule_id: int | None = None
    rule_name: str = ""
    rule_url: str = ""
    state: str = ""
    title: str = ""
    message: str | None = None
    tags: dict[str, Any] | None = None
    eval_matches: list[_Match] | None = msgspec.field(default=None, name="evalMatches")


_STATES = {
    "alerting": AlertState.FIRING,
    "ok": AlertState.RESOLVED,
    **dict.fromkeys(("nodata", "pending", "unknown"), AlertState.NO_DATA),
}


def read_webhook(text: bytes, received_at: Millis) -> SenderReport:
    delivery = read(_Delivery, text)
    if delivery.alerts is not None:
        group = AlertGroup(alerts=delivery.alerts, truncated_alerts=delivery.truncated_alerts)
        return report_of(group, received_at)
    key = require(delivery.rule_id, "alerts or ruleId")
    if word(delivery.state) == "paused":
        return SenderReport(pass_reasons=[f"the rule {delivery.rule_name} is paused"])
    state = _STATES.get(word(delivery.state))
    if state is None:
        raise MalformedAlertError(f"state is {delivery.state[:40]!r}: alerting, ok or no_data is expected")
    matches = delivery.eval_matches or []
    labels = labels_of(
        delivery.tags,
        *(each.tags for each in matches),
        *(with_prefix("values", {each.metric or "value": each.value}) for each in matches),
    )
    return SenderReport(
        [
            AlertMessage(
                key=key,
                state=state,
                at=received_at,
                name=delivery.rule_name or delivery.title,
                text=delivery.message or delivery.title,
                labels=labels,
                severity=labels.get("severity", ""),
                url=delivery.rule_url,
            )
        ]
    )
