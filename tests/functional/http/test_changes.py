"""Failures and topologies are changed through GraphQL."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from impactgraph.bootstrap import open_store
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW, TOPOLOGY, fill

REPORT = """mutation ($input: FailureInput!) { reportFailure(input: $input) {
    failure { id target { id } class startedAt expectedEnd delay scope severity summary active } problems {
    message } } }"""
OUTAGE = {
    "id": "F-7",
    "target": "system:oms",
    "class": "OUTAGE",
    "startedAt": "2026-03-02T09:00:00Z",
    "scope": {"locations": ["location:store-001"]},
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(str(tmp_path / "store"), now=lambda: NOW)
    fill(store, 9)
    yield store
    store.close()


@pytest.fixture
def api(store: Store) -> Iterator[Api]:
    with (
        served(create_app(store, Settings(), now=lambda: NOW)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield Api(client)


def test_a_reported_failure_is_known_with_all_that_was_stated(api: Api) -> None:
    report = OUTAGE | {
        "expectedEnd": "2026-03-02T12:00:00Z",
        "delay": "PT15M",
        "severity": "CRITICAL",
        "summary": "OMS is down",
    }

    payload = api.ask(REPORT, input=report)["reportFailure"]

    assert payload == {
        "failure": {
            "id": "failure:F-7",
            "target": {"id": "system:oms"},
            "class": "OUTAGE",
            "startedAt": "2026-03-02T09:00:00Z",
            "expectedEnd": "2026-03-02T12:00:00Z",
            "delay": "PT15M",
            "scope": {"locations": ["store-001"]},
            "severity": "CRITICAL",
            "summary": "OMS is down",
            "active": True,
        },
        "problems": [],
    }


def test_the_same_report_again_changes_nothing(api: Api) -> None:
    first = api.ask(REPORT, input=OUTAGE)

    assert api.ask(REPORT, input=OUTAGE) == first
    assert api.ask("{ failures { totalCount } }")["failures"]["totalCount"] == 2


def test_another_report_under_the_same_id_is_refused(api: Api) -> None:
    api.ask(REPORT, input=OUTAGE)

    payload = api.ask(REPORT, input=OUTAGE | {"class": "LATENCY"})["reportFailure"]

    assert payload["failure"] is None
    assert "updateFailure" in payload["problems"][0]["message"]


def test_a_report_without_an_id_is_given_one(api: Api) -> None:
    report = {name: value for name, value in OUTAGE.items() if name != "id"}

    assert api.ask(REPORT, input=report)["reportFailure"]["failure"]["id"].startswith("failure:")


def test_all_problems_of_a_report_are_reported_at_once_and_nothing_is_taken(api: Api) -> None:
    payload = api.ask(REPORT, input=OUTAGE | {"errorRate": 3, "endedAt": "2026-03-02T08:00:00Z"})[
        "reportFailure"
    ]

    assert (payload["failure"], len(payload["problems"])) == (None, 2)
    assert api.ask("{ failures { totalCount } }")["failures"]["totalCount"] == 1


def test_a_report_is_part_of_answers_about_moments_since_its_start(api: Api) -> None:
    api.ask(REPORT, input=OUTAGE)

    answer = api.ask(
        '{ blastRadius(failures: ["failure:F-7"], asOf: "2026-03-02T09:05:00Z") { failures { id active } } }'
    )

    assert answer["blastRadius"]["failures"] == [{"id": "failure:F-7", "active": True}]


UPDATE = """
mutation ($id: ID!, $input: FailureUpdate!) {
  updateFailure(id: $id, input: $input) { failure { summary severity expectedEnd } problems { message } }
}
"""


def test_an_update_changes_what_it_names_and_nothing_else(api: Api) -> None:
    payload = api.ask(UPDATE, id="failure:F-1", input={"severity": "CRITICAL"})["updateFailure"]

    assert payload["failure"] == {
        "summary": "Pick confirmations stopped in EMEA",
        "severity": "CRITICAL",
        "expectedEnd": "2026-03-02T14:00:00Z",
    }


def test_of_two_updates_the_later_holds(api: Api) -> None:
    api.ask(UPDATE, id="F-1", input={"summary": "first"})

    assert (
        api.ask(UPDATE, id="F-1", input={"summary": "second"})["updateFailure"]["failure"]["summary"]
        == "second"
    )


RESOLVE = (
    "mutation ($id: ID!, $at: DateTime) { resolveFailure(id: $id, endedAt: $at) { failure { endedAt active } "
    "problems { message } } }"
)


def test_a_resolved_failure_has_ended(api: Api) -> None:
    payload = api.ask(RESOLVE, id="F-1")["resolveFailure"]

    assert payload["failure"] == {"endedAt": "2026-03-02T09:30:00Z", "active": False}
    assert api.ask("{ failures(active: true) { totalCount } }")["failures"]["totalCount"] == 0


def test_an_end_that_was_wrong_can_be_corrected_to_an_earlier_one(api: Api) -> None:
    api.ask(RESOLVE, id="F-1")

    payload = api.ask(RESOLVE, id="F-1", at="2026-03-02T09:20:00Z")["resolveFailure"]

    assert payload["failure"]["endedAt"] == "2026-03-02T09:20:00Z"


def test_an_end_before_the_start_is_a_problem(api: Api) -> None:
    payload = api.ask(RESOLVE, id="F-1", at="2026-03-02T08:00:00Z")["resolveFailure"]

    assert len(payload["problems"]) == 1
    assert payload["failure"]["active"]


APPLY = """mutation ($yaml: String!, $dryRun: Boolean) { applyTopology(yaml: $yaml, dryRun: $dryRun) {
    topology { id current elements } unchanged change { added removed changed { id field before after }
    ordersTouched } problems { message file line } } }"""


def changed() -> str:
    text = TOPOLOGY.read_text()
    assert "takes: 15m, within: 1h" in text
    return text.replace("takes: 15m, within: 1h", "takes: 25m, within: 1h")


def test_a_dry_run_says_what_would_change_and_changes_nothing(api: Api, store: Store) -> None:
    payload = api.ask(APPLY, yaml=changed(), dryRun=True)["applyTopology"]

    assert payload["topology"] is None
    assert [(one["id"], one["field"]) for one in payload["change"]["changed"]] == [
        ("step:ship-from-store/pack", "takes")
    ]
    assert payload["change"]["ordersTouched"] == 9
    assert len(store.topologies()) == 1


def test_a_topology_becomes_the_current_version(api: Api, store: Store) -> None:
    before = store.topologies()[0].key

    payload = api.ask(APPLY, yaml=changed())["applyTopology"]

    assert payload["topology"]["current"]
    assert payload["topology"]["id"] != f"topology:{before}"


def test_a_topology_that_is_the_current_one_makes_no_new_version(api: Api, store: Store) -> None:
    payload = api.ask(APPLY, yaml=TOPOLOGY.read_text())["applyTopology"]

    assert payload["unchanged"]
    assert len(store.topologies()) == 1


def test_a_faulty_topology_is_reported_with_every_line_and_nothing_of_it_is_applied(
    api: Api, store: Store
) -> None:
    payload = api.ask(APPLY, yaml="systems:\n  a: {name: A, owner: nobody}\n  b: {nme: B}\n")["applyTopology"]

    assert {problem["line"] for problem in payload["problems"]} == {2, 3}
    assert payload["topology"] is None
    assert len(store.topologies()) == 1


def test_two_versions_are_compared(api: Api, store: Store) -> None:
    before = store.topologies()[0].key
    after = api.ask(APPLY, yaml=changed())["applyTopology"]["topology"]["id"]

    query = (
        "query ($a: ID!, $b: ID!) { compareTopologies(from: $a, to: $b) { added removed ordersTouched "
        "changed { id before after } } }"
    )
    change = api.ask(query, a=f"topology:{before}", b=after)["compareTopologies"]

    assert (change["added"], change["removed"], change["ordersTouched"]) == ([], [], 9)
    assert [one["id"] for one in change["changed"]] == ["step:ship-from-store/pack"]


def test_a_failure_of_an_element_that_is_gone_keeps_its_target(api: Api) -> None:
    shorter = "".join(
        line for line in TOPOLOGY.read_text().splitlines(keepends=True) if "labels-backup:" not in line
    ).replace("any_of: [[labels], [labels-backup]]", "needs: [labels]")
    api.ask(
        REPORT,
        input={
            "id": "F-8",
            "target": "integration:labels-backup",
            "class": "OUTAGE",
            "startedAt": "2026-03-02T09:00:00Z",
        },
    )

    assert api.ask(APPLY, yaml=shorter)["applyTopology"]["problems"] == []

    assert api.ask('{ node(id: "failure:F-8") { ... on Failure { target { id } } } }') == {
        "node": {"target": {"id": "integration:labels-backup"}}
    }


def test_two_changes_in_one_request_both_happen_though_the_first_answer_looks_around(api: Api) -> None:
    query = """mutation {
        a: reportFailure(input: {id: "F-8", target: "system:oms", class: OUTAGE, startedAt:
        "2026-03-02T09:00:00Z"}) {
            failure { target { impairments { effect } } }
        }
        b: resolveFailure(id: "F-8") { failure { active } }
    }"""

    answer = api.ask(query)

    assert answer["a"]["failure"]["target"]["impairments"]
    assert answer["b"] == {"failure": {"active": False}}


def test_what_was_announced_for_later_is_not_active_yet(api: Api) -> None:
    later = OUTAGE | {"startedAt": "2026-03-02T11:00:00Z"}

    assert api.ask(REPORT, input=later)["reportFailure"]["failure"]["active"] is False
