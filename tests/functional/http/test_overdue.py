"""Overdue orders over GraphQL."""

from tests.functional.http.serving import Api

QUERY = """query ($by: [Dimension!], $first: Int, $after: String) {
  overdue(by: $by, first: $first, after: $after) {
    asOf totalCount groups { key overdue total value { amount currency } }
    orders { totalCount pageInfo { hasNextPage endCursor } edges { node { id fulfillments { overdue
    expectedNext enteredAt status } } } }
    inCommon { dimension value overdueWith totalWith overdueWithout totalWithout lift pValue }
    suspects { kind likelihood evidence failureInput element { id } path { sentence } }
} }"""


def test_every_page_together_has_every_overdue_order_once(api: Api) -> None:
    seen: list[str] = []
    after, more = None, True
    while more:
        page = api.ask(QUERY, first=3, after=after)["overdue"]["orders"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert len(seen) == len(set(seen)) == page["totalCount"]


def test_each_order_listed_has_an_overdue_part_and_the_others_have_none(api: Api) -> None:
    listed = {edge["node"]["id"] for edge in api.ask(QUERY, first=500)["overdue"]["orders"]["edges"]}
    every = api.ask("{ orders(first: 500) { edges { node { id fulfillments { overdue status } } } } }")[
        "orders"
    ]["edges"]

    assert {
        edge["node"]["id"] for edge in every if any(part["overdue"] for part in edge["node"]["fulfillments"])
    } == listed


def test_groups_by_channel_add_up_to_the_orders(api: Api) -> None:
    found = api.ask(QUERY, by=["CHANNEL"])["overdue"]

    assert sum(group["overdue"] for group in found["groups"]) == found["totalCount"]


def test_without_dimensions_they_are_grouped_by_step(api: Api) -> None:
    assert all(set(group["key"]) == {"STEP"} for group in api.ask(QUERY)["overdue"]["groups"])


def test_what_is_of_failures_is_refused(api: Api) -> None:
    assert api.codes(QUERY, by=["CAUSE"]) == ["BAD_INPUT"]


def test_an_element_that_nobody_suspects_is_not_reported(api: Api) -> None:
    assert api.codes('mutation { reportSuspect(element: "system:nowhere") { failure { id } } }') == [
        "NOT_FOUND"
    ]


def test_drift_is_a_page(api: Api) -> None:
    found = api.ask(
        "{ drift(first: 5) { totalCount edges { node { kind dimension value since before after pValue orders "
        "sentence element { id } } } } }"
    )

    assert len(found["drift"]["edges"]) == min(5, found["drift"]["totalCount"])
