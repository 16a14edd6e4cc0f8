"""The dashboard and the alert rules name metrics and labels that there are; every alert has a runbook."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.services import Services
from impactgraph.ports.condition import StoreCondition
from impactgraph.ports.sources import SourceProgress
from impactgraph.settings import Settings
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.sources import NoSources, SourceState, SourceStatus
from scripts.print_dashboard import TARGET, dashboard
from tests.functional.http.serving import served
from tests.stores.events import DOCUMENTS, at, placed, topology

ROOT = Path(__file__).parents[2]
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
GUIDE = (ROOT / "docs" / "operations.md").read_text()
_METRIC = re.compile(r"\b((?:impactgraph|process)_\w+|up)\b(?:\{([^}]*)\})?")
"""A metric, and what it is selected by."""
_LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_BY = re.compile(r"\bby \(([^)]*)\)")


def expressions() -> Iterator[str]:
    for panel in json.loads(TARGET.read_text())["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    yield from (rule["expr"] for rule in RULES)


@pytest.fixture(scope="module")
def labels() -> dict[str, set[str]]:
    """Label names by the name of a sample, of a server in which everything has occurred."""

    class Sources(NoSources):
        def statuses(self) -> list[SourceStatus]:
            progress = SourceProgress(last_event_at=1)
            return [SourceStatus("shop", "kafka", SourceState.RUNNING, 0, progress)]

    store = EmbeddedStore.in_memory(now=lambda: at(600))
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    store.ingest([placed("O-1")])
    store.condition = lambda: StoreCondition("neo4j", 1, 0, 100)
    app = create_app(store, Settings(), now=lambda: at(600), services=Services(Sources()))
    with served(app) as address, httpx.Client(base_url=address) as client:
        client.post("/events", content=b"", headers={"content-type": "application/x-ndjson"})
        client.post("/graphql", json={"query": "{ failures { totalCount } }"})
        text = client.get("/metrics").text
        while "impactgraph_incidents" not in text:
            text = client.get("/metrics").text
    store.close()
    found: dict[str, set[str]] = {"up": set()}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return {name: names | {"instance", "job"} for name, names in found.items()}


@pytest.mark.parametrize("expression", sorted(expressions()))
def test_an_expression_names_metrics_and_labels_that_there_are(
    expression: str, labels: dict[str, set[str]]
) -> None:
    used = _METRIC.findall(expression)
    grouped = {name.strip() for names in _BY.findall(expression) for name in names.split(",")}

    assert used
    for name, selection in used:
        assert name in labels, f"no metric {name}"
        assert set(_LABEL.findall(selection)) <= labels[name], name
    assert grouped <= set().union(*(labels[name] for name, _ in used))


@pytest.mark.parametrize("expression", sorted(expressions()))
def test_a_counter_is_read_as_a_rate_and_a_bucket_by_its_bound(expression: str) -> None:
    for counter in re.findall(r"\w+_total\b", expression):
        assert re.search(rf"\b(rate|increase)\({counter}", expression)
    if "_bucket" in expression:
        assert "histogram_quantile(" in expression and re.search(r"by \(le\b", expression)
    assert all(expression.count(a) == expression.count(b) for a, b in ("()", "[]", "{}"))


def test_own_metrics_follow_the_conventions_of_prometheus(labels: dict[str, set[str]]) -> None:
    own = [name for name in labels if name.startswith("impactgraph_")]
    units = ("_milliseconds", "_ms", "_minutes", "_hours", "_kilobytes", "_mb", "_percent")

    assert len(own) > 30
    assert [name for name in own if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []
    assert [name for name in own if name.endswith(units)] == []


def test_the_dashboard_is_what_the_script_prints() -> None:
    assert TARGET.read_text() == dashboard(), "print it again: python -m scripts.print_dashboard"


def test_panels_do_not_overlap_and_have_ids_of_their_own() -> None:
    panels = json.loads(TARGET.read_text())["panels"]
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(cells) == len(set(cells)) and max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_waits_has_a_severity_and_its_runbook(rule: dict[str, Any]) -> None:
    page, _, anchor = rule["annotations"]["runbook"].partition("#")

    assert re.fullmatch(r"\d+[mh]", rule["for"])
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert (page, anchor) == ("docs/operations.md", rule["alert"].lower())
    assert re.search(rf"^### {rule['alert']}$", GUIDE, re.MULTILINE)


def test_every_runbook_is_of_an_alert() -> None:
    assert set(re.findall(r"^### (Impactgraph\w+)$", GUIDE, re.MULTILINE)) == {
        rule["alert"] for rule in RULES
    }
