"""States of alerts as senders report them one after the other: what becomes of the failure."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graph_models.failure import Failure
from graph_models.time import MINUTE, Millis
from impactgraph.alerts.catalogue import SENDERS
from impactgraph.alerts.message import AlertMessage, AlertState
from impactgraph.ports.store import Store
from impactgraph.sources.live_sources import receiver
from impactgraph.usecases.failure_events import iso
from tests.alert_payloads import (
    NOON_MS,
    SECRET,
    alertmanager,
    azure,
    datadog,
    dynatrace,
    eventbridge,
    google,
    grafana,
    newrelic,
    opsgenie,
    pagerduty,
    pagerduty_event,
    sentry,
    servicenow,
    splunk_observability,
    statuspage,
    text,
    zabbix,
)
from tests.sources.alert_endpoints import RULES, VARIABLE, source_of
from tests.sources.shop import small_store

LONG_AFTER = 300
"""Minutes after noon."""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("rules") / "alerts.yaml"
    file.write_text(RULES)
    return file


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    store = small_store()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, SECRET)
        yield store
    store.close()


class Line:
    """What a sender delivers to one source, minute by minute by the clock of the receiver."""

    def __init__(self, store: Store, rules: Path, sender: str, name: str) -> None:
        self._at: Millis = 0
        self._store = store
        self._name = name
        config = source_of(sender, rules, name)
        self._restart = lambda: receiver(config, store, now=lambda: self._at)
        self._receiver = self._restart()

    def deliver(self, minute: float, document: Any) -> None:
        self._at = NOON_MS + round(minute * MINUTE)
        self._receiver.receive({}, text(document))

    def restart(self) -> None:
        self._receiver = self._restart()

    @property
    def failures(self) -> list[Failure]:
        return [each for each in self._store.failures() if each.alert and each.alert.source == self._name]

    @property
    def failure(self) -> Failure:
        """The only one."""
        (failure,) = self.failures
        return failure

    @property
    def episodes(self) -> list[tuple[float, float | None]]:
        """Minutes from noon at which each began and ended."""
        return [
            (_minute(each.started_at), None if each.ended_at is None else _minute(each.ended_at))
            for failure in self.failures
            for each in failure.episodes
        ]


def _minute(at: Millis) -> float:
    return (at - NOON_MS) / MINUTE


def ended_at(minute: int) -> dict[str, Any]:
    group = alertmanager("resolved")
    group["alerts"][0]["endsAt"] = f"2026-03-02T12:{minute:02}:00Z"
    return group


FIRES, ENDS = alertmanager(), alertmanager("resolved")
OTHER = alertmanager(service="wms")
"""Another alert of the group: what ended is not in the group any more."""


@pytest.mark.parametrize(
    ("name", "deliveries", "episodes"),
    [
        ("repeated", [(1, FIRES), (2, FIRES), (3, FIRES)], [(0, None)]),
        ("ended and repeated", [(1, FIRES), (6, ENDS), (11, ENDS)], [(0, 5)]),
        ("the group without it", [(1, FIRES), (6, OTHER)], [(0, None)]),
        ("the end first", [(6, ENDS), (7, FIRES)], [(0, 5)]),
        ("overtaken by its end", [(1, FIRES), (5.1, ENDS), (5.5, FIRES)], [(0, 5)]),
        (
            "again with its former start",
            [(1, FIRES), (6, ENDS), (11, FIRES), (16, FIRES)],
            [(0, 5), (11, None)],
        ),
        (
            "again, and ended",
            [(1, FIRES), (6, ENDS), (11, FIRES), (21, ended_at(20)), (26, FIRES), (31, ended_at(30))],
            [(0, 5), (11, 20), (26, 30)],
        ),
        (
            "again, and ended by a clock that is behind",
            [(1, FIRES), (6, ENDS), (11, FIRES), (12, ended_at(9))],
            [(0, 5), (11, 11)],
        ),
        ("by a clock that is ahead", [(-3, FIRES), (2, ENDS), (3, FIRES)], [(0, 5)]),
    ],
)
def test_states_of_a_group(
    store: Store, rules: Path, name: str, deliveries: list[tuple[float, Any]], episodes: list[Any]
) -> None:
    line = Line(store, rules, "alertmanager", name)
    for minute, document in deliveries:
        line.deliver(minute, document)

    assert line.episodes == episodes


KEEPS = """
rules:
  - {match: {}, element: "system:oms", keeps_for: 30m, expected_in: 2h}
"""


@pytest.mark.parametrize("sender", ["alertmanager", "grafana"])
@pytest.mark.parametrize(
    ("name", "deliveries", "episodes"),
    [
        ("once", [(1, None)], [(0, 31)]),
        ("repeated", [(1, None), (21, None), (41, None)], [(0, 71)]),
        ("repeated at once", [(0.2, None), (0.4, None)], [(0, 30.2)]),
        ("late", [(100, None)], [(0, 130)]),
        ("ended", [(1, None), (21, None), (26, 25)], [(0, 25)]),
        ("ended while it was repeated", [(1, None), (21.5, None), (22, 21)], [(0, 21)]),
        ("repeated too late", [(1, None), (61, None), (81, None)], [(0, 31), (60, 111)]),
        ("repeated as it ends", [(1, None), (31.5, None)], [(0, 61.5)]),
    ],
)
def test_an_alert_that_a_rule_ends_ends_after_its_last_message(
    store: Store,
    tmp_path: Path,
    sender: str,
    name: str,
    deliveries: list[tuple[float, int | None]],
    episodes: list[Any],
) -> None:
    (tmp_path / "alerts.yaml").write_text(KEEPS)
    line = Line(store, tmp_path / "alerts.yaml", sender, f"{sender} {name}")
    for minute, end in deliveries:
        line.deliver(minute, FIRES if end is None else ended_at(end))

    assert line.episodes == episodes
    assert not [each for each in store.quarantined() if name in str(each.text)]


def test_an_end_that_the_sender_states_counts_instead(store: Store, tmp_path: Path) -> None:
    (tmp_path / "alerts.yaml").write_text(KEEPS)
    line = Line(store, tmp_path / "alerts.yaml", "prometheus", "stated")
    alerts = [{"labels": {"alertname": "Down"}, "startsAt": "2026-03-02T12:00:00Z"}]
    line.deliver(1, [alerts[0] | {"endsAt": "2026-03-02T12:04:30Z"}])

    assert line.episodes == [(0, 5)]


@pytest.mark.parametrize(
    ("name", "told"),
    [("a first end", [(30, 5)]), ("a correction", [(5, 5), (30, 4)]), ("a repetition", [(5, 5), (30, None)])],
)
def test_an_end_that_a_person_tells_later_stays_where_the_alert_fires_again(
    store: Store, rules: Path, name: str, told: list[tuple[int, int | None]]
) -> None:
    line = Line(store, rules, "alertmanager", name)
    line.deliver(1, FIRES)
    for minute, end in told:
        store.ingest([_resolution(line.failure.key, minute, end)])
    line.deliver(60, FIRES)
    line.deliver(121, ended_at(59) if name == "a first end" else FIRES)

    end = told[-1][1] or told[0][1]
    assert line.episodes == [(0, end), (60, 60 if name == "a first end" else None)]
    assert not [each for each in store.quarantined() if name in str(each.text)]


def _resolution(failure: str, minute: int, end: int | None) -> bytes:
    data = {"failure": failure} | ({} if end is None else {"ended_at": iso(NOON_MS + end * MINUTE)})
    head = {"specversion": "1.0", "id": f"{failure}/{minute}", "source": "/desk", "type": "failure.resolved"}
    return json.dumps(head | {"time": iso(NOON_MS + minute * MINUTE), "data": data}).encode()


def test_an_end_is_known_after_a_restart_and_from_other_processes(store: Store, rules: Path) -> None:
    line = Line(store, rules, "grafana", "restarted")
    line.deliver(1, grafana())
    line.deliver(6, grafana("resolved"))
    line.restart()
    line.deliver(LONG_AFTER, grafana())
    other = Line(store, rules, "grafana", "restarted")
    group = grafana("resolved")
    group["alerts"][0]["endsAt"] = "2026-03-02T17:10:00Z"
    other.deliver(LONG_AFTER + 11, group)
    line.deliver(LONG_AFTER + 21, grafana())

    assert line.episodes == [(0, 5), (LONG_AFTER, LONG_AFTER + 10), (LONG_AFTER + 21, None)]


@pytest.mark.parametrize(
    ("started_at", "fires_after", "ends_after"),
    [("2026-03-02T12:03:00Z", 0, 1), ("2026-03-02T11:00:00Z", 0, 1), ("", 0, 1)],
)
def test_an_end_without_a_time_ends_an_alert_of_any_clock(
    store: Store, rules: Path, started_at: str, fires_after: float, ends_after: float
) -> None:
    line = Line(store, rules, "pagerduty-events", f"clock {started_at}")
    fires, end = pagerduty_event(at=started_at), pagerduty_event("resolve")
    del end["payload"]
    if not started_at:
        del fires["payload"]["timestamp"]
    line.deliver(fires_after, fires)
    line.deliver(ends_after, end)
    line.deliver(ends_after + 0.5, fires if started_at else end)

    assert [(end is not None) for _, end in line.episodes] == [True]


NO_DATA: list[tuple[str, Any]] = [
    ("eventbridge", eventbridge("INSUFFICIENT_DATA")),
    ("datadog", datadog("No Data")),
    ("datadog", datadog("Re-No Data")),
    *(
        ("grafana", {"ruleId": 7, "ruleName": "OMS", "state": each})
        for each in ("no_data", "pending", "unknown")
    ),
]
for _name in ("DatasourceNoData", "DatasourceError"):
    _group = grafana()
    _group["alerts"][0]["labels"]["alertname"] = _name
    NO_DATA.append(("grafana", _group))
ACKNOWLEDGED: list[tuple[str, Any]] = [
    ("pagerduty", pagerduty("incident.acknowledged")),
    ("pagerduty-events", pagerduty_event("acknowledge")),
    ("opsgenie", opsgenie("Acknowledge")),
    ("newrelic", newrelic("ACKNOWLEDGED")),
    ("google", google("acknowledged")),
    ("servicenow", servicenow("3")),
    ("zabbix", zabbix() | {"update": "1"}),
    ("zabbix", zabbix("0") | {"update": "1"}),
]


@pytest.mark.parametrize(
    ("state", "sender", "document"),
    [
        *((AlertState.NO_DATA, *each) for each in NO_DATA),
        *((AlertState.ACKNOWLEDGED, *each) for each in ACKNOWLEDGED),
    ],
)
def test_a_state_that_opens_and_ends_nothing(state: AlertState, sender: str, document: Any) -> None:
    (message,) = SENDERS[sender].read(text(document), NOON_MS).messages

    assert isinstance(message, AlertMessage)
    assert message.state is state


UNKNOWN: dict[str, Any] = {
    "alertmanager": alertmanager("suppressed"),
    "grafana": {"ruleId": 7, "state": "odd"},
    "datadog": datadog("odd"),
    "eventbridge": eventbridge("odd"),
    "dynatrace": dynatrace("odd"),
    "newrelic": newrelic("odd"),
    "zabbix": zabbix("odd"),
    "azure": azure("odd"),
    "google": google("odd"),
    "pagerduty-events": pagerduty_event("odd"),
    "pagerduty": pagerduty("incident.odd"),
    "opsgenie": opsgenie("odd"),
    "sentry": sentry("odd"),
    "servicenow": servicenow("odd"),
    "splunk-observability": splunk_observability("odd"),
    "statuspage": statuspage("odd"),
}


@pytest.mark.parametrize("sender", UNKNOWN)
def test_a_state_that_no_reader_knows_is_none_that_fires(store: Store, rules: Path, sender: str) -> None:
    line = Line(store, rules, sender, f"odd {sender}")
    line.deliver(1, UNKNOWN[sender])
    progress = store.source_progress()[f"odd {sender}"]

    assert (line.episodes, progress.passed + progress.quarantined) == ([], 1)


@pytest.mark.parametrize(("sender", "group"), [("alertmanager", alertmanager()), ("grafana", grafana())])
@pytest.mark.parametrize("shown", [0, 1])
def test_what_a_group_leaves_out_is_counted(
    store: Store, rules: Path, sender: str, group: dict[str, Any], shown: int
) -> None:
    name = f"{sender} cut to {shown}"
    Line(store, rules, sender, name).deliver(
        1, group | {"alerts": group["alerts"][:shown], "truncatedAlerts": 7}
    )

    progress = store.source_progress()[name]
    assert (progress.taken, progress.passed, progress.quarantined) == (shown, 7, 0)


def test_a_reminder_does_not_move_the_expected_end(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("rules: [{match: {}, element: 'system:oms', expected_in: 2h}]")
    line = Line(store, file, "datadog", "reminded")
    for minute, transition in ((0, "Triggered"), (30, "Renotify"), (60, "Re-Triggered"), (90, "Re-Warn")):
        line.deliver(minute, datadog(transition, NOON_MS + minute * MINUTE))

    assert (line.episodes, line.failure.expected_end) == ([(0, None)], NOON_MS + 120 * MINUTE)


def test_an_alert_that_flaps_is_one_failure_in_any_order_of_deliveries(store: Store, rules: Path) -> None:
    states = [
        datadog("Recovered" if minute % 2 else "Triggered", NOON_MS + minute * MINUTE) for minute in range(8)
    ]
    for name, order in (("flaps", range(8)), ("flaps backwards", reversed(range(8)))):
        line = Line(store, rules, "datadog", name)
        for minute in order:
            line.deliver(30, states[minute])

        assert line.episodes == [(0, 1), (2, 3), (4, 5), (6, 7)]
