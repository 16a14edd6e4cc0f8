"""Incidents are worked on through GraphQL: acknowledged, merged, closed; each action is on record."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from graph_models.time import MINUTE, moment
from impactgraph.bootstrap import open_store
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from tests.clock import Clock
from tests.functional.http.following import follower
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW, event, fill


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    store = open_store(str(tmp_path / "store"), now=clock)
    fill(store, 30)
    yield store
    store.close()


@pytest.fixture
def address(store: Store, clock: Clock) -> Iterator[str]:
    with served(create_app(store, Settings(), now=clock)) as address:
        yield address


@pytest.fixture
def api(address: str) -> Iterator[Api]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield Api(client)


FIELDS = (
    "id state rank reason acknowledged assignee version notes { by text } actions { kind by at } "
    "failures { id } alerts { edges { node { id sender source key state reason class } } }"
)
LIST = f"query ($active: Boolean) {{ incidents(active: $active) {{ edges {{ node {{ {FIELDS} }} }} }} }}"


def act(api: Api, clock: Clock, field: str, arguments: str = "") -> dict:
    """The payload of an action a minute later."""
    clock.now += MINUTE
    text = f"mutation {{ done: {field}({arguments}) {{ incident {{ {FIELDS} }} problems {{ message }} }} }}"
    return api.ask(text)["done"]


def listed(api: Api, *, active: bool | None = True) -> list[dict]:
    return [edge["node"] for edge in api.ask(LIST, active=active)["incidents"]["edges"]]


def report(store: Store, key: str, target: str, minutes: int = 5, **fields: object) -> None:
    data = {"failure": key, "target": target, "class": "outage", **fields}
    at = NOW - minutes * MINUTE
    data["started_at"] = moment(at).isoformat()
    assert store.ingest([event("failure.reported", at, data, f"r-{key}")]).quarantined == []


def test_an_incident_is_open_with_the_reason_of_its_rank(api: Api) -> None:
    (incident,) = listed(api)

    assert (incident["id"], incident["state"], incident["rank"]) == ("incident:F-1", "OPEN", 1)
    assert incident["reason"].endswith("EUR")
    assert (incident["acknowledged"], incident["version"]) == (False, 0)


def test_what_people_do_is_answered_and_stays_on_record(api: Api, clock: Clock) -> None:
    act(api, clock, "acknowledgeIncident", 'id: "incident:F-1", by: "ana", note: "I look"')
    act(api, clock, "assignIncident", 'id: "F-1", assignee: "team:stores", by: "ana"')
    payload = act(api, clock, "mitigateIncident", 'id: "F-1", by: "ben", version: 2')

    assert payload["problems"] == []
    assert listed(api) == [payload["incident"]]
    incident = payload["incident"]
    assert (incident["state"], incident["acknowledged"], incident["assignee"]) == (
        "MITIGATED",
        True,
        "team:stores",
    )
    assert incident["notes"] == [{"by": "ana", "text": "I look"}]
    assert [(each["kind"], each["by"]) for each in incident["actions"]] == [
        ("ACKNOWLEDGED", "ana"),
        ("ASSIGNED", "ana"),
        ("MITIGATED", "ben"),
    ]


def test_an_action_on_what_somebody_changed_meanwhile_names_what_they_did(api: Api, clock: Clock) -> None:
    act(api, clock, "acknowledgeIncident", 'id: "F-1", by: "ana", version: 0')
    payload = act(api, clock, "closeIncident", 'id: "F-1", by: "ben", version: 0')

    assert payload["incident"] is None
    assert "ana acknowledged it at 2026-03-02 09:31:00 UTC" in payload["problems"][0]["message"]
    assert listed(api)[0]["state"] == "ACKNOWLEDGED"


def test_a_closed_incident_leaves_the_list_and_comes_back_by_hand(api: Api, clock: Clock) -> None:
    closed = act(api, clock, "closeIncident", 'id: "F-1"')["incident"]

    assert (closed["state"], listed(api)) == ("CLOSED", [])
    assert [each["id"] for each in listed(api, active=False)] == ["incident:F-1"]
    assert act(api, clock, "reopenIncident", 'id: "F-1"')["incident"]["state"] == "OPEN"
    assert [each["id"] for each in listed(api)] == ["incident:F-1"]


def test_incidents_are_merged_and_split_again(api: Api, clock: Clock, store: Store) -> None:
    report(store, "F-2", "system:commerce", minutes=200)
    assert len(listed(api)) == 2

    merged = act(api, clock, "mergeIncidents", 'ids: ["F-1", "F-2"]')["incident"]
    assert merged["id"] == "incident:F-2"
    assert {each["id"] for each in merged["failures"]} == {"failure:F-1", "failure:F-2"}
    assert [each["id"] for each in listed(api)] == ["incident:F-2"]

    act(api, clock, "splitIncident", 'id: "F-1", alerts: ["failure:F-2"]')
    assert {each["id"] for each in listed(api)} == {"incident:F-1", "incident:F-2"}


def test_what_cannot_be_done_is_refused_with_its_reason(api: Api, clock: Clock) -> None:
    for field, arguments, words in (
        ("splitIncident", 'id: "F-1", alerts: ["F-9"]', "has no failure or alert 'F-9'; it has F-1"),
        ("splitIncident", 'id: "F-1", alerts: ["F-1"]', "These are all failures and alerts"),
        ("mergeIncidents", 'ids: ["F-1", "F-1"]', "nothing to merge"),
        ("noteIncident", 'id: "F-1", note: " "', "note is empty"),
        ("assignIncident", 'id: "F-1", assignee: ""', "assignee is empty"),
        ("assignIncident", 'id: "F-1", assignee: "team:store"', "Did you mean team:stores?"),
        ("doStep", 'incident: "F-1", step: 99', "There is no step 99"),
    ):
        payload = act(api, clock, field, arguments)
        assert payload["incident"] is None
        assert words in payload["problems"][0]["message"]
    assert listed(api)[0]["version"] == 0


def test_an_incident_that_is_not_on_record_is_an_error_with_near_ones(api: Api) -> None:
    errors = api.answer('mutation { closeIncident(id: "F-11") { incident { id } } }')["errors"]

    assert "incident:F-1" in errors[0]["message"]


def test_a_failure_made_from_an_alert_is_an_alert_of_its_incident(api: Api, store: Store) -> None:
    origin = {"sender": "alertmanager", "source": "prod", "key": "a1", "reason": "job=oms is system:oms"}
    report(store, "F-7", "integration:pick-confirm", alert=origin, minutes=14)

    alerts = [edge["node"] for each in listed(api) for edge in each["alerts"]["edges"]]
    assert alerts == [
        {
            "id": "failure:F-7",
            "sender": "alertmanager",
            "source": "prod",
            "key": "a1",
            "state": "firing",
            "reason": "job=oms is system:oms",
            "class": "OUTAGE",
        }
    ]


PLAN = """mutation ($input: MaintenanceInput!) { planMaintenance(input: $input, by: "ana") {
  maintenance { key startsAt elements by } problems { message } } }"""


def test_planned_maintenance_makes_its_failures_quiet(api: Api) -> None:
    times = {"startsAt": "2026-03-02T09:00:00Z", "endsAt": "2026-03-02T12:00:00Z"}
    plan = {"key": "m1", "elements": ["integration:pick-confirm"], **times}

    payload = api.ask(PLAN, input=plan)["planMaintenance"]

    assert payload["problems"] == []
    assert payload["maintenance"]["by"] == "ana"
    # a failure that began before the plan was made is expected, too
    assert [each["state"] for each in listed(api)] == ["QUIET"]
    wrong = api.ask(PLAN, input=plan | {"endsAt": "2026-03-02T08:00:00Z"})["planMaintenance"]
    assert (wrong["maintenance"], len(wrong["problems"])) == (None, 1)


def test_cancelled_maintenance_is_expected_no_more(api: Api) -> None:
    cancel = """mutation ($key: String!) { cancelMaintenance(key: $key, by: "ben") {
      maintenance { key by } problems { message } } }"""
    times = {"startsAt": "2026-03-02T09:00:00Z", "endsAt": "2026-03-02T12:00:00Z"}
    api.ask(PLAN, input={"key": "m1", "elements": ["integration:pick-confirm"], **times})

    payload = api.ask(cancel, key="m1")["cancelMaintenance"]

    assert payload == {"maintenance": {"key": "m1", "by": "ana"}, "problems": []}
    assert [each["state"] for each in listed(api)] == ["OPEN"]
    (error,) = api.answer(cancel, {"key": "m1"})["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"


def test_subscribers_get_each_incident_by_itself_when_it_changes(
    address: str, api: Api, clock: Clock, store: Store
) -> None:
    with follower(address) as reader:
        reader.ask("1", "subscription { incidents { id state version } }")
        assert reader.next("1")["incidents"] == {"id": "incident:F-1", "state": "OPEN", "version": 0}

        act(api, clock, "acknowledgeIncident", 'id: "F-1"')
        assert reader.next("1")["incidents"]["state"] == "ACKNOWLEDGED"
        act(api, clock, "closeIncident", 'id: "F-1"')
        assert reader.next("1")["incidents"]["state"] == "CLOSED"


REPORT = 'query ($at: DateTime) { node(id: "incident:F-1") { ... on Incident { report(at: $at) } } }'


def test_the_report_of_a_moment_stays_the_same_to_the_byte(api: Api, clock: Clock, store: Store) -> None:
    act(api, clock, "acknowledgeIncident", 'id: "F-1", by: "ana", note: "I look"')
    at = moment(clock.now).isoformat()
    first = api.ask(REPORT, at=at)["node"]["report"]

    clock.now += 90 * MINUTE
    report(store, "F-2", "system:commerce", minutes=-60)
    act(api, clock, "closeIncident", 'id: "F-1", by: "ben"')

    assert api.ask(REPORT, at=at)["node"]["report"] == first
    assert "| 2026-03-02 09:31:00 | ana acknowledged it: I look. |" in first
    assert "State: acknowledged" in first
    assert "State: closed" in api.ask(REPORT)["node"]["report"]
