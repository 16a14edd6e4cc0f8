from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.time import HOUR, MINUTE
from impactgraph.bootstrap import open_store
from impactgraph.ports.store import Store
from impactgraph.usecases.apply_topology import apply_documents
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.failure_events import Data, send
from impactgraph.usecases.incident_checklist import checklist
from impactgraph.usecases.incidents import get_incident
from impactgraph.usecases.report_failure import report_failure
from impactgraph.usecases.snapshot import snapshot
from impactgraph.usecases.step_savings import ProposedStep

NOW = 1_773_000_000_000
SHOP = """
systems: {oms: {}, broker: {}, wms: {}, erp: {}}
integrations:
  to-wms: {from: oms, to: wms, transport: queue, via: [broker]}
workflows:
  ship:
    steps:
      plan: {runs_on: oms, takes: 1m, then: [{step: pick, via: to-wms}]}
      pick: {runs_on: wms, takes: 10m}
playbooks:
  broker-down:
    for: {elements: [system:broker], classes: [outage]}
    steps:
      - {text: Restart, effect: {kind: end}}
      - {text: Restart the ERP, effect: {kind: end, target: system:erp}}
      - {text: Work off faster, effect: {kind: drain}}
      - {text: Another way, effect: {kind: alternative}}
      - {text: Tell everybody}
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(str(tmp_path / "store"), now=lambda: NOW)
    apply_documents(store, {"shop.yaml": SHOP}, NOW - 48 * HOUR)
    for number in range(12):
        _order(store, f"O-{number}")
    failure = Failure("F-1", "system:broker", FailureClass.OUTAGE, NOW - 30 * MINUTE)
    report_failure(store, failure, NOW)
    yield store
    store.close()


def _order(store: Store, key: str) -> None:
    at = NOW - 20 * MINUTE
    parts = [{"fulfillment": f"{key}/1", "workflow": "ship"}]
    placed: Data = {"order": key, "channel": "web", "mode": "ship", "currency": "EUR", "value": "10"}
    send(store, "order.placed", {**placed, "fulfillments": parts}, event_id=f"p{key}", at=at)
    entered: Data = {"order": key, "fulfillment": f"{key}/1", "step": "plan"}
    send(store, "fulfillment.entered", entered, event_id=f"e{key}", at=at)


def steps(store: Store) -> tuple[ProposedStep, ...]:
    with snapshot(store, None, NOW) as s:
        return checklist(s, answer_question, get_incident(s, answer_question, "F-1"))


def test_the_end_of_the_failed_element_saves_what_it_would_still_do(store: Store) -> None:
    end = steps(store)[0]

    assert end.saves is not None and end.saves_in_an_hour is not None
    assert end.saves.orders.expected >= end.saves_in_an_hour.orders.expected >= 0
    assert end.saves.stuck.expected > end.saves_in_an_hour.stuck.expected


def test_what_cannot_be_computed_has_a_reason_and_no_figure(store: Store) -> None:
    _, *others = steps(store)

    assert [each.saves for each in others] == [None] * 4
    assert [each.reason for each in others] == [
        "No failure of system erp lasts.",
        "The topology does not say how long the backlog takes then.",
        "The topology does not name the alternative: give the effect a `target`.",
        "The topology does not say what the step changes.",
    ]


def test_to_end_the_cause_also_ends_the_alerts_that_it_explains(store: Store) -> None:
    before = steps(store)[0]
    alert = {"sender": "alertmanager", "source": "prod", "key": "a1"}
    data = {"failure": "F-2", "target": "integration:to-wms", "class": "outage", "alert": alert}
    send(store, "failure.reported", data, event_id="f2", at=NOW - 29 * MINUTE)
    after = steps(store)[0]

    assert after.saves is not None and before.saves is not None
    assert after.saves.stuck.expected == pytest.approx(before.saves.stuck.expected, rel=0.2)
