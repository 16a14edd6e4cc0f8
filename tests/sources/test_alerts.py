"""Alerts of every sender over HTTP: what becomes of them, and who may send them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from graph_models.failure import Failure
from impactgraph.alerts.catalogue import SENDERS
from impactgraph.errors import StoreUnavailableError
from impactgraph.ports.store import Store
from impactgraph.sources.alert_documents import alert_translator
from impactgraph.sources.documents import Document
from impactgraph.sources.live_sources import document_translators
from impactgraph.sources.replay import replay_documents
from tests.alert_payloads import (
    CHANGES,
    LATER,
    NOON,
    PAYLOADS,
    SECRET,
    Payloads,
    alertmanager,
    argocd,
    datadog,
    eventbridge,
    github,
    google,
    opsgenie,
    pagerduty,
    pagerduty_event,
    prometheus,
    sentry,
    servicenow,
    servicenow_change,
    statuspage,
    text,
    zabbix,
)
from tests.sources.alert_endpoints import (
    RULES,
    VARIABLE,
    app_of,
    moment_at,
    only_failure,
    post,
    reasons,
    send,
    source_of,
)
from tests.sources.shop import small_store

EACH = pytest.mark.parametrize("payloads", PAYLOADS.values(), ids=PAYLOADS)


@pytest.fixture(scope="module", autouse=True)
def secret() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, SECRET)
        yield


@pytest.fixture
def store() -> Iterator[Store]:
    store = small_store()
    yield store
    store.close()


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    file = tmp_path / "alerts.yaml"
    file.write_text(RULES)
    return file


@pytest.fixture
def app(store: Store, rules: Path) -> FastAPI:
    return app_of(store, *(source_of(name, rules) for name, kind in SENDERS.items() if not kind.is_sns))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, Store]]:
    """One store for the tests of every sender: each has sources of its own."""
    rules = tmp_path_factory.mktemp("rules") / "alerts.yaml"
    rules.write_text(RULES)
    store = small_store()
    purposes = ("once", "again", "ended", "early")
    yield (
        app_of(store, *(source_of(name, rules, f"{name}-{use}") for name in PAYLOADS for use in purposes)),
        store,
    )
    store.close()


def failures_of(store: Store, source: str) -> list[Failure]:
    return [each for each in store.failures() if each.alert is not None and each.alert.source == source]


@EACH
def test_an_alert_is_a_failure(shared: tuple[FastAPI, Store], payloads: Payloads) -> None:
    app, store = shared
    source = f"{payloads.sender}-once"
    status = send(app, payloads.sender, payloads.firing, source)

    (failure,) = failures_of(store, source)
    assert (status, failure.key) == (202, f"{payloads.sender}:{source}:{payloads.key}")
    assert (failure.target, failure.started_at) == ("system:oms", moment_at(payloads.started_at))
    assert failure.alert is not None
    assert (failure.alert.sender, failure.alert.key) == (payloads.sender, payloads.key)
    assert failure.alert.name
    assert "names system:oms" in failure.alert.reason


@EACH
def test_an_alert_that_is_repeated_is_one(shared: tuple[FastAPI, Store], payloads: Payloads) -> None:
    app, store = shared
    source = f"{payloads.sender}-again"
    for _ in range(3):
        send(app, payloads.sender, payloads.firing, source)

    progress = store.source_progress()[source]
    assert (len(failures_of(store, source)), progress.taken, progress.repeated) == (1, 1, 2)


@EACH
def test_the_end_of_an_alert_ends_the_failure(shared: tuple[FastAPI, Store], payloads: Payloads) -> None:
    app, store = shared
    source = f"{payloads.sender}-ended"
    send(app, payloads.sender, payloads.firing, source)
    if payloads.resolved is not None:
        send(app, payloads.sender, payloads.resolved, source)

    assert [each.ended_at for each in failures_of(store, source)] == [moment_at(payloads.ended_at)]


@pytest.mark.parametrize("payloads", [each for each in PAYLOADS.values() if each.resolved is not None])
def test_an_end_that_comes_first_opens_nothing(shared: tuple[FastAPI, Store], payloads: Payloads) -> None:
    app, store = shared
    source = f"{payloads.sender}-early"
    send(app, payloads.sender, payloads.resolved, source)
    before = failures_of(store, source)
    send(app, payloads.sender, payloads.firing, source)

    assert before == []
    assert [each.ended_at for each in failures_of(store, source)] == [moment_at(payloads.ended_at)]


MALFORMED = (b"", b"{", b"\xff", b"[" * 20_000, b"5", b'{"x": 1}', b'{"alerts": 5}')


@pytest.mark.parametrize("sender", SENDERS)
def test_what_is_malformed_is_refused_with_its_reason(sender: str) -> None:
    documents = [Document(body, "here") for body in MALFORMED]
    refused = alert_translator(source_of(sender, None))(documents).refused

    assert [each.text for each in refused] == list(MALFORMED)
    assert all(each.reason for each in refused)


@pytest.mark.parametrize("body", MALFORMED)
def test_what_is_malformed_is_quarantined_and_accepted(app: FastAPI, store: Store, body: bytes) -> None:
    status = send(app, "alertmanager", body)

    (entry,) = store.quarantined()
    assert (status, entry.origin, entry.place) == (
        202,
        "alertmanager",
        "POST /webhooks/alertmanager/alertmanager",
    )


def test_an_alert_without_a_rule_waits_for_one(store: Store, tmp_path: Path, rules: Path) -> None:
    unmapped = source_of("alertmanager", None)
    app = app_of(store, unmapped)
    status = send(app, "alertmanager", alertmanager())
    waiting = reasons(store)

    replay_documents(store, document_translators([source_of("alertmanager", rules)]))

    assert (status, waiting) == (202, ["no rule matches the alert 'OmsDown'"])
    assert (only_failure(store).target, reasons(store)) == ("system:oms", [])


def test_an_alert_about_an_unknown_element_is_quarantined(app: FastAPI, store: Store) -> None:
    status = send(app, "alertmanager", alertmanager(service="missing"))

    (reason,) = reasons(store)
    assert (status, store.failures()) == (202, ())
    assert "nowhere" in reason


def test_an_alert_that_a_rule_ignores_is_passed_over(app: FastAPI, store: Store) -> None:
    send(app, "alertmanager", alertmanager(service="noise"))

    progress = store.source_progress()["alertmanager"]
    assert (progress.taken, progress.passed, progress.quarantined) == (0, 1, 0)


def test_one_alert_of_a_group_without_a_rule_does_not_hold_up_the_others(app: FastAPI, store: Store) -> None:
    group = alertmanager()
    group["alerts"] += alertmanager(service="unknown")["alerts"]
    send(app, "alertmanager", group)

    assert only_failure(store).target == "system:oms"
    assert reasons(store) == ["no rule matches the alert 'OmsDown'"]


def test_an_alert_that_fires_again_is_a_new_episode(app: FastAPI, store: Store) -> None:
    again = alertmanager()
    again["alerts"][0]["startsAt"] = "2026-03-02T13:00:00Z"
    for document in (again, alertmanager("resolved"), alertmanager()):
        send(app, "alertmanager", document)

    failure = only_failure(store)
    assert [each.started_at for each in failure.episodes] == [
        moment_at("2026-03-02T12:00:00Z"),
        moment_at("2026-03-02T13:00:00Z"),
    ]


def test_prometheus_ends_an_alert_by_sending_no_news(app: FastAPI, store: Store) -> None:
    for minute in (59, 58):
        send(app, "prometheus", prometheus(f"2026-03-02T22:{minute}:10Z"))
    address = "/api/v2/alerts"
    answer = post(app, f"{address}?token={SECRET}", text(prometheus("2026-03-02T23:03:00Z")))

    failure, progress = only_failure(store), store.source_progress()["prometheus"]
    assert (answer.status_code, progress.taken, progress.repeated) == (202, 2, 1)
    assert failure.ended_at == moment_at("2026-03-02T23:05:00Z")


def test_a_sender_may_append_a_path_of_its_own(app: FastAPI, store: Store) -> None:
    address = f"/webhooks/prometheus/prometheus/api/v2/alerts?token={SECRET}"
    answer = post(app, address, text(prometheus("2026-03-02T23:00:00Z")))

    assert (answer.status_code, only_failure(store).target) == (202, "system:oms")


def test_what_sends_events_to_servicenow_can_send_them_here(app: FastAPI, store: Store) -> None:
    address = f"/api/global/em/jsonv2?token={SECRET}"
    answer = post(app, address, text(PAYLOADS["servicenow-events"].firing))

    assert (answer.status_code, only_failure(store).target) == (202, "system:oms")


def test_a_dialect_without_a_secret_is_refused(app: FastAPI, store: Store) -> None:
    answers = [post(app, f"/api/v2/alerts{query}", b"[]").status_code for query in ("", "?token=wrong")]

    assert answers == [401, 403]


def test_a_sender_without_proof_is_refused(app: FastAPI, store: Store) -> None:
    body = text(alertmanager())
    address = "/webhooks/alertmanager/alertmanager"
    missing = post(app, address, body)
    wrong = post(app, f"{address}?token=wrong", body)
    unsigned = post(app, "/webhooks/grafana/grafana", body, {"X-Grafana-Alerting-Signature": "00"})

    assert [each.status_code for each in (missing, wrong, unsigned)] == [401, 403, 403]
    assert "token in the address" in missing.json()["message"]
    assert store.failures() == ()


def test_a_source_is_known_only_to_its_sender(app: FastAPI) -> None:
    answers = [
        post(app, address, b"{}").status_code
        for address in ("/webhooks/grafana/alertmanager", "/webhooks/x/y", "/in/alertmanager")
    ]

    assert answers == [404, 404, 404]


def test_a_body_that_is_too_large_is_refused(app: FastAPI) -> None:
    assert send(app, "alertmanager", b" " * 200_000) == 413


def test_an_alert_that_cannot_be_stored_is_to_be_sent_again(
    app: FastAPI, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StoreUnavailableError("the disk is full")

    monkeypatch.setattr(store, "ingest_source", refuse)
    body = text(alertmanager())
    answer = post(app, f"/webhooks/alertmanager/alertmanager?token={SECRET}", body)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


@pytest.mark.parametrize("sender", CHANGES)
def test_a_deployment_is_a_change(app: FastAPI, store: Store, sender: str) -> None:
    begin, end, key = CHANGES[sender]
    statuses = [send(app, sender, document) for document in (end, begin, begin)]

    (change,) = store.journal().changes
    assert (statuses, change.key, change.elements) == ([202] * 3, f"{sender}:{sender}:{key}", ("system:oms",))
    assert (change.started_at, change.ended_at) == (moment_at(NOON), moment_at(LATER))


@pytest.mark.parametrize(
    ("sender", "document"),
    [
        ("pagerduty", pagerduty("incident.acknowledged")),
        ("pagerduty", pagerduty("incident.priority_updated")),
        ("pagerduty-events", pagerduty_event("acknowledge")),
        ("datadog", datadog("No Data")),
        ("opsgenie", opsgenie("Acknowledge")),
        ("opsgenie", opsgenie("AddNote")),
        ("eventbridge", eventbridge("INSUFFICIENT_DATA")),
        ("google", google("acknowledged")),
        ("sentry", sentry("assigned")),
        ("statuspage", statuspage("scheduled")),
        ("servicenow", servicenow("3")),
        ("zabbix", zabbix() | {"update": "1"}),
        ("github", github("queued")),
        ("github", {"zen": "Keep it logically awesome."}),
        ("argocd", argocd("Terminating")),
        ("servicenow-change", servicenow_change("-5")),
    ],
)
def test_what_opens_and_ends_nothing_is_passed_over(sender: str, document: Any) -> None:
    translation = alert_translator(source_of(sender, None))([Document(text(document), "here")])

    assert (translation.passed, translation.lines, translation.refused) == (1, [], [])
    assert translation.notes


def test_a_client_of_pagerduty_gets_the_answer_that_it_expects(app: FastAPI, store: Store) -> None:
    document = pagerduty_event()
    answers = [
        post(app, "/v2/enqueue", text(document | more))
        for more in ({}, {"routing_key": "wrong"}, {"routing_key": ""})
    ]

    assert [each.status_code for each in answers] == [202, 403, 401]
    assert answers[0].json() == {
        "status": "success",
        "message": "Event processed",
        "dedup_key": "oms-down",
    }
    assert only_failure(store).key == "pagerduty-events:pagerduty-events:oms-down"


def test_the_secret_in_a_document_is_not_stored(app: FastAPI, store: Store) -> None:
    document = pagerduty_event()
    document["payload"]["component"] = "nobody"
    del document["dedup_key"]
    answer = post(app, "/v2/enqueue", text(document))

    (entry,) = store.quarantined()
    assert SECRET not in entry.text
    assert answer.json()["dedup_key"] == SENDERS["pagerduty-events"].receipt(entry.text.encode())["dedup_key"]
