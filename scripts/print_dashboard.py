"""Prints the dashboard for Grafana: `python -m scripts.print_dashboard` writes it."""

import json
from pathlib import Path

TARGET = Path(__file__).parents[1] / "deploy" / "grafana" / "impactgraph.json"
HEIGHT, WIDTH, COLUMNS = 8, 8, 24
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
P95 = 'histogram_quantile(0.95, sum by (le{by}) (rate({metric}_bucket{{instance=~"$instance"}}[$__rate_interval])))'
HERE = '{instance=~"$instance"}'

# Section, then its panels: title, unit, and expressions with the text of their legends.
SECTIONS: dict[str, list[tuple[str, str, dict[str, str]]]] = {
    "Situation": [
        (
            "Incidents by state",
            "short",
            {'max by (state) (impactgraph_incidents{state!~"closed|quiet"})': "{{state}}"},
        ),
        (
            "Affected orders",
            "short",
            {
                "max(impactgraph_orders_affected)": "affected",
                "max(impactgraph_orders_in_flight)": "in flight",
            },
        ),
        ("Promises at risk", "short", {"max(impactgraph_promises_at_risk)": "promises"}),
        ("Active failures", "short", {"max(impactgraph_failures_active)": "failures"}),
        ("Notices", "short", {'max by (state) (impactgraph_notices{state!="sent"})': "{{state}}"}),
        ("Age of these figures", "s", {"time() - max(impactgraph_situation_timestamp_seconds)": "age"}),
    ],
    "Ingest": [
        (
            "Events",
            "ops",
            {"sum by (result) (rate(impactgraph_events_total[$__rate_interval]))": "{{result}}"},
        ),
        ("Commits", "ops", {"sum(rate(impactgraph_commits_total[$__rate_interval]))": "commits"}),
        (
            "Time until events are durable, p95",
            "s",
            {P95.format(by="", metric="impactgraph_ingest_seconds"): "p95"},
        ),
        ("Age of the latest event", "s", {"time() - max(impactgraph_latest_event_timestamp_seconds)": "age"}),
        ("Lag of sources", "s", {"min by (source) (impactgraph_source_lag_seconds)": "{{source}}"}),
        ("Sources that are read", "short", {"max by (source) (impactgraph_source_up)": "{{source}}"}),
        (
            "Events of sources",
            "ops",
            {"sum by (source) (rate(impactgraph_source_taken_total[$__rate_interval]))": "{{source}}"},
        ),
        ("Quarantine", "short", {"max(impactgraph_quarantine_size)": "events"}),
        ("Lag of the log", "s", {f"impactgraph_log_lag_seconds{HERE}": "{{instance}}"}),
    ],
    "Requests": [
        (
            "Requests by status",
            "reqps",
            {f"sum by (status) (rate(impactgraph_requests_total{HERE}[$__rate_interval]))": "{{status}}"},
        ),
        (
            "Time to answer by route, p95",
            "s",
            {P95.format(by=", route", metric="impactgraph_request_seconds"): "{{route}}"},
        ),
        (
            "Operations of GraphQL, p95",
            "s",
            {
                P95.format(
                    by=", kind, field", metric="impactgraph_graphql_operation_seconds"
                ): "{{kind}} {{field}}"
            },
        ),
        (
            "Threads",
            "short",
            {
                f"impactgraph_workers_busy{HERE}": "busy {{instance}}",
                f"impactgraph_workers_waiting{HERE}": "waiting {{instance}}",
            },
        ),
        (
            "Requests and deliveries in progress",
            "short",
            {
                f"impactgraph_requests_under_way{HERE}": "requests {{instance}}",
                f"impactgraph_grouping_waiting{HERE}": "deliveries {{instance}}",
            },
        ),
        (
            "Subscriptions",
            "short",
            {
                f"sum by (topic) (impactgraph_subscribers{HERE})": "{{topic}}",
                f"sum by (topic) (impactgraph_topics{HERE})": "questions: {{topic}}",
            },
        ),
        ("Updates sent", "ops", {f"sum(rate(impactgraph_updates_total{HERE}[$__rate_interval]))": "updates"}),
        ("Kept lists", "bytes", {f"impactgraph_kept_lists_bytes{HERE}": "{{instance}}"}),
    ],
    "Processes": [
        (
            "Memory",
            "bytes",
            {
                f"process_resident_memory_bytes{HERE} * on (instance) group_left () impactgraph_build_info": "{{instance}}"
            },
        ),
        (
            "Processor",
            "percentunit",
            {
                f"rate(process_cpu_seconds_total{HERE}[$__rate_interval]) * on (instance) group_left () impactgraph_build_info": "{{instance}}"
            },
        ),
        ("Store", "bytes", {f"impactgraph_store_size_bytes{HERE}": "{{instance}}"}),
        (
            "Serving, store readable",
            "short",
            {
                f"impactgraph_serving{HERE}": "serving {{instance}}",
                f"impactgraph_store_up{HERE}": "store {{instance}}",
            },
        ),
        (
            "Versions",
            "short",
            {"count by (version, store) (impactgraph_build_info)": "{{version}} {{store}}"},
        ),
        ("Orders in memory", "short", {f"impactgraph_orders{HERE}": "{{instance}}"}),
    ],
}


def dashboard() -> str:
    """The document, as Grafana imports it."""
    panels: list[dict[str, object]] = []
    y = 0
    for section, entries in SECTIONS.items():
        panels.append({"type": "row", "title": section, "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1}})
        y += 1
        for number, (title, unit, queries) in enumerate(entries):
            x = number * WIDTH % COLUMNS
            panels.append(_panel(title, unit, queries, {"x": x, "y": y, "w": WIDTH, "h": HEIGHT}))
            y += HEIGHT if x + WIDTH == COLUMNS or number == len(entries) - 1 else 0
    for number, panel in enumerate(panels, 1):
        panel["id"] = number
    document = {
        "title": "impactgraph",
        "uid": "impactgraph",
        "schemaVersion": 39,
        "tags": ["impactgraph"],
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "30s",
        "templating": {"list": [_datasource(), _instance()]},
        "panels": panels,
    }
    return json.dumps(document, indent=2) + "\n"


def _panel(title: str, unit: str, queries: dict[str, str], place: dict[str, int]) -> dict[str, object]:
    targets = [
        {"refId": chr(65 + number), "expr": expression, "legendFormat": legend, "datasource": DATASOURCE}
        for number, (expression, legend) in enumerate(queries.items())
    ]
    return {
        "type": "timeseries",
        "title": title,
        "datasource": DATASOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": targets,
    }


def _datasource() -> dict[str, object]:
    return {"type": "datasource", "name": "datasource", "query": "prometheus", "label": "Prometheus"}


def _instance() -> dict[str, object]:
    query = "label_values(impactgraph_build_info, instance)"
    return {
        "type": "query",
        "name": "instance",
        "label": "Process",
        "datasource": DATASOURCE,
        "query": {"query": query, "refId": "instance"},
        "definition": query,
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
        "refresh": 2,
    }


if __name__ == "__main__":
    TARGET.write_text(dashboard())
