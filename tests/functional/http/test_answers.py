"""What GraphQL answers, over the shop of tests/functional/http/shop.py."""

import csv
import io
import json
from decimal import Decimal

import httpx
import pytest

from tests.functional.http.conftest import ORDERS
from tests.functional.http.serving import Api

EMEA = [f"order:O-{n:04d}" for n in range(ORDERS) if n % 3 != 2]
"""Orders that F-1 can touch."""


def test_the_totals_the_pages_and_the_breakdown_agree(api: Api) -> None:
    answer = api.ask("""{ blastRadius {
        totals { orders stuck exposed upcoming recordsOnly value { amount currency } }
        orders(first: 500) { totalCount edges { node { band order { id value { amount } } } } }
        breakdown(by: [CHANNEL]) { key orders value { amount } }
    } }""")["blastRadius"]
    nodes = [edge["node"] for edge in answer["orders"]["edges"]]
    totals = answer["totals"]

    assert (
        totals["orders"]
        == answer["orders"]["totalCount"]
        == len(nodes)
        == sum(group["orders"] for group in answer["breakdown"])
    )
    assert (
        totals["orders"]
        == totals["stuck"] + totals["exposed"] + totals["upcoming"] + totals["recordsOnly"]
        > 0
    )
    assert Decimal(totals["value"][0]["amount"]) == sum(
        Decimal(node["order"]["value"]["amount"]) for node in nodes
    )


def test_only_orders_in_the_scope_of_the_failure_are_affected(api: Api) -> None:
    edges = api.ask("{ blastRadius { orders(first: 500) { edges { node { order { id region } } } } } }")[
        "blastRadius"
    ]["orders"]["edges"]

    assert edges
    assert {edge["node"]["order"]["id"] for edge in edges} <= set(EMEA)


def test_the_pages_of_an_answer_give_every_order_once(api: Api) -> None:
    query = """query ($after: String) { blastRadius { orders(first: 7, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } edges { node { order { id } } } } } }"""
    seen: list[str] = []
    after = None
    while True:
        page = api.ask(query, after=after)["blastRadius"]["orders"]
        seen += [edge["node"]["order"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert len(seen) == len(set(seen)) == page["totalCount"]


def test_a_what_if_is_answered_and_nothing_of_it_is_stored(api: Api) -> None:
    query = """{ blastRadius(suppose: [{target: "system:storeops",
        class: OUTAGE, startedAt: "2026-03-02T09:20:00Z",
        scope: {locations: ["store-101"]}}]) {
        failures { id target { id } } totals { orders } } }"""

    answer = api.ask(query)["blastRadius"]

    assert [failure["target"]["id"] for failure in answer["failures"]] == ["system:storeops"]
    assert answer["totals"]["orders"] > 0
    assert api.ask("{ failures { totalCount } }")["failures"]["totalCount"] == 1


def test_a_filter_narrows_the_whole_answer(api: Api) -> None:
    query = """{ blastRadius(where: {locations: ["location:store-001"]}) {
        totals { orders } orders(first: 500) { edges { node { order { fulfillments { location { id } } } } } }
        } }"""

    answer = api.ask(query)["blastRadius"]

    places = {
        edge["node"]["order"]["fulfillments"][0]["location"]["id"] for edge in answer["orders"]["edges"]
    }
    assert places == {"location:store-001"}
    assert answer["totals"]["orders"] == len(answer["orders"]["edges"])


def test_an_answer_of_a_moment_before_the_failure_is_empty(api: Api) -> None:
    answer = api.ask(
        '{ blastRadius(asOf: "2026-03-02T09:00:00Z") { asOf failures { id } totals { orders } } }'
    )["blastRadius"]

    assert answer == {"asOf": "2026-03-02T09:00:00Z", "failures": [], "totals": {"orders": 0}}


def test_an_impaired_element_comes_with_the_path_to_it(api: Api) -> None:
    edges = api.ask(
        "{ blastRadius { elements { edges { node { element { id } effect from until path { sentence hops { "
        "to } } } } } } }"
    )
    nodes = [edge["node"] for edge in edges["blastRadius"]["elements"]["edges"]]

    assert {"integration:pick-confirm"} <= {node["element"]["id"] for node in nodes}
    assert all(node["path"]["hops"][-1]["to"] == node["element"]["id"] for node in nodes)


def test_an_affected_order_is_explained_to_its_own_effect(api: Api) -> None:
    node = api.ask(
        "{ blastRadius { orders(first: 1) { edges { node { effect order { id } path { hops { to effect } } } "
        "} } } }"
    )
    first = node["blastRadius"]["orders"]["edges"][0]["node"]

    explained = api.ask(
        "query ($order: ID!) { blastRadius { explain(order: $order) { affected sentence paths { hops { to "
        "effect } } } } }",
        order=first["order"]["id"],
    )

    explanation = explained["blastRadius"]["explain"]
    assert explanation["affected"]
    assert first["path"] in explanation["paths"]


def test_an_order_out_of_scope_is_explained_by_what_stopped_the_failure(api: Api) -> None:
    explanation = api.ask(
        '{ blastRadius { explain(order: "O-0002") { affected sentence stoppedBy { rule detail } } } }'
    )["blastRadius"]["explain"]

    assert explanation["affected"] is False
    assert explanation["sentence"]


@pytest.mark.parametrize("identifier", ["order:O-0001", "O-0001", "ORDER:O-0001"])
def test_an_order_is_found_by_its_full_id_or_its_key(api: Api, identifier: str) -> None:
    order = api.ask(
        "query ($id: ID!) { order(id: $id) { id channel value { amount currency } fulfillments { id step { "
        "id } status } } }",
        id=identifier,
    )["order"]

    assert order == {
        "id": "order:O-0001",
        "channel": "web",
        "value": {"amount": "101.90", "currency": "EUR"},
        "fulfillments": [
            {"id": "fulfillment:O-0001/1", "step": {"id": "step:ship-from-store/pick"}, "status": "IN_FLIGHT"}
        ],
    }


def test_an_order_of_an_earlier_moment_is_as_it_was(api: Api) -> None:
    query = '{ order(id: "O-0001", asOf: "2026-03-02T07:31:30Z") { fulfillments { step { id } } } }'

    assert api.ask(query) == {"order": {"fulfillments": [{"step": {"id": "step:ship-from-store/promise"}}]}}


def test_an_order_that_was_not_placed_yet_is_null(api: Api) -> None:
    assert api.ask('{ order(id: "O-0001", asOf: "2026-03-02T07:00:00Z") { id } }') == {"order": None}


def test_the_story_of_an_order_is_in_order_and_goes_from_what_happened_to_what_is_expected(api: Api) -> None:
    timeline = api.ask('{ order(id: "O-0001") { timeline { at kind expected failure { id } } } }')["order"][
        "timeline"
    ]

    assert [entry["at"] for entry in timeline] == sorted(entry["at"] for entry in timeline)
    assert [entry["kind"] for entry in timeline[:3]] == [
        "order.placed",
        "fulfillment.entered",
        "fulfillment.entered",
    ]
    assert any(entry["expected"] for entry in timeline)
    assert {"failure": {"id": "failure:F-1"}} in [{"failure": entry["failure"]} for entry in timeline]


def test_the_story_of_an_order_that_no_failure_touches_names_none(api: Api) -> None:
    timeline = api.ask('{ order(id: "O-0002") { timeline { failure { id } } } }')["order"]["timeline"]

    assert timeline
    assert all(entry["failure"] is None for entry in timeline)


def test_orders_are_listed_oldest_first_and_filtered(api: Api) -> None:
    page = api.ask(
        '{ orders(where: {channels: ["app"]}, first: 500) { totalCount edges { node { channel placedAt } } } '
        "}"
    )["orders"]
    placed = [edge["node"]["placedAt"] for edge in page["edges"]]

    assert page["totalCount"] == ORDERS / 2
    assert placed == sorted(placed)
    assert {edge["node"]["channel"] for edge in page["edges"]} == {"app"}


def test_orders_are_found_by_how_they_stand_to_the_failures_that_are_active(api: Api) -> None:
    listed = api.ask(
        "{ orders(where: {bands: [STUCK, EXPOSED, UPCOMING, RECORDS_ONLY]}, first: 500) { edges { node { id "
        "placedAt } } } }"
    )["orders"]["edges"]

    assert {edge["node"]["id"] for edge in listed} == affected(api)
    assert [edge["node"]["placedAt"] for edge in listed] == sorted(
        edge["node"]["placedAt"] for edge in listed
    )


def test_an_element_has_its_kind_its_owner_and_its_own_fields(api: Api) -> None:
    element = api.ask("""{ element(id: "integration:pick-confirm") { kind key name owner { id }
        ... on Integration { from { id } to { id } via { id } transport deadLetter } impairments { effect } }
        }""")["element"]

    assert element == {
        "kind": "INTEGRATION",
        "key": "pick-confirm",
        "name": "pick-confirm",
        "owner": {"id": "team:stores"},
        "from": {"id": "system:storeops"},
        "to": {"id": "system:oms"},
        "via": [{"id": "system:broker"}],
        "transport": "queue",
        "deadLetter": "pick.dlq",
        "impairments": [{"effect": "BLOCKED"}],
    }


def test_elements_are_searched_by_name_and_owner(api: Api) -> None:
    edges = api.ask('{ elements(search: "MANAGEMENT", owner: "orders") { edges { node { id } } } }')[
        "elements"
    ]["edges"]

    assert [edge["node"]["id"] for edge in edges] == ["system:oms"]


def test_what_an_element_needs_is_followed_as_deep_as_asked(api: Api) -> None:
    query = (
        'query ($depth: Int) { element(id: "api:oms.orders") { dependencies(depth: $depth) { edges { node { '
        "id } } } } }"
    )

    near = [edge["node"]["id"] for edge in api.ask(query, depth=1)["element"]["dependencies"]["edges"]]

    assert near == ["system:oms"]


def test_a_path_reads_from_one_end_to_the_other(api: Api) -> None:
    paths = api.ask(
        '{ paths(from: "step:ship-from-store/pack", to: "system:broker", first: 3) { sentence hops { from to '
        "rule } } }"
    )["paths"]

    assert paths
    assert all(
        path["hops"][0]["from"] == "step:ship-from-store/pack" and path["hops"][-1]["to"] == "system:broker"
        for path in paths
    )


@pytest.mark.parametrize(
    "identifier",
    [
        "order:O-0001",
        "failure:F-1",
        "system:oms",
        "step:ship-from-store/pick",
        "location:store-001",
        "team:care",
    ],
)
def test_whatever_has_an_id_is_found_by_it(api: Api, identifier: str) -> None:
    assert api.ask("query ($id: ID!) { node(id: $id) { id } }", id=identifier) == {"node": {"id": identifier}}


def test_a_version_of_the_topology_is_found_by_its_id(api: Api) -> None:
    version = api.ask("{ topologies { edges { node { id current } } } }")["topologies"]["edges"][0]["node"]

    assert api.ask(
        "query ($id: ID!) { node(id: $id) { id ... on TopologyVersion { current } } }", id=version["id"]
    ) == {"node": version}


def test_failures_are_filtered(api: Api) -> None:
    query = "query ($where: FailureFilter) { failures(where: $where) { totalCount } }"

    def count(**where: object) -> int:
        return api.ask(query, where=where)["failures"]["totalCount"]

    assert (
        count(
            targets=["integration:pick-confirm"],
            classes=["OUTAGE"],
            severities=["ERROR"],
            **{"from": "2026-03-02T09:10:00Z"},
        )
        == 1
    )
    assert count(classes=["LATENCY"]) == 0
    assert count(to="2026-03-02T09:10:00Z") == 0


def affected(api: Api) -> set[str]:
    edges = api.ask("{ blastRadius { orders(first: 500) { edges { node { order { id } } } } } }")[
        "blastRadius"
    ]["orders"]["edges"]
    return {edge["node"]["order"]["id"] for edge in edges}


def test_the_csv_has_the_orders_of_the_pages(api: Api, http: httpx.Client) -> None:
    rows = list(csv.DictReader(io.StringIO(http.get("/export").text)))

    assert {row["order"] for row in rows} == affected(api)
    assert len(rows) == len(affected(api))


def test_ndjson_has_the_same_rows_as_csv(http: httpx.Client) -> None:
    rows = list(csv.DictReader(io.StringIO(http.get("/export").text)))
    lines = [json.loads(line) for line in http.get("/export", params={"format": "ndjson"}).text.splitlines()]

    assert [line["order"] for line in lines] == [row["order"] for row in rows]


@pytest.mark.parametrize(
    ("of", "field"), [("postings", "postings"), ("notifications", "notifications"), ("tasks", "tasks")]
)
def test_records_are_exported_as_many_as_there_are(api: Api, http: httpx.Client, of: str, field: str) -> None:
    count = api.ask(f"{{ blastRadius {{ {field} {{ totalCount }} }} }}")["blastRadius"][field]["totalCount"]

    assert len(http.get("/export", params={"of": of, "format": "ndjson"}).text.splitlines()) == count


def test_an_export_of_nothing_has_its_head_line(http: httpx.Client) -> None:
    text = http.get("/export", params={"asOf": "2026-03-02T09:00:00Z"}).text

    assert text.startswith("order,fulfillment,band")
    assert len(text.splitlines()) == 1


def test_an_export_is_what_the_page_shows_filtered_supposed_and_sorted(api: Api, http: httpx.Client) -> None:
    where, suppose = (
        '{channels: ["web"], minValue: "110"}',
        '{target: "system:oms", class: OUTAGE, startedAt: "2026-03-02T09:20:00Z"}',
    )
    query = f"""
    {{
      blastRadius(suppose: [{suppose}], where: {where}) {{
        orders(first: 500, orderBy: VALUE_DESC) {{ edges {{ node {{ order {{ id }} }} }} }}
      }}
    }}
    """
    asked = {
        "where": '{"channels": ["web"], "minValue": "110"}',
        "suppose": '[{"target": "system:oms", "class": "OUTAGE", "startedAt": "2026-03-02T09:20:00Z"}]',
        "orderBy": "VALUE_DESC",
    }
    rows = csv.DictReader(io.StringIO(http.get("/export", params=asked).text))

    shown = [edge["node"]["order"]["id"] for edge in api.ask(query)["blastRadius"]["orders"]["edges"]]
    assert [row["order"] for row in rows] == shown
    assert 0 < len(shown) < ORDERS


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?failure=F-9", 404),
        ("?asOf=yesterday", 400),
        ("?horizon=long", 400),
        ("?format=xml", 400),
        ("?of=money", 400),
        ("?where={", 400),
        ("?where=[1]", 400),
        ('?where={"chanels":["web"]}', 400),
        ('?where={"minValue":"much"}', 400),
        ('?where={"ids":["O-9999"]}', 404),
        ('?suppose={"target":"system:oms"}', 400),
        ('?suppose=[{"target":"system:oms"}]', 400),
        ("?orderBy=FIRST", 400),
    ],
)
def test_an_export_that_cannot_be_made_says_why(http: httpx.Client, query: str, status: int) -> None:
    response = http.get(f"/export{query}")

    assert (response.status_code, set(response.json()) >= {"code", "message"}) == (status, True)
