"""`impactgraph alerts`: what would become of a document, rules, and alerts that wait for one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from impactgraph.cli.app import run
from impactgraph.ports.sources import SourceBatch
from impactgraph.sources.alert_documents import alert_translator
from impactgraph.sources.config import AlertsSource, Secret
from impactgraph.sources.documents import Document
from impactgraph.stores.embedded import EmbeddedStore
from tests.alert_payloads import alertmanager, text
from tests.stores.events import DOCUMENTS, TOPOLOGY, at, topology

RULES = """
rules:
  - match: {name: OmsDown}
    element: system:oms
"""
SOURCES = """
sources:
  prod: {kind: alerts, sender: alertmanager, rules: alerts.yaml, check: token, secrets: [{env: SECRET}]}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMPACTGRAPH_NOW", "2026-03-02T13:00:00Z")
    monkeypatch.setenv("COLUMNS", "160")
    files = {
        "topology.yaml": TOPOLOGY,
        "alerts.yaml": RULES,
        "sources.yaml": SOURCES,
        "payload.json": json.dumps(alertmanager()),
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    yield tmp_path


@pytest.fixture
def output(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: str) -> tuple[int, str, str]:
        status = run(arguments)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


TRY = ("alerts", "try", "payload.json", "--sender", "alertmanager", "--topology", "topology.yaml")


def test_a_trial_says_what_would_become_of_an_alert_and_why(folder: Path, output: Any) -> None:
    status, out, _ = output(*TRY, "--rules", "alerts.yaml")

    assert status == 0
    assert "It would be a failure of system:oms, outage: the rule in alerts.yaml:3 names system:oms" in out


def test_a_trial_without_a_rule_suggests_one(folder: Path, output: Any) -> None:
    status, out, _ = output(*TRY, "--format", "json")

    (alert,) = json.loads(out)["alerts"]
    (suggestion,) = alert["suggestions"]
    assert (status, alert["quarantined"]) == (1, "no rule matches the alert 'OmsDown'")
    assert (suggestion["element"], suggestion["because"]) == (
        "system:oms",
        "the label service=oms is its name",
    )
    (folder / "alerts.yaml").write_text("rules:\n" + suggestion["rule"])
    assert output(*TRY, "--rules", "alerts.yaml")[0] == 0


def test_a_trial_names_an_element_that_the_topology_lacks(folder: Path, output: Any) -> None:
    (folder / "alerts.yaml").write_text(RULES.replace("system:oms", "system:omx"))
    status, out, _ = output(*TRY, "--rules", "alerts.yaml")

    assert status == 1
    assert "the topology has no system:omx. Did you mean system:oms?" in out


def test_a_trial_of_a_malformed_document_says_what_is_wrong(folder: Path, output: Any) -> None:
    (folder / "payload.json").write_text("{")
    status, _, error = output(*TRY)

    assert (status, "it would be quarantined: not JSON" in error) == (1, True)


def test_a_trial_of_an_unknown_sender_names_near_ones(folder: Path, output: Any) -> None:
    status, _, error = output("alerts", "try", "payload.json", "--sender", "alertmanagr")

    assert (status, "Did you mean 'alertmanager'?" in error) == (2, True)


def test_rules_are_checked_with_the_topology(folder: Path, output: Any) -> None:
    check = ("alerts", "rules", "check", "alerts.yaml", "--topology", "topology.yaml")
    right = output(*check)
    (folder / "alerts.yaml").write_text(RULES.replace("system:oms", "system:omx"))
    wrong = output(*check)

    assert right[:2] == (0, "alerts.yaml is valid: 1 rule.\n")
    assert wrong[0] == 2
    assert "alerts.yaml:3: error: `element`: the topology has no system:omx" in wrong[2]


def test_alerts_that_wait_are_listed_with_suggestions_and_replayed(folder: Path, output: Any) -> None:
    source = AlertsSource("prod", "alertmanager", (Secret(env="SECRET"),), check="token")
    place = "POST /webhooks/alertmanager/prod"
    translation = alert_translator(source)([Document(text(alertmanager()), place, received_at=at(1))])
    with_store = ("--store", str(folder / "store"))
    store = EmbeddedStore.open(folder / "store", now=lambda: at(60))
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    store.ingest_source(SourceBatch("prod", refused=translation.refused), [])
    store.close()

    status, out, _ = output("alerts", "waiting", "--format", "json", *with_store)
    table = output("alerts", "waiting", *with_store)[1]
    replayed = output("alerts", "replay", "--sources", "sources.yaml", *with_store)
    after = output("alerts", "waiting", *with_store)

    (waiting,) = json.loads(out)
    assert (status, waiting["source"], waiting["sender"]) == (1, "prod", "alertmanager")
    assert waiting["alert"]["suggestions"][0]["element"] == "system:oms"
    assert "- match: {sender: alertmanager, labels: {service: oms}}" in table
    assert replayed[:2] == (0, "1 accepted, 0 duplicates, 0 still quarantined.\n")
    assert after[:2] == (0, "No alerts wait for a rule.\n")
