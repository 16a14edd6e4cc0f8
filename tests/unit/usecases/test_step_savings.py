"""What alternatives, moves and holds save, over a small shop with orders that a failure stops."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.incident_life import ChecklistStep
from graph_models.playbooks import StepEffect, StepEffectKind
from graph_models.scope import Scope
from graph_models.time import HOUR, MINUTE
from impactgraph.bootstrap import open_store
from impactgraph.ports.store import Store
from impactgraph.usecases.apply_topology import apply_documents
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.failure_events import Data, send
from impactgraph.usecases.incidents import get_incident
from impactgraph.usecases.report_failure import report_failure
from impactgraph.usecases.snapshot import snapshot
from impactgraph.usecases.step_savings import ProposedStep, StepSavings

NOW = 1_773_000_000_000
ORDERS = 12
SHOP = """
systems: {oms: {}, wms: {}, dc: {}, erp: {}, psp: {}, psp-b: {needs: [net-b]}, net-b: {}}
integrations:
  pay: {from: oms, to: psp, transport: sync}
  nightly: {from: oms, to: psp-b, transport: batch, every: 1h}
  to-erp: {from: wms, to: erp, transport: queue, carries: [invoice, goods_issue]}
  to-wms: {from: oms, to: wms, transport: queue}
workflows:
  ship:
    steps:
      plan: {runs_on: oms, takes: 1m, then: [{step: pick, via: to-wms}]}
      pick:
        runs_on: wms
        needs: [psp]
        takes: 30m
        emits: {postings: [{type: goods_issue, via: to-erp}, {type: invoice, via: to-erp, due: 1h}]}
  from-dc:
    steps:
      allocate: {runs_on: dc, takes: 10m, then: [{step: pack}]}
      pack: {runs_on: dc, takes: 20m}
  slow:
    steps:
      wait: {runs_on: dc, takes: 20h}
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(str(tmp_path_factory.mktemp("savings") / "store"), now=lambda: NOW)
    apply_documents(store, {"shop.yaml": SHOP}, NOW - 48 * HOUR)
    for number in range(ORDERS):
        _order(store, f"O-{number}")
    failure = Failure("F-1", "system:psp", FailureClass.OUTAGE, NOW - 30 * MINUTE)
    report_failure(store, replace(failure, expected_end=NOW + 4 * HOUR), NOW)
    double = Failure("F-2", "integration:to-erp", FailureClass.DUPLICATE, NOW - 29 * MINUTE)
    report_failure(store, replace(double, expected_end=NOW + 4 * HOUR), NOW)
    yield store
    store.close()


@pytest.fixture
def quick_end(tmp_path: Path) -> Iterator[Store]:
    """The failure ends in time for all promises."""
    store = open_store(str(tmp_path / "store"), now=lambda: NOW)
    apply_documents(store, {"shop.yaml": SHOP}, NOW - 48 * HOUR)
    _order(store, "O-1")
    failure = Failure("F-1", "system:psp", FailureClass.OUTAGE, NOW - 30 * MINUTE)
    report_failure(store, replace(failure, expected_end=NOW + 10 * MINUTE), NOW)
    yield store
    store.close()


def _order(store: Store, key: str) -> None:
    at = NOW - 20 * MINUTE
    parts = [{"fulfillment": f"{key}/1", "workflow": "ship", "location": "l1"}]
    placed: Data = {"order": key, "channel": "web", "mode": "ship", "currency": "EUR", "value": "10"}
    placed |= {"promised_by": "2026-03-08T22:00:00Z", "fulfillments": parts}
    send(store, "order.placed", placed, event_id=f"p{key}", at=at)
    for step, minute in (("plan", 0), ("pick", 2)):
        entered: Data = {"order": key, "fulfillment": f"{key}/1", "step": step}
        send(store, "fulfillment.entered", entered, event_id=f"{step}{key}", at=at + minute * MINUTE)


def saving(store: Store, effect: StepEffect, incident: str = "F-1") -> ProposedStep:
    step = ChecklistStep(1, "any", 1, "Do it", None, None, effect)
    with snapshot(store, None, NOW) as s:
        report = get_incident(s, answer_question, incident)
        return StepSavings(s, answer_question, report.question, report.likely_cause).of(step)


def alternative(target: str | None) -> StepEffect:
    return StepEffect(StepEffectKind.ALTERNATIVE, target)


def move(target: str | None, source: str | None = "step:ship/pick") -> StepEffect:
    return StepEffect(StepEffectKind.MOVE, target, source=source)


def hold(target: str | None, *records: str) -> StepEffect:
    return StepEffect(StepEffectKind.HOLD, target, records=records)


def test_an_alternative_saves_what_the_end_of_the_failure_would(store: Store) -> None:
    ended = saving(store, StepEffect(StepEffectKind.END))
    other = saving(store, alternative("system:psp-b"))

    assert other.saves == ended.saves
    assert other.saves_in_an_hour == ended.saves_in_an_hour
    assert other.saves is not None and other.saves.promises_missed.expected > 0
    assert other.assumes == (
        "System psp-b takes all that goes to system psp, and what waits there, as fast as system psp does.",
    )


def test_moved_orders_are_no_longer_stuck(store: Store) -> None:
    moved = saving(store, move("workflow:from-dc"))

    assert moved.saves is not None and moved.saves_in_an_hour is not None
    assert moved.saves.orders.expected == pytest.approx(ORDERS)
    assert moved.saves.promises_missed.expected >= moved.saves_in_an_hour.promises_missed.expected
    assert "12 affected orders of step pick of ship" in moved.assumes[0]


def test_a_move_to_a_way_that_is_too_slow_costs_promises(quick_end: Store) -> None:
    moved = saving(quick_end, move("step:slow/wait"))

    assert moved.saves is not None
    assert moved.saves.promises_missed.expected < 0
    assert moved.saves.promises_missed.low <= moved.saves.promises_missed.expected


def test_held_records_do_not_come_twice_but_late(store: Store) -> None:
    held = saving(store, hold("integration:to-erp"), "F-2")
    invoices = saving(store, hold("system:erp", "invoice"), "F-2")

    assert held.saves is not None and invoices.saves is not None
    assert held.saves.postings.expected > invoices.saves.postings.expected > 0
    assert held.delays is not None and held.delays.expected > 0
    assert held.saves.orders.expected == 0


@pytest.mark.parametrize(
    ("effect", "reason"),
    [
        (alternative(None), "The topology does not name the alternative: give the effect a `target`."),
        (alternative("system:psp"), "System psp is what failed: it is no alternative to itself."),
        (
            alternative("step:ship/pick"),
            "Step pick of ship is itself affected by F-1: what it saves is not known.",
        ),
        (
            alternative("integration:nightly"),
            "Integration nightly has runs: how long its orders wait for them is not forecast.",
        ),
        (
            move("step:slow/wait", None),
            "The topology does not say which orders are moved: give the effect `from`.",
        ),
        (move(None), "The topology does not say where orders are moved to: `target` is no step."),
        (
            move("step:slow/wait", "step:from-dc/pack"),
            "The failures affect no order that is in step pack of from-dc now.",
        ),
        (hold("system:dc"), "The topology has no records that system dc carries."),
        (
            hold("integration:to-erp", "refund"),
            "The topology has no records refund that integration to-erp carries.",
        ),
    ],
)
def test_what_cannot_be_forecast_says_why(store: Store, effect: StepEffect, reason: str) -> None:
    step = saving(store, effect)

    assert (step.saves, step.saves_in_an_hour, step.reason) == (None, None, reason)


def test_a_hold_where_orders_go_too_is_not_forecast(tmp_path: Path) -> None:
    shared = SHOP.replace("via: to-erp, due: 1h", "via: to-wms, due: 1h")
    store = open_store(str(tmp_path / "store"), now=lambda: NOW)
    apply_documents(store, {"shop.yaml": shared}, NOW - 48 * HOUR)
    report_failure(store, Failure("F-1", "system:psp", FailureClass.OUTAGE, NOW - 30 * MINUTE), NOW)

    assert saving(store, hold("integration:to-wms")).reason.startswith(
        "Integration to-wms also hands orders over"
    )
    store.close()


def test_at_which_locations_moved_orders_go_on_is_not_known(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"), now=lambda: NOW)
    apply_documents(store, {"shop.yaml": f"{SHOP}locations: {{l1: {{kind: store}}}}\n"}, NOW - 48 * HOUR)
    scope = Scope.of(locations=["l1"])
    for number, target in enumerate(("system:psp", "system:dc")):
        failure = Failure(f"F-{number}", target, FailureClass.OUTAGE, NOW - 30 * MINUTE, scope=scope)
        report_failure(store, failure, NOW)
    _order(store, "O-1")
    step = saving(store, move("workflow:from-dc"), "F-0")

    assert step.reason == (
        "The failures affect workflow from-dc at some locations: at which ones orders would go on is not "
        "known."
    )
    store.close()
