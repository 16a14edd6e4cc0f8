from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.incident_life import IncidentState, RankWeights
from graph_models.incidents import Alert
from graph_models.journal import IncidentActionKind
from graph_models.time import HOUR, MINUTE
from impactgraph.bootstrap import open_store
from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.ports.store import Store
from impactgraph.usecases.apply_topology import apply_documents
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.failure_events import iso, send
from impactgraph.usecases.incident_actions import IncidentWork, work_on_incident
from impactgraph.usecases.incidents import (
    IncidentReport,
    IncidentsQuestion,
    LikelyCause,
    find_incident,
    list_incidents,
)
from impactgraph.usecases.report_failure import report_failure
from impactgraph.usecases.snapshot import snapshot
from tests.stores.events import at, entered, event, of, placed, reported

NOW = 1_773_000_000_000
SHOP = """
systems: {shop: {}, oms: {}, broker: {name: Broker, owner: middleware}, wms: {}, erp: {}}
integrations:
  to-wms: {from: oms, to: wms, transport: queue, via: [broker]}
  to-erp: {from: oms, to: erp, transport: queue, via: [broker]}
teams: {middleware: {name: Middleware}}
workflows:
  ship:
    steps:
      plan: {runs_on: oms, then: [{step: pick, via: to-wms}]}
      pick: {runs_on: wms, emits: {postings: [{type: issue, via: to-erp}]}}
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(str(tmp_path / "store"), now=lambda: NOW)
    try:
        apply_documents(store, {"shop.yaml": SHOP}, NOW - 48 * HOUR)
        yield store
    finally:
        store.close()


def asked(store: Store, **fields: object) -> tuple[IncidentReport, ...]:
    with snapshot(store, None, NOW) as s:
        return list_incidents(s, answer_question, IncidentsQuestion(**fields))  # type: ignore[arg-type]


def alert(key: str, element: str, minutes_ago: int) -> Alert:
    return Alert(key, element, NOW - minutes_ago * MINUTE)


def fail(store: Store, key: str, target: str, *, minutes_ago: int, ended: bool = False) -> None:
    started_at = NOW - minutes_ago * MINUTE
    ended_at = NOW - minutes_ago * MINUTE // 2 if ended else None
    failure = Failure(key, target, FailureClass.OUTAGE, started_at, ended_at=ended_at)
    assert not report_failure(store, failure, NOW).problems


def test_without_failures_and_alerts_there_is_no_incident(store: Store) -> None:
    assert asked(store) == ()


def test_what_waits_for_a_replay_is_listed_however_long_ago_its_failure_ended(store: Store) -> None:
    ten_days_ago = -5_000
    failed = {"target": "integration:to-wms", "class": "schema_mismatch"}
    store.ingest(
        [
            placed("O-1", ten_days_ago, workflow="ship", location=None),
            entered("plan", ten_days_ago),
            reported("F-1", ten_days_ago + 10, **failed),
            event("failure.resolved", ten_days_ago + 200, failure="F-1"),
            reported("F-2", ten_days_ago + 1_000, target="system:shop"),
            event("failure.resolved", ten_days_ago + 1_100, failure="F-2"),
        ]
    )

    (report,) = asked(store)

    assert (report.key, report.life.state) == ("F-1", IncidentState.RESOLVED)
    assert report.residual is not None and report.residual.need_action == 1


@pytest.mark.parametrize("hours_ago", [3, 30])
def test_an_incident_closes_when_the_last_record_that_it_lost_has_come(store: Store, hours_ago: int) -> None:
    """An outage whose queue should have delivered after it, and did not: only the audit knows."""
    since = (NOW - at(0)) // MINUTE - hours_ago * 60
    store.ingest(
        [
            placed("O-1", since, workflow="ship", location=None),
            entered("plan", since),
            entered("pick", since + 10),
            of("fulfillment.completed", since + 20),
            reported("F-1", since + 15, target="integration:to-erp", **{"class": "outage"}),
            event("failure.resolved", since + 60, failure="F-1"),
        ]
    )

    (report,) = asked(store)

    assert (report.life.state, report.is_quiet) == (IncidentState.RESOLVED, False)
    assert report.residual is not None and report.residual.records == 1
    assert report.reason == "1 record to repair"

    store.ingest([of("posting.recorded", since + 100, type="issue")])
    assert asked(store) == ()
    (closed,) = asked(store, active=None)
    assert closed.life.state is IncidentState.CLOSED


def test_a_record_that_was_missing_before_a_failure_began_does_not_hold_its_incident_open(
    store: Store,
) -> None:
    since = (NOW - at(0)) // MINUTE - 600
    store.ingest(
        [
            placed("O-1", since, workflow="ship", location=None),
            entered("plan", since),
            entered("pick", since + 10),
            of("fulfillment.completed", since + 20),
            reported("F-1", since + 300, target="integration:to-erp", **{"class": "outage"}),
            event("failure.resolved", since + 360, failure="F-1"),
        ]
    )

    assert asked(store) == ()


def test_a_failure_of_an_element_that_the_topology_lost_is_listed_and_not_quiet(store: Store) -> None:
    fail(store, "F-1", "system:shop", minutes_ago=60)
    fail(store, "F-2", "system:broker", minutes_ago=30)
    apply_documents(store, {"shop.yaml": SHOP.replace("shop: {}, ", "")}, NOW - MINUTE)

    reports = asked(store)

    assert [(each.key, each.is_quiet) for each in reports] == [("F-1", False), ("F-2", True)]
    assert "the topology has no system:shop any more" in reports[0].reason
    work = IncidentWork(IncidentActionKind.MERGED, "F-2", incidents=("F-1",))
    assert work_on_incident(store, answer_question, work, NOW).problems == ()
    (merged,) = asked(store)
    assert merged.members == ("F-1", "F-2") and merged.likely_cause


def test_alerts_join_the_failure_that_explains_them(store: Store) -> None:
    fail(store, "F-1", "system:broker", minutes_ago=30)

    (report,) = asked(
        store, alerts=(alert("a", "integration:to-wms", 29), alert("b", "integration:to-erp", 28))
    )

    assert [each.key for each in report.failures] == ["F-1"]
    assert [each.key for each in report.alerts] == ["a", "b"]
    assert report.likely_cause[0].element == "system:broker"
    assert set(report.likely_cause[0].explains) == {"F-1", "a", "b"}
    assert report.team == "middleware"
    assert report.headline.startswith("An outage of Broker is the likeliest cause")
    assert report.question is not None and report.question.failures == ("F-1",)


def test_alerts_alone_suppose_their_likeliest_cause(store: Store) -> None:
    (report,) = asked(
        store,
        alerts=(
            alert("a", "system:broker", 30),
            alert("b", "integration:to-wms", 29),
            alert("c", "integration:to-erp", 28),
        ),
    )

    assert report.question is not None
    assert [each.target for each in report.question.suppose] == ["system:broker"]
    assert [path.hops[-1].target for path in report.likely_cause[0].path] == [
        "integration:to-erp",
        "integration:to-wms",
    ]


def test_what_affects_no_order_is_quiet(store: Store) -> None:
    fail(store, "F-1", "system:erp", minutes_ago=30)

    (report,) = asked(store)

    assert report.is_quiet


def test_an_alert_that_nothing_explains_is_not_quiet_where_orders_are_affected(store: Store) -> None:
    at = NOW - 20 * MINUTE
    parts = [{"fulfillment": "A/1", "workflow": "ship"}]
    head = {"order": "A", "channel": "web", "mode": "ship", "currency": "EUR", "value": "10"}
    send(store, "order.placed", {**head, "fulfillments": parts}, event_id="1", at=at)
    send(
        store,
        "fulfillment.entered",
        {"order": "A", "fulfillment": "A/1", "step": "plan"},
        event_id="2",
        at=at,
    )
    origin = {"sender": "alertmanager", "source": "prod", "key": "a"}
    alert_of = {"failure": "F-1", "target": "system:oms", "class": "outage", "alert": origin}
    send(store, "failure.reported", alert_of, event_id="3", at=at)

    (report,) = asked(store)

    assert report.unknown > report.likely_cause[0].score
    assert report.life.state is IncidentState.OPEN
    assert not report.is_quiet
    assert report.estimates is not None and report.estimates.orders.possible == 1


def test_ended_failures_are_incidents_of_the_past(store: Store) -> None:
    fail(store, "F-1", "system:broker", minutes_ago=300, ended=True)
    fail(store, "F-2", "system:erp", minutes_ago=10)

    assert [each.key for each in asked(store)] == ["F-2"]
    assert [each.key for each in asked(store, active=False)] == ["F-1"]
    assert {each.key for each in asked(store, active=None)} == {"F-1", "F-2"}
    with snapshot(store, None, NOW) as s:
        found = find_incident(s, answer_question, "F-1")
        assert found is not None and not found.is_active
        assert find_incident(s, answer_question, "F-3") is None


def test_an_element_that_does_not_exist_is_an_error_with_near_names(store: Store) -> None:
    with pytest.raises(NotFoundError, match="system:broker"):
        asked(store, alerts=(alert("a", "system:brokr", 5),))
    with pytest.raises(NotFoundError):
        asked(store, monitors=frozenset({"system:nowhere"}))


def test_an_alert_with_the_id_of_a_failure_is_refused(store: Store) -> None:
    fail(store, "F-1", "system:erp", minutes_ago=10)

    with pytest.raises(BadInputError, match="F-1"):
        asked(store, alerts=(alert("F-1", "system:oms", 5),))


def change(store: Store, key: str, element: str, minutes_ago: int, **fields: object) -> None:
    data = {"change": key, "kind": "deployment", "elements": [element], **fields}
    intake = send(store, "change.started", data, event_id=key, at=NOW - minutes_ago * MINUTE)
    assert not intake.quarantined


def test_a_change_whose_place_and_time_fit_is_named_and_makes_its_cause_likelier(store: Store) -> None:
    alerts = (alert("a", "integration:to-wms", 20), alert("b", "integration:to-erp", 19))
    (before,) = asked(store, alerts=alerts)
    change(store, "d-near", "system:broker", 40, version="7.2")
    change(store, "d-old", "system:broker", 200)
    change(store, "d-other", "system:erp", 30)

    (after,) = asked(store, alerts=alerts)

    def broker(report: IncidentReport) -> LikelyCause:
        return next(each for each in report.likely_cause if each.element == "system:broker")

    assert [each.key for each in broker(after).changes] == ["d-near"]
    assert broker(after).evidence.endswith("Deployment 7.2 of Broker began 20 min before.")
    assert broker(after).score > broker(before).score


def test_planned_maintenance_makes_an_incident_quiet_and_says_so(store: Store) -> None:
    fail(store, "F-1", "system:broker", minutes_ago=30)
    data = {"maintenance": "m1", "elements": ["system:broker"], "ends_at": iso(NOW + HOUR)}
    send(store, "maintenance.planned", data, event_id="m1", at=NOW - 40 * MINUTE)

    (report,) = asked(store)

    assert (report.is_quiet, report.reason) == (True, "planned maintenance m1")
    assert report.life.state is IncidentState.QUIET


def test_incidents_have_their_rank_by_the_weights(store: Store) -> None:
    fail(store, "F-1", "system:erp", minutes_ago=30)
    fail(store, "F-2", "system:shop", minutes_ago=300)

    assert [(each.key, each.rank) for each in asked(store)] == [("F-1", 1), ("F-2", 2)]
    by_age = asked(store, weights=RankWeights(age=1))
    assert [(each.key, each.rank) for each in by_age] == [("F-2", 1), ("F-1", 2)]
