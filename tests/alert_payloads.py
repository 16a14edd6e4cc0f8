"""Documents of alert senders, written after their public references, and how they prove who they are."""

import hmac
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

SECRET = "not-a-secret"


@dataclass(frozen=True)
class Payloads:
    """One alert of a sender: as it begins and ends, and the labels by which a rule finds it."""

    sender: str
    firing: Any
    resolved: Any
    """None where the sender tells no end."""
    key: str
    label: tuple[str, str] = ("service", "oms")
    """By which a rule finds the element."""
    started_at: str = "2026-03-02T12:00:00Z"
    ended_at: str = "2026-03-02T12:05:00Z"


def alertmanager(status: str = "firing", *, service: str = "oms", **more: Any) -> dict[str, Any]:
    """A group with one alert that began at noon; resolved, it ended five minutes later."""
    ended = "2026-03-02T12:05:00Z" if status == "resolved" else "0001-01-01T00:00:00Z"
    alert = {
        "status": status,
        "labels": {"alertname": "OmsDown", "service": service, "severity": "critical"},
        "annotations": {"summary": "OMS does not answer: connection refused"},
        "startsAt": "2026-03-02T12:00:00Z",
        "endsAt": ended,
        "generatorURL": "http://prometheus/graph",
        "fingerprint": f"f-{service}",
    }
    return {
        "version": "4",
        "groupKey": "{}:{}",
        "status": status,
        "receiver": "impactgraph",
        "alerts": [alert],
        "truncatedAlerts": 0,
        "notification_reason": "a field of the next version",
        **more,
    }


def grafana(status: str = "firing") -> dict[str, Any]:
    group = alertmanager(status)
    group["alerts"][0] |= {"values": {"A": 0.12}, "panelURL": "https://grafana/d/1?viewPanel=2"}
    return group | {"version": "1", "orgId": 1, "state": "alerting", "title": "[FIRING:1]"}


def prometheus(ends_at: str = "2026-03-02T12:04:10Z") -> list[dict[str, Any]]:
    alert = alertmanager()["alerts"][0]
    return [{**{name: alert[name] for name in ("labels", "annotations", "startsAt")}, "endsAt": ends_at}]


NOON, LATER = "2026-03-02T12:00:00Z", "2026-03-02T12:05:00Z"
NOON_MS, LATER_MS = 1772452800000, 1772453100000


def pagerduty(event_type: str = "incident.triggered", at: str = NOON) -> dict[str, Any]:
    incident = {
        "id": "PGR0VU2",
        "type": "incident",
        "title": "OMS is down",
        "status": "triggered",
        "urgency": "high",
        "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2",
        "service": {"id": "PF9KMXH", "summary": "oms", "type": "service_reference"},
        "priority": {"id": "PSO75BM", "summary": "P1"},
    }
    return {"event": {"id": "01BZ", "event_type": event_type, "occurred_at": at, "data": incident}}


def pagerduty_event(action: str = "trigger", at: str = NOON) -> dict[str, Any]:
    payload = {"summary": "OMS is down", "source": "probe", "severity": "critical", "timestamp": at}
    return {
        "routing_key": SECRET,
        "event_action": action,
        "dedup_key": "oms-down",
        "payload": payload | {"component": "oms", "custom_details": {"queue": "orders"}},
    }


def datadog(transition: str = "Triggered", at: int = NOON_MS) -> dict[str, Any]:
    return {
        "id": "8c3f",
        "transition": transition,
        "date": str(at),
        "title": "[Triggered] OMS does not answer",
        "monitor": "123",
        "text": "connection refused",
        "tags": "env:prod,service:oms,monitor",
        "priority": "P1",
        "hostname": "$HOSTNAME",
        "link": "https://app.datadoghq.eu/monitors/123",
    }


def opsgenie(action: str = "Create") -> dict[str, Any]:
    alert = {
        "alertId": "052652ac",
        "alias": "oms-down",
        "message": "OMS is down",
        "tags": ["a", "b"],
        "entity": "oms",
        "priority": "P1",
        "createdAt": NOON_MS,
        "updatedAt": LATER_MS * 1_000_000,
        "details": {"service": "oms"},
    }
    return {"action": action, "alert": alert, "source": {"type": "api"}, "integrationName": "Webhook"}


def eventbridge(value: str = "ALARM", at: str = NOON) -> dict[str, Any]:
    detail = {
        "alarmName": "OmsErrors",
        "state": {"value": value, "reason": "Threshold crossed", "timestamp": at.replace("Z", ".000+0000")},
        "previousState": {"value": "OK"},
        "alarmTags": {"service": "oms"},
        "configuration": {"metrics": [{"id": "m1", "metricStat": {"metric": {"name": "5XXError"}}}]},
    }
    return {
        "version": "0",
        "id": "c4c1",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "123456789012",
        "time": at,
        "region": "eu-west-1",
        "resources": ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:OmsErrors"],
        "detail": detail,
    }


def dynatrace(state: str = "OPEN") -> dict[str, Any]:
    return {
        "PID": "-7628",
        "ProblemID": "P-21",
        "State": state,
        "ProblemTitle": "Failure rate increase",
        "ProblemImpact": "SERVICE",
        "ProblemSeverity": "ERROR",
        "ProblemURL": "https://x.live.dynatrace.com/#problems/problemdetails;pid=-7628",
        "Tags": "prod, service:oms",
        "ImpactedEntities": [{"type": "SERVICE", "name": "oms", "entity": "SERVICE-1"}],
        "ProblemDetailsJSON": {"startTime": NOON_MS, "endTime": LATER_MS if state == "RESOLVED" else -1},
    }


def newrelic(state: str = "ACTIVATED") -> dict[str, Any]:
    return {
        "id": "16bd",
        "issueUrl": "https://radar-api.service.newrelic.com/issues/16bd",
        "title": "OMS query result is > 5.0",
        "priority": "CRITICAL",
        "state": state,
        "impactedEntities": ["oms"],
        "totalIncidents": 1,
        "createdAt": NOON_MS,
        "updatedAt": LATER_MS,
        "alertPolicyNames": ["Shop"],
        "alertConditionNames": ["Error rate"],
    }


def splunk() -> dict[str, Any]:
    return {
        "sid": "scheduler__admin__search__RMD5aa_at_1772452800_19",
        "search_name": "OMS errors",
        "app": "search",
        "owner": "admin",
        "results_link": "https://splunk:8000/app/search",
        "result": {"service": "oms", "count": "17", "_raw": "500 Internal Server Error"},
    }


def splunk_observability(status: str = "anomalous", at: int = NOON_MS) -> dict[str, Any]:
    return {
        "incidentId": "D1",
        "status": status,
        "timestamp": at,
        "detector": "OMS",
        "rule": "OMS latency",
        "severity": "Major",
        "dimensions": {"service": "oms"},
        "sf_schema": 2,
    }


def zabbix(value: str = "1") -> dict[str, Any]:
    return {
        "event_id": "4711",
        "value": value,
        "update": "0",
        "name": "OMS is unavailable by ICMP",
        "severity": "5",
        "host": "oms-1",
        "tags": [{"tag": "service", "value": "oms"}, {"tag": "scope", "value": ""}],
        "started_at": str(NOON_MS // 1000),
        "ended_at": str(LATER_MS // 1000) if value == "0" else "{EVENT.RECOVERY.TIMESTAMP}",
    }


def sentry(action: str = "critical") -> dict[str, Any]:
    alert = {
        "id": "4",
        "title": "OMS error rate",
        "date_started": NOON,
        "date_detected": NOON,
        "date_closed": LATER if action == "resolved" else None,
        "projects": ["oms"],
    }
    data = {"metric_alert": alert, "description_text": "1000 events in the last 10 minutes"}
    return {"action": action, "installation": {"uuid": "a"}, "data": data, "actor": {"name": "Sentry"}}


def azure(condition: str = "Fired") -> dict[str, Any]:
    essentials = {
        "alertId": "/subscriptions/1/providers/Microsoft.AlertsManagement/alerts/b9",
        "originAlertId": "rule_oms",
        "alertRule": "OMS 5xx",
        "severity": "Sev1",
        "signalType": "Metric",
        "monitorCondition": condition,
        "alertTargetIDs": ["/subscriptions/1/resourcegroups/shop/providers/microsoft.web/sites/oms"],
        "configurationItems": ["oms"],
        "firedDateTime": NOON,
        "resolvedDateTime": LATER if condition == "Resolved" else None,
    }
    data = {"essentials": essentials, "alertContext": {}, "customProperties": {"service": "oms"}}
    return {"schemaId": "azureMonitorCommonAlertSchema", "data": data}


def google(state: str = "open") -> dict[str, Any]:
    incident = {
        "incident_id": "0.abc",
        "state": state,
        "started_at": NOON_MS // 1000,
        "ended_at": LATER_MS // 1000 if state == "closed" else None,
        "policy_name": "OMS errors",
        "condition_name": "5xx",
        "resource": {"type": "cloud_run_revision", "labels": {"service_name": "oms"}},
        "policy_user_labels": {"service": "oms"},
        "documentation": {"content": "text"},
        "severity": "Critical",
        "summary": "5xx above 1",
    }
    return {"version": "1.2", "incident": incident}


def statuspage(status: str = "investigating") -> dict[str, Any]:
    incident = {
        "id": "lbkhbwn21v5q",
        "name": "Label printing is down",
        "status": status,
        "impact": "critical",
        "created_at": NOON,
        "updated_at": NOON if status == "investigating" else LATER,
        "resolved_at": LATER if status == "resolved" else None,
        "components": [{"id": "c", "name": "oms", "status": "major_outage"}],
        "incident_updates": [{"body": "We are looking into it", "status": status}],
    }
    return {"meta": {}, "page": {"id": "p", "status_indicator": "critical"}, "incident": incident}


def servicenow(state: str = "1") -> dict[str, Any]:
    return {
        "number": "INC0010001",
        "state": state,
        "short_description": "OMS is down",
        "severity": "1 - High",
        "business_service": "oms",
        "opened_at": "2026-03-02 12:00:00",
        "resolved_at": "2026-03-02 12:05:00" if state == "6" else "",
    }


def servicenow_events(severity: str = "1", at: str = "2026-03-02 12:00:00") -> dict[str, Any]:
    record = {
        "source": "SolarWinds",
        "node": "oms-1",
        "resource": "http",
        "type": "Availability",
        "message_key": "oms-http",
        "severity": severity,
        "description": "OMS is down",
        "additional_info": '{"service": "oms"}',
        "time_of_event": at,
    }
    return {"records": [record]}


SERVICE, ENTITY = ("service", "oms"), ("entity", "oms")
PAYLOADS: dict[str, Payloads] = {
    each.sender: each
    for each in (
        Payloads("alertmanager", alertmanager(), alertmanager("resolved"), "f-oms"),
        Payloads("grafana", grafana(), grafana("resolved"), "f-oms"),
        Payloads("pagerduty", pagerduty(), pagerduty("incident.resolved", LATER), "PGR0VU2"),
        Payloads(
            "pagerduty-events",
            pagerduty_event(),
            pagerduty_event("resolve", LATER),
            "oms-down",
            label=("component", "oms"),
        ),
        Payloads("datadog", datadog(), datadog("Recovered", LATER_MS), "8c3f"),
        Payloads("opsgenie", opsgenie(), opsgenie("Close"), "oms-down", label=ENTITY),
        Payloads(
            "eventbridge",
            eventbridge(),
            eventbridge("OK", LATER),
            "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:OmsErrors",
            label=("tags.service", "oms"),
        ),
        Payloads("dynatrace", dynatrace(), dynatrace("RESOLVED"), "-7628"),
        Payloads("newrelic", newrelic(), newrelic("CLOSED"), "16bd", label=ENTITY),
        Payloads("splunk", splunk(), None, "OMS errors", ended_at="2026-03-02T13:00:00Z"),
        Payloads("splunk-observability", splunk_observability(), splunk_observability("ok", LATER_MS), "D1"),
        Payloads("zabbix", zabbix(), zabbix("0"), "4711"),
        Payloads("sentry", sentry(), sentry("resolved"), "metric/4", label=("project", "oms")),
        Payloads("azure", azure(), azure("Resolved"), "rule_oms"),
        Payloads("google", google(), google("closed"), "0.abc"),
        Payloads(
            "statuspage",
            statuspage(),
            statuspage("resolved"),
            "incident/lbkhbwn21v5q",
            label=("component", "oms"),
        ),
        Payloads("servicenow", servicenow(), servicenow("6"), "INC0010001"),
        Payloads(
            "servicenow-events",
            servicenow_events(),
            servicenow_events("0", "2026-03-02 12:05:00"),
            "oms-http",
            label=("additional_info.service", "oms"),
        ),
    )
}


def github(state: str = "in_progress", at: str = NOON) -> dict[str, Any]:
    deployment = {"id": 145, "sha": "a10867b", "ref": "main", "environment": "production", "task": "deploy"}
    return {
        "action": "created",
        "deployment_status": {"state": state, "created_at": at, "target_url": "https://ci/145"},
        "deployment": deployment | {"creator": {"login": "octocat"}},
        "repository": {"name": "oms", "full_name": "shop/oms"},
    }


def argocd(phase: str = "Running") -> dict[str, Any]:
    ends = phase != "Running"
    return {
        "app": "oms",
        "phase": phase,
        "revision": "a10867b",
        "started_at": NOON,
        "finished_at": LATER if ends else "",
    }


def servicenow_change(state: str = "-1") -> dict[str, Any]:
    return {
        "number": "CHG0030001",
        "state": state,
        "type": "normal",
        "short_description": "New version of OMS",
        "cmdb_ci": "oms",
        "work_start": "2026-03-02 12:00:00",
        "work_end": "2026-03-02 12:05:00" if state == "0" else "",
    }


CHANGES: dict[str, tuple[Any, Any, str]] = {
    "github": (github(), github("success", LATER), "145"),
    "argocd": (argocd(), argocd("Succeeded"), "oms/1772452800000"),
    "servicenow-change": (servicenow_change(), servicenow_change("0"), "CHG0030001"),
}
"""By sender: how a change begins, how it ends, and its key."""


def hmac_hex(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, sha256).hexdigest()


def text(document: Any) -> bytes:
    return json.dumps(document).encode()
