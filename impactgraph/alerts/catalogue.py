"""The senders: how each is read, how it signs, and where it sends without a source in the address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from graph_models.time import Millis
from impactgraph.alerts.message import SenderReport
from impactgraph.alerts.senders import (
    alertmanager,
    azure,
    cloudwatch,
    datadog,
    deployments,
    dynatrace,
    google,
    grafana,
    newrelic,
    opsgenie,
    pagerduty,
    sentry,
    servicenow,
    splunk,
    statuspage,
    zabbix,
)

Reader: TypeAlias = Callable[[bytes, Millis], SenderReport]
"""Reads one delivery, with the time of its receipt. Raises MalformedAlertError."""


def plain_receipt(_: bytes) -> Mapping[str, str]:
    return {"status": "stored"}


@dataclass(frozen=True, slots=True)
class HmacSignature:
    """An HMAC-SHA256 of the raw body by a secret."""

    header: str
    prefix: str = ""
    encoding: str = "hex"


@dataclass(frozen=True, slots=True)
class Sender:
    """A kind of system that raises alerts, or reports changes."""

    name: str
    """In addresses, in files of sources and of rules, and in the keys of failures."""
    title: str
    read: Reader
    signature: HmacSignature | None = None
    is_sns: bool = False
    """Whether its deliveries are signed by a certificate of Amazon SNS."""
    body_secret: str = ""
    """Field of its documents that has the secret."""
    receipt: Callable[[bytes], Mapping[str, str]] = plain_receipt
    """The answer to a delivery that is durable."""

    @property
    def signs(self) -> bool:
        """Whether its deliveries prove by themselves who sent them."""
        return self.is_sns or self.signature is not None or bool(self.body_secret)


SENDERS: Mapping[str, Sender] = {
    each.name: each
    for each in (
        Sender("alertmanager", "Prometheus Alertmanager", alertmanager.read_webhook),
        Sender("prometheus", "Prometheus", alertmanager.read_api),
        Sender(
            "grafana",
            "Grafana",
            grafana.read_webhook,
            HmacSignature("X-Grafana-Alerting-Signature"),
        ),
        Sender(
            "pagerduty",
            "PagerDuty",
            pagerduty.read_webhook,
            HmacSignature("X-PagerDuty-Signature", prefix="v1="),
        ),
        Sender(
            "pagerduty-events",
            "PagerDuty Events",
            pagerduty.read_event,
            body_secret="routing_key",
            receipt=pagerduty.receipt,
        ),
        Sender("datadog", "Datadog", datadog.read_webhook),
        Sender("opsgenie", "Opsgenie", opsgenie.read_webhook),
        Sender("cloudwatch", "Amazon CloudWatch over SNS", cloudwatch.read_sns, is_sns=True),
        Sender("eventbridge", "Amazon CloudWatch over EventBridge", cloudwatch.read_eventbridge),
        Sender("dynatrace", "Dynatrace", dynatrace.read_webhook),
        Sender("newrelic", "New Relic", newrelic.read_webhook),
        Sender("splunk", "Splunk", splunk.read_webhook),
        Sender(
            "splunk-observability",
            "Splunk Observability",
            splunk.read_observability,
            HmacSignature("X-SFX-Signature", encoding="base64"),
        ),
        Sender("zabbix", "Zabbix", zabbix.read_webhook),
        Sender("sentry", "Sentry", sentry.read_webhook, HmacSignature("Sentry-Hook-Signature")),
        Sender("azure", "Azure Monitor", azure.read_webhook),
        Sender("google", "Google Cloud Monitoring", google.read_webhook),
        Sender("statuspage", "Statuspage", statuspage.read_webhook),
        Sender("servicenow", "ServiceNow incidents", servicenow.read_incident),
        Sender("servicenow-events", "ServiceNow events", servicenow.read_events),
        Sender("servicenow-change", "ServiceNow changes", servicenow.read_change),
        Sender(
            "github",
            "GitHub deployments",
            deployments.read_github,
            HmacSignature("X-Hub-Signature-256", prefix="sha256="),
        ),
        Sender("argocd", "Argo CD", deployments.read_argocd),
    )
}
