"""The class of a failure is told from what an alert says, by stated rules."""

import pytest

from graph_models.enums import FailureClass
from impactgraph.alerts.classes import classify
from impactgraph.alerts.message import AlertMessage, AlertState


def alert(name: str, text: str = "", severity: str = "") -> AlertMessage:
    return AlertMessage("k", AlertState.FIRING, 1, name, text, severity=severity)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("KubeJobFailed", "", FailureClass.MISSED_RUN),
        ("Nightly export", "The cron job failed to start: no run since 02:00", FailureClass.MISSED_RUN),
        ("Order feed", "HTTP 422: unknown field `promise`", FailureClass.SCHEMA_MISMATCH),
        ("IDocErrors", "IDoc status 51: mapping failed", FailureClass.SCHEMA_MISMATCH),
        ("Invoices", "invoice 4711 was sent twice", FailureClass.DUPLICATE),
        ("StockStale", "inventory not updated for 2 h", FailureClass.STALE_DATA),
        ("KafkaConsumerLag", "", FailureClass.BACKLOG),
        ("MQFull (Message queue is full)", "", FailureClass.BACKLOG),
        ("HighCPUUsage", "CPU usage is over 90%", FailureClass.CAPACITY),
        ("API", "HTTP status 429 Too Many Requests", FailureClass.CAPACITY),
        ("OmsDown", "", FailureClass.OUTAGE),
        ("Probe", "connection refused", FailureClass.OUTAGE),
        ("thing_dead", "", FailureClass.OUTAGE),
        ("Gateway", "HTTP Error 503", FailureClass.OUTAGE),
        ("Checkout", "payments declined by the provider", FailureClass.BUSINESS_RULE),
        ("HighLatency", "p99 is 3 s", FailureClass.LATENCY),
        ("HighErrorRate", "12% of requests fail", FailureClass.TRANSIENT),
        ("Gateway", "upstream timed out", FailureClass.TRANSIENT),
    ],
)
def test_the_class_is_inferred_from_name_and_text(name: str, text: str, expected: FailureClass) -> None:
    assert classify(alert(name, text)).failure_class is expected


def test_a_percentage_in_a_text_about_errors_is_the_error_rate() -> None:
    assert classify(alert("HighErrorRate", "12.5 % of requests fail")).error_rate == 0.125
    assert classify(alert("HighErrorRate", "over 170% of the budget")).error_rate is None
    assert classify(alert("HighCPUUsage", "CPU usage is over 90%")).error_rate is None


def test_the_reason_shows_what_it_was_derived_from() -> None:
    assert classify(alert("OmsDown")).reason == "'Down' says something that is down"


def test_an_alert_that_says_nothing_is_judged_by_its_severity() -> None:
    critical, other = classify(alert("x", severity="critical")), classify(alert("x", severity="warning"))

    assert (critical.failure_class, other.failure_class) == (FailureClass.OUTAGE, FailureClass.TRANSIENT)
