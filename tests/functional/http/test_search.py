"""One box for everything, and what else the explorer asks."""

import pytest

from impactgraph.ports.store import Store
from tests.functional.http.conftest import ORDERS
from tests.functional.http.serving import Api
from tests.functional.http.shop import NOW, event

HITS = (
    "query ($text: String!, $first: Int) { searchHits(text: $text, first: $first) { matched fulfillment node "
    "{ __typename id } } }"
)


@pytest.fixture(scope="module", autouse=True)
def documents(shop: Store) -> None:
    posting = {
        "order": "O-0003",
        "fulfillment": "O-0003/1",
        "type": "goods_issue",
        "amount": "103.90",
        "currency": "EUR",
        "document": "RE-4711",
    }
    imported = {
        "order": "M-1",
        "channel": "marketplace",
        "mode": "ship_from_store",
        "currency": "EUR",
        "value": "9.90",
        "attributes": {"External-Id": "EXT-778.991"},
        "fulfillments": [{"fulfillment": "M-1/1", "workflow": "ship-from-store", "location": "store-001"}],
    }
    events = [
        event("posting.recorded", NOW, posting, "posting-1"),
        event("order.placed", NOW, imported, "placed-m-1"),
    ]
    assert shop.ingest(events).quarantined == []


def found(api: Api, text: str, first: int | None = None) -> list[tuple[str, str]]:
    return [
        (hit["node"]["id"], hit["matched"]) for hit in api.ask(HITS, text=text, first=first)["searchHits"]
    ]


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("O-0001", ("order:O-0001", "order O-0001")),
        ("o-0001", ("order:O-0001", "order O-0001")),
        (" order:O-0001 ", ("order:O-0001", "order O-0001")),
        ("O-0001/1", ("fulfillment:O-0001/1", "fulfillment O-0001/1")),
        ("fulfillment:O-0001/1", ("fulfillment:O-0001/1", "fulfillment O-0001/1")),
        ("RE-4711", ("order:O-0003", "goods_issue RE-4711")),
        ("re-4711", ("order:O-0003", "goods_issue RE-4711")),
        ("4711", ("order:O-0003", "goods_issue RE-4711")),
        ("-0042", ("order:O-0042", "order O-0042")),
        ("F-1", ("failure:F-1", "failure F-1")),
        ("oms", ("system:oms", "system oms")),
        ("SYSTEM:oms", ("system:oms", "system oms")),
        ("pick-conf", ("integration:pick-confirm", "integration pick-confirm")),
        ("confirmations stopped", ("failure:F-1", "failure F-1")),
        ("pick-comfirm", ("integration:pick-confirm", "integration pick-confirm")),
    ],
)
def test_what_is_typed_finds_the_best_first(api: Api, text: str, best: tuple[str, str]) -> None:
    assert found(api, text)[0] == best


FIND = "query ($text: String!) { findOrder(text: $text) { matched fulfillment node { id } } }"


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("O-0042", "order:O-0042"),
        ("42", "order:O-0042"),
        ("0042", "order:O-0042"),
        ("#42", "order:O-0042"),
        ("o - 0042", "order:O-0042"),
        ("Order O-0042", "order:O-0042"),
        ("order #0042", "order:O-0042"),
        ("http://localhost:8000/#/order/O-0042?asOf=2026-03-02T09%3A00%3A00Z", "order:O-0042"),
        ("42/1", "fulfillment:O-0042/1"),
        ("O-0042 / 1", "fulfillment:O-0042/1"),
        ("RE 4711", "order:O-0003"),
        ("ext-778.991", "order:M-1"),
        ("marketplace order EXT-778.991!", "order:M-1"),
    ],
)
def test_an_order_is_found_by_anything_that_names_it(api: Api, text: str, order: str) -> None:
    assert found(api, text)[0][0] == order
    assert api.ask(FIND, text=text)["findOrder"]["node"]["id"] == order


def test_several_orders_with_one_document_are_listed(api: Api, shop: Store) -> None:
    for order in ("O-0004", "O-0005"):
        posting = {"order": order, "fulfillment": f"{order}/1", "type": "invoice", "document": "RE-SUM"}
        shop.ingest([event("posting.recorded", NOW, posting, f"sum-{order}")])

    (error,) = api.answer(FIND, {"text": "RE-SUM"})["errors"]

    assert error["extensions"]["code"] == "BAD_INPUT"
    assert "order:O-0004 (invoice RE-SUM), order:O-0005 (invoice RE-SUM)" in error["message"]


@pytest.mark.parametrize(
    ("text", "kind"), [("jo@example.com", "an e-mail address"), ("+49 171 2345678", "a phone number")]
)
def test_contact_data_are_refused_with_what_is_possible(api: Api, text: str, kind: str) -> None:
    for query in (HITS, FIND):
        (error,) = api.answer(query, {"text": text})["errors"]

        assert f"looks like {kind}" in error["message"] and "Search by the id of an order" in error["message"]


def test_the_beginning_of_several_orders_names_none(api: Api) -> None:
    (error,) = api.answer(FIND, {"text": "O-004"})["errors"]

    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["extensions"]["near"][0] == "order:O-0040"


def test_a_kind_keeps_to_that_kind(api: Api) -> None:
    assert {identifier.partition(":")[0] for identifier, _ in found(api, "step:pick")} == {"step"}
    assert [identifier for identifier, _ in found(api, "order:O-0001")] == ["order:O-0001"]


def test_a_beginning_finds_as_many_as_are_asked_for(api: Api) -> None:
    assert [identifier for identifier, _ in found(api, "O-00", 7)] == [f"order:O-{n:04d}" for n in range(7)]
    assert len(found(api, "O-00")) == min(20, 2 * ORDERS)


@pytest.mark.parametrize("text", ["zzzzz", "%", "_", "' or 1=1 --", '"', "O-0001/1/1", "order:zzz"])
def test_what_there_is_not_finds_nothing(api: Api, text: str) -> None:
    assert found(api, text) == []


@pytest.mark.parametrize(
    ("text", "first"), [("", 5), ("  ", 5), ("x" * 201, 5), ("O-0001", 0), ("O-0001", 501)]
)
def test_what_cannot_be_looked_for_is_refused(api: Api, text: str, first: int) -> None:
    assert api.codes(HITS, text=text, first=first) == ["BAD_INPUT"]


def test_the_short_form_gives_the_same(api: Api) -> None:
    answer = api.ask(
        '{ search(text: "O-0001") { __typename id } searchHits(text: "O-0001") { node { __typename id } } }'
    )

    assert answer["search"] == [hit["node"] for hit in answer["searchHits"]]
    assert [node["__typename"] for node in answer["search"]] == ["Order", "Fulfillment"]


def test_a_fulfillment_is_a_node_and_knows_its_order(api: Api) -> None:
    query = "query ($id: ID!) { node(id: $id) { id ... on Fulfillment { order { id } } } }"

    assert api.ask(query, id="fulfillment:O-0001/1")["node"] == {
        "id": "fulfillment:O-0001/1",
        "order": {"id": "order:O-0001"},
    }
    assert api.ask(query, id="fulfillment:O-0001")["node"] is None


def test_the_map_has_every_element_once_and_edges_between_them(api: Api) -> None:
    query = (
        "{ about { topology } topologyMap { version elements { id kind name parent owner } edges { from to "
        "kind } } elements { totalCount } }"
    )
    answer = api.ask(query)
    drawn = answer["topologyMap"]
    ids = [element["id"] for element in drawn["elements"]]

    assert drawn["version"] == answer["about"]["topology"]
    assert len(ids) == len(set(ids)) == answer["elements"]["totalCount"]
    assert {edge[end] for edge in drawn["edges"] for end in ("from", "to")} <= set(ids)
    assert {element["parent"] for element in drawn["elements"] if element["kind"] == "STEP"} <= {
        element["id"] for element in drawn["elements"] if element["kind"] == "WORKFLOW"
    }


def test_the_edges_of_the_map_are_the_dependencies_of_the_elements(api: Api) -> None:
    edges = api.ask("{ topologyMap { edges { from to kind } } }")["topologyMap"]["edges"]
    needs = {
        edge["to"]
        for edge in edges
        if edge["from"] == "integration:pick-confirm" and edge["kind"] not in ("OWNED_BY", "COVERS")
    }

    nodes = api.ask(
        '{ element(id: "integration:pick-confirm") { dependencies(depth: 1, first: 500) { edges { node { id '
        "} } } } }"
    )
    assert needs == {edge["node"]["id"] for edge in nodes["element"]["dependencies"]["edges"]}


def test_the_map_keeps_to_the_kinds_that_are_asked_for(api: Api) -> None:
    drawn = api.ask(
        "{ topologyMap { elements(kinds: [SYSTEM]) { kind } edges(kinds: [FOLLOWS]) { kind } } }"
    )["topologyMap"]

    assert {element["kind"] for element in drawn["elements"]} == {"SYSTEM"}
    assert {edge["kind"] for edge in drawn["edges"]} == {"FOLLOWS"}
    assert api.codes('{ topologyMap(version: "topology:none") { version } }') == ["NOT_FOUND"]


def test_what_a_failure_puts_at_stake_is_what_its_own_answer_says(api: Api) -> None:
    answer = api.ask("""{
        failures(active: true) { edges { node { owner { id } atStake {
            orders stuck willMissPromise value { amount currency } oldestOrder { id placedAt } shared } } } }
        blastRadius(failures: ["F-1"]) { atStake { failure { id } orders } totals { orders stuck
        willMissPromise value { amount currency } }
            orders(first: 500) { edges { node { order { id placedAt } } } } } }""")
    node = answer["failures"]["edges"][0]["node"]
    stake, radius = node["atStake"], answer["blastRadius"]
    oldest = min(
        (edge["node"]["order"] for edge in radius["orders"]["edges"]), key=lambda order: order["placedAt"]
    )

    assert {name: stake[name] for name in radius["totals"]} == radius["totals"]
    assert stake["oldestOrder"] == oldest
    assert stake["shared"] == ["region emea"]
    assert node["owner"] == {"id": "team:stores"}
    assert radius["atStake"] == [{"failure": {"id": "failure:F-1"}, "orders": stake["orders"]}]


def test_several_failures_are_ranked_by_what_each_puts_at_stake(api: Api) -> None:
    answer = api.ask("""{ blastRadius(failures: ["F-1"], suppose: [
        {id: "S-1", target: "system:oms", class: OUTAGE, startedAt: "2026-03-02T09:20:00Z"}]) { atStake {
        failure { id } orders } } }""")
    ranked = answer["blastRadius"]["atStake"]

    assert [stake["failure"]["id"] for stake in ranked] == ["failure:S-1", "failure:F-1"]
    assert ranked[0]["orders"] >= ranked[1]["orders"]


def test_impairments_of_one_element_can_be_asked_for(api: Api) -> None:
    query = """query ($ids: [ID!]) {
      blastRadius(suppose: [{target: "system:oms", class: OUTAGE, startedAt: "2026-03-02T09:20:00Z"}]) {
        elements(ids: $ids, first: 500) { totalCount edges { node { element { id } } } } } }"""
    found = api.ask(query, ids=["system:oms"])["blastRadius"]["elements"]

    assert {edge["node"]["element"]["id"] for edge in found["edges"]} == {"system:oms"}
    assert 0 < found["totalCount"] < api.ask(query)["blastRadius"]["elements"]["totalCount"]
    assert api.codes(query, ids=["system:none"]) == ["NOT_FOUND"]


def test_an_answer_that_looks_no_further_says_so(api: Api) -> None:
    query = """query ($limit: Int) {
      blastRadius(limit: $limit, suppose: [{target: "system:oms",
        class: OUTAGE, startedAt: "2026-03-02T09:20:00Z"}]) {
        complete frontier assumptions } }"""
    short, whole = api.ask(query, limit=1)["blastRadius"], api.ask(query)["blastRadius"]

    assert (short["complete"], whole["complete"], whole["frontier"]) == (False, True, [])
    assert short["frontier"]
    assert api.codes(query, limit=0) == ["BAD_INPUT"]


def test_an_answer_names_the_last_event_that_it_stands_on(api: Api, shop: Store) -> None:
    def marks() -> set[str]:
        answer = api.ask("{ about { watermark orders version } blastRadius { watermark } }")
        assert answer["about"]["orders"] == ORDERS + 1  # the one with an external id
        return {answer["about"]["watermark"], answer["blastRadius"]["watermark"]}

    before = marks()
    placed = {"order": "O-0000", "fulfillment": "O-0000/1", "step": "pack"}
    shop.ingest([event("fulfillment.entered", NOW, placed, "one-more")])

    assert [len(before), len(marks())] == [1, 1]
    assert {int(mark) for mark in marks()} == {int(mark) + 1 for mark in before}
