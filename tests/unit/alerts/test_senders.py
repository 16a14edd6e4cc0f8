"""Real documents of senders, and the odd corners of others."""

from pathlib import Path

import pytest

from graph_models.time import printed_moment
from impactgraph.alerts.catalogue import SENDERS
from impactgraph.alerts.documents import optional_moment, tags_of
from impactgraph.alerts.message import AlertMessage, AlertState, MalformedAlertError, SenderReport
from tests.alert_payloads import alertmanager, datadog, splunk, text, zabbix

FIXTURES = Path(__file__).parents[3] / "fixtures" / "alerts"
NOW = printed_moment("2026-03-02T12:00:00Z")


def report(sender: str, document: bytes) -> SenderReport:
    return SENDERS[sender].read(document, NOW)


def alert(sender: str, file: str) -> AlertMessage:
    (message,) = report(sender, (FIXTURES / f"{file}.json").read_bytes()).messages
    assert isinstance(message, AlertMessage)
    return message


@pytest.mark.parametrize(
    ("sender", "file", "key", "state", "at", "name"),
    [
        ("alertmanager", "prometheus_v4_alert", "", "firing", "2017-08-03T19:17:37.804Z", "thing_dead"),
        ("grafana", "grafana_6", "58", "firing", "", "Testing -> Battery Voltage alert"),
        ("grafana", "grafana_alert_alerting", "7", "firing", "", "Zeta CPU alert"),
        (
            "cloudwatch",
            "cloudwatch_notification",
            "1234567890/EU (Ireland)/bucketbytesAlarm",
            "firing",
            "2019-02-15T23:53:45.093Z",
            "bucketbytesAlarm",
        ),
        (
            "eventbridge",
            "cloudwatch_alarm_single",
            "arn:aws:cloudwatch:eu-west-1:912397435824:alarm:test_alarm",
            "firing",
            "2024-02-17T11:53:08.431Z",
            "Test alert",
        ),
        (
            "eventbridge",
            "cloudwatch_alarm_composite",
            "arn:aws:cloudwatch:us-east-1:111122223333:alarm:SuppressionDemo.Main",
            "firing",
            "2023-08-04T12:56:46.138Z",
            "CompositeDemo.Main",
        ),
        (
            "newrelic",
            "new_relic_notification",
            "0",
            "firing",
            "2020-09-25T11:23:27.849Z",
            "New Relic Alert - Test Condition",
        ),
        (
            "google",
            "stackdriver_open",
            "f2e08c333dc64cb09f75eaab355393bz",
            "firing",
            "2017-07-06T19:10:14Z",
            "Webserver Health",
        ),
        (
            "google",
            "stackdriver_closed",
            "f2e08c333dc64cb09f75eaab355393bz",
            "resolved",
            "2017-07-06T19:20:36Z",
            "Webserver Health",
        ),
    ],
)
def test_a_real_document(sender: str, file: str, key: str, state: str, at: str, name: str) -> None:
    message = alert(sender, file)

    assert (message.state, message.name) == (AlertState(state), name)
    assert message.at == (printed_moment(at) if at else NOW)
    assert message.key == key or not key


def test_an_issue_that_is_unresolved_again_begins_as_it_is_received() -> None:
    issue = {"id": "7", "title": "OMS", "firstSeen": "2026-02-01T00:00:00Z"}
    at = [
        report("sentry", text({"action": action, "data": {"issue": issue}})).messages[0].at
        for action in ("created", "resolved", "unresolved")
    ]

    assert at == [printed_moment("2026-02-01T00:00:00Z"), NOW, NOW]


def test_an_event_that_is_no_alarm_is_passed_over() -> None:
    said = report("eventbridge", (FIXTURES / "eventbridge_other.json").read_bytes())

    assert (said.messages, said.pass_reasons) == (
        (),
        ["EC2 Instance State-change Notification is not an alarm"],
    )


def test_the_confirmation_of_a_subscription_is_asked_for() -> None:
    said = report("cloudwatch", (FIXTURES / "cloudwatch_subscription_confirmation.json").read_bytes())

    assert said.confirm.startswith("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription")


def test_an_alert_without_a_fingerprint_is_known_by_its_labels() -> None:
    first, second, other = alertmanager(), alertmanager("resolved"), alertmanager(service="wms")
    for group in (first, second, other):
        del group["alerts"][0]["fingerprint"]
    keys = [report("alertmanager", text(group)).messages[0].key for group in (first, second, other)]

    assert keys[0] == keys[1] != keys[2]


def test_variables_that_datadog_did_not_fill_are_no_labels() -> None:
    (message,) = report("datadog", text(datadog())).messages

    assert message.labels["service"] == "oms"
    assert "hostname" not in message.labels


def test_rows_of_a_search_can_be_alerts_of_their_own() -> None:
    document = splunk()
    document["result"]["alert_key"] = "store-17"
    (message,) = report("splunk", text(document)).messages

    assert message.key == "OMS errors/store-17"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-02T12:00:00Z", "2026-03-02T12:00:00Z"),
        ("2026-03-02T12:00:00.123456789+02:00", "2026-03-02T10:00:00.123Z"),
        ("2026-03-02 12:00:00", "2026-03-02T12:00:00Z"),
        ("2026-03-02T12:00:00-0330", "2026-03-02T15:30:00Z"),
        (1772452800, "2026-03-02T12:00:00Z"),
        ("1772452800", "2026-03-02T12:00:00Z"),
        (1772452800000, "2026-03-02T12:00:00Z"),
        (1772452800000000000, "2026-03-02T12:00:00Z"),
    ],
)
def test_a_moment_may_be_written_in_many_ways(value: str | int, expected: str) -> None:
    assert optional_moment(value, "at") == printed_moment(expected)


@pytest.mark.parametrize("value", [None, "", "0001-01-01T00:00:00Z"])
def test_no_moment_is_none(value: str | None) -> None:
    assert optional_moment(value, "at") is None


@pytest.mark.parametrize("value", ["soon", "2026-13-02T12:00:00Z", -5, 0, 1e300, float("nan"), [], {}])
def test_what_is_no_moment_is_an_error_with_its_value(value: object) -> None:
    with pytest.raises(MalformedAlertError, match="a moment such as"):
        optional_moment(value, "at")


def test_tags_are_read_in_every_form() -> None:
    assert tags_of("env:prod, service=oms,alone,") == {"env": "prod", "service": "oms", "alone": "true"}
    assert tags_of(["a:b:c", "a:d"]) == {"a": "b:c"}
    assert tags_of(None) == {}


def test_macros_that_zabbix_does_not_know_are_no_moments() -> None:
    document = zabbix() | {"started_at": "*UNKNOWN*", "sent_at": "2026-03-02T11:59:00Z"}
    (message,) = report("zabbix", text(document)).messages

    assert message.at == printed_moment("2026-03-02T11:59:00Z")
