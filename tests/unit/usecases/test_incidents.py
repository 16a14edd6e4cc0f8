from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.incidents import Alert
from graph_models.time import HOUR, MINUTE
from impactgraph.bootstrap import open_store
from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.ports.store import Store
from impactgraph.usecases.apply_topology import apply_documents
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.incidents import IncidentReport, IncidentsQuestion, find_incident, list_incidents
from impactgraph.usecases.report_failure import report_failure
from impactgraph.usecases.snapshot import snapshot

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
