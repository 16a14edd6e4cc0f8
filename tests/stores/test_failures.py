from typing import Any

import pytest

from graph_models.enums import FailureClass, Severity
from graph_models.failure import Failure
from graph_models.scope import Scope
from graph_models.time import HOUR, MINUTE
from impactgraph.ports.store import Store
from tests.stores.events import at, event, reported


def updated(minutes: float, failure: str = "F-1", type_: str = "failure.updated", **more: Any) -> bytes:
    return event(type_, minutes, failure=failure, **more)


def only(store: Store, as_of: int | None = None) -> Failure:
    (failure,) = store.failures(as_of)
    return failure


def test_a_reported_failure_has_all_that_was_stated(store: Store) -> None:
    store.ingest(
        [
            reported(
                minutes=3,
                target="integration:oms-to-erp",
                started_at="2026-03-02T12:01:00Z",
                expected_end="2026-03-02T14:00:00Z",
                delay="15m",
                error_rate=0.25,
                drain="PT1H",
                severity="critical",
                summary="Down",
                evidence="https://example.org/1",
                scope={"regions": ["emea"], "attributes": {"brand": ["x"]}},
                **{"class": "backlog"},
            )
        ]
    )

    assert only(store) == Failure(
        key="F-1",
        target="integration:oms-to-erp",
        failure_class=FailureClass.BACKLOG,
        started_at=at(1),
        expected_end=at(120),
        delay=15 * MINUTE,
        error_rate=0.25,
        drain=HOUR,
        severity=Severity.CRITICAL,
        summary="Down",
        evidence="https://example.org/1",
        source="/oms",
        reported_at=at(3),
        changed_at=at(3),
        scope=Scope.from_mapping({"regions": ["emea"], "attributes.brand": ["x"]}),
    )


def test_a_failure_starts_when_it_is_reported_unless_stated_otherwise(store: Store) -> None:
    store.ingest([reported(minutes=3)])

    assert only(store).started_at == at(3)


def test_the_later_word_counts_whatever_came_first(store: Store) -> None:
    store.ingest([updated(9, severity="critical"), updated(5, severity="info"), reported(minutes=1)])

    assert only(store).severity is Severity.CRITICAL


def test_an_update_leaves_what_it_does_not_name(store: Store) -> None:
    store.ingest([reported(minutes=1, summary="Down"), updated(5, severity="info")])

    assert only(store).summary == "Down"


def test_null_removes_the_value_of_a_field(store: Store) -> None:
    store.ingest([reported(minutes=1, expected_end="2026-03-02T14:00:00Z"), updated(5, expected_end=None)])

    assert only(store).expected_end is None


def test_a_failure_ends_when_it_is_resolved(store: Store) -> None:
    store.ingest(
        [reported(minutes=1), updated(60, type_="failure.resolved", ended_at="2026-03-02T12:50:00Z")]
    )

    assert only(store).ended_at == at(50)


def test_a_resolution_that_names_no_end_is_the_end(store: Store) -> None:
    store.ingest([reported(minutes=1), updated(60, type_="failure.resolved")])

    assert only(store).ended_at == at(60)


def test_news_of_a_failure_that_nobody_reported_wait_for_the_report(store: Store) -> None:
    store.ingest([updated(60, type_="failure.resolved")])
    before = store.failures()

    store.ingest([reported(minutes=1)])

    assert (before, only(store).ended_at) == ((), at(60))


def test_a_past_moment_shows_what_was_known_then(store: Store) -> None:
    store.ingest([reported(minutes=1), updated(60, type_="failure.resolved")])

    assert (store.failures(at(0)), only(store, at(59)).ended_at) == ((), None)


def test_failures_are_listed_in_the_order_of_their_reports(store: Store) -> None:
    store.ingest([reported("F-2", 5), reported("F-1", 9), reported("F-3", 1)])

    assert [failure.key for failure in store.failures()] == ["F-3", "F-2", "F-1"]


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ({"class": "outtage"}, "data.class: 'outtage' is none of outage, transient"),
        ({"severity": "bad"}, "data.severity: 'bad' is none of info, warning"),
        ({"delay": "soon"}, "data.delay: 'soon' is not a duration"),
        ({"error_rate": 20}, "data.error_rate: 20.0 is not between 0 and 1"),
        (
            {"scope": {"region": ["emea"]}},
            "data.scope: there is no dimension 'region'. Did you mean regions?",
        ),
    ],
)
def test_a_word_that_is_none_is_refused_with_those_that_are(
    store: Store, field: dict[str, Any], reason: str
) -> None:
    (refused,) = store.ingest([reported(**field)]).quarantined

    assert refused.reason.startswith(reason)


def test_an_end_before_the_start_is_quarantined_whichever_came_first(store: Store) -> None:
    wrong = updated(60, type_="failure.resolved", ended_at="2026-03-02T11:00:00Z")

    first = store.ingest([wrong]).quarantined
    store.ingest([reported(minutes=1)])

    (entry,) = store.quarantined()
    assert not first
    assert "ended_at: 2026-03-02T11:00:00Z is before the failure starts, 2026-03-02T12:01:00Z" in entry.reason
    assert only(store).ended_at is None
    again = store.ingest([wrong]).quarantined
    assert [each.reason for each in again] == [entry.reason]
    assert len(store.quarantined()) == 1


def test_a_quarantined_end_applies_once_the_start_is_corrected(store: Store) -> None:
    store.ingest([reported(minutes=1)])
    refused = store.ingest([updated(60, type_="failure.resolved", ended_at="2026-03-02T11:00:00Z")])

    store.ingest([updated(30, started_at="2026-03-02T10:00:00Z")])

    assert (len(refused.quarantined), store.quarantined()) == (1, [])
    assert only(store).ended_at == at(-60)


def test_a_report_under_the_same_id_after_the_end_is_a_new_episode(store: Store) -> None:
    store.ingest([updated(60, type_="failure.resolved"), reported(minutes=90), reported(minutes=1)])

    failure = only(store)
    assert (failure.started_at, failure.ended_at) == (at(90), None)
    assert [(each.started_at, each.ended_at) for each in failure.former_episodes] == [(at(1), at(60))]
    assert only(store, at(70)).ended_at == at(60)
