"""What a principal with a row filter gets over HTTP, beside somebody without one."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from graph_models.access import ALL_ORDERS, LOCAL, Principal, Role, RowFilter
from graph_models.time import Millis
from impactgraph.stores.embedded import EmbeddedStore
from tests.row_filter.surfaces import Clock, Window
from tests.stores.events import DOCUMENTS, at, entered, placed, reported, topology

NOW: Millis = at(60)
DESK = Principal("key:1", "desk", frozenset({Role.RESPONDER}), RowFilter(regions=("emea",)))
PAGE = "query($a:String){blastRadius{orders(first:1,after:$a){edges{cursor node{order{id}}}}}}"


@pytest.fixture(scope="module")
def window() -> Iterator[Window]:
    """Five orders of emea and as many of apac, all in a step of a system that is out."""
    with closing(EmbeddedStore.in_memory(now=lambda: NOW)) as store:
        store.apply_topology(topology(), DOCUMENTS, at(-60))
        for number in range(10):
            store.ingest(
                [
                    placed(f"O-{number}", location="store-1" if number < 5 else "store-2"),
                    entered("promise", 1, f"O-{number}/1"),
                ]
            )
        store.ingest([reported(minutes=2)])
        made = Window(Clock(NOW))
        made.use(store, LOCAL)
        yield made
        made.close()


@pytest.fixture(autouse=True)
def everybody(window: Window) -> None:
    window.verifier.principal = LOCAL


def _cursor(window: Window, principal: Principal) -> str:
    window.verifier.principal = principal
    (edge,) = window.ask(PAGE)["data"]["blastRadius"]["orders"]["edges"]
    return edge["cursor"]


def test_a_cursor_of_somebody_else_is_of_another_question(window: Window) -> None:
    cursor = _cursor(window, LOCAL)

    window.verifier.principal = DESK
    answer = window.ask(PAGE, a=cursor)

    assert answer["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    assert "another question" in answer["errors"][0]["message"]


def test_a_cursor_serves_everybody_with_the_same_filter(window: Window) -> None:
    cursor = _cursor(window, DESK)

    window.verifier.principal = replace(DESK, subject="key:2")
    answer = window.ask(PAGE, a=cursor)

    assert "errors" not in answer and len(answer["data"]["blastRadius"]["orders"]["edges"]) == 1


def test_hidden_orders_are_not_counted_and_not_found(window: Window) -> None:
    window.verifier.principal = DESK

    answer = window.ask(
        '{about{orders} blastRadius{totals{orders} assumptions} order(id:"O-7"){id}'
        ' searchHits(text:"O-7"){matched}}'
    )["data"]

    assert answer["about"] == {"orders": 5} and answer["blastRadius"]["totals"] == {"orders": 5}
    assert answer["order"] is None and not answer["searchHits"]
    assert any(
        text.startswith("Only the orders that you may see") for text in answer["blastRadius"]["assumptions"]
    )


def test_near_names_of_an_unknown_order_are_those_of_visible_ones(window: Window) -> None:
    window.verifier.principal = DESK

    message = window.ask('{findOrder(text:"O-77"){matched}}')["errors"][0]["message"]

    assert "O-7" not in message.replace("O-77", "")


def test_rules_of_notices_are_not_tried_on_all_orders(window: Window) -> None:
    window.verifier.principal = DESK

    answer = window.ask('{noticesDue(rules:"version: 1"){text}}')

    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_failure_whose_scope_names_a_personal_value_matches_no_order_where_it_is_masked() -> None:
    who = Principal("key:3", "viewer", frozenset({Role.VIEWER}))
    with closing(EmbeddedStore.in_memory(now=lambda: NOW)) as store:
        store.apply_topology(topology(), DOCUMENTS, at(-60))
        store.ingest(
            [
                placed("O-1", attributes={"email": "ada@example.com"}),
                entered("promise", 1),
                reported(minutes=2, scope={"attributes": {"email": ["ada@example.com"]}}),
            ]
        )
        window = Window(Clock(NOW))
        window.use(store, LOCAL)
        assert window.ask("{blastRadius{totals{orders}}}")["data"]["blastRadius"]["totals"]["orders"] == 1
        window.use(store, who)
        answer = window.ask("{blastRadius{totals{orders}}}")
        window.close()

    assert "errors" not in answer and answer["data"]["blastRadius"]["totals"]["orders"] == 0


def test_without_a_filter_all_orders_are_there(window: Window) -> None:
    window.verifier.principal = replace(DESK, rows=ALL_ORDERS)

    assert window.ask("{about{orders}}")["data"]["about"]["orders"] == 10
