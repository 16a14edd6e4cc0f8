"""Repair lists over GraphQL and as files."""

import csv
import io
import json
from typing import Any

import httpx
import pytest

from graph_models.time import HOUR
from tests.functional.http.serving import Api
from tests.functional.http.shop import NOW, event

REPORT = """mutation { reportFailure(input: {id: "F-refused", target: "integration:pick-confirm",
  class: SCHEMA_MISMATCH, startedAt: "2026-03-02T07:30:00Z", endedAt: "2026-03-02T09:00:00Z"}) {
  problems { message } } }"""
PAGE = "pageInfo { hasNextPage endCursor } totalCount"
REPLAY = (
    f"edges {{ node {{ order {{ id }} fulfillment type reason queue since why takes value {{ amount }} "
    f"system {{ id }} integration {{ id }} doneAt }} }} {PAGE} left done value {{ amount currency }} "
    "groups { system { id } queue left done value { amount } } whyEmpty"
)
MESSAGES = (
    f"edges {{ node {{ order {{ id }} action reason type language channel facts text maySay }} }} {PAGE} "
    "value { amount currency } groups { action language channel count } whyEmpty"
)
FIRST = (
    f"edges {{ node {{ order {{ id }} step {{ id }} location {{ id }} slack startAt leftToDo }} }} {PAGE} "
    f"leftOut value {{ amount currency }} groups {{ count leastSlack }} whyEmpty"
)


@pytest.fixture(scope="module")
def refused(api: Api, http: httpx.Client) -> Api:
    """With a failure that has ended and left nine orders in a dead-letter queue."""
    error = {"step": "pick", "code": "DEAD_LETTERED", "element": "integration:pick-confirm"}
    lines = [
        event(
            "fulfillment.failed",
            NOW - HOUR,
            {"order": f"O-{n:04d}", "fulfillment": f"O-{n:04d}/1", **error},
            f"dead-{n}",
        )
        for n in range(9)
    ]
    headers = {"content-type": "application/x-ndjson"}
    assert http.post("/events", content=b"\n".join(lines), headers=headers).status_code == 200
    assert api.ask(REPORT)["reportFailure"]["problems"] == []
    return api


@pytest.fixture(scope="module")
def incident(refused: Api) -> Any:
    """The lists of the incident of that failure."""
    (edge,) = refused.ask(
        f"{{ incidents(active: null) {{ edges {{ node {{ id failures {{ id }} replay {{ {REPLAY} }} "
        f"communications {{ {MESSAGES} }} reprioritise {{ {FIRST} }} }} }} }} }}"
    )["incidents"]["edges"]
    return edge["node"]


def test_an_incident_has_what_is_to_be_replayed(incident: Any) -> None:
    replay = incident["replay"]
    nodes = [edge["node"] for edge in replay["edges"]]

    assert replay["totalCount"] == replay["left"] > 0
    assert {node["integration"]["id"] for node in nodes} == {"integration:pick-confirm"}
    assert all(node["takes"] and node["doneAt"] is None for node in nodes)
    assert sum(group["left"] for group in replay["groups"]) == replay["left"]
    assert replay["whyEmpty"] is None


def test_an_incident_has_the_messages_to_customers(incident: Any) -> None:
    messages = incident["communications"]

    assert sum(group["count"] for group in messages["groups"]) == messages["totalCount"]
    assert (messages["whyEmpty"] is None) == (messages["totalCount"] > 0)
    for edge in messages["edges"]:
        assert "pick-confirm" not in json.dumps(edge["node"])


def test_an_incident_has_what_is_treated_first(incident: Any) -> None:
    first = incident["reprioritise"]

    assert first["totalCount"] + first["leftOut"] > 0
    assert sum(group["count"] for group in first["groups"]) == first["totalCount"]


def test_pages_of_failures_have_what_the_file_has(refused: Api, http: httpx.Client) -> None:
    document = (
        'query ($after: String) { repair(failures: ["F-refused"]) { replay(first: 7, after: $after) { '
        f"edges {{ node {{ fulfillment }} }} {PAGE} }} }} }}"
    )
    page = refused.ask(document)["repair"]["replay"]
    later = refused.ask(document, after=page["pageInfo"]["endCursor"])["repair"]["replay"]
    names = [edge["node"]["fulfillment"] for edge in (*page["edges"], *later["edges"])]
    parameters = {"failure": "F-refused", "of": "replay"}
    rows = csv.DictReader(io.StringIO(http.get("/export/repair", params=parameters).text))
    lines = http.get("/export/repair", params={**parameters, "format": "ndjson"}).text.splitlines()

    assert len(names) == page["totalCount"] == 9
    assert not later["pageInfo"]["hasNextPage"]
    assert [row["fulfillment"] for row in rows if not row["done_at"]] == names
    assert [json.loads(line)["fulfillment"] for line in lines][: len(names)] == names


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ('incident: "none"', "NOT_FOUND"),
        ('failures: ["F-none"]', "NOT_FOUND"),
        ('failures: ["F-1"], incident: "F-1"', "BAD_INPUT"),
    ],
)
def test_what_cannot_be_answered_is_an_error(api: Api, arguments: str, code: str) -> None:
    assert api.codes(f"{{ repair({arguments}) {{ headline }} }}") == [code]


def test_a_file_of_an_unknown_incident_is_an_error(http: httpx.Client) -> None:
    response = http.get("/export/repair", params={"incident": "none"})

    assert (response.status_code, response.json()["code"]) == (404, "NOT_FOUND")
